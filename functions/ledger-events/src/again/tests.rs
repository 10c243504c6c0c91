use lambda_runtime::Context;
use privacy::obligation::NewObligation;
use privacy::ports::{Clock, DueIndex, Intake, Opened};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::demo;
use privacy_tests::workshop::Workshop;
use serde_json::{Value, json};

use super::*;
use crate::event::{Event, answer};
use crate::stream::Teller;

/// A person whose data was erased, and one whose request stands open; both may have been told by the stream.
async fn account() -> (Account, Timestamp) {
    let (account, now) = (Account::new(), SystemClock.now());
    let ledger = demo::ledger(&account);
    for (number, user) in ["10158000000000001", "10158000000000002"].into_iter().enumerate() {
        let person = demo::person(user);
        demo::connect(&account, "alder", &format!("c{number}"), "2026-01-01T00:00:00.000Z", &person);
        let new: NewObligation = demo::request(&person, now);
        assert_eq!(ledger.open(&new).await.unwrap(), Opened::New);
        if number == 0 {
            Workshop::of(&account).work(&new.id, "w", now).await.unwrap();
        }
    }
    (account, now)
}

/// The events of a call, each once, by kind and id.
async fn call(account: &Account, event: Value) -> Result<(Vec<String>, Option<Again>), lambda_runtime::Error> {
    let before = account.sent().len();
    let connection = account.connection_of("ledger-events");
    let teller =
        Teller::new(&connection, "bus".to_owned(), "http://account.test/000000000000/eventdeadletters".to_owned());
    let repeater = Repeater::new(&connection, demo::map(), "ledger".to_owned(), "bus".to_owned());
    let payload: Event = serde_json::from_value(event).unwrap();
    let mut context = Context::default();
    context.deadline = u64::try_from((SystemClock.now() + SignedDuration::from_mins(1)).as_millisecond()).unwrap();
    let again = answer(&teller, &repeater, LambdaEvent { payload, context }).await?;
    let sent = account.sent().into_iter().skip(before);
    let event = |text: String| {
        let event: Value = serde_json::from_str(&text).unwrap();
        format!("{} {}", event["kind"].as_str().unwrap(), event["event_id"].as_str().unwrap())
    };
    let mut told: Vec<String> = sent.map(event).collect();
    told.sort_unstable();
    Ok((told, again))
}

/// Rows hold milliseconds.
fn since(now: Timestamp) -> Value {
    json!({"tell_again_since": (now - SignedDuration::from_secs(1)).to_string()})
}

/// What the stream tells of rows that nobody saw before.
fn batch(account: &Account) -> Value {
    let record = |row: Value| json!({"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": row}});
    let rows = account.dump("ledger").into_iter().filter(|row| row["sk"]["S"] == "head");
    json!({"Records": rows.map(record).collect::<Vec<_>>()})
}

#[tokio::test(start_paused = true)]
async fn what_the_stream_told_is_told_again_under_the_same_ids_and_names_nobody() {
    let (account, now) = account().await;
    let (of_stream, nothing) = call(&account, batch(&account)).await.unwrap();
    assert_eq!((of_stream.len(), nothing), (3, None), "{of_stream:?}");
    let ask = since(now);
    drop(account.take_calls());
    account.trouble("PutEvents", &[Trouble::Unprocessed]);
    assert!(call(&account, ask.clone()).await.is_err(), "the bus has refused");
    for _ in 0..2 {
        let (told, again) = call(&account, ask.clone()).await.unwrap();
        assert_eq!((told, again.map(|again| (again.told, again.next))), (of_stream.clone(), Some((3, None))));
    }
    let sent = account.sent().join(" ");
    assert!(!sent.contains("alder") && !sent.contains("10158000000000001"), "{sent}");
    assert!(account.take_calls().iter().all(|call| call.operation != "Scan" && call.wru == 0.0), "it only reads");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_counted_and_holds_up_no_other_and_a_future_is_refused() {
    let (account, now) = account().await;
    let mut bad = account.dump("ledger").into_iter().find(|row| row["sk"]["S"] == "head").unwrap();
    bad["state"] = json!({"S": "from-a-later-version"});
    account.put_all("ledger", &[bad]);
    let (told, again) = call(&account, since(now)).await.unwrap();
    let again = again.unwrap();
    assert_eq!((again.unreadable, again.next), (1, None));
    assert!(!told.is_empty(), "the other is told");
    let future = (SystemClock.now() + SignedDuration::from_hours(1)).to_string();
    assert!(call(&account, json!({"tell_again_since": future})).await.is_err());
}

/// A finished request beside its successor says all that it said when it was the newest.
#[tokio::test]
async fn a_request_that_another_came_after_is_told_from_what_is_kept_of_it() {
    let (account, now) = account().await;
    let ledger = demo::ledger(&account);
    let new = demo::request(&demo::person("10158000000000001"), now);
    // It was late, and a law wants some of its records.
    let mut row = account
        .dump("ledger")
        .into_iter()
        .find(|row| row["sk"]["S"] == "head" && row.get("erased_at").is_some())
        .unwrap();
    row["late_since"] = row["erased_at"].clone();
    row["retained"] = json!({"L": [{"S": "LEGAL_OBLIGATION"}]});
    account.put_all("ledger", &[row]);
    let (first, _) = call(&account, since(now)).await.unwrap();
    assert_eq!(first.len(), 5, "{first:?}");
    let head = ledger.head(&new.id).await.unwrap().unwrap();
    let later = now + SignedDuration::from_millis(1);
    let next = NewObligation { received_at: later, covers_until: later, ..new };
    assert!(ledger.reopen(&head, &next).await.unwrap());
    let (both, _) = call(&account, since(now)).await.unwrap();
    assert!(first.iter().all(|event| both.contains(event)), "{first:?}, then {both:?}");
    assert_eq!(both.len(), first.len() + 1, "the new one was accepted");
}
