mod vendor;

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::uri::Scheme;
use jiff::{SignedDuration, Timestamp};
use privacy::data_map::DataMap;
use privacy::fault::{Fault, Turn};
use privacy::ids::Platform;
use privacy::keys::KeyedRef;
use privacy::memory::{World, built_in_map, place};
use privacy::obligation::ObligationId;
use privacy::policy::{Model, Route};
use privacy::ports::Clock;
use privacy::processors::{Case, Extent, Finding, How, Kept, Processors, Reply, Settling, State, Target};
use privacy::subject_request::letter::Delivery;
use privacy::subject_request::{ConnectedAccount, Handle};
use serde_json::json;

use self::vendor::{Conduct, Vendor};
use crate::base_url::BaseUrl;
use crate::client::{Client, Patience};
use crate::http_messengers::{HttpMessengers, Message};
use crate::http_processors::HttpProcessors;
use crate::problem::{Problem, Refusal};
use crate::resolver::Guarded;
use crate::settings::{InvalidSettings, Settings};

const SECRET: &str = "phx_sesame";
const QUICK: Patience = Patience { connect: Duration::from_millis(300), total: Duration::from_millis(500) };
const METADATA: &str = "169.254.169.254";

/// The shipped policy, with payments and the list of recipients concerned too.
fn map() -> DataMap {
    let mut model = serde_json::to_value(built_in_map().model()).unwrap();
    for name in ["payments", "mailing"] {
        model["processor"][name]["routes"] = json!(["meta-data-deletion"]);
    }
    DataMap::new(serde_json::from_value(model).unwrap()).unwrap()
}

fn settings() -> String {
    let entry = |host: &str| json!({ "base_url": format!("https://{host}"), "secret": SECRET });
    let entries = json!({
        "posthog": entry("posthog.kazozo.com"),
        "crm": entry("api.hubapi.com"),
        "payments": entry("api.stripe.com"),
        "mailing": entry("api.brevo.com"),
    });
    entries.to_string()
}

/// Every processor at a base, over a resolver. Loopback passes for public here, since the vendor lives there.
fn processors(base: &BaseUrl, answers: impl FnMut(&str) -> Vec<IpAddr> + Send + 'static) -> HttpProcessors {
    let resolver = Guarded::for_test(|address| address.is_loopback(), answers);
    let client = Client::new(resolver, QUICK).unwrap();
    let mut processors = HttpProcessors::over(client, map().model(), &Settings::parse(&settings()).unwrap());
    for name in ["posthog", "crm", "payments", "mailing"] {
        processors.move_to(name, base.clone());
    }
    processors
}

