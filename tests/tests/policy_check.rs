//! `make policy-check`: what the service and the product write is in the map, and what is not is named without its value.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use policy_check::{Arguments, Asked, Check, GOOD, Known, Names, StoreReport, UNCHECKED, UNCLASSIFIED, write_report};
use privacy::accept_request::{admit_source, source_of};
use privacy::erasure::Worked;
use privacy::ids::TenantId;
use privacy::keys::KeyedRef;
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::memory::place;
use privacy::policy::Model;
use privacy::ports::{HoldBook, Intake, Lease, Ledger};
use privacy::purge::{Leftover, PurgeLedger, PurgePlan};
use privacy::receipt::{ChainLedger, Intent, Occasion, Position};
use privacy::subject_request::challenge::Challenge;
use privacy::subject_request::ports::{Challenges, RequestBook, RequestIntake};
use privacy::subject_request::{Act, Actor, Deed, Proof, Standing, SubjectRequest};
use privacy_aws::inventory::Inventory;
use privacy_aws::limits::LimitsTable;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::asked::{deeds, full};
use privacy_tests::demo;
use privacy_tests::workshop::Workshop;
use serde_json::{Value, json};

const OUTPUTS: &str = r#"{"api_url": "x", "outputs": {
    "LedgerTableName": "ledger", "SuppressionTableName": "suppression", "ConnectionsTableName": "connections",
    "InboxTableName": "inbox", "AccountsTableName": "accounts", "ConversationsTableName": "conversations",
    "MediaBucketName": "media", "PeopleTableName": "people", "ReceiptsBucketName": "receipts", "FilesBucketName": "files",
    "SocialTableName": "social", "BillingTableName": "billing", "LogsTableName": "logs", "ReportsBucketName": "reports",
    "LimitsTableName": "limits", "BundlesBucketName": "bundles", "ErasureQueueUrl": "x"}}"#;

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn known() -> Known {
    let model: Model = toml::from_str(include_str!("../../policy.toml")).unwrap();
    Known::of(&model).unwrap()
}

async fn check_by(known: &Known, account: &Account, names: &Names, shows_words: bool) -> Vec<StoreReport> {
    let inventory = Inventory::new(&account.connection());
    let check = Check { inventory: &inventory, known, pace: 7, shows_words };
    check.all(names, &mut Vec::new()).await.unwrap()
}

async fn check(account: &Account, names: &Names, shows_words: bool) -> Vec<StoreReport> {
    check_by(&known(), account, names, shows_words).await
}

/// The report on everything, and its exit code.
async fn report(account: &Account) -> (String, u8) {
    let mut out = Vec::new();
    let code = write_report(&check(account, &Names::of_outputs(OUTPUTS).unwrap(), false).await, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), code)
}

async fn visit(account: &Account, at: Timestamp) -> Worked {
    let id = demo::request(&demo::person("10158000000000001"), now()).id;
    Workshop::of(account).work(&id, &at.to_string(), at).await.unwrap()
}

fn hold(id: &str) -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse(id).unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse("alder").unwrap(),
            connection: None,
            contact: None,
            user: None,
            classes: BTreeSet::from(["signals".to_owned()]),
            from: Some(now()),
            until: None,
        },
        reason: note("a claim"),
        approver: note("counsel"),
        proof: Some(note("case 1")),
        placed_at: now(),
        review_by: "2026-04-01".parse().unwrap(),
    }
}

