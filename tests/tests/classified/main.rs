//! Both ways between the data map and what is written: nothing is written that the map does not name, and nothing of ours stands in
//! the map that nobody writes. The first holds of every call of every test that has an account; the second is shown here.

mod writers;

use std::collections::BTreeSet;

use jiff::SignedDuration;
use privacy::legal_hold::HoldId;
use privacy::ports::HoldBook;
use privacy::purge::Reports;
use privacy_tests::account::Account;
use privacy_tests::classified::known;
use privacy_tests::demo;
use privacy_tests::everything::{account, now, visit};
use serde_json::json;

/// Kinds and attributes of our own stores that were never written, as `store: key: attribute`.
fn unwritten(account: &Account) -> BTreeSet<String> {
    let written = account.written();
    let ours = ["ledger", "suppression", "limits", "receipts", "reports", "bundles"];
    let mut missing = BTreeSet::new();
    for (store, kind) in known().kinds().filter(|(store, _)| ours.contains(store)) {
        let name = format!("{store}: {}", kind.shape());
        match written.get(&(store.to_owned(), kind.shape().to_owned())) {
            None => missing.extend([name]),
            Some(seen) => missing.extend(
                kind.attributes().filter(|attribute| !seen.contains(*attribute)).map(|one| format!("{name}: {one}")),
            ),
        }
    }
    missing
}

#[tokio::test(start_paused = true)]
async fn everything_of_ours_that_the_map_names_is_written_by_somebody() {
    let account = account().await;
    for minutes in [10, 70, 140] {
        visit(&account, now() + SignedDuration::from_mins(minutes)).await;
    }
    demo::ledger(&account).release(&HoldId::parse("hold-0001").unwrap(), now()).await.unwrap();
    writers::write_everything(&account).await;
    // An attribute that the map keeps on purpose although nobody writes it would stand here, with its reason.
    assert_eq!(unwritten(&account), BTreeSet::new());
}

#[tokio::test]
async fn a_row_and_an_attribute_that_nobody_classified_are_named_whichever_call_writes_them() {
    let account = Account::new();
    let client = account.connection().dynamodb();
    let text = |value: &str| aws_sdk_dynamodb::types::AttributeValue::S(value.to_owned());
    let put = client.put_item().table_name("ledger").item("pk", text("purge")).item("sk", text("run"));
    put.item("colour", text("red")).send().await.unwrap();
    let update = client.update_item().table_name("ledger").key("pk", text("purge")).key("sk", text("run"));
    let update = update.update_expression("SET taste = :taste").expression_attribute_values(":taste", text("sour"));
    update.send().await.unwrap();
    client.put_item().table_name("ledger").item("pk", text("shelf")).item("sk", text("run")).send().await.unwrap();
    client.put_item().table_name("limits").item("pk", text("v1-a")).item("mood", text("x")).send().await.unwrap();
    demo::reports(&account).store("scraps/1.json", "{}").await.unwrap();
    let strays = account.take_strays();
    let expected = [
        "ledger: no class knows shelf | run",
        "ledger: purge | run has no attribute `colour`",
        "ledger: purge | run has no attribute `taste`",
        "limits: {counter} has no attribute `mood`",
        "reports: no class knows scraps/1.json",
    ];
    assert_eq!(strays, expected.map(str::to_owned).into());
    // What a test puts there itself is its own affair.
    account.put_all("ledger", &[json!({"pk": {"S": "shelf"}, "sk": {"S": "2"}})]);
    assert!(account.take_strays().is_empty());
}

#[tokio::test]
#[should_panic(expected = "policy.toml does not know what was written")]
async fn a_test_that_does_not_ask_is_stopped() {
    let account = Account::new();
    let text = |value: &str| aws_sdk_dynamodb::types::AttributeValue::S(value.to_owned());
    let put = account.connection().dynamodb().put_item().table_name("ledger").item("pk", text("shelf"));
    put.item("sk", text("run")).send().await.unwrap();
}
