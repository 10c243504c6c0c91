//! `make policy-check`: what the service and the product write is in the map, and what is not is named without its value.

use jiff::{SignedDuration, Timestamp};
use policy_check::{Arguments, Asked, Check, GOOD, Known, Names, StoreReport, UNCHECKED, UNCLASSIFIED, write_report};
use privacy::erasure::Worked;
use privacy::legal_hold::HoldId;
use privacy::policy::Model;
use privacy::ports::HoldBook;
use privacy_aws::inventory::Inventory;
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use privacy_tests::everything::{account, now, visit};
use serde_json::{Value, json};

const OUTPUTS: &str = r#"{"api_url": "x", "outputs": {
    "LedgerTableName": "ledger", "SuppressionTableName": "suppression", "ConnectionsTableName": "connections",
    "InboxTableName": "inbox", "AccountsTableName": "accounts", "ConversationsTableName": "conversations",
    "MediaBucketName": "media", "PeopleTableName": "people", "ReceiptsBucketName": "receipts", "FilesBucketName": "files",
    "SocialTableName": "social", "BillingTableName": "billing", "LogsTableName": "logs", "ReportsBucketName": "reports",
    "LimitsTableName": "limits", "BundlesBucketName": "bundles", "ErasureQueueUrl": "x"}}"#;

fn known() -> Known {
    let model: Model = toml::from_str(include_str!("../../policy.toml")).unwrap();
    Known::of(&model).unwrap()
}