/// A tenant with a person, an account and conversations; an erasure that failed, was held, released and finished; and
/// a receipt on its way.
async fn account() -> Account {
    let account = Account::new();
    let person = demo::person("10158000000000001");
    for connection in ["c1", "c2"] {
        demo::connect(&account, "alder", connection, "2026-01-01T00:00:00.000Z", &person);
        demo::signals(&account, "alder", connection, 12, 300);
    }
    demo::share(&account, "alder", "x", &[("c1", "p1", 3), ("c2", "p1", 4)]);
    account.buckets().put_in("media", "alder/c1/p1/avatar/a.jpg", "1");
    let known_since = "2026-02-01T00:00:00.000Z";
    demo::user(&account, "alder", "u1", known_since, &person);
    demo::own_contact(&account, "alder", "p1", known_since, &person);
    for place in [place("alder", "c1", Some("p1")), place("alder", "c9", Some("p1"))] {
        demo::link_to(&account, &place, known_since, &person);
    }
    account.buckets().put_in("receipts", "receipts/v1-abc/0000000001.json", "1");
    let request = demo::request(&person, now());
    let ledger = demo::ledger(&account);
    ledger.open(&request).await.unwrap();
    let worker = Lease { id: request.id.clone(), worker: "w0".to_owned() };
    let before = |minutes| now() - SignedDuration::from_mins(minutes);
    ledger.lease(&worker, before(2), before(1)).await.unwrap();
    ledger.place(&hold("hold-0001")).await.unwrap();
    ledger.wait_for(&request.id, &HoldId::parse("hold-0001").unwrap()).await.unwrap();
    let occasion = Occasion::Erasure {
        obligation: request.id,
        request: 1,
        reopened: 0,
        tenant: TenantId::parse("alder").unwrap(),
    };
    let position = Position { chain: KeyedRef::from_stored("v1-chain".to_owned()), seq: 1 };
    let intent = Intent { position: position.clone(), file: "one".to_owned(), revision: 1 };
    ledger.propose(&occasion, &intent).await.unwrap();
    ledger.raise_hint(&position).await.unwrap();
    asked(&account).await;
    purged(&account).await;
    account
}

/// A request that says everything that one can say, what was done to it, its code, and the counters of whoever sent it.
async fn asked(account: &Account) {
    let (ledger, request, deeds) = (demo::ledger(account), full(), deeds());
    ledger.receive(&request).await.unwrap();
    let last = u32::try_from(deeds.len()).unwrap() + 2;
    for (version, deed) in (2..).zip(deeds) {
        let act = Act {
            deed,
            actor: Actor::Staff("arn:aws:iam::1:user/alex".to_owned()),
            why: Note::parse("why").ok(),
            at: now(),
        };
        let changed = SubjectRequest { version, ..request.clone() };
        assert!(ledger.record(&changed, &act, None).await.unwrap());
    }
    let closed = SubjectRequest {
        version: last,
        standing: Standing::Answered { at: now(), in_part: true },
        next_action_at: None,
        ..request.clone()
    };
    assert!(ledger.record(&closed, &Act::of_service(Deed::EvidenceErased, now()), None).await.unwrap());
    let made = Challenge::make(&demo::keys(), &request.id, Proof::EmailCode, &[1; 24], now()).unwrap();
    ledger.issue(&request.id, &made.0).await.unwrap();
    let limits = LimitsTable::new(&account.connection(), "limits".to_owned());
    let source = source_of(&demo::keys(), "192.0.2.1").unwrap();
    assert!(admit_source(&limits, &demo::keys(), &source, 60, now()).await.unwrap());
}

/// What a purge leaves in the ledger: how far it came, what a hold left, a halt, its run.
async fn purged(account: &Account) {
    let ledger = demo::ledger(account);
    let leftover =
        Leftover { starts_at: now(), look_at: now(), by: vec![HoldId::parse("hold-0001").unwrap()], held: 3, kept: 1 };
    PurgeLedger::advance(&ledger, "security-logs", now(), now()).await.unwrap();
    ledger.list("security-logs", &leftover).await.unwrap();
    let plan = PurgePlan::new("security-logs", 7, 8, now());
    ledger.halt("security-logs", &plan).await.unwrap();
    ledger.confirm_purge("security-logs", &plan.hash, "alex", now()).await.unwrap();
    ledger.note_run(now()).await.unwrap();
}

