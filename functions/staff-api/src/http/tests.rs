use jiff::{SignedDuration, Span};
use lambda_http::request::LambdaRequest;
use privacy::data_map::KeyRange;
use privacy::instant;
use privacy::obligation::{NewObligation, PlanHash, PlanRef, State};
use privacy::plan::Plan;
use privacy::ports::{Advance, Intake, Lease, Ledger, NextAction, Record, Stores};
use privacy::purge::{PeriodClass, PurgeLedger, PurgePlan};
use privacy_aws::outbox::QueueUrls;
use privacy_aws::vault::Names;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use serde_json::{Value, json};

use super::*;

/// Who calls.
pub(super) const ALEX: &str = "arn:aws:sts::123456789012:assumed-role/staff/alex";

pub(super) struct Bench {
    pub(super) account: Account,
    staff: Staff,
}

impl Bench {
    pub(super) fn new() -> Self {
        let account = Account::new();
        account.set_secret("subject-keys", demo::SUBJECT_KEYS);
        for tenant in ["alder", "birch"] {
            let row = json!({"pk": {"S": format!("account#{tenant}")}, "sk": {"S": "profile"}});
            account.put_all("accounts", &[row]);
        }
        let names = |stores: &[&str]| stores.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect();
        let config = Config {
            ledger_table: "ledger".to_owned(),
            names: Names {
                connections: "connections".to_owned(),
                suppression: "suppression".to_owned(),
                ..Names::of_stores(names(&["accounts", "connections", "conversations", "people"]))
            },
            queues: QueueUrls {
                erasures: "http://account.test/000000000000/erasure".to_owned(),
                exports: "http://account.test/000000000000/exports".to_owned(),
                notices: "http://account.test/000000000000/notices".to_owned(),
            },
            subject_keys_arn: "subject-keys".to_owned(),
            stuck_after: SignedDuration::from_mins(10),
            public_base_url: "https://api.example.com".to_owned(),
        };
        let staff = Staff::new(&account.connection_of("staff-api"), demo::map(), config).unwrap();
        Self { account, staff }
    }

    pub(super) async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.send_as(Some(ALEX), method, path, body).await
    }

    pub(super) async fn send_as(&self, who: Option<&str>, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let authorizer = who.map(|who| json!({"iam": {"userArn": who}}));
        let event: LambdaRequest = serde_json::from_value(json!({
            "version": "2.0", "routeKey": format!("ANY {path}"), "rawPath": path, "rawQueryString": query,
            "headers": {"content-type": "application/json"},
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default", "authorizer": authorizer},
            "body": body, "isBase64Encoded": false,
        }))
        .unwrap();
        let response = self.staff.answer(&Request::from(event)).await;
        let Body::Text(body) = response.body() else { panic!("not text") };
        (response.status().as_u16(), serde_json::from_str(body).unwrap())
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.send("GET", path, &Value::Null).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }
}

fn in_days(days: i32) -> String {
    let today = SystemClock.now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    (today + Span::new().days(days)).to_string()
}

fn body() -> Value {
    json!({"tenant_id": "alder", "classes": ["signals"], "reason": "a court", "approver": "counsel",
           "proof": "file 7", "review_by": in_days(60)})
}

/// The body that confirms a plan.
fn confirming(hash: &str) -> Value {
    json!({"plan_hash": hash, "reason": "as-expected"})
}

/// An obligation whose plan is above its ceiling.
async fn halted(bench: &Bench) -> NewObligation {
    let (ledger, now) = (demo::ledger(&bench.account), SystemClock.now());
    let request = demo::request(&demo::person("10158000000000001"), now);
    ledger.open(&request).await.unwrap();
    let lease = Lease { id: request.id.clone(), worker: "w".to_owned() };
    ledger.lease(&lease, now, now + SignedDuration::from_mins(1)).await.unwrap();
    let hash = PlanHash::from_stored("5f".repeat(32));
    let plan = Plan {
        hash: hash.clone(),
        covers_until: now,
        places: 1,
        counts: [("unclassified".to_owned(), 2)].into(),
        over_ceiling: vec![("unclassified".to_owned(), 0)],
    };
    ledger.save_plan(&ledger.head(&request.id).await.unwrap().unwrap(), &plan).await.unwrap();
    let state = State::Planned { plan: PlanRef { hash, covers_until: now } };
    let next_action = NextAction::At(now + SignedDuration::from_hours(1));
    Ledger::advance(
        &ledger,
        &lease,
        &Advance { state, next_action, if_covers_until: None, is_reopening: false, replay: None },
    )
    .await
    .unwrap();
    request
}

