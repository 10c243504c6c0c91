//! A bundle that staff order again: the next one answers, nobody gets the earlier one meanwhile.

use super::*;
use crate::ids::InstructionId;
use crate::legal_hold::Note;
use crate::order_bundle::{Order, OrderReason, order_bundle};
use crate::subject_request::{Actor, By};

impl Office {
    pub(super) async fn order_again(&self, id: &ObligationId, name: &str, reason: OrderReason) {
        let order = Order { id: InstructionId::parse(name).unwrap(), reason };
        let by = By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Their brother opened it.").unwrap() };
        order_bundle(&self.world, &self.world, &self.law, id, &order, &by, self.now()).await.unwrap();
    }

    fn trail_of(&self, id: &ObligationId) -> Vec<Deed> {
        self.world.stored().requests.acts[id].iter().map(|act| act.deed.clone()).collect()
    }
}

#[tokio::test]
async fn what_another_has_opened_is_gone_and_made_again_of_what_is_held_by_now() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let first = office.bytes();
    let row =
        json!({"tenant_id": "alder", "contact_id": "p1", "signal_id": "s9", "author_name": "Mia", "text": "since"});
    let key = "contact#p1#signal#2026-03-05T13:00:00.000Z#s9";
    office.world.stored().exports.put_row("inbox", "alder#c1", key, &row);
    office.world.pass(SignedDuration::from_hours(30));
    office.world.stored().requests.notices.clear();

    office.order_again(&id, "ticket-31", OrderReason::OpenedByAnother).await;
    assert!(office.request(&id).standing.closed_at().is_none());
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    let bundle = office.world.bundle(&job(&id)).await.unwrap().unwrap();
    let fetched = office.request(&id).bundles(&bundle, office.now());
    assert_eq!(fetched.iter().map(|made| made.round).collect::<Vec<_>>(), [1], "nobody opens the earlier one");
    erase_bundles(
        &office.world,
        &office.world,
        &office.map,
        &office.world,
        office.now() + SignedDuration::from_mins(2),
    )
    .await;
    let second = office.bytes();
    assert!(second != first, "one bundle: the earlier one is erased");
    assert!(office.files().values().any(|content| content.contains("since")));
    let deeds = office.trail_of(&id);
    let place = |wanted: fn(&Deed) -> bool| deeds.iter().position(wanted).unwrap();
    let ordered = place(|deed| matches!(deed, Deed::OrderedAgain { .. }));
    assert!(ordered < place(|deed| matches!(deed, Deed::BundleErased)), "{deeds:?}");
    assert!(deeds.contains(&Deed::Answered), "{deeds:?}");
    let told: Vec<Notice> = office.world.stored().requests.notices.iter().map(|job| job.notice).collect();
    assert!(told.contains(&Notice::Answer), "{told:?}");

    office.order_again(&id, "ticket-31", OrderReason::OpenedByAnother).await;
    assert_eq!(office.make(&job(&id)).await, Made::Already, "the same order");
    assert_eq!(office.bytes(), second);
}

#[tokio::test]
async fn what_had_its_days_is_made_again_and_has_as_many_more() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    office.world.pass(SignedDuration::from_hours(15 * 24));
    let stop_at = office.now() + SignedDuration::from_mins(2);
    erase_bundles(&office.world, &office.world, &office.map, &office.world, stop_at).await;
    assert!(office.seen().is_empty());
    office.order_again(&id, "ticket-31", OrderReason::OpenedByAnother).await;
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    let bundle = office.world.bundle(&job(&id)).await.unwrap().unwrap();
    assert!(
        bundle.erased_at.is_none() && bundle.erase_at.unwrap() > office.now() + SignedDuration::from_hours(13 * 24)
    );
    assert!(!office.seen().is_empty());
}

#[tokio::test]
async fn what_was_only_lost_stays_until_its_day_beside_the_next() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    office.world.pass(SignedDuration::from_hours(30));
    office.order_again(&id, "ticket-31", OrderReason::Lost).await;
    let (bundle, request) = (office.world.bundle(&job(&id)).await.unwrap().unwrap(), office.request(&id));
    assert_eq!(request.bundles(&bundle, office.now()), [], "while the next is made");
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    let bundle = office.world.bundle(&job(&id)).await.unwrap().unwrap();
    let fetched = office.request(&id).bundles(&bundle, office.now());
    assert_eq!(fetched.iter().map(|made| made.round).collect::<Vec<_>>(), [1, 0]);
}