/// Which rows of our own stand in the account: an unmapped one would be named, so each kind must be there to be looked at.
#[tokio::test(start_paused = true)]
async fn every_row_of_requests_verification_purges_and_counters_is_looked_at() {
    let whole = account().await;
    let rows = whole.dump("ledger");
    let key = |row: &Value, name: &str| row[name]["S"].as_str().unwrap_or_default().to_owned();
    for (partition, sort) in [
        ("obligation#", "asked"),
        ("obligation#", "trail#"),
        ("obligation#", "verification"),
        ("purge#security-logs", "watermark"),
        ("purge#security-logs", "left#"),
        ("purge", "run"),
    ] {
        let is_there = rows.iter().any(|row| key(row, "pk").starts_with(partition) && key(row, "sk").starts_with(sort));
        assert!(is_there, "no {partition} {sort}");
    }
    assert!(!whole.dump("limits").is_empty());
    assert_eq!(report(&whole).await.1, GOOD, "{}", report(&whole).await.0);
    // Were one of them not in the map, that would be said.
    for gone in ["asked", "trail#{act}", "verification", "watermark", "left#{instant}", "run", "{counter}"] {
        let mut model: Model = toml::from_str(include_str!("../../policy.toml")).unwrap();
        let rows = model.own.values_mut().map(|own| &mut own.rows);
        rows.for_each(|rows| rows.retain(|row| ![&row.partition, &row.key].contains(&&Some(gone.to_owned()))));
        let known = Known::of(&model).unwrap();
        let reports = check_by(&known, &whole, &Names::of_outputs(OUTPUTS).unwrap(), false).await;
        assert_eq!(write_report(&reports, &mut Vec::new()).unwrap(), UNCLASSIFIED, "{gone}");
    }
    // Each attribute of theirs that the map does not know would be named, in any of these rows.
    for (table, row) in [
        ("limits", json!({"pk": {"S": "v1-a"}, "address": {"S": "192.0.2.1"}})),
        ("ledger", row("purge", "run", &["ended_at", "who"])),
        ("ledger", row("purge#security-logs", "watermark", &["whose"])),
        ("ledger", row("obligation#8a", "verification", &["code"])),
        ("ledger", row("obligation#8a", "trail#000001", &["text"])),
        ("ledger", row("obligation#8a", "asked", &["handle"])),
    ] {
        let account = account().await;
        account.put_all(table, std::slice::from_ref(&row));
        assert_eq!(report(&account).await.1, UNCLASSIFIED, "{row}");
    }
}

