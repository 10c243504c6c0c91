//! A copy comes before an erasure, and a bundle that nobody makes is ordered again.

use super::*;
use crate::export::job::ExportJob;
use crate::export::make_bundle::Exporter;
use crate::judgement::{Judged, Timeliness, judge};
use crate::legal_hold::InForce;
use crate::obligation::State;

const BOTH: [Proof; 2] = [Proof::EmailCode, Proof::HandleCode];
const COPIES: [Kind; 3] = [Kind::Access, Kind::Know, Kind::Portability];

impl House {
    async fn begun(&self, request: &SubjectRequest) -> SubjectRequest {
        self.fulfilment().begin(request.clone(), self.world.now()).await.unwrap();
        self.request(&request.id)
    }

    /// A copy, and a minute later that everything goes.
    async fn copy_then_erasure(&self, kind: Kind) -> (ObligationId, ObligationId) {
        let copy = self.ask(1, kind, &BOTH).await;
        self.begun(&copy).await;
        self.world.pass(MIN);
        let erasure = self.ask(2, Kind::Erasure, &BOTH).await;
        self.begun(&erasure).await;
        (copy.id, erasure.id)
    }

    fn has_begun(&self, id: &ObligationId) -> bool {
        let has_head = self.head(id).is_some();
        assert_eq!(self.request(id).course.begun_at.is_some(), has_head, "what is stored says so");
        has_head
    }

    fn take_jobs(&self) -> Vec<ExportJob> {
        std::mem::take(&mut self.world.stored().exports.jobs)
    }

