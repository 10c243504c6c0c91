//! Receipts over the real adapters: one entry each, whatever goes wrong with any call, and a bucket that verifies offline.

use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::keys::KeyedRef;
use privacy::obligation::{ObligationId, PlanHash};
use privacy::policy::Route;
use privacy::receipt::{
    Appended, Body, ChainCheck, Chains, ErasureReceipt, LastDay, Occasion, Position, PublicKeys, Section, SigningKey,
    Zone,
};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo::{self, Stopped};

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, "7".repeat(64))).unwrap()
}

fn tenant() -> TenantId {
    TenantId::parse("tenant-alder").unwrap()
}

fn chain() -> KeyedRef {
    demo::keys().receipt_chain(&tenant()).unwrap()
}

async fn append(account: &Account, letter: &str) -> Result<Appended, Fault> {
    let (ledger, store, key) = (demo::ledger(account), demo::receipts(account), key());
    let obligation = ObligationId::parse(&letter.repeat(32)).unwrap();
    let body = Body::ErasureReceipt(ErasureReceipt {
        obligation: demo::keys().receipt_obligation(&obligation).unwrap(),
        request: 1,
        reopened: 0,
        route: Route::MetaDataDeletion,
        policy: Section::parse("13.4").unwrap(),
        received_at: now(),
        due_by: LastDay { date: "2026-04-09".parse().unwrap(), time_zone: Zone::parse("UTC").unwrap() },
        erased_at: now(),
        classes: [].into(),
        processors: [].into(),
        plan: PlanHash::from_stored("0f".repeat(32)),
    });
    let occasion = Occasion::Erasure { obligation, request: 1, reopened: 0, tenant: tenant() };
    let chains = Chains { ledger: &ledger, store: &store, clock: &Stopped(now()), key: &key };
    chains.append(&occasion, &chain(), &body).await
}

/// The bucket as a folder, checked: how many entries, and every problem.
fn check(account: &Account) -> (u64, Vec<String>) {
    let objects = account.buckets().objects();
    let keys = PublicKeys::parse(&key().public_hex()).unwrap();
    let mut check = ChainCheck::new(chain(), &keys);
    let mut problems = Vec::new();
    let file = |key: String| objects.get(&format!("receipts/{key}")).map(String::as_bytes);
    for seq in 1..=u64::try_from(objects.len()).unwrap() {
        if let Some(file) = file(Position { chain: chain(), seq }.object_key()) {
            problems.extend(check.entry(seq, file).into_iter().map(|problem| problem.to_string()));
        }
    }
    let (summary, problem) = check.finish(file(Position::head_key(&chain())));
    problems.extend(problem.map(|problem| problem.to_string()));
    assert_eq!(usize::try_from(summary.entries).unwrap() + 1, objects.len(), "{:?}", objects.keys());
    (summary.entries, problems)
}

#[tokio::test(start_paused = true)]
async fn trouble_at_any_call_costs_time_and_nothing_else() {
    for operation in ["GetItem", "UpdateItem", "GetObject", "PutObject"] {
        for trouble in [Trouble::AnswerLost, Trouble::Down] {
            for times in [1, 2, 3, 4, 7] {
                let account = Account::new();
                append(&account, "a").await.unwrap();
                account.trouble(operation, &vec![trouble; times]);
                let mut deliveries = 1;
                while append(&account, "b").await.is_err() {
                    deliveries += 1;
                    assert!(deliveries < 9, "{operation} {trouble:?} {times}");
                }
                append(&account, "c").await.unwrap();
                assert_eq!(check(&account), (3, vec![]), "{operation} {trouble:?} {times}");
            }
        }
    }
}

#[tokio::test]
async fn workers_at_one_chain_each_get_their_place() {
    let account = Account::new();
    let letters: Vec<String> = ('a'..='l').chain('a'..='c').map(String::from).collect();
    let works: Vec<_> = letters
        .into_iter()
        .map(|letter| {
            let account = account.clone();
            tokio::spawn(async move { append(&account, &letter).await })
        })
        .collect();
    for work in works {
        work.await.unwrap().unwrap();
    }
    let lost = account.take_calls().iter().filter(|call| call.operation == "PutObject" && call.status == 412).count();
    assert!(lost > 12, "{lost} places were lost to others");
    assert_eq!(check(&account), (12, vec![]));
}

#[tokio::test]
async fn what_stands_in_the_ledger_and_the_bucket_names_nobody() {
    let account = Account::new();
    append(&account, "a").await.unwrap();
    let bucket = format!("{:?}", account.buckets().objects());
    assert!(!bucket.contains("alder") && !bucket.contains(&"a".repeat(32)), "{bucket}");
    let rows = account.dump("ledger");
    let keys: Vec<String> = rows.iter().map(|row| format!("{} {}", row["pk"]["S"], row["sk"]["S"])).collect();
    let expected = [
        format!("\"chain#{}\" \"hint\"", chain()),
        format!("\"obligation#{}\" \"receipt#000001#tenant-alder\"", "a".repeat(32)),
    ];
    assert!(expected.iter().all(|key| keys.contains(key)) && keys.len() == 2, "{keys:?}");
}

#[tokio::test]
async fn an_append_costs_so_many_calls() {
    let account = Account::new();
    append(&account, "a").await.unwrap();
    drop(account.take_calls());
    append(&account, "b").await.unwrap();
    let calls: Vec<String> = account.take_calls().into_iter().map(|call| call.operation).collect();
    let expected = [
        "GetItem",
        "GetItem",
        "GetObject",
        "GetObject",
        "UpdateItem",
        "PutObject",
        "GetObject",
        "PutObject",
        "UpdateItem",
    ];
    assert_eq!(calls, expected);
}