/// A full-text copy or a trace that somebody adds beside the messages is no record class of the map.
#[tokio::test(start_paused = true)]
async fn a_search_copy_and_a_trace_that_nobody_mapped_are_named() {
    let unmapped = [
        ("inbox", row("alder#c1", "contact#p1#fulltext#2026-02-01T00:00:00.000Z#s1", &["text"])),
        ("inbox", row("alder#c1", "contact#p1#trace#2026-02-01T00:00:00.000Z#t1", &["prompt"])),
        ("inbox", row("alder#c1", "search#invoice#p1", &["text"])),
        ("inbox", row("alder#c1", "contact#p1#embedding#s1", &["vector", "text"])),
        ("conversations", row("alder", "contact#p1#fulltext#2026-02-01T00:00:00.000Z#m1", &["text"])),
        ("conversations", row("alder", "trace#2026-02-01T00:00:00.000Z", &["prompt"])),
    ];
    for (table, row) in unmapped {
        let account = account().await;
        account.put_all(table, std::slice::from_ref(&row));
        assert_eq!(report(&account).await.1, UNCLASSIFIED, "{row}");
    }
    for key in ["alder/c1/p1/index/segment.bin", "search/alder/c1.idx"] {
        let account = account().await;
        account.buckets().put_in("media", key, "1");
        assert_eq!(report(&account).await.1, UNCLASSIFIED, "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_that_is_written_is_in_the_map() {
    let account = account().await;
    assert_eq!(report(&account).await.1, GOOD, "{}", report(&account).await.0);
    account.trouble("BatchWriteItem", &[Trouble::Down; 60]);
    assert!(matches!(visit(&account, now()).await, Worked::Failed { .. }));
    assert_eq!(report(&account).await.1, GOOD, "{}", report(&account).await.0);
    account.trouble("BatchWriteItem", &[]);
    for minutes in [10, 70, 140] {
        visit(&account, now() + SignedDuration::from_mins(minutes)).await;
    }
    demo::ledger(&account).release_hold("hold-0001").await;
    let (text, code) = report(&account).await;
    assert_eq!(code, GOOD, "{text}");
    assert!(account.dump("ledger").len() >= 8 && text.contains("all classified"), "{text}");
}

trait Release {
    async fn release_hold(&self, id: &str);
}

impl<L: HoldBook> Release for L {
    async fn release_hold(&self, id: &str) {
        self.release(&HoldId::parse(id).unwrap(), now()).await.unwrap();
    }
}

fn row(partition: &str, sort: &str, attributes: &[&str]) -> Value {
    let mut row = json!({"pk": {"S": partition}, "sk": {"S": sort}});
    for name in attributes {
        row[*name] = json!({"S": "maren@example.com"});
    }
    row
}

#[tokio::test(start_paused = true)]
async fn a_stray_attribute_key_object_and_table_are_named_without_their_values() {
    let account = account().await;
    let signal = |index: u32| format!("contact#p1#signal#2026-02-01T00:00:00.000Z#{index}");
    let rows = [
        row("alder#c1", &signal(1), &["text", "mood"]),
        row("alder#c1", &signal(2), &["mood"]),
        row("alder#c1", &signal(3), &["maren@example.com"]),
        row("alder#c1", "contact#p1#marensecret", &["text"]),
        row("alder#c1", "contact#p2#marensecret", &["text"]),
        row("alder#c1#marensecret", "contact#p2#profile", &["name"]),
    ];
    account.put_all("inbox", &rows);
    account.put_all("ledger", &[row("marensecret", "head", &[])]);
    account.buckets().put_in("media", "alder/c1/p1/marensecret.jpg", "1");
    let mut names = Names::of_outputs(OUTPUTS).unwrap();
    names.insert("marketing_lists=x", policy_check::Physical::Table).unwrap();
    let mut out = Vec::new();
    assert_eq!(write_report(&check(&account, &names, false).await, &mut out).unwrap(), UNCLASSIFIED);
    let text = String::from_utf8(out).unwrap();
    for value in ["maren", "alder", "example", "p1", "c1"] {
        assert!(!text.contains(value), "{value}: {text}");
    }
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "inbox 34 items, 4 unclassified:",
        "attribute signals: mood 2",
        "attribute signals: * 1",
        "key *#* | contact#*#* 2",
        "key *#*#* | contact#*#profile 1",
        "key * | head 1",
        "key */*/*/* 1",
        "store marketing_lists 1",
        "connections 12 items, all classified",
    ] {
        assert!(lines.contains(&line.to_owned()), "no `{line}` in {text}");
    }
    let spoken = check(&account, &names, true).await;
    let named: Vec<&str> =
        spoken.iter().flat_map(|report| report.findings.keys().map(|one| one.name.as_str())).collect();
    assert!(named.contains(&"*#* | contact#*#marensecret"), "only when asked: {named:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_older_than_the_first_day_of_its_class_is_named() {
    let account = account().await;
    let logs = [("2023-12-31", "1"), ("2024-01-01", "2")];
    account.put_all(
        "logs",
        &logs.map(|(day, id)| row(&format!("log#{day}#0"), &format!("alder#{day}T01:00:00.000Z#{id}"), &["event"])),
    );
    let member = |hour: &str| row("alder#c1", &format!("member#{hour}#{hour}:10:00.000Z#m1"), &["name"]);
    let listed = |hour: &str| row(&format!("due#member-profiles#{hour}#1"), "alder#c1", &[]);
    let hours = ["2024-12-31T23", "2025-01-01T00"];
    account.put_all("social", &[member(hours[0]), member(hours[1]), listed(hours[0]), listed(hours[1])]);
    let (text, code) = report(&account).await;
    assert_eq!(code, UNCLASSIFIED, "{text}");
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "older security-logs: dated before its `since`, no purge looks there 1",
        "older member-profiles: dated before its `since`, no purge looks there 2",
    ] {
        assert!(lines.contains(&line.to_owned()), "no `{line}` in {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_stands_in_a_shard_that_no_purge_reads_is_named() {
    let account = account().await;
    let in_shard = |shard: &str| {
        row(&format!("log#2026-03-01#{shard}"), &format!("alder#2026-03-01T01:00:00.000Z#{shard}"), &["event"])
    };
    account.put_all("logs", &["0", "3", "4", "03", "x"].map(in_shard));
    let (text, code) = report(&account).await;
    assert_eq!(code, UNCLASSIFIED, "{text}");
    let line = text.lines().find(|line| line.contains("beyond its `shards`")).unwrap_or_else(|| panic!("{text}"));
    assert!(line.contains("security-logs") && line.trim_end().ends_with(" 3"), "{line}");
}

/// LinkedIn gives days; nothing of it may stand where records last as long as a connection.
#[tokio::test(start_paused = true)]
async fn what_a_store_never_holds_of_a_platform_is_named() {
    let account = account().await;
    let connected = |connection: &str, platform: &str| {
        let mut row = row(&format!("connection#alder#{connection}"), "connection", &["connected_at"]);
        row["platform"] = json!({"S": platform});
        row
    };
    account.put_all("connections", &[connected("c7", "linkedin"), connected("c8", "google")]);
    let of = |connection: &str, sort: &str| row(&format!("alder#{connection}"), sort, &["text"]);
    let signal = "contact#p1#signal#2026-02-01T00:00:00.000Z#s1";
    // Where it belongs, and what another platform brought.
    let day = "organisation#2026-02-20#2026-02-20T00:10:00.000Z#m1";
    account.put_all(
        "social",
        &[of("c7", day), row("alder#c7", "member#2026-10-02T10#2026-10-02T10:10:00.000Z#m1", &["name"])],
    );
    account.put_all("inbox", &[of("c8", signal)]);
    account.buckets().put_in("media", "alder/c8/p1/avatar/a.jpg", "1");
    assert_eq!(report(&account).await.1, GOOD, "{}", report(&account).await.0);
    let mut orphan = of("c9", signal);
    orphan["platform"] = json!({"S": "linkedin"});
    account.put_all("inbox", &[of("c7", signal), of("c7", "contact#p1#summary"), orphan]);
    account.buckets().put_in("media", "alder/c7/p1/avatar/a.jpg", "1");
    let (text, code) = report(&account).await;
    assert_eq!(code, UNCLASSIFIED, "{text}");
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "platform signals: of linkedin, whose records never stand here 2",
        "platform summaries: of linkedin, whose records never stand here 1",
        "platform avatars: of linkedin, whose records never stand here 1",
    ] {
        assert!(lines.contains(&line.to_owned()), "no `{line}` in {text}");
    }
    assert_eq!(lines.iter().filter(|line| line.starts_with("platform ")).count(), 3, "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_store_is_waited_for_and_one_that_stays_down_is_said_so() {
    let account = account().await;
    account.trouble("Scan", &[Trouble::Throttled; 4]);
    assert_eq!(report(&account).await.1, GOOD);
    account.trouble("Scan", &[Trouble::Down; 90]);
    let (inventory, known) = (Inventory::new(&account.connection()), known());
    let check = Check { inventory: &inventory, known: &known, pace: 100, shows_words: false };
    let failed = check.all(&Names::of_outputs(OUTPUTS).unwrap(), &mut Vec::new()).await.unwrap_err();
    assert!(failed.to_string().starts_with("accounts: inventory.rows failed"), "{failed}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_nobody_named_is_not_passed_over() {
    let names =
        Names::of_outputs(r#"{"Stacks": [{"Outputs": [{"OutputKey": "InboxTableName", "OutputValue": "inbox"}]}]}"#);
    let mut out = Vec::new();
    let reports = check(&account().await, &names.unwrap(), false).await;
    assert_eq!(write_report(&reports, &mut out).unwrap(), UNCHECKED);
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.contains("inbox            28 items, all classified") && text.contains("media            NOT CHECKED"),
        "{text}"
    );
}

#[tokio::test]
async fn arguments_that_cannot_be_followed_are_named() {
    let parse = |line: &str| Arguments::parse(line.split_whitespace().map(str::to_owned));
    for (line, problem) in [
        ("", "give --outputs"),
        ("--table inbox", "--table is not"),
        ("--table", "--table is not"),
        ("--items-per-second 0 --table inbox=x", "--items-per-second is not"),
        ("--outputs nowhere.json", "--outputs nowhere.json"),
        ("--wat", "--wat is not"),
    ] {
        assert!(parse(line).unwrap_err().to_string().contains(problem), "{line}");
    }
    let Asked::Check(asked) = parse("--table inbox=t --bucket media=b --items-per-second 5").unwrap() else { panic!() };
    assert_eq!((asked.pace, asked.names.stores().count(), asked.shows_words), (5, 2, false));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = policy_check::run(["--table".to_owned()].into_iter(), &mut out, &mut err).await;
    assert_eq!((code, out.len()), (UNCHECKED, 0));
    let code = policy_check::run(["--help".to_owned()].into_iter(), &mut out, &mut err).await;
    assert!(code == GOOD && String::from_utf8(out).unwrap().contains("--outputs"));
}