#[tokio::test]
async fn a_hold_is_placed_once_listed_and_released() {
    let bench = Bench::new();
    let (status, first) = bench.send("POST", "/api/staff/holds", &body()).await;
    assert_eq!((status, &first["review_by"]), (201, &json!(in_days(60))));
    assert_eq!(bench.send("POST", "/api/staff/holds", &body()).await, (201, first.clone()), "a retry places it once");
    let holds = bench.get("/api/staff/holds").await;
    let holds = holds["holds"].as_array().unwrap();
    assert_eq!((holds.len(), &holds[0]["hold_id"]), (1, &first["hold_id"]));
    assert_eq!(
        (&holds[0]["is_past_review"], &holds[0]["waiting"], &holds[0]["released_at"], &holds[0]["classes"]),
        (&json!(false), &json!(0), &Value::Null, &json!(["signals"]))
    );
    let path = format!("/api/staff/holds/{}", first["hold_id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(bench.send("DELETE", &path, &Value::Null).await, (200, json!({"waiting": 0})));
    }
    assert!(bench.get("/api/staff/holds").await["holds"][0]["released_at"].is_string());
    let (status, problem) = bench.send("POST", "/api/staff/holds", &body()).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:privacy:problem:hold-taken")), "it would not be in force");
    let mut named = body();
    named["id"] = json!("hold-0001");
    assert_eq!(bench.send("POST", "/api/staff/holds", &named).await.1["hold_id"], "hold-0001");
    named["tenant_id"] = json!("birch");
    assert_eq!(bench.send("POST", "/api/staff/holds", &named).await.0, 409, "another hold has this id");
}

#[tokio::test]
async fn a_hold_on_a_tenant_or_a_connection_that_nobody_knows_is_404_and_stores_nothing() {
    let bench = Bench::new();
    let named = |tenant: &str, connection: &Value| {
        let mut body = body();
        (body["tenant_id"], body["connection_id"]) = (json!(tenant), connection.clone());
        body
    };
    for (tenant, connection, member) in [
        ("alders", Value::Null, "tenant_id"),
        ("alders", json!("c1"), "tenant_id"),
        ("alder", json!("c1"), "connection_id"),
    ] {
        let (status, problem) = bench.send("POST", "/api/staff/holds", &named(tenant, &connection)).await;
        let expected = (404, &json!("urn:privacy:problem:unknown"), &json!(member));
        assert_eq!((status, &problem["type"], &problem["member"]), expected, "{tenant} {connection}");
        assert!(!problem.to_string().contains("alder"), "{problem}");
    }
    demo::user(&bench.account, "alder", "u1", "2026-01-01T00:00:00.000Z", &demo::person("10158000000000001"));
    for (member, name) in [("contact", "p7"), ("user", "u7")] {
        let mut body = named("alder", &Value::Null);
        (body[member], body["classes"]) = (json!(name), json!([]));
        let (status, problem) = bench.send("POST", "/api/staff/holds", &body).await;
        assert_eq!((status, &problem["member"]), (404, &json!(member)), "{problem}");
    }
    let mut nothing = named("alder", &Value::Null);
    (nothing["user"], nothing["classes"]) = (json!("u1"), json!(["security-logs"]));
    let (status, problem) = bench.send("POST", "/api/staff/holds", &nothing).await;
    assert_eq!((status, &problem["member"]), (422, &json!("classes")), "{problem}");
    assert!(bench.account.dump("ledger").is_empty());
    let mut invalid = named("alders", &Value::Null);
    invalid["proof"] = Value::Null;
    assert_eq!(bench.send("POST", "/api/staff/holds", &invalid).await.0, 422, "what may not be is said first");
    assert!(bench.account.dump("ledger").is_empty());
    demo::connect(&bench.account, "alder", "c1", "2026-01-01T00:00:00.000Z", &demo::person("10158000000000001"));
    let of_connection = named("alder", &json!("c1"));
    let (status, placed) = bench.send("POST", "/api/staff/holds", &of_connection).await;
    assert_eq!(status, 201, "{placed}");
    let (vault, row) =
        (demo::vault(&bench.account), Record { key: "connection".to_owned(), version: None, written_at: None });
    let range = KeyRange::Table { partition: "connection#alder#c1".to_owned(), begins_with: String::new() };
    assert_eq!(vault.erase("connections", &range, &[row]).await.unwrap(), []);
    let again = bench.send("POST", "/api/staff/holds", &of_connection).await;
    assert_eq!(again, (201, placed), "the same again has the same answer, whoever has left meanwhile");
}

#[tokio::test]
async fn who_is_certain_of_a_name_places_a_hold_all_the_same() {
    let bench = Bench::new();
    let mut hold = body();
    (hold["tenant_id"], hold["connection_id"]) = (json!("elder"), json!("c1"));
    for (value, status, slug) in
        [(Value::Null, 404, "unknown"), (json!(false), 404, "unknown"), (json!("yes"), 400, "bad-member")]
    {
        hold["even_if_unknown"] = value;
        let (found, problem) = bench.send("POST", "/api/staff/holds", &hold).await;
        assert_eq!((found, &problem["type"]), (status, &json!(format!("urn:privacy:problem:{slug}"))));
    }
    hold["even_if_unknown"] = json!(true);
    assert_eq!(bench.send("POST", "/api/staff/holds", &hold).await.0, 201);
    (hold["even_if_unknown"], hold["reason"]) = (Value::Null, json!("the court still asks"));
    assert_eq!(bench.send("POST", "/api/staff/holds", &hold).await.0, 201, "the next one, once it was reviewed");
    for wider in [json!("c2"), Value::Null] {
        hold["connection_id"] = wider;
        assert_eq!(bench.send("POST", "/api/staff/holds", &hold).await.0, 404, "another scope of the same tenant");
    }
}

#[tokio::test]
async fn a_hold_on_a_user_of_the_account_is_placed_and_listed_as_such() {
    let bench = Bench::new();
    demo::user(&bench.account, "alder", "u1", "2026-01-01T00:00:00.000Z", &demo::person("10158000000000001"));
    let whole = json!({"tenant_id": "alder", "reason": "a court", "approver": "counsel", "proof": "file 7", "review_by": in_days(60)});
    let mut one = whole.clone();
    one["user"] = json!("u1");
    let (status, placed) = bench.send("POST", "/api/staff/holds", &one).await;
    assert_eq!(status, 201, "{placed}");
    let listed = bench.get("/api/staff/holds").await;
    assert_eq!((&listed["holds"][0]["user"], &listed["holds"][0]["contact"]), (&json!("u1"), &Value::Null));
    let wider = bench.send("POST", "/api/staff/holds", &whole).await.1;
    assert_ne!(wider["hold_id"], placed["hold_id"], "a wider hold is another one");
    one["user"] = json!("a#b");
    assert_eq!(bench.send("POST", "/api/staff/holds", &one).await.1["member"], "user");
}

#[tokio::test]
async fn what_is_not_watched_is_said_without_a_verdict() {
    let answer = Bench::new().get("/api/staff/promises").await;
    let unwatched = answer["unwatched"].as_array().unwrap();
    let sections: Vec<&Value> = unwatched.iter().map(|one| &one["policy"]).collect();
    assert_eq!(sections, [&json!("10"), &json!("12")]);
    assert!(unwatched.iter().all(|one| one["holds"].is_null() && one["verdict"] == "not-watched"), "{answer}");
}

#[tokio::test]
async fn what_may_not_be_is_named_never_repeated_and_stores_nothing() {
    let bench = Bench::new();
    let cases = [
        (400, "bad-member", "tenant_id", json!(null)),
        (400, "bad-member", "tenant_id", json!("a#b")),
        (400, "bad-member", "classes", json!("signals")),
        (400, "bad-member", "reason", json!("")),
        (400, "bad-member", "approver", json!(null)),
        (400, "bad-member", "review_by", json!("soon")),
        (400, "bad-member", "from", json!("yesterday")),
        (400, "bad-member", "id", json!("No Id")),
        (422, "invalid-hold", "classes", json!(["zebras"])),
        (422, "invalid-hold", "review_by", json!(in_days(91))),
        (422, "invalid-hold", "review_by", json!("2020-01-01")),
        (422, "invalid-hold", "proof", json!(null)),
    ];
    for (status, slug, member, value) in cases {
        let mut body = body();
        body[member] = value;
        let (found, problem) = bench.send("POST", "/api/staff/holds", &body).await;
        let expected = (status, json!(format!("urn:privacy:problem:{slug}")), json!(member));
        assert_eq!((found, problem["type"].clone(), problem["member"].clone()), expected);
        assert!(!problem.to_string().contains("alder") && !problem.to_string().contains("zebras"));
    }
    for misspelt in ["class", "conection_id", "hold_id"] {
        let mut body = body();
        body[misspelt] = json!("signals");
        assert_eq!(bench.send("POST", "/api/staff/holds", &body).await.0, 400, "it would hold more than is meant");
    }
    let mut dates = body();
    (dates["from"], dates["until"]) = (json!("2026-02-01T00:00:00Z"), json!("2026-01-01T00:00:00Z"));
    let (status, problem) = bench.send("POST", "/api/staff/holds", &dates).await;
    assert_eq!((status, &problem["member"]), (422, &json!("until")));
    assert!(bench.account.dump("ledger").is_empty());
}

#[tokio::test]
async fn unknown_things_are_404_and_wrong_methods_405() {
    let bench = Bench::new();
    let confirmation = format!("/api/staff/obligations/{}/plan-confirmation", "a".repeat(32));
    let cases = [
        (404, "GET", "/api/staff/nothing".to_owned()),
        (404, "GET", "/api/staff/holds/".to_owned()),
        (404, "DELETE", "/api/staff/holds/hold-0009".to_owned()),
        (404, "GET", format!("/api/staff/obligations/{}", "a".repeat(32))),
        (404, "GET", "/api/staff/obligations/0123456789ab".to_owned()),
        (404, "POST", confirmation.clone()),
        (405, "PUT", "/api/staff/holds".to_owned()),
        (405, "GET", "/api/staff/holds/hold-0009".to_owned()),
        (405, "POST", "/api/staff/promises".to_owned()),
        (405, "GET", confirmation),
    ];
    for (status, method, path) in cases {
        let body = if method == "POST" { confirming(&"5f".repeat(32)) } else { Value::Null };
        assert_eq!(bench.send(method, &path, &body).await.0, status, "{method} {path}");
    }
}

#[tokio::test]
async fn a_halted_plan_is_shown_by_its_ref_and_confirmed_by_its_hash() {
    let bench = Bench::new();
    let request = halted(&bench).await;
    let path = format!("/api/staff/obligations/{}", request.id.log_ref());
    let shown = bench.get(&path).await;
    assert_eq!((&shown["state"], &shown["obligation_id"]), (&json!("planned"), &json!(request.id.as_str())));
    assert_eq!(shown["plan"]["counts"], json!({"unclassified": 2}));
    assert_eq!(shown["plan"]["over_ceiling"], json!({"unclassified": 0}));
    assert_eq!(shown["plan"]["is_waiting"], true);
    let path = format!("{path}/plan-confirmation");
    let (status, problem) = bench.send("POST", &path, &confirming(&"0".repeat(64))).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:privacy:problem:plan-differs")));
    assert_eq!(bench.send("POST", &path, &confirming("zz")).await.0, 400);
    assert!(bench.account.sent().is_empty());
    let hash = shown["plan"]["plan_hash"].as_str().unwrap();
    let (status, confirmed) = bench.send("POST", &path, &confirming(hash)).await;
    assert_eq!((status, &confirmed["confirmed_plan"]), (200, &shown["plan"]["plan_hash"]));
    assert_eq!(bench.account.sent().len(), 1);
    let head = demo::ledger(&bench.account).head(&request.id).await.unwrap().unwrap();
    assert!(head.next_action_at.unwrap() <= SystemClock.now(), "due at once, should the message be lost");
}

#[tokio::test]
async fn the_promises_are_listed_with_what_is_open() {
    let bench = Bench::new();
    halted(&bench).await;
    let ledger = bench.get("/api/staff/promises").await;
    assert_eq!(ledger["is_complete"], true);
    let find =
        |name: &str| ledger["promises"].as_array().unwrap().iter().find(|one| one["promise"] == name).unwrap().clone();
    let deletion = find("promise.meta-data-deletion");
    assert_eq!((&deletion["holds"], &deletion["open"], &deletion["halted"]), (&json!(true), &json!(1), &json!(1)));
    assert_eq!(deletion["next_due"], json!({"date": "2036-04-09", "time_zone": "UTC"}));
    assert!(deletion["sentence"].as_str().unwrap().contains("within 30 days"));
    assert_eq!(find("termination.phase.account")["open"], 0);
}

#[tokio::test]
async fn what_goes_by_its_date_is_shown_with_its_watermark() {
    let bench = Bench::new();
    let ledger = demo::ledger(&bench.account);
    let (now, day) = (SystemClock.now(), SignedDuration::from_hours(24));
    PurgeLedger::advance(&ledger, "security-logs", now - day * 380, now).await.unwrap();
    // Everything that is due is swept, and nothing else.
    let pages = PeriodClass::all(&demo::map()).unwrap().into_iter().find(|class| class.name == "page-reports").unwrap();
    let mut open = pages.period(now - day * 400);
    while pages.due_at(&open).unwrap() <= now {
        open = open.next().unwrap();
    }
    PurgeLedger::advance(&ledger, "page-reports", open.starts_at().unwrap(), now).await.unwrap();
    PurgeLedger::advance(&ledger, "member-activity", now + day, now).await.unwrap();
    let plan = PurgePlan::new("organisation-activity", 1, u64::MAX, now);
    PurgeLedger::halt(&ledger, "organisation-activity", &plan).await.unwrap();
    let answer = bench.get("/api/staff/promises").await;
    let scheduled = answer["scheduled"].as_array().unwrap();
    assert_eq!(scheduled.len(), 6);
    let find = |name: &str| scheduled.iter().find(|one| one["promise"] == format!("class.{name}")).unwrap().clone();
    let logs = find("security-logs");
    assert_eq!((&logs["holds"], &logs["verdict"], &logs["policy"]), (&json!(false), &json!("late"), &json!(["9"])));
    assert_eq!(logs["sentence"], "Security logs are retained for up to 12 months.");
    assert!(logs["late_periods"].as_u64().unwrap() > 10 && logs["next_due"]["due_at"].is_string());
    assert_eq!(logs["oldest_open"]["period"].as_str().unwrap(), &instant::to_text(now - day * 380)[..10]);
    assert_eq!(logs["last_proof"]["at"], instant::to_text(now));
    let pages = find("page-reports");
    assert_eq!((&pages["holds"], &pages["verdict"], &pages["sentence"]), (&json!(true), &json!("holds"), &Value::Null));
    assert_eq!((&pages["platform_limit"]["platform"], &pages["oldest_open"]), (&json!("linkedin"), &Value::Null));
    assert_eq!(find("organisation-activity")["verdict"], "halted");
    let ahead = find("member-activity");
    assert_eq!((&ahead["verdict"], &ahead["holds"]), (&json!("ahead"), &json!(false)), "it cannot be true");
}

#[tokio::test]
async fn a_halted_purge_is_shown_and_confirmed_by_its_hash() {
    let bench = Bench::new();
    let ledger = demo::ledger(&bench.account);
    let plan = PurgePlan::new("own.requests", 5_000, 5_001, instant::to_millis(SystemClock.now()));
    let path = "/api/staff/purges/own.requests";
    assert_eq!(bench.get(path).await["plan"], Value::Null);
    PurgeLedger::halt(&ledger, "own.requests", &plan).await.unwrap();
    let shown = bench.get(path).await["plan"].clone();
    assert_eq!(
        (&shown["records"], &shown["ceiling"], &shown["is_waiting"]),
        (&json!(5_001), &json!(5_000), &json!(true))
    );
    let confirmation = format!("{path}/plan-confirmation");
    let confirm = async |path: &str, hash: &str| bench.send("POST", path, &confirming(hash)).await;
    let (status, problem) = confirm(&confirmation, &"0".repeat(64)).await;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:privacy:problem:plan-differs")));
    assert_eq!(confirm(&confirmation, "zz").await.0, 400);
    let hash = shown["plan_hash"].as_str().unwrap();
    let (status, confirmed) = confirm(&confirmation, hash).await;
    assert_eq!(
        (status, &confirmed["confirmed_plan"], &confirmed["class"]),
        (200, &json!(hash), &json!("own.requests"))
    );
    assert_eq!(bench.get(path).await["plan"]["is_waiting"], false);
    assert_eq!(ledger.progress("own.requests").await.unwrap().confirmed(), Some(&plan));
    let rows: Vec<String> = bench.account.dump("ledger").iter().map(Value::to_string).collect();
    let row = rows.iter().find(|row| row.contains("confirmed_by")).unwrap();
    assert!(row.contains(ALEX), "{row}");
    for unknown in ["signals", "own.receipts", "nobody", "-"] {
        let path = format!("/api/staff/purges/{unknown}");
        assert_eq!(bench.send("GET", &path, &Value::Null).await.0, 404, "{unknown}");
        assert_eq!(confirm(&format!("{path}/plan-confirmation"), hash).await.0, 404, "{unknown}");
    }
    assert_eq!(bench.send("DELETE", path, &Value::Null).await.0, 405);
    assert_eq!(bench.send("GET", &confirmation, &Value::Null).await.0, 405);
    let body = confirming(hash);
    assert_eq!(bench.send_as(None, "POST", &confirmation, &body).await.0, 503, "nothing is confirmed in nobody's name");
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_told_and_never_shown_as_a_promise_kept() {
    let bench = Bench::new();
    bench.account.trouble("Query", &[Trouble::Down; 10]);
    let (status, problem) = bench.send("GET", "/api/staff/promises", &Value::Null).await;
    assert_eq!((status, &problem["type"]), (503, &json!("urn:privacy:problem:unavailable")));
}

/// What stands in the ledger of who was about to do what, and how often.
fn noted(bench: &Bench) -> Vec<String> {
    let rows = bench.account.dump("ledger").into_iter().filter(|row| row["pk"]["S"] == "staff-acts");
    let mut noted: Vec<String> = rows
        .map(|row| {
            assert_eq!(row["who"]["S"], ALEX);
            let reason = row["reason"]["S"].as_str().map(|reason| format!(" {reason}")).unwrap_or_default();
            format!("{} {}{reason}", row["sk"]["S"].as_str().unwrap(), row["count"]["N"].as_str().unwrap())
        })
        .collect();
    noted.sort();
    noted
}

#[tokio::test]
async fn who_acts_and_who_looks_is_noted() {
    let bench = Bench::new();
    let placed = bench.send("POST", "/api/staff/holds", &body()).await.1;
    let hold = format!("/api/staff/holds/{}", placed["hold_id"].as_str().unwrap());
    assert_eq!(bench.send("DELETE", &hold, &Value::Null).await.0, 200);
    let waits = halted(&bench).await;
    let path = format!("/api/staff/obligations/{}/plan-confirmation", waits.id.as_str());
    assert_eq!(bench.send("POST", &path, &confirming(&"5f".repeat(32))).await.0, 200);
    let purge = "/api/staff/purges/own.requests/plan-confirmation";
    assert_eq!(bench.send("POST", purge, &confirming(&"5f".repeat(32))).await.0, 409);
    let replay = json!({"restored_to": instant::to_text(SystemClock.now()), "reason": "a restore"});
    assert_eq!(bench.send("POST", "/api/staff/replays", &replay).await.0, 202);
    bench.get("/api/staff/requests").await;
    bench.get("/api/staff/requests").await;
    let request = format!("/api/staff/requests/8{}", "a".repeat(32));
    assert_eq!(bench.send("GET", &request, &Value::Null).await.0, 404, "also who looks for what is not there");
    bench.get("/api/staff/promises").await;
    let expected = [
        "begin-replay 1",
        "confirm-plan 1 as-expected",
        "confirm-purge 1 as-expected",
        "look-at-list 2",
        "look-at-request 1",
        "place-hold 1",
        "release-hold 1 not-said",
    ];
    assert_eq!(noted(&bench), expected);
    let rows = format!(
        "{:?}",
        bench.account.dump("ledger").iter().filter(|row| row["pk"]["S"] == "staff-acts").collect::<Vec<_>>()
    );
    assert!(!rows.contains(waits.id.as_str()) && !rows.contains(&"a".repeat(32)), "by reference: {rows}");
}

#[tokio::test]
async fn what_changes_what_is_erased_is_not_done_without_a_reason_of_its_list() {
    let bench = Bench::new();
    let placed = bench.send("POST", "/api/staff/holds", &body()).await.1;
    let hold = format!("/api/staff/holds/{}", placed["hold_id"].as_str().unwrap());
    let waits = halted(&bench).await;
    let plan = PurgePlan::new("own.requests", 5_000, 5_001, instant::to_millis(SystemClock.now()));
    PurgeLedger::halt(&demo::ledger(&bench.account), "own.requests", &plan).await.unwrap();
    let of_plan = format!("/api/staff/obligations/{}/plan-confirmation", waits.id.as_str());
    let of_purge = "/api/staff/purges/own.requests/plan-confirmation".to_owned();
    let before = bench.account.dump("ledger");
    for (method, path, hash, other) in [
        ("POST", &of_plan, json!("5f".repeat(32)), "matter-closed"),
        ("POST", &of_purge, json!(plan.hash.as_str()), "matter-closed"),
        ("DELETE", &hold, Value::Null, "as-expected"),
    ] {
        let words =
            [json!("Ana Lima asked for it"), json!(other), json!("not-said"), json!(""), json!(7), json!(["backlog"])];
        for reason in words.iter().chain((method == "POST").then_some(&Value::Null)) {
            let body =
                if hash.is_null() { json!({"reason": reason}) } else { json!({"plan_hash": hash, "reason": reason}) };
            let (status, problem) = bench.send(method, path, &body).await;
            let expected = (422, &json!("urn:privacy:problem:no-reason"), &json!("reason"));
            assert_eq!((status, &problem["type"], &problem["member"]), expected, "{path} {body}");
            assert!(!problem.to_string().contains("Ana"), "{problem}");
        }
    }
    assert_eq!(bench.send("DELETE", &hold, &json!({"reasons": "replaced"})).await.0, 400, "a slip of the pen");
    assert_eq!(bench.account.dump("ledger"), before, "nothing is done or noted");
    let (status, _) = bench.send("DELETE", &hold, &json!({"reason": "requirement-lifted"})).await;
    assert_eq!((status, noted(&bench)[1].as_str()), (200, "release-hold 1 requirement-lifted"));
    let body = json!({"plan_hash": plan.hash.as_str(), "reason": "backlog"});
    assert_eq!(bench.send("POST", &of_purge, &body).await.0, 200);
    assert_eq!(noted(&bench)[0], "confirm-purge 1 backlog");
    for path in ["/api/staff/purges/signals/plan-confirmation", "/api/staff/purges/nobody/plan-confirmation"] {
        assert_eq!(bench.send("POST", path, &confirming(&"5f".repeat(32))).await.0, 404);
    }
    assert_eq!(noted(&bench).len(), 3, "no class that nothing purges stands in the trail");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_done_or_shown_that_could_not_be_noted() {
    let bench = Bench::new();
    let waits = halted(&bench).await;
    let confirmation = format!("/api/staff/obligations/{}/plan-confirmation", waits.id.as_str());
    let before = bench.account.dump("ledger");
    for (method, path, body) in [
        ("POST", "/api/staff/holds", body()),
        ("DELETE", "/api/staff/holds/hold-0001", Value::Null),
        ("POST", confirmation.as_str(), confirming(&"5f".repeat(32))),
        ("POST", "/api/staff/purges/own.requests/plan-confirmation", confirming(&"5f".repeat(32))),
        ("POST", "/api/staff/replays", json!({"restored_to": "2026-01-01T00:00:00Z", "reason": "a restore"})),
        ("GET", "/api/staff/requests", Value::Null),
        ("GET", &format!("/api/staff/requests/8{}", "a".repeat(32)), Value::Null),
    ] {
        assert_eq!(bench.send_as(None, method, path, &body).await.0, 503, "nobody is named: {method} {path}");
        bench.account.trouble("UpdateItem ledger", &[Trouble::Down; 20]);
        assert_eq!(bench.send(method, path, &body).await.0, 503, "{method} {path}");
        assert_eq!(bench.account.dump("ledger"), before, "{method} {path}");
    }
}
