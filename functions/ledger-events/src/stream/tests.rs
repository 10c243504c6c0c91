use jiff::{SignedDuration, Timestamp};
use lambda_runtime::Context;
use privacy::ids::TenantId;
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::obligation::ObligationId;
use privacy::ports::{HoldBook, Intake, Opened, Placed, Released};
use privacy::purge::{Leftover, PurgeLedger, PurgePlan};
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
    let keys = json!({"pk": after["pk"], "sk": after["sk"]});
    let mut images =
        json!({"SequenceNumber": "111", "ApproximateCreationDateTime": 1_773_144_000, "Keys": keys, "NewImage": after});
    if let Some(before) = before {
        images["OldImage"] = before.clone();
    }
    json!({"eventName": "MODIFY", "dynamodb": images})
}

async fn told(account: &Account, records: &[Value]) -> Result<(), Fault> {
    let payload = serde_json::from_value(json!({"Records": records})).unwrap();
    let dead_letters = "http://account.test/000000000000/eventdeadletters".to_owned();
    let teller = Teller::new(&account.connection_of("ledger-events"), "bus".to_owned(), dead_letters);
    teller.tell(&LambdaEvent { payload, context: Context::default() }).await
}

/// What was sent from the given place on: the kinds of events, and what was parked.
fn sent_since(account: &Account, before: usize) -> (Vec<String>, Vec<Value>) {
    let sent = account.sent();
    let sent: Vec<Value> = sent.iter().skip(before).map(|body| serde_json::from_str(body).unwrap()).collect();
    let (events, parked): (Vec<Value>, Vec<Value>) = sent.into_iter().partition(|body| body.get("kind").is_some());
    (events.iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect(), parked)
}