fn at_vendor(vendor: &Vendor) -> HttpProcessors {
    let base = BaseUrl::for_test(Scheme::HTTP, &format!("vendor.test:{}", vendor.address.port()));
    processors(&base, |_| vec![address("127.0.0.1")])
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn subject() -> Target {
    Target::Subject(KeyedRef::from_stored("v1-person".to_owned()))
}

fn contact() -> Target {
    Target::Place(place("alder", "c1", Some("p1")))
}

fn problem(fault: &Fault) -> Problem {
    let source = std::error::Error::source(fault).and_then(|source| source.downcast_ref::<Refusal>());
    source.unwrap_or_else(|| panic!("{}", fault.chain())).problem
}

/// A vendor whose next answer is given each time.
struct Questioning {
    conduct: Arc<Mutex<Conduct>>,
    processors: HttpProcessors,
}

impl Questioning {
    async fn start() -> Self {
        let conduct = Arc::new(Mutex::new(Conduct::Hang));
        let next = Arc::clone(&conduct);
        let vendor = Vendor::start(move |_| next.lock().unwrap().clone()).await;
        Self { conduct, processors: at_vendor(&vendor) }
    }

    async fn ask(&self, conduct: Conduct) -> Result<Reply, Problem> {
        *self.conduct.lock().unwrap() = conduct;
        self.processors.ask("posthog", &subject()).await.map_err(|fault| problem(&fault))
    }

    async fn confirm(&self, name: &str, conduct: Conduct) -> Result<Finding, Problem> {
        *self.conduct.lock().unwrap() = conduct;
        self.processors.confirm(name, &subject()).await.map_err(|fault| problem(&fault))
    }
}

#[tokio::test]
async fn a_request_is_the_template_with_ids_in_it() {
    let vendor = Vendor::start(|_| Conduct::answer(200, r#"{"results": [], "total": 0}"#)).await;
    let processors = at_vendor(&vendor);
    processors.ask("posthog", &subject()).await.unwrap();
    processors.confirm("posthog", &subject()).await.unwrap();
    processors.confirm("crm", &contact()).await.unwrap();
    assert!(processors.ask("mailing", &subject()).await.is_err(), "200 is not what it answers");
    assert_eq!(processors.confirm("mailing", &subject()).await.unwrap(), Finding::StillThere);
    let seen = vendor.seen().join("\n----\n").replace("\r\n", "\n");
    let seen = seen.replace(&vendor.address.port().to_string(), "PORT");
    expect_test::expect![[r#"
        POST /api/projects/1/persons/bulk_delete/ HTTP/1.1
        accept: application/json
        authorization: Bearer phx_sesame
        accept-encoding: identity
        user-agent: privacy-processors
        content-type: application/json
        host: vendor.test:PORT
        content-length: 76

        {"delete_events":true,"delete_recordings":true,"distinct_ids":["v1-person"]}
        ----
        GET /api/projects/1/persons/?distinct_id=v1-person HTTP/1.1
        accept: application/json
        authorization: Bearer phx_sesame
        accept-encoding: identity
        user-agent: privacy-processors
        host: vendor.test:PORT


        ----
        GET /api/projects/1/events/?limit=1&distinct_id=v1-person HTTP/1.1
        accept: application/json
        authorization: Bearer phx_sesame
        accept-encoding: identity
        user-agent: privacy-processors
        host: vendor.test:PORT


        ----
        POST /crm/v3/objects/contacts/search HTTP/1.1
        accept: application/json
        authorization: Bearer phx_sesame
        accept-encoding: identity
        user-agent: privacy-processors
        content-type: application/json
        host: vendor.test:PORT
        content-length: 114

        {"filterGroups":[{"filters":[{"operator":"EQ","propertyName":"kazozo_contact","value":"alder.c1.p1"}]}],"limit":1}
        ----
        DELETE /v3/contacts/v1-person?identifierType=ext_id HTTP/1.1
        accept: application/json
        api-key: phx_sesame
        accept-encoding: identity
        user-agent: privacy-processors
        host: vendor.test:PORT


        ----
        GET /v3/contacts/v1-person?identifierType=ext_id HTTP/1.1
        accept: application/json
        api-key: phx_sesame
        accept-encoding: identity
        user-agent: privacy-processors
        host: vendor.test:PORT

    "#]].assert_eq(&seen);
}

#[tokio::test]
async fn an_id_cannot_leave_its_place_in_a_path_or_a_body() {
    let vendor = Vendor::start(|_| Conduct::answer(200, "{}")).await;
    let processors = at_vendor(&vendor);
    let odd = Target::Subject(KeyedRef::from_stored("../x?a=1&b#c%2f \"}{\r\nhost: evil\u{e4}".to_owned()));
    processors.ask("payments", &odd).await.unwrap();
    drop(processors.ask("posthog", &odd).await);
    let (path, body) = (vendor.seen()[0].clone(), vendor.seen()[1].clone());
    assert!(
        path.starts_with("DELETE /v1/customers/%2E%2E%2Fx%3Fa%3D1%26b%23c%252f%20%22%7D%7B%0D%0Ahost%3A%20evil%C3%A4 "),
        "{path}"
    );
    let body: serde_json::Value = serde_json::from_str(body.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["distinct_ids"][0], "../x?a=1&b#c%2f \"}{\r\nhost: evil\u{e4}");
}

#[tokio::test]
async fn an_ask_is_judged_by_the_policy_file() {
    let seconds = |seconds| Ok(Reply::Later { after: SignedDuration::from_secs(seconds) });
    let status = |status| Err(Problem::Status(status));
    let dates = |date: &str, later: &str| format!("date: {date}\r\nretry-after: {later}\r\n");
    let noon = "Tue, 10 Mar 2026 12:00:00 GMT";
    let cases = [
        (Conduct::answer(202, ""), Ok(Reply::Accepted)),
        (Conduct::answer(200, "not read, so it may be anything"), Ok(Reply::Accepted)),
        (Conduct::answer(404, ""), Ok(Reply::NothingThere)),
        (Conduct::answer(201, ""), status(201)),
        (Conduct::answer(401, ""), status(401)),
        (Conduct::answer(403, ""), status(403)),
        (Conduct::answer(410, ""), status(410)),
        (Conduct::answer(500, ""), status(500)),
        (Conduct::with(429, "retry-after: 120\r\n", ""), seconds(120)),
        (Conduct::with(503, "retry-after: 7\r\n", ""), seconds(7)),
        (Conduct::with(429, &dates(noon, "Tue, 10 Mar 2026 12:30:00 GMT"), ""), seconds(1800)),
        (Conduct::with(429, "retry-after: Tue, 10 Mar 2026 12:30:00 GMT\r\n", ""), status(429)),
        (Conduct::with(429, "retry-after: soon\r\n", ""), status(429)),
        (Conduct::with(429, "retry-after: 99999999999999999999\r\n", ""), status(429)),
        (Conduct::answer(429, ""), status(429)),
        (Conduct::with(500, "retry-after: 7\r\n", ""), status(500)),
        (Conduct::with(202, "retry-after: 7\r\n", ""), Ok(Reply::Accepted)),
    ];
    let vendor = Questioning::start().await;
    for (number, (conduct, expected)) in cases.into_iter().enumerate() {
        assert_eq!(vendor.ask(conduct).await, expected, "case {number}");
    }
}

#[tokio::test]
async fn a_look_is_judged_by_the_policy_file() {
    let status = |status| Err(Problem::Status(status));
    let later = Ok(Finding::Later { after: SignedDuration::from_secs(9) });
    let cases = [
        ("posthog", Conduct::answer(200, r#"{"results": []}"#), Ok(Finding::Gone)),
        ("posthog", Conduct::answer(200, r#"{"results": [{"id": 1}]}"#), Ok(Finding::StillThere)),
        ("posthog", Conduct::answer(200, "{}"), Err(Problem::Unreadable)),
        ("posthog", Conduct::answer(200, r#"{"results": null}"#), Err(Problem::Unreadable)),
        ("posthog", Conduct::answer(200, r#"{"results": {}}"#), Err(Problem::Unreadable)),
        ("posthog", Conduct::answer(200, r#"{"results": ""}"#), Err(Problem::Unreadable)),
        ("posthog", Conduct::answer(200, "[]"), Err(Problem::Unreadable)),
        ("posthog", Conduct::answer(200, r#"{"results": [}"#), Err(Problem::Unreadable)),
        ("posthog", Conduct::answer(200, "<html>signed out</html>"), Err(Problem::Unreadable)),
        ("posthog", Conduct::answer(200, ""), Err(Problem::Unreadable)),
        ("posthog", Conduct::answer(404, ""), status(404)),
        ("posthog", Conduct::answer(202, r#"{"results": []}"#), status(202)),
        ("posthog", Conduct::answer(401, r#"{"results": []}"#), status(401)),
        ("posthog", Conduct::answer(500, r#"{"results": []}"#), status(500)),
        ("posthog", Conduct::with(429, "retry-after: 9\r\n", ""), later),
        ("payments", Conduct::answer(200, r#"{"deleted": true}"#), Ok(Finding::Gone)),
        ("payments", Conduct::answer(200, r#"{"deleted": false}"#), Ok(Finding::StillThere)),
        ("payments", Conduct::answer(200, r#"{"deleted": "true"}"#), Ok(Finding::StillThere)),
        ("payments", Conduct::answer(200, r#"{"id": "alive"}"#), Ok(Finding::StillThere)),
        ("payments", Conduct::answer(200, "[]"), Err(Problem::Unreadable)),
        ("payments", Conduct::answer(404, r#"{"error": {"code": "resource_missing"}}"#), Ok(Finding::Gone)),
        ("payments", Conduct::answer(404, r#"{"error": {"type": "invalid_request_error"}}"#), Ok(Finding::StillThere)),
        ("payments", Conduct::answer(404, "<html>no such page</html>"), Err(Problem::Unreadable)),
        ("payments", Conduct::answer(403, ""), status(403)),
        ("mailing", Conduct::answer(404, r#"{"code": "document_not_found"}"#), Ok(Finding::Gone)),
        ("mailing", Conduct::answer(200, r#"{"id": 42, "email": "mia@example.org"}"#), Ok(Finding::StillThere)),
        ("mailing", Conduct::answer(200, "<html>signed out</html>"), Ok(Finding::StillThere)),
        ("mailing", Conduct::answer(404, "{}"), Ok(Finding::StillThere)),
        ("mailing", Conduct::answer(404, "<html>no such page</html>"), Err(Problem::Unreadable)),
        ("mailing", Conduct::answer(400, ""), status(400)),
        ("mailing", Conduct::answer(401, ""), status(401)),
        ("mailing", Conduct::answer(500, ""), status(500)),
        ("mailing", Conduct::with(429, "retry-after: 9\r\n", ""), later),
    ];
    let vendor = Questioning::start().await;
    for (number, (name, conduct, expected)) in cases.into_iter().enumerate() {
        assert_eq!(vendor.confirm(name, conduct).await, expected, "case {number}");
    }
}

#[tokio::test]
async fn every_query_must_find_nothing() {
    let vendor = Vendor::start(|request| {
        let found = if request.contains("/events/") { r#"{"results": [1]}"# } else { r#"{"results": []}"# };
        Conduct::answer(200, found)
    })
    .await;
    assert_eq!(at_vendor(&vendor).confirm("posthog", &subject()).await.unwrap(), Finding::StillThere);
    assert_eq!(vendor.seen().len(), 2);
}

#[tokio::test]
async fn what_a_vendor_does_to_us_is_bounded_and_named() {
    let endless = "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\nfffffff\r\n";
    let huge = "HTTP/1.1 200 X\r\ncontent-length: 99999999\r\n\r\n";
    let unpacked = "HTTP/1.1 200 X\r\ncontent-encoding: gzip\r\ncontent-length: 15\r\n\r\n{\"results\": []}";
    let limit = format!("{{\"results\": []{}}}", " ".repeat(64 * 1024 - 15));
    let cases = [
        ("hangs", Conduct::Hang, Problem::TimedOut),
        ("drips its body", Conduct::Drip("HTTP/1.1 200 X\r\ncontent-length: 9999\r\n\r\n"), Problem::TimedOut),
        ("drips its head", Conduct::Drip("HTTP/1.1 200 X\r\nx: "), Problem::TimedOut),
        ("sends without end", Conduct::Flood(endless), Problem::TooLarge),
        ("sends a lot", Conduct::Flood(huge), Problem::TooLarge),
        ("sends one byte too many", Conduct::answer(200, &format!("{limit} ")), Problem::TooLarge),
        ("sends a large head", Conduct::Flood("HTTP/1.1 200 X\r\nx: "), Problem::BrokeOff),
        ("packs its body", Conduct::say(unpacked), Problem::Unreadable),
        ("stops within the body", Conduct::say("HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{"), Problem::BrokeOff),
        ("stops within the head", Conduct::say("HTTP/1.1 200 X\r\ncont"), Problem::BrokeOff),
        ("says nothing", Conduct::say(""), Problem::BrokeOff),
        ("speaks no HTTP", Conduct::say("220 mail.example ESMTP\r\n"), Problem::BrokeOff),
    ];
    let vendor = Questioning::start().await;
    for (what, conduct, expected) in cases {
        let start = Instant::now();
        assert_eq!(vendor.confirm("posthog", conduct).await, Err(expected), "{what}");
        assert!(start.elapsed() < Duration::from_secs(3), "{what}: {:?}", start.elapsed());
    }
    assert_eq!(vendor.confirm("posthog", Conduct::answer(200, &limit)).await, Ok(Finding::Gone), "the limit itself");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Vendor::start(|_| Conduct::answer(200, r#"{"results": []}"#)).await;
    let vendor = Questioning::start().await;
    for status in [301, 302, 303, 307, 308] {
        for target in [format!("http://{}/latest", elsewhere.address), format!("http://{METADATA}/latest")] {
            let conduct = Conduct::with(status, &format!("location: {target}\r\n"), "");
            assert_eq!(vendor.ask(conduct.clone()).await, Err(Problem::Status(status)));
            assert_eq!(vendor.confirm("posthog", conduct).await, Err(Problem::Status(status)));
        }
        assert_eq!(Problem::Status(status).turn(), Turn::Park);
    }
    assert_eq!(elsewhere.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_before_anything_is_sent() {
    let vendor = Vendor::start(|_| Conduct::answer(202, "")).await;
    for scheme in [Scheme::HTTP, Scheme::HTTPS] {
        let base = BaseUrl::for_test(scheme, &format!("vendor.test:{}", vendor.address.port()));
        for answers in
            [vec![METADATA], vec!["127.0.0.1", METADATA], vec!["10.0.0.1", "127.0.0.1"], vec!["fd00:ec2::254"]]
        {
            let processors = processors(&base, move |_| answers.iter().map(|text| address(text)).collect());
            let fault = processors.ask("posthog", &subject()).await.unwrap_err();
            assert_eq!((problem(&fault), fault.turn), (Problem::NotPublic, Turn::Park));
        }
    }
    assert_eq!(vendor.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_name_is_looked_up_and_checked_anew_for_every_request_and_once_for_each() {
    let vendor = Vendor::start(|_| Conduct::Stay("HTTP/1.1 202 X\r\ncontent-length: 0\r\n\r\n")).await;
    let base = BaseUrl::for_test(Scheme::HTTP, &format!("vendor.test:{}", vendor.address.port()));
    let lookups = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lookups);
    let processors = processors(&base, move |name| {
        let mut log = log.lock().unwrap();
        log.push(name.to_owned());
        vec![address(if log.len() == 1 { "127.0.0.1" } else { METADATA })]
    });
    assert_eq!(processors.ask("posthog", &subject()).await.unwrap(), Reply::Accepted);
    assert_eq!(lookups.lock().unwrap().len(), 1, "what was checked is what is connected to");
    let fault = processors.ask("posthog", &subject()).await.unwrap_err();
    assert_eq!(problem(&fault), Problem::NotPublic, "the name leads elsewhere now");
    assert_eq!(lookups.lock().unwrap().as_slice(), ["vendor.test", "vendor.test"]);
    assert_eq!(vendor.seen().len(), 1);
}

#[tokio::test]
async fn the_resolver_of_the_machine_lets_no_loopback_through() {
    let client = Client::new(Guarded::system(), QUICK).unwrap();
    let mut processors = HttpProcessors::over(client, map().model(), &Settings::parse(&settings()).unwrap());
    let vendor = Vendor::start(|_| Conduct::answer(202, "")).await;
    processors.move_to("posthog", BaseUrl::for_test(Scheme::HTTPS, &format!("localhost:{}", vendor.address.port())));
    let fault = processors.ask("posthog", &subject()).await.unwrap_err();
    assert_eq!(problem(&fault), Problem::NotPublic);
    assert_eq!(vendor.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_vendor_without_tls_gets_nothing_in_plain_text() {
    let vendor = Vendor::start(|_| Conduct::answer(202, "")).await;
    let base = BaseUrl::for_test(Scheme::HTTPS, &format!("vendor.test:{}", vendor.address.port()));
    let processors = processors(&base, |_| vec![address("127.0.0.1")]);
    let fault = processors.ask("posthog", &subject()).await.unwrap_err();
    assert_eq!((problem(&fault), fault.turn), (Problem::Tls, Turn::Park));
    assert_eq!(vendor.seen(), ["TLS"]);
}

#[tokio::test]
async fn a_vendor_that_is_not_there_is_tried_again() {
    let port = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let base = BaseUrl::for_test(Scheme::HTTP, &format!("vendor.test:{port}"));
    for answers in [vec![], vec!["127.0.0.1"]] {
        let processors = processors(&base, move |_| answers.iter().map(|text| address(text)).collect());
        let fault = processors.ask("posthog", &subject()).await.unwrap_err();
        assert_eq!((problem(&fault), fault.turn), (Problem::Unreachable, Turn::Retry));
    }
}

#[test]
fn whose_turn_it_is() {
    let retry = [408, 425, 429, 500, 502, 503, 504].map(Problem::Status);
    let park = [201, 302, 400, 401, 403, 404, 409, 410, 422].map(Problem::Status);
    assert!(retry.iter().all(|problem| problem.turn() == Turn::Retry));
    assert!(park.iter().all(|problem| problem.turn() == Turn::Park));
}

#[tokio::test]
async fn nothing_printed_holds_a_secret_an_id_or_a_body() {
    let vendor = Vendor::start(|_| Conduct::answer(500, "person@example.com")).await;
    let processors = at_vendor(&vendor);
    let printed = format!("{processors:?} {:?}", Settings::parse(&settings()).unwrap());
    assert!(!printed.contains(SECRET), "{printed}");
    for (name, target) in [("posthog", subject()), ("crm", contact()), ("posthog", contact()), ("nobody", subject())] {
        let faults = [processors.ask(name, &target).await.err(), processors.confirm(name, &target).await.err()];
        for fault in faults.into_iter().flatten() {
            let printed = format!("{fault:?} {}", fault.chain());
            for text in [SECRET, "v1-person", "alder", "p1", "example.com", "vendor.test", "/api/"] {
                assert!(!printed.contains(text), "{text} in {printed}");
            }
            assert!(printed.contains(name));
        }
    }
}

#[test]
fn settings_that_could_not_work_are_named_at_start() {
    let map = map();
    let new = |json: &str| {
        HttpProcessors::new(map.model(), &Settings::parse(json).unwrap(), QUICK).unwrap().unusable().first().cloned()
    };
    assert_eq!(new(&settings()), None);
    let parameter = "posthog".to_owned();
    let without = settings().replace("\"posthog\":", "\"hogpost\":");
    assert_eq!(new(&without), Some(InvalidSettings::Missing { parameter: parameter.clone() }));
    for base in
        ["http://posthog.kazozo.com", "https://posthog.kazozo.com:8443", "https://evil.example", "http://127.0.0.1:80"]
    {
        let moved = settings().replace("https://posthog.kazozo.com", base);
        assert_eq!(new(&moved), Some(InvalidSettings::BaseUrl { parameter: parameter.clone() }), "{base}");
    }
    for secret in ["", "a\\r\\nhost: evil", "a\\u0000"] {
        let changed = settings().replace(SECRET, secret);
        assert!(matches!(new(&changed), Some(InvalidSettings::Secret { .. })), "{secret:?}");
    }
    for json in
        ["", "[]", r#"{"posthog": "phx_sesame"}"#, r#"{"posthog": {"base_url": "x", "secret": 5, "phx_sesame": 1}}"#]
    {
        let error = Settings::parse(json).unwrap_err();
        assert_eq!(error, InvalidSettings::Shape);
        assert!(!format!("{error} {error:?}").contains(SECRET));
    }
    let unconcerned = settings().replace("\"payments\":", "\"unused\":");
    let without = |model: &Model| {
        let processors = HttpProcessors::new(model, &Settings::parse(&unconcerned).unwrap(), QUICK).unwrap();
        processors.unusable().to_vec()
    };
    let mut model = built_in_map().model().clone();
    assert_eq!(without(&model), [InvalidSettings::Missing { parameter: "payments".to_owned() }]);
    model.processor.get_mut("payments").unwrap().routes.clear();
    assert_eq!(without(&model), [], "no request concerns it");
}

#[tokio::test]
async fn a_test_stack_may_have_its_vendor_on_this_machine() {
    let vendor = Vendor::start(|_| Conduct::answer(202, "")).await;
    let json = settings().replace("https://posthog.kazozo.com", &format!("http://{}", vendor.address));
    let local = Settings::parse_for_test_stack(&json).unwrap();
    let processors = HttpProcessors::new(map().model(), &local, QUICK).unwrap();
    assert_eq!(processors.ask("posthog", &subject()).await.unwrap(), Reply::Accepted);
    let foreign = settings().replace("https://posthog.kazozo.com", "http://10.0.0.1:80");
    let foreign = Settings::parse_for_test_stack(&foreign).unwrap();
    let processors = HttpProcessors::new(map().model(), &foreign, QUICK).unwrap();
    assert_eq!(processors.unusable(), [InvalidSettings::BaseUrl { parameter: "posthog".to_owned() }]);
    assert_eq!(processors.ask("posthog", &subject()).await.unwrap_err().turn, privacy::fault::Turn::Park);
}

fn account() -> ConnectedAccount {
    let (platform, handle) = (Platform::parse("instagram").unwrap(), Handle::parse("mia.marker").unwrap());
    ConnectedAccount { platform, handle }
}

const MESSENGER: &str = r#"{"messenger": {"base_url": "https://api.kazozo.com", "secret": "phx_sesame"}}"#;

fn messengers(vendor: &Vendor, answers: impl FnMut(&str) -> Vec<IpAddr> + Send + 'static) -> HttpMessengers {
    let client = Client::new(Guarded::for_test(|address| address.is_loopback(), answers), QUICK).unwrap();
    let settings = Settings::parse(MESSENGER).unwrap();
    let mut messengers = HttpMessengers::over(client, built_in_map().model(), &settings);
    messengers.move_to("product", BaseUrl::for_test(Scheme::HTTP, &format!("vendor.test:{}", vendor.address.port())));
    messengers
}

#[tokio::test]
async fn a_message_is_judged_by_the_policy_file_and_stands_in_the_body_only() {
    let cases = [
        (200, Ok(Delivery::Accepted)),
        (202, Ok(Delivery::Accepted)),
        (404, Ok(Delivery::Unreachable)),
        (422, Ok(Delivery::Unreachable)),
        (204, Err(Problem::Status(204))),
        (302, Err(Problem::Status(302))),
        (401, Err(Problem::Status(401))),
        (503, Err(Problem::Status(503))),
    ];
    for (status, expected) in cases {
        let vendor = Vendor::start(move |_| Conduct::answer(status, "")).await;
        let messengers = messengers(&vendor, |_| vec![address("127.0.0.1")]);
        let account = account();
        let message = Message { account: &account, text: "code 123456\n{secret} {handle}" };
        assert!(!format!("{message:?} {messengers:?}").contains("marker"));
        let answer = messengers.send(&message).await;
        assert_eq!(answer.map_err(|fault| problem(&fault)), expected, "{status}");
        let [request] = <[_; 1]>::try_from(vendor.seen()).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /internal/v1/privacy-messages HTTP/1.1") && !head.contains("marker"), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let text = "code 123456\n{secret} {handle}";
        assert_eq!(body, json!({"platform": "instagram", "handle": "mia.marker", "text": text}));
    }
}

#[tokio::test]
async fn a_messenger_is_a_public_address_that_is_configured() {
    let vendor = Vendor::start(|_| Conduct::answer(202, "")).await;
    let account = account();
    let message = Message { account: &account, text: "hello" };
    let fault = messengers(&vendor, |_| vec![address(METADATA)]).send(&message).await.unwrap_err();
    assert_eq!((problem(&fault), fault.turn), (Problem::NotPublic, Turn::Park));
    let unset = HttpMessengers::new(built_in_map().model(), &Settings::parse("{}").unwrap(), QUICK).unwrap();
    assert_eq!(unset.unusable(), [InvalidSettings::Missing { parameter: "messenger".to_owned() }]);
    assert_eq!(problem(&unset.send(&message).await.unwrap_err()), Problem::NotConfigured);
    assert_eq!(vendor.seen(), Vec::<String>::new());
    // Where nothing reaches a platform, nobody there can be reached.
    let mut model = built_in_map().model().clone();
    model.messenger.get_mut("product").unwrap().platforms = vec!["tiktok".to_owned()];
    let none = HttpMessengers::new(&model, &Settings::parse(MESSENGER).unwrap(), QUICK).unwrap();
    assert_eq!(none.send(&message).await.unwrap(), Delivery::Unreachable);
}

/// The whole way: a vendor that accepts every ask and really erases at the third.
#[tokio::test]
async fn a_vendor_that_lies_is_asked_until_it_has_done_it() {
    let asks = Arc::new(Mutex::new(0));
    let vendor = Vendor::start(move |request| {
        let mut asks = asks.lock().unwrap();
        if request.starts_with("POST") {
            *asks += 1;
            return Conduct::answer(202, "{\"status\": \"deleted\"}");
        }
        Conduct::answer(200, if *asks < 3 { r#"{"results": [{"name": "still here"}]}"# } else { r#"{"results": []}"# })
    })
    .await;
    let (processors, world, map) = (at_vendor(&vendor), World::new("2026-03-10T12:00:00Z".parse().unwrap(), 3), map());
    let settling = Settling { processors: &processors, ledger: &world, clock: &world, map: &map };
    let id = ObligationId::parse(&"a".repeat(32)).unwrap();
    let targets = [subject()];
    let extent = Extent { covers_until: world.now(), counted: 1, removed: 1 };
    let (route, kept) = (Route::MetaDeauthorize, Kept::new());
    let case = Case { id: &id, seq: 1, reopened: 0, route, targets: &targets, extent, kept: &kept };
    for _ in 0..20 {
        let report = settling.settle(&case, Timestamp::MAX).await.unwrap();
        let Some(next) = report.next_action_at else {
            let state = &report.lines.iter().find(|line| line.name == "posthog").unwrap().state;
            assert!(matches!(state, State::Confirmed { how: How::FollowUp, .. }));
            assert_eq!(vendor.seen().iter().filter(|request| request.starts_with("POST")).count(), 3);
            return;
        };
        world.pass(next.duration_since(world.now()));
    }
    panic!("never settled");
}