async fn check_by(known: &Known, account: &Account, names: &Names, shows_words: bool) -> Vec<StoreReport> {
    let inventory = Inventory::new(&account.connection());
    let check = Check { inventory: &inventory, known, pace: 7, shows_words, now: now() };
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
        ("purge", "due-run"),
        ("purge", "proof#"),
    ] {
        let is_there = rows.iter().any(|row| key(row, "pk").starts_with(partition) && key(row, "sk").starts_with(sort));
        assert!(is_there, "no {partition} {sort}");
    }
    assert!(!whole.dump("limits").is_empty());
    assert_eq!(report(&whole).await.1, GOOD, "{}", report(&whole).await.0);
    // Were one of them not in the map, that would be said.
    for gone in [
        "asked",
        "trail#{act}",
        "verification",
        "watermark",
        "left#{instant}",
        "run",
        "due-run",
        "proof#{promise}",
        "{counter}",
    ] {
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

/// A writer that remembers its line of an hour writes once more after the purge has taken it.
#[tokio::test(start_paused = true)]
async fn what_no_line_of_its_registry_lists_is_named() {
    let account = account().await;
    let member =
        |connection: &str, hour: &str| row(connection, &format!("member#{hour}#{hour}:10:00.000Z#m1"), &["name"]);
    let line = |connection: &str, hour: &str| row(&format!("due#member-profiles#{hour}#1"), connection, &[]);
    // It is noon: of today's hours the last one is not over, and what is of yesterday at three is being purged.
    let (late, over, purged, open) = ("2026-03-09T06", "2026-03-10T08", "2026-03-09T15", "2026-03-10T12");
    let rows = [
        member("alder#c7", late),
        member("alder#c7", over),
        member("alder#c7", open),
        member("alder#c7", purged),
        member("alder#c8", late),
        line("alder#c8", late),
    ];
    account.put_all("social", &rows);
    let (text, code) = report(&account).await;
    assert_eq!(code, UNCLASSIFIED, "{text}");
    let named: Vec<&str> = text.lines().filter(|line| line.contains("unlisted")).collect();
    assert_eq!(named.len(), 1, "{text}");
    assert!(named[0].contains("member-profiles: no line") && named[0].trim_end().ends_with(" 2"), "{text}");
    account.put_all("social", &[line("alder#c7", late), line("alder#c7", over)]);
    let (text, code) = report(&account).await;
    assert_eq!(code, GOOD, "{text}");
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
        &[
            of("c7", day),
            row("due#organisation-activity#2026-02-20#1", "alder#c7", &[]),
            row("alder#c7", "member#2026-10-02T10#2026-10-02T10:10:00.000Z#m1", &["name"]),
        ],
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

/// A period goes as a whole, so what is filed under another than its own goes early or late.
#[tokio::test(start_paused = true)]
async fn what_is_dated_outside_its_period_is_named() {
    let account = account().await;
    let log = |instant: &str| row("log#2026-03-01#0", &format!("alder#{instant}#e"), &["event"]);
    account.put_all("logs", &[log("2026-03-01T00:00:00.000Z"), log("2026-03-01T23:59:59.999Z")]);
    let member = |instant: &str| row("alder#c1", &format!("member#2026-10-01T23#{instant}#m1"), &["name"]);
    account.put_all("social", &[member("2026-10-01T23:00:00.000Z")]);
    assert_eq!(report(&account).await.1, GOOD, "{}", report(&account).await.0);
    account.put_all("logs", &[log("2026-02-28T23:59:59.999Z"), log("2026-03-02T00:00:00.000Z")]);
    account.put_all("social", &[member("2026-10-01T22:59:59.000Z")]);
    let (text, code) = report(&account).await;
    assert_eq!(code, UNCLASSIFIED, "{text}");
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for (class, count) in [("security-logs", 2), ("member-profiles", 1)] {
        let line = format!("misdated {class}: dated outside the period in which it stands {count}");
        assert!(lines.contains(&line), "no `{line}` in {text}");
    }
}

/// Expiry ends marks and counters, and AWS says of it only that it comes within days: what it has not taken is named.
#[tokio::test(start_paused = true)]
async fn what_expiry_has_not_taken_two_days_after_its_time_is_named() {
    let account = account().await;
    let (hour, day) = (SignedDuration::from_hours(1), SignedDuration::from_hours(24));
    let expiring = |key: &str, attribute: &str, at: Timestamp| {
        let mut row = json!({"pk": {"S": key}, "expires_at": {"N": at.as_second().to_string()}});
        row[attribute] = json!({"S": "x"});
        row
    };
    account.put_all(
        "suppression",
        &[
            expiring("subject#v1-a", "covers_until", now() - day * 2 + hour),
            expiring("subject#v1-b", "covers_until", now() + day),
            json!({"pk": {"S": "subject#v1-open"}, "covers_until": {"S": "x"}}),
        ],
    );
    account.put_all("limits", &[expiring("v1-c", "admitted", now() - day)]);
    assert_eq!(report(&account).await.1, GOOD, "{}", report(&account).await.0);
    account.put_all(
        "suppression",
        &[
            expiring("subject#v1-d", "covers_until", now() - day * 2 - hour),
            expiring("connection#alder#c1", "covers_until", now() - day * 700),
            expiring("contact#alder#c1#p1", "covers_until", now() - day * 3),
        ],
    );
    account.put_all(
        "limits",
        &[expiring("v1-e", "admitted", now() - day * 3), json!({"pk": {"S": "v1-f"}, "admitted": {"N": "3"}})],
    );
    let (text, code) = report(&account).await;
    assert_eq!(code, UNCLASSIFIED, "{text}");
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let taken = "expired more than 2 days ago, and the table has not taken it";
    for line in [
        format!("overdue suppression: {taken} 3"),
        format!("overdue limits: {taken} 1"),
        "overdue limits: does not say when it expires, and nothing else ends it 1".to_owned(),
    ] {
        assert!(lines.contains(&line), "no `{line}` in {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_store_is_waited_for_and_one_that_stays_down_is_said_so() {
    let account = account().await;
    account.trouble("Scan", &[Trouble::Throttled; 4]);
    assert_eq!(report(&account).await.1, GOOD);
    account.trouble("Scan", &[Trouble::Down; 90]);
    let (inventory, known) = (Inventory::new(&account.connection()), known());
    let check = Check { inventory: &inventory, known: &known, pace: 100, shows_words: false, now: now() };
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