/// The kinds of events that are told where nothing is parked.
async fn tell(account: &Account, records: &[Value]) -> Result<Vec<String>, Fault> {
    let before = account.sent().len();
    told(account, records).await?;
    let (events, parked) = sent_since(account, before);
    assert_eq!(parked, Vec::<Value>::new());
    Ok(events)
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

/// The row of the ledger with a key.
fn row(account: &Account, pk: &str, sk: &str) -> Value {
    account.dump("ledger").into_iter().find(|row| row["pk"]["S"] == pk && row["sk"]["S"] == sk).unwrap()
}

#[tokio::test]
async fn a_hold_is_told_from_its_row_in_the_book_once() {
    let (account, note) = (Account::new(), |text: &str| Note::parse(text).unwrap());
    let hold = LegalHold {
        id: HoldId::parse("hold-of-mia").unwrap(),
        scope: HoldScope::of_tenant(TenantId::parse("alder").unwrap()),
        reason: note("a court"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: now(),
        review_by: "2026-05-01".parse().unwrap(),
    };
    let ledger = demo::ledger(&account);
    assert_eq!(ledger.place(&hold).await.unwrap(), Placed::New);
    let placed = row(&account, "holds", "hold-of-mia");
    for row in account.dump("ledger") {
        let told: &[&str] = if row == placed { &["placed"] } else { &[] };
        assert_eq!(tell(&account, &[change(None, &row)]).await.unwrap(), told, "{row}");
    }
    assert_eq!(ledger.release(&hold.id, now() + SignedDuration::from_hours(1)).await.unwrap(), Released::Done);
    let released = row(&account, "holds", "hold-of-mia");
    assert_eq!(tell(&account, &[change(Some(&placed), &released)]).await.unwrap(), ["released"]);
    assert_eq!(tell(&account, &[change(Some(&released), &released)]).await.unwrap(), [""; 0]);
    let sent = account.sent().join(" ");
    for secret in ["mia", "alder", "court", "counsel", "file 7"] {
        assert!(!sent.contains(secret), "{secret} in {sent}");
    }
}

#[tokio::test]
async fn a_purge_is_told_from_its_rows() {
    let (account, class) = (Account::new(), "security-logs");
    let ledger = demo::ledger(&account);
    ledger.advance(class, now(), now()).await.unwrap();
    let on_time = row(&account, "purge#security-logs", "watermark");
    assert_eq!(tell(&account, &[change(None, &on_time)]).await.unwrap(), [""; 0]);
    ledger.note_late(class, Some(now())).await.unwrap();
    let late = row(&account, "purge#security-logs", "watermark");
    assert_eq!(tell(&account, &[change(Some(&on_time), &late)]).await.unwrap(), ["late"]);
    ledger.note_late(class, Some(now() + SignedDuration::from_hours(1))).await.unwrap();
    assert_eq!(row(&account, "purge#security-logs", "watermark"), late, "since when it is late does not move");
    ledger.halt(class, &PurgePlan::new(class, 5, 7, now())).await.unwrap();
    let halted = row(&account, "purge#security-logs", "watermark");
    assert_eq!(tell(&account, &[change(Some(&late), &halted)]).await.unwrap(), ["halted"]);
    ledger.note_late(class, None).await.unwrap();
    let caught_up = row(&account, "purge#security-logs", "watermark");
    assert_eq!(tell(&account, &[change(Some(&halted), &caught_up)]).await.unwrap(), ["caught-up"]);

    let starts_at = now() - SignedDuration::from_hours(24);
    let by = vec![HoldId::parse("hold-of-mia").unwrap()];
    ledger.list(class, &Leftover { starts_at, look_at: now(), by, held: 3, kept: 0 }).await.unwrap();
    let left = account.dump("ledger").into_iter().find(|row| row["held"]["N"] == "3").unwrap();
    assert_eq!(tell(&account, &[change(None, &left)]).await.unwrap(), ["held"]);
    let removed = json!({"eventName": "REMOVE", "dynamodb": {"OldImage": left}});
    assert_eq!(tell(&account, &[removed]).await.unwrap(), ["released"], "its row goes with what it kept");
    assert!(!account.sent().join(" ").contains("mia"));
}

/// A row that is told, and the same as a later version could have left it.
async fn good_and_bad(account: &Account) -> [Value; 2] {
    let new = demo::request(&demo::person("10158000000000001"), now() + SignedDuration::from_secs(1));
    demo::ledger(account).open(&new).await.unwrap();
    let good = heads(account).remove(0);
    let mut bad = good.clone();
    bad["state"] = json!({"S": "from-a-later-version"});
    [good, bad]
}

fn parked(good: &Value) -> Value {
    let code = good["pk"]["S"].as_str().unwrap().strip_prefix("obligation#").unwrap();
    let row_ref = ObligationId::parse(code).unwrap().log_ref();
    let named = json!({"row": "obligation", "row_ref": row_ref, "sequence_number": "111", "changed_at": "2026-03-10T12:00:00.000Z"});
    let nameless = json!({"row": "unknown", "row_ref": null, "sequence_number": "", "changed_at": null});
    json!({"v": 1, "unreadable": [nameless, named]})
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_parked_by_reference_and_holds_up_no_other() {
    let account = Account::new();
    let [good, bad] = good_and_bad(&account).await;
    let removed = json!({"eventName": "REMOVE", "dynamodb": {"OldImage": good}});
    let records = [json!({}), change(None, &bad), removed, change(None, &good)];
    told(&account, &records).await.unwrap();
    assert_eq!(sent_since(&account, 0), (vec!["accepted".to_owned()], vec![parked(&good)]));
    assert!(!account.sent().join(" ").contains(good["pk"]["S"].as_str().unwrap()), "no key that opens a page");
}

#[tokio::test(start_paused = true)]
async fn a_row_that_can_neither_be_read_nor_parked_comes_again_and_then_is_parked() {
    let account = Account::new();
    let [good, bad] = good_and_bad(&account).await;
    let records = [json!({}), change(None, &bad), change(None, &good)];
    account.trouble("SendMessage", &[Trouble::Down; 3]);
    assert!(told(&account, &records).await.is_err());
    assert_eq!(sent_since(&account, 0), (vec!["accepted".to_owned()], vec![]), "what can be read is told all the same");
    let (first, before) = (account.sent().remove(0), account.sent().len());
    told(&account, &records).await.unwrap();
    assert_eq!(sent_since(&account, before), (vec!["accepted".to_owned()], vec![parked(&good)]));
    assert_eq!(account.sent()[before], first, "under the id that it was told by");
}

#[tokio::test(start_paused = true)]
async fn what_the_bus_refuses_parks_nothing_each_time_that_it_comes_again() {
    let account = Account::new();
    let [good, bad] = good_and_bad(&account).await;
    account.trouble("PutEvents", &[Trouble::Unprocessed]);
    let records = [json!({}), change(None, &bad), change(None, &good)];
    assert!(told(&account, &records).await.is_err());
    assert_eq!(sent_since(&account, 0).1, Vec::<Value>::new());
    told(&account, &records).await.unwrap();
    assert_eq!(sent_since(&account, 0).1, [parked(&good)]);
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
    let kinds: Vec<String> =
        batch.records.iter().flat_map(|record| read(record).unwrap()).map(|event| event.detail_type()).collect();
    assert_eq!(kinds, ["Obligation accepted", "Obligation erased"]);
}