    async fn make_bundles(&self) {
        let Self { world, keys, map, law } = self;
        for job in self.take_jobs() {
            let exporter =
                Exporter { ledger: world, queue: world, vault: world, bundles: world, clock: world, map, law, keys };
            exporter.make(&job, "w", world.now() + MIN * 2).await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_erasure_waits_for_the_copies_of_the_same_person_and_begins_once_they_are_there() {
    for kind in COPIES {
        let house = House::new();
        let before = house.of(&["alder", "birch", "cedar", "dogwood", "elm"]);
        let (copy, erasure) = house.copy_then_erasure(kind).await;
        house.rounds(12).await;
        assert!(!house.has_begun(&erasure), "{kind:?}: two hours, and no bundle");
        assert_eq!(house.of(&["alder", "birch", "cedar", "dogwood", "elm"]), before, "{kind:?}");
        let waits = house.world.acts(&erasure).await.unwrap().into_iter().filter(|act| act.deed == Deed::Waits);
        assert_eq!(waits.count(), 1, "{kind:?}: it is said once");
        house.make_bundles().await;
        assert!(matches!(house.request(&copy).standing, Standing::Answered { .. }), "{kind:?}");
        // It is looked at as soon as what has no date of its own.
        house.rounds(2).await;
        assert!(house.has_begun(&erasure), "{kind:?}");
        assert_eq!(house.request(&erasure).course.waits_since, None, "{kind:?}");
        house.rounds(2).await;
        assert!(house.head(&erasure).unwrap().state.erased_at().is_some(), "{kind:?}");
    }
}

#[tokio::test]
async fn it_waits_for_nothing_that_is_not_a_copy_which_the_same_person_has_shown_to_be_theirs() {
    type Change = fn(&mut SubjectRequest, &mut SubjectRequest);
    let cases: [(&str, Change); 6] = [
        ("nobody has shown that the copy is theirs", |copy, _| {
            copy.proven.truncate(1);
            copy.standing = Standing::AwaitingVerification;
        }),
        ("of somebody else", |copy, _| {
            copy.contact.email = EmailAddress::parse("tim@example.org").ok();
            copy.contact.account = None;
        }),
        ("it was answered", |copy, _| {
            copy.standing = Standing::Answered { at: copy.received_at, in_part: false };
        }),
        ("it was denied", |copy, _| {
            copy.standing = Standing::Denied { at: copy.received_at, reason: "excessive".to_owned() };
        }),
        ("no copy", |copy, _| copy.kind = Kind::Correction),
        ("a child's data goes at once", |_, erasure| {
            erasure.about_child = true;
            erasure.course.child = Some(crate::subject_request::ChildReview::Credible {
                at: erasure.received_at,
                erase_by: "2026-03-16".parse().unwrap(),
                zone: "Europe/Brussels".to_owned(),
                is_apart: false,
                child: None,
            });
        }),
    ];
    for (case, change) in cases {
        let house = House::new();
        let (mut copy, mut erasure) =
            (house.ask(1, Kind::Access, &BOTH).await, house.ask(2, Kind::Erasure, &BOTH).await);
        change(&mut copy, &mut erasure);
        // Noted as the same person's before, where it is.
        house.fulfilment().link(&mut copy).await.unwrap();
        for request in [&copy, &erasure] {
            house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
        }
        house.begun(&erasure).await;
        assert!(house.has_begun(&erasure.id), "{case}");
    }
}

#[tokio::test]
async fn it_waits_until_half_a_day_before_any_alarm_could_ring_and_no_longer() {
    let house = House::new();
    let (copy, erasure) = house.copy_then_erasure(Kind::Access).await;
    // Received on the 6th: what is LinkedIn's has ten days, and rings from the 9th on.
    house.move_to("2026-03-08T11:50:00Z");
    house.rounds(1).await;
    assert!(!house.has_begun(&erasure), "there is room");
    house.move_to("2026-03-08T12:02:00Z");
    house.sweep().await;
    assert!(house.has_begun(&erasure), "whether the copy is there or not");
    assert!(matches!(house.request(&copy).standing, Standing::InProgress { .. }));
    house.work().await;
    let head = house.head(&erasure).unwrap();
    assert_ne!(head.state, State::Received);
    match judge(&head, &house.map, &InForce::default(), house.world.now()) {
        Judged::Open(open) => assert_eq!(open.timeliness, Timeliness::InTime, "no alarm rings for it"),
        Judged::Finished | Judged::Settling | Judged::Held { .. } => {}
    }
}

#[tokio::test]
async fn one_that_was_shown_late_waits_half_of_what_is_left_and_never_past_a_last_day() {
    for (shown_at, waits, begins) in [
        ("2026-03-20T09:00:00Z", "2026-03-20T20:50:00Z", "2026-03-20T21:01:00Z"),
        ("2026-04-04T20:00:00Z", "2026-04-04T20:50:00Z", "2026-04-04T21:02:00Z"),
        ("2026-04-05T20:00:00Z", "2026-04-05T20:50:00Z", "2026-04-05T21:01:00Z"),
    ] {
        let house = House::new();
        for (number, kind) in [(1, Kind::Access), (2, Kind::Erasure)] {
            let mut request = house.ask(number, kind, &BOTH).await;
            request.standing = Standing::InProgress { since: at(shown_at) };
            request.next_action_at = Some(at(shown_at));
            house.world.stored().requests.heads.insert(request.id.clone(), request.clone());
        }
        let erasure = ObligationId::of_request(&[2; 20]);
        assert_eq!(house.request(&erasure).carry_out_by().date.to_string(), "2026-04-05");
        house.move_to(shown_at);
        house.sweep().await;
        house.sweep().await;
        // Whichever was looked at first: only a copy that was noted is known.
        let is_first = house.has_begun(&erasure);
        if is_first {
            let mut stored = house.world.stored();
            stored.heads.remove(&erasure);
            let request = stored.requests.heads.get_mut(&erasure).unwrap();
            (request.course.begun_at, request.next_action_at) = (None, Some(at(shown_at)));
        }
        for (now, has_begun) in [(waits, false), (begins, true)] {
            house.move_to(now);
            house.sweep().await;
            assert_eq!(house.has_begun(&erasure), has_begun, "{shown_at}: {now}");
        }
    }
}

#[tokio::test]
async fn a_crash_at_any_call_begins_no_erasure_before_the_copy_is_there() {
    for strike in (1..=12).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let house = House::new();
        let copy = house.ask(1, Kind::Access, &BOTH).await;
        house.begun(&copy).await;
        let erasure = house.ask(2, Kind::Erasure, &BOTH).await;
        house.world.strike(Some(strike));
        drop(house.fulfilment().begin(erasure.clone(), house.world.now()).await);
        house.sweep().await;
        house.world.strike(None);
        house.sweep().await;
        assert!(!house.has_begun(&erasure.id), "{strike:?}");
        house.make_bundles().await;
        house.world.pass(HOUR * 2);
        house.rounds(2).await;
        assert!(house.has_begun(&erasure.id), "{strike:?}");
    }
}

#[tokio::test]
async fn two_erasures_that_wait_for_one_copy_are_carried_out_and_answered() {
    let house = House::new();
    let (_, first) = house.copy_then_erasure(Kind::Access).await;
    let second = house.ask(3, Kind::Erasure, &BOTH).await;
    house.begun(&second).await;
    assert!(!house.has_begun(&first) && !house.has_begun(&second.id));
    house.make_bundles().await;
    house.rounds(3).await;
    for id in [&first, &second.id] {
        assert!(house.request(id).course.begun_at.is_some());
    }
    house.move_to("2026-04-05T20:00:00Z");
    house.rounds(5).await;
    for id in [&first, &second.id] {
        assert_eq!(house.standing(id), "partly-retained");
    }
}

/// A tenant's word may come on the last day, in Brussels, or later where something else keeps the request open.
#[tokio::test]
async fn a_word_on_the_last_day_waits_half_of_what_is_left_and_a_later_one_not_at_all() {
    let house = House::new();
    let (copy, erasure) = (house.ask(1, Kind::Access, &BOTH).await, house.ask(2, Kind::Erasure, &BOTH).await);
    let others = [copy];
    assert_eq!(erasure.carry_out_by().date.to_string(), "2026-04-05");
    for (since, now, waits) in [
        ("2026-04-05T20:00:00Z", "2026-04-05T20:50:00Z", true),
        ("2026-04-05T20:00:00Z", "2026-04-05T21:01:00Z", false),
        ("2026-04-07T09:00:00Z", "2026-04-07T09:01:00Z", false),
    ] {
        let waited = house.fulfilment().waits_for_copy(&erasure, &others, (at(since), at(now)));
        assert_eq!(waited, waits, "{since} {now}");
    }
}

/// Days later dogwood agrees to both, the copy first; the copy that went out before is without its part.
#[tokio::test]
async fn what_a_tenant_wants_erased_waits_for_the_copy_that_it_agreed_to_and_no_longer_than_half_a_day() {
    for is_made in [true, false] {
        let house = House::new();
        let (copy, erasure) = house.copy_then_erasure(Kind::Access).await;
        house.make_bundles().await;
        house.rounds(3).await;
        house.move_to("2026-03-20T10:00:00Z");
        house.rounds(2).await;
        assert!(matches!(house.request(&copy).standing, Standing::Answered { .. }));
        let before = house.of(&["dogwood"]);
        house.instruct(&copy, "dogwood").await;
        house.world.pass(MIN * 2);
        house.instruct(&erasure, "dogwood").await;
        house.sweep().await;
        house.work().await;
        let part = erasure.of_part("tenant#dogwood");
        assert!(house.head(&part).is_none() && house.of(&["dogwood"]) == before, "it is being copied");
        if is_made {
            house.make_bundles().await;
            house.world.pass(MIN * 15);
        } else {
            house.move_to("2026-03-20T21:59:00Z");
            house.rounds(1).await;
            assert!(house.head(&part).is_none(), "there is room");
            house.move_to("2026-03-20T22:40:00Z");
        }
        house.rounds(3).await;
        assert!(house.head(&part).unwrap().state.erased_at().is_some(), "{is_made}");
        assert!(house.world.of_tenant("dogwood").iter().all(|line| line.contains("p2")), "{is_made}");
    }
}

/// After how many hours a bundle is ordered that nobody makes, as sweeps a quarter of an hour apart see it, for so many days.
async fn orders(house: &House, id: &ObligationId, days: i64) -> Vec<i64> {
    let begun_at = house.request(id).course.begun_at.unwrap_or(house.world.now());
    let mut hours = Vec::new();
    for _ in 0..days * 96 {
        house.world.pass(MIN * 15);
        house.sweep().await;
        for job in house.take_jobs() {
            assert_eq!(job, ExportJob::Request(id.clone()));
            hours.push(house.world.now().duration_since(begun_at).as_hours());
        }
    }
    hours
}

#[tokio::test]
async fn a_lost_order_is_given_again_ever_more_seldom_until_the_bundle_is_there() {
    for kind in COPIES {
        let house = House::new();
        let copy = house.ask(1, kind, &BOTH).await;
        house.begun(&copy).await;
        assert_eq!(house.take_jobs().len(), 1, "and lost");
        assert_eq!(orders(&house, &copy.id, 4).await, [3, 6, 12, 24, 48, 72, 96], "{kind:?}");
        // Also while its alarms ring and it is looked at every hour.
        let late: Vec<i64> = (5..=34).map(|day| day * 24).collect();
        assert_eq!(orders(&house, &copy.id, 30).await, late, "{kind:?}");
        house.world.stored().exports.jobs.push(ExportJob::Request(copy.id.clone()));
        house.make_bundles().await;
        assert!(matches!(house.request(&copy.id).standing, Standing::Answered { .. }), "{kind:?}");
        assert_eq!(orders(&house, &copy.id, 2).await, [0_i64; 0], "{kind:?}: it is there");
    }
}

#[tokio::test]
async fn nothing_is_ordered_again_of_nobody_nor_of_what_is_no_copy() {
    let house = House::new();
    let nobody = house.ask_as(1, Kind::Access, Some("maren@example.org"), None, &[]).await;
    let restriction = house.ask(2, Kind::Restriction, &BOTH).await;
    let unknown = SubjectRequest {
        needs: vec![Proof::DataPoints],
        proven: vec![Proven { proof: Proof::DataPoints, at: house.world.now() }],
        standing: Standing::InProgress { since: house.world.now() },
        ..nobody
    };
    house.world.stored().requests.heads.insert(unknown.id.clone(), unknown.clone());
    for request in [&unknown, &restriction] {
        house.begun(request).await;
    }
    assert!(house.take_jobs().is_empty());
    assert_eq!(orders(&house, &unknown.id, 3).await, [0_i64; 0]);
}

#[tokio::test]
async fn an_order_that_could_not_be_given_again_is_given_at_the_next_turn() {
    let house = House::new();
    let copy = house.ask(1, Kind::Access, &BOTH).await;
    house.begun(&copy).await;
    house.take_jobs();
    house.sweep().await;
    house.world.pass(HOUR * 3);
    // Every call of this sweep fails in turn, until none does.
    for call in 1..=10 {
        house.world.strike(Some(Strike::Before(call)));
        drop(house.sweep().await);
        house.world.strike(None);
    }
    let turns = orders(&house, &copy.id, 1).await;
    assert!(turns.contains(&6), "{turns:?}");
}
