use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Context;
use privacy::ports::{Intake, Opened};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use privacy_tests::workshop::Workshop;
use serde_json::json;

use super::*;

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

/// The head rows of the ledger, as the stream would hold them.
fn heads(account: &Account) -> Vec<Value> {
    account.dump("ledger").into_iter().filter(|row| row["sk"]["S"] == "head").collect()
}

fn change(before: Option<&Value>, after: &Value) -> Value {
    let mut images = json!({"SequenceNumber": "111", "NewImage": after});
    if let Some(before) = before {
        images["OldImage"] = before.clone();
    }
    json!({"eventName": "MODIFY", "dynamodb": images})
}

async fn tell(account: &Account, records: &[Value]) -> Result<Vec<String>, Fault> {
    let payload = serde_json::from_value(json!({"Records": records})).unwrap();
    let before = account.sent().len();
    let teller = Teller::new(&account.connection_of("ledger-events"), "bus".to_owned());
    teller.tell(&LambdaEvent { payload, context: Context::default() }).await?;
    let sent: Vec<Value> =
        account.sent().iter().skip(before).map(|detail| serde_json::from_str(detail).unwrap()).collect();
    Ok(sent.iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn a_request_is_told_from_its_rows_and_names_nobody() {
    let account = Account::new();
    let person = demo::person("10158000000000001");
    demo::connect(&account, "alder", "c1", "2026-01-01T00:00:00.000Z", &person);
    let new = demo::request(&person, now());
    assert_eq!(demo::ledger(&account).open(&new).await.unwrap(), Opened::New);
    let accepted = heads(&account).remove(0);
    assert_eq!(tell(&account, &[change(None, &accepted)]).await.unwrap(), ["accepted"]);
    Workshop::of(&account).work(&new.id, "w", now()).await.unwrap();
    let erased = heads(&account).remove(0);
    assert_eq!(tell(&account, &[change(Some(&accepted), &erased)]).await.unwrap(), ["erased"]);
    let sent = account.sent().join(" ");
    for secret in [new.id.as_str(), "alder", "10158000000000001"] {
        assert!(!sent.contains(secret), "{secret} in {sent}");
    }
    for other in account.dump("ledger").iter().filter(|row| row["sk"]["S"] != "head") {
        assert_eq!(tell(&account, &[change(None, other)]).await.unwrap(), [""; 0], "{}", other["sk"]);
    }
}

#[tokio::test]
async fn one_row_that_cannot_be_read_holds_up_no_other() {
    let account = Account::new();
    let new = demo::request(&demo::person("10158000000000001"), now() + SignedDuration::from_secs(1));
    demo::ledger(&account).open(&new).await.unwrap();
    let good = heads(&account).remove(0);
    let mut bad = good.clone();
    bad["state"] = json!({"S": "from-a-later-version"});
    let removed = json!({"eventName": "REMOVE", "dynamodb": {"OldImage": good}});
    let records = [json!({}), change(None, &bad), removed, change(None, &good)];
    assert_eq!(tell(&account, &records).await.unwrap(), ["accepted"]);
}

#[tokio::test(start_paused = true)]
async fn a_bus_that_does_not_take_everything_gets_it_again() {
    let account = Account::new();
    let new = demo::request(&demo::person("10158000000000001"), now());
    demo::ledger(&account).open(&new).await.unwrap();
    let row = heads(&account).remove(0);
    account.trouble("PutEvents", &[Trouble::Unprocessed]);
    assert!(tell(&account, &[change(None, &row)]).await.is_err());
    assert_eq!(tell(&account, &[change(None, &row)]).await.unwrap(), ["accepted"]);
}

#[test]
fn the_sample_is_read() {
    let text = include_str!("../../../../events/ledger-events.batch.json");
    let batch: Batch = serde_json::from_str(text).unwrap();
    let kinds: Vec<&str> =
        batch.records.iter().flat_map(|record| read(record).unwrap()).map(|event| event.kind.name()).collect();
    assert_eq!(kinds, ["accepted", "erased"]);
}
