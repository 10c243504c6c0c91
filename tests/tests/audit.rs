//! The audit trail over the real adapters: every kind of row of the policy file is told or left out for a reason; who is about
//! to act is stored before; a whole case, from a callback to its purge, follows without a gap.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use privacy::audit::{Recorded, StaffAct, StaffActs, StaffDeed, StaffReason, Trail, record};
use privacy::ids::TenantId;
use privacy::policy::model::Model;
use privacy::ports::{Answer, Intake};
use privacy::purge::{Leftover, PurgeLedger};
use privacy::receipt::{Body, ChainCheck, Entry, Position, PublicKeys, SigningKey};
use privacy_aws::ledger::{Told, change_of_record, is_told};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo::{self, Stopped};
use privacy_tests::stream::Stream;
use privacy_tests::workshop::Workshop;
use serde_json::Value;

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, "7".repeat(64))).unwrap()
}

fn recorded(records: &[Value]) -> Vec<Recorded> {
    let changes = records.iter().filter_map(|told| change_of_record(told).unwrap());
    changes.filter_map(|change| record(&demo::keys(), &change)).collect()
}

async fn append(account: &Account, changes: &[Recorded], at: Timestamp) -> Answer<()> {
    let (store, chain) = (demo::audit(account), demo::keys().audit_chain().unwrap());
    Trail::default().append((&store, &Stopped(at), &key()), &chain, changes).await.map(drop)
}

/// The words of the trail, and every problem of it.
fn told(account: &Account) -> (Vec<String>, Vec<String>) {
    let (objects, chain) = (account.buckets().objects(), demo::keys().audit_chain().unwrap());
    let public = PublicKeys::parse(&key().public_hex()).unwrap();
    let (mut check, mut words, mut problems) = (ChainCheck::new(chain.clone(), &public), Vec::new(), Vec::new());
    let file = |key: String| objects.get(&format!("receipts/{key}")).map(String::as_bytes);
    for seq in 1.. {
        let Some(file) = file(Position { chain: chain.clone(), seq }.key_under("audit")) else { break };
        problems.extend(check.entry(seq, file).iter().map(ToString::to_string));
        let Body::Acts(acts) = Entry::open(file, &public).unwrap().body else { panic!("no entry of a trail") };
        for change in acts.changes {
            words.extend(change.acts.iter().map(|act| serde_json::to_value(act).unwrap().as_str().unwrap().to_owned()));
        }
    }
    problems.extend(check.finish(file(Position::head_key_under("audit", &chain))).1.map(|one| one.to_string()));
    (words, problems)
}

