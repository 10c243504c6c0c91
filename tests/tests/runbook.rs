//! The one write that a runbook asks people to make, carried out as it stands there.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use privacy::obligation::{Head, NewObligation, PlanHash, PlanRef, State};
use privacy::ports::{Advance, DueIndex, Intake, Lease, Ledger, NextAction};
use privacy::sweep_ledger::decide;
use privacy_tests::account::Account;
use privacy_tests::demo;
use privacy_tests::repository::read;

fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

fn request(covers_until: Timestamp) -> NewObligation {
    NewObligation { covers_until, ..demo::request(&demo::person("10158000000000001"), now()) }
}

/// A ledger with one plan that waits for a person.
async fn halted() -> Account {
    let account = Account::new();
    let ledger = demo::ledger(&account);
    let request = request(now());
    ledger.open(&request).await.unwrap();
    let lease = Lease { id: request.id.clone(), worker: "w".to_owned() };
    ledger.lease(&lease, now(), now() + SignedDuration::from_mins(1)).await.unwrap();
    let plan = PlanRef { hash: PlanHash::from_stored("reviewed".to_owned()), covers_until: now() };
    let next_action = NextAction::At(now() + SignedDuration::from_hours(1));
    let advance = Advance { state: State::Planned { plan }, next_action, if_covers_until: None, is_reopening: false };
    ledger.advance(&lease, &advance).await.unwrap().unwrap();
    ledger.release(&lease).await.unwrap();
    account
}

async fn head(account: &Account) -> Head {
    demo::ledger(account).head(&request(now()).id).await.unwrap().unwrap()
}

/// The expressions as they stand in the runbook, with the values that it asks for.
async fn confirm(account: &Account, hash: &str) -> bool {
    let page = read("docs/runbooks/plans-halted.md");
    let option = |name: &str| {
        let (_, rest) = page.split_once(&format!("{name} '")).unwrap();
        rest.split_once('\'').unwrap().0.to_owned()
    };
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let confirmed = account
        .connection()
        .dynamodb()
        .update_item()
        .table_name("ledger")
        .key("pk", text(&format!("obligation#{}", request(now()).id.as_str())))
        .key("sk", text("head"))
        .update_expression(option("--update-expression"))
        .condition_expression(option("--condition-expression"))
        .expression_attribute_names("#state", "state")
        .expression_attribute_values(":hash", text(hash))
        .expression_attribute_values(":planned", text("planned"))
        .expression_attribute_values(":now", text("2026-03-10T12:05:00.000Z"))
        .send()
        .await;
    confirmed.is_ok()
}

#[tokio::test]
async fn the_confirmation_in_the_runbook_frees_the_reviewed_plan_and_no_other() {
    let account = halted().await;
    let later = now() + SignedDuration::from_mins(5);
    let is_sent = async || decide(&head(&account).await, later, SignedDuration::from_mins(5)).is_sent;
    assert!(!confirm(&account, "another").await && !is_sent().await);
    assert!(confirm(&account, "reviewed").await && is_sent().await);
    assert_eq!(head(&account).await.next_action_at, Some(later));
}

#[tokio::test]
async fn a_plan_that_a_newer_callback_has_overtaken_cannot_be_confirmed() {
    let account = halted().await;
    demo::ledger(&account).open(&request(now() + SignedDuration::from_secs(1))).await.unwrap();
    assert!(!confirm(&account, "reviewed").await);
}
