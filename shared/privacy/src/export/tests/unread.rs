//! What is held and cannot be read: it is waited for, then it is missing by name, and comes with another copy.

use super::*;
use crate::order_bundle::OrderReason;

const MISSING: &str = "could not be read";

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

#[tokio::test]
async fn a_copy_waits_for_what_cannot_be_read_then_is_given_without_it_and_never_called_whole() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.world.break_store(Some("inbox"));
    for _ in 0..4 {
        office.try_make(&job(&id), "w1", 2).await.unwrap_err();
        assert_eq!((office.seen().len(), office.request(&id).standing.name()), (0, "in-progress"));
        office.world.pass(hours(11));
    }
    office.world.pass(hours(5));
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    let request = office.request(&id);
    assert_eq!(request.standing.name(), "partly-retained");
    assert!(request.course.unread.contains("signals") && !request.course.unread.contains("attachments"));
    let lacks = Deed::CopyLacks { classes: request.course.unread.iter().cloned().collect() };
    let deeds: Vec<Deed> = office.world.stored().requests.acts[&id].iter().map(|act| act.deed.clone()).collect();
    assert!(deeds.iter().position(|deed| *deed == lacks) < deeds.iter().position(|deed| *deed == Deed::Answered));
    let files = office.files();
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    let named: Vec<&Value> = manifest["missing"].as_array().unwrap().iter().collect();
    assert!(named.iter().any(|missing| missing["class"] == "signals" && missing["reason"] == MISSING), "{named:?}");
    assert_eq!(named.len(), request.course.unread.len());
    assert!(files["index.html"].contains("It is not complete") && files["notice.html"].contains(MISSING));
    assert!(files.keys().any(|path| path.ends_with("tea.jpg")), "the rest is in it");

    // It can be read again, and staff order another.
    office.world.break_store(None);
    office.world.pass(hours(1));
    office.order_again(&id, "ticket-31", OrderReason::Spoilt).await;
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    let request = office.request(&id);
    assert!(request.course.unread.is_empty());
    let second = files_in(office.bytes_of(&id, 1).unwrap());
    assert!(!second["manifest.json"].contains("missing") && !second["index.html"].contains("not complete"));
    assert!(second["manifest.json"].contains("data/signals-001.json"));
}

#[tokio::test]
async fn one_file_that_cannot_be_read_leaves_out_itself_and_names_its_class() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.world.break_store(Some("alder/c1/p1/attachment/tea.jpg"));
    office.try_make(&job(&id), "w1", 2).await.unwrap_err();
    office.world.pass(hours(49));
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    assert_eq!(office.request(&id).course.unread, ["attachments".to_owned()].into());
    let files = office.files();
    assert!(
        files["manifest.json"].contains("data/signals-001.json") && !files.keys().any(|path| path.ends_with("tea.jpg"))
    );
}

#[tokio::test]
async fn three_days_before_its_last_day_a_copy_waits_for_nothing_any_more() {
    let office = Office::with_mia(2);
    let asked = office.request(&office.asked(Kind::Access).await);
    assert!(
        !asked.waits_no_longer(asked.received_at + hours(47)) && asked.waits_no_longer(asked.received_at + hours(48))
    );
    let late = SubjectRequest { standing: Standing::InProgress { since: at("2026-04-03T12:00:00Z") }, ..asked };
    assert!(late.waits_no_longer(at("2026-04-03T13:00:00Z")) && !late.waits_no_longer(at("2026-03-20T13:00:00Z")));
}