#[test]
fn every_row_of_the_ledger_is_told_or_left_out_for_a_reason() {
    let policy: Model = toml::from_str(include_str!("../../policy.toml")).unwrap();
    let rows = policy.own.values().filter(|own| own.store.as_deref() == Some("ledger")).flat_map(|own| &own.rows);
    let mut told = BTreeSet::new();
    for row in rows {
        let (partition, key) = (row.partition.as_deref().unwrap(), row.key.as_deref().unwrap());
        match is_told(partition, key) {
            Told::Yes => drop(told.insert(format!("{partition} {key}"))),
            Told::No(reason) => assert!(!reason.is_empty()),
            Told::Unknown => panic!("nobody has said whether {partition} {key} is told"),
        }
    }
    expect_test::expect![[r#"
        export#{tenant} bundle
        export#{tenant} noted#{deed}
        holds {hold}
        holds# {hold}
        holds#{tenant} hold#{hold}
        obligation#{obligation} asked
        obligation#{obligation} bundle
        obligation#{obligation} earlier#{request}
        obligation#{obligation} head
        obligation#{obligation} outcome#{request}
        obligation#{obligation} plan#{request}
        obligation#{obligation} processors#{request}
        obligation#{obligation} trail#{act}
        purge#{class} left#{instant}
        purge#{class} watermark
        staff-acts {deed}
    "#]]
    .assert_eq(&told.iter().map(|row| format!("{row}\n")).collect::<String>());
}

#[tokio::test]
async fn who_is_about_to_act_is_noted_for_one_unit_and_counted() {
    let account = Account::new();
    let ledger = demo::ledger(&account);
    let about = demo::keys().audit_chain().unwrap();
    let tenant = TenantId::parse("alder").unwrap();
    let deeds = [
        StaffDeed::PlaceHold(about.clone()),
        StaffDeed::ReleaseHold(about.clone(), StaffReason::Replaced),
        StaffDeed::ReleaseHold(about, StaffReason::NotSaid),
        StaffDeed::ConfirmPurge("billing-records".to_owned(), StaffReason::Backlog),
        StaffDeed::BeginReplay(now()),
        StaffDeed::LookAtList,
        StaffDeed::LookAtExport(tenant),
        StaffDeed::LookAtList,
    ];
    let mut stream = Stream::default();
    let (mut words, mut reasons) = (Vec::new(), Vec::new());
    for deed in deeds {
        drop(account.take_calls());
        ledger.note_act(&StaffAct { deed, who: "arn:aws:iam::1:user/ana".to_owned(), at: now() }).await.unwrap();
        let calls = account.take_calls();
        assert_eq!(
            calls.iter().map(|call| (call.operation.as_str(), call.wru)).collect::<Vec<_>>(),
            [("UpdateItem", 1.0)]
        );
        let changes = recorded(&stream.records(&account, now()));
        assert_eq!(changes.len(), 1, "the same again within a millisecond is an act of its own");
        let text = serde_json::to_string(&changes).unwrap();
        assert!(!text.contains("ana") && !text.contains("alder"), "{text}");
        words.extend(changes[0].acts.clone());
        reasons.push(changes[0].about.detail.as_ref().map(|detail| detail.as_str().to_owned()));
    }
    let words: Vec<Value> = words.iter().map(|act| serde_json::to_value(act).unwrap()).collect();
    let expected = [
        ("placing-hold", None),
        ("releasing-hold", Some("replaced")),
        ("releasing-hold", Some("not-said")),
        ("confirming-purge", Some("backlog")),
        ("beginning-replay", None),
        ("looking-at-list", None),
        ("looking-at-export", None),
        ("looking-at-list", None),
    ];
    let told: Vec<(&str, Option<&str>)> =
        words.iter().map(|word| word.as_str().unwrap()).zip(reasons.iter().map(Option::as_deref)).collect();
    assert_eq!(told, expected, "and no reason of the one before");
    let mut counts: Vec<String> =
        account.dump("ledger").iter().map(|row| format!("{} {}", row["sk"]["S"], row["count"]["N"])).collect();
    counts.sort();
    let expected = [
        r#""begin-replay" "1""#,
        r#""confirm-purge" "1""#,
        r#""look-at-list" "2""#,
        r#""noted#look-at-export" "1""#,
        r#""place-hold" "1""#,
        r#""release-hold" "2""#,
    ];
    assert_eq!(counts, expected);
}

#[tokio::test(start_paused = true)]
async fn a_case_is_told_from_its_receipt_to_its_last_look_without_a_gap() {
    let account = Account::new();
    let (ledger, mut stream, workshop) = (demo::ledger(&account), Stream::default(), Workshop::of(&account));
    let (ours, theirs) = (demo::person("10158000000000001"), demo::person("10158000000000002"));
    demo::connect(&account, "alder", "c1", "2026-01-01T00:00:00.000Z", &ours);
    demo::connect(&account, "birch", "c2", "2026-01-01T00:00:00.000Z", &theirs);
    let new = demo::request(&ours, now());
    let other = demo::request(&theirs, now());
    for request in [&new, &other] {
        ledger.open(request).await.unwrap();
    }
    let mut at = now();
    append(&account, &recorded(&stream.records(&account, at)), at).await.unwrap();
    let waits = [0, 20, 60 * 24 * 8, 60 * 24 * 31, 60 * 24 * 40];
    for minutes in waits {
        at = now() + SignedDuration::from_mins(minutes);
        workshop.work(&new.id, "w", at).await.unwrap();
        let changes = recorded(&stream.records(&account, at));
        account.trouble("PutObject", &[Trouble::AnswerLost, Trouble::Down]);
        while append(&account, &changes, at).await.is_err() {}
    }
    PurgeLedger::advance(&ledger, "billing-records", at, at).await.unwrap();
    let leftover = Leftover { starts_at: at, look_at: at, by: vec![], held: 3, kept: 0 };
    ledger.list("billing-records", &leftover).await.unwrap();
    append(&account, &recorded(&stream.records(&account, at)), at).await.unwrap();
    ledger.unlist("billing-records", at).await.unwrap();
    append(&account, &recorded(&stream.records(&account, at)), at).await.unwrap();
    let (words, problems) = told(&account);
    assert_eq!(problems, Vec::<String>::new());
    let count = |word: &str| words.iter().filter(|known| *known == word).count();
    assert_eq!((count("accepted"), count("erased"), count("completed")), (2, 1, 1), "{words:?}");
    assert_eq!(count("looked-again"), 3, "{words:?}");
    assert_eq!((count("altered"), count("unreadable")), (0, 0), "{words:?}");
    assert_eq!(words[words.len() - 3..], ["period-left", "periods-purged", "period-cleared"]);
}
