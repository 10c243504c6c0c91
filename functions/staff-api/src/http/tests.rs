mod holds;
mod limits;
mod noted;
mod plans;

use jiff::{SignedDuration, Span};
use lambda_http::request::LambdaRequest;
use privacy::data_map::KeyRange;
use privacy::instant;
use privacy::obligation::{Awaited, NewObligation, PlanHash, PlanRef, State};
use privacy::plan::Plan;
use privacy::ports::{Advance, DueIndex, Intake, Lease, Ledger, NextAction, Record, Stores};
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
    Ledger::advance(&ledger, &lease, &Advance::to(state, next_action)).await.unwrap();
    request
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

/// Ours is gone, and PostHog has been asked for eighteen days.
#[tokio::test]
async fn a_processor_that_is_past_its_last_day_has_a_line_of_its_own_and_breaks_no_promise_of_ours() {
    let bench = Bench::new();
    let (request, ledger) = (halted(&bench).await, demo::ledger(&bench.account));
    let (now, lease) = (SystemClock.now(), Lease { id: request.id.clone(), worker: "w".to_owned() });
    let since = now - SignedDuration::from_hours(18 * 24);
    let executing = State::Executing {
        plan: PlanRef { hash: PlanHash::from_stored("5f".repeat(32)), covers_until: request.covers_until },
    };
    let waiting = Advance {
        awaited: Some(Awaited { gone_at: since, processors: [("posthog".to_owned(), since)].into() }),
        ..Advance::to(executing, NextAction::At(now))
    };
    Ledger::advance(&ledger, &lease, &waiting).await.unwrap();
    let answer = bench.get("/api/staff/promises").await;
    let find = |list: &str, name: &str| {
        answer[list].as_array().unwrap().iter().find(|one| one["promise"] == name).unwrap().clone()
    };
    let posthog = find("processors", "processor.posthog");
    assert_eq!((&posthog["holds"], &posthog["awaited"], &posthog["overdue"]), (&json!(false), &json!(1), &json!(1)));
    assert_eq!(posthog["oldest_open_at"], instant::to_text(since));
    let payments = find("processors", "processor.payments");
    assert_eq!((&payments["holds"], &payments["awaited"]), (&json!(true), &json!(0)));
    let deletion = find("promises", "promise.meta-data-deletion");
    assert_eq!((&deletion["holds"], &deletion["overdue"]), (&json!(true), &json!(0)));
    assert_eq!(deletion["last_proof"], instant::to_text(since));
    let shown = bench.get(&format!("/api/staff/obligations/{}", request.id.as_str())).await;
    assert_eq!((&shown["timeliness"], &shown["erased_at"]), (&json!("settling"), &Value::Null));
    assert_eq!(shown["ours_gone_at"], instant::to_text(since));
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

#[tokio::test(start_paused = true)]
async fn a_fault_is_told_and_never_shown_as_a_promise_kept() {
    let bench = Bench::new();
    bench.account.trouble("Query", &[Trouble::Down; 10]);
    let (status, problem) = bench.send("GET", "/api/staff/promises", &Value::Null).await;
    assert_eq!((status, &problem["type"]), (503, &json!("urn:privacy:problem:unavailable")));
}
