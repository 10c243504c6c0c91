//! Our own records: when they go, what goes with them, and what a fault or a new request in between does.

use std::collections::BTreeSet;

use super::*;
use crate::deadline::DueBy;
use crate::keys::KeyedRef;
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::{place, plan_hash};
use crate::obligation::{NewObligation, ObligationId, PlanHash, State};
use crate::plan;
use crate::policy::Route;
use crate::ports::{Advance, DueIndex, Freshness, HoldBook, Intake, Lease, Ledger, NextAction, Showcase};
use crate::scope::Scope;
use crate::target::{Limit, Target};

fn id(letter: &str) -> ObligationId {
    ObligationId::parse(&letter.repeat(32)).unwrap()
}

fn request(letter: &str, received_at: Timestamp) -> NewObligation {
    NewObligation {
        id: id(letter),
        route: Route::MetaDataDeletion,
        target: Target::Person {
            links: vec![KeyedRef::from_stored("v1-link".to_owned())],
            suppressions: vec![],
            limit: Limit::Everywhere,
        },
        received_at,
        starts_at: None,
        covers_until: received_at,
        is_dated: true,
        due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
        next_action_at: received_at,
    }
}

/// Works a request up to a state, with everything that belongs to it.
async fn bring_to(world: &World, letter: &str, state: State) {
    let lease = Lease { id: id(letter), worker: "w".to_owned() };
    let now = world.now();
    world.lease(&lease, now, now + HOUR).await.unwrap();
    let head = DueIndex::head(world, &lease.id).await.unwrap().unwrap();
    let scopes = [Scope::found(place("alder", "c1", None))];
    world.save_scope(&head, &scopes[0]).await.unwrap();
    world.save_plan(&head, &plan::plan(&head.id, head.covers_until, &scopes, &built_in_map())).await.unwrap();
    world.save_outcomes(&head, &[]).await.unwrap();
    let next_action = if state.closed_at().is_some() { NextAction::Never } else { NextAction::Keep };
    let advance = Advance::to(state, next_action);
    Ledger::advance(world, &lease, &advance).await.unwrap().unwrap();
    Ledger::release(world, &lease).await.unwrap();
}

fn completed(at: Timestamp) -> State {
    State::Completed { erased_at: at - DAY * 30, completed_at: at, looks: vec![] }
}

fn hold() -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope {
            tenant: crate::ids::TenantId::parse("alder").unwrap(),
            connection: None,
            contact: None,
            user: None,
            classes: BTreeSet::new(),
            from: None,
            until: None,
        },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: None,
        placed_at: closed(),
        review_by: "2026-05-01".parse().unwrap(),
    }
}

fn closed() -> Timestamp {
    at("2026-03-10T23:59:59Z")
}

/// The last instant of the floor: 24 months, the whole last day.
const LAST: &str = "2028-03-10T23:59:59Z";
/// And the first after it.
const DUE: &str = "2028-03-11T00:00:00Z";

/// One completed request and one released hold, one open request.
async fn closed_world() -> World {
    let world = World::new(closed(), 3);
    for letter in ["a", "b"] {
        world.open(&request(letter, closed())).await.unwrap();
    }
    bring_to(&world, "a", completed(closed())).await;
    bring_to(&world, "b", State::Verifying { plan: plan_hash(), erased_at: closed(), looks: vec![] }).await;
    world.place(&hold()).await.unwrap();
    world.wait_for(&id("b"), &hold().id).await.unwrap();
    HoldBook::release(&world, &hold().id, closed()).await.unwrap();
    world.strike(None);
    world
}

async fn purge_with(world: &World, at: &str, is_dry_run: bool) -> RunReport {
    world.stored().set_now(at.parse().unwrap());
    let mut report = RunReport::began(world.now(), is_dry_run);
    purge_own(world, world, world, &built_in_map(), Bounds { is_dry_run, ..bounds(world) }, &mut report).await;
    report
}

async fn purge(world: &World, at: &str) -> RunReport {
    purge_with(world, at, false).await
}

fn purged(report: &RunReport) -> (u64, u64) {
    (report.classes["own.requests"].purged, report.classes["own.holds"].purged)
}

/// What is left: requests, their parts, holds and who waited for them.
fn left(world: &World) -> (Vec<ObligationId>, usize, usize) {
    let stored = world.stored();
    let parts = stored.scopes.len() + stored.plans.len() + stored.outcomes.len();
    (stored.heads.keys().cloned().collect(), parts, stored.booked.len() + stored.waiting.len())
}

#[tokio::test]
async fn a_record_goes_the_day_after_its_months_and_what_is_open_stays() {
    let world = closed_world().await;
    for early in ["2026-03-10T23:59:59Z", "2027-12-31T00:00:00Z", LAST] {
        assert_eq!(purged(&purge(&world, early).await), (0, 0), "{early}");
        assert_eq!(left(&world), (vec![id("a"), id("b")], 6, 2), "{early}");
    }
    let report = purge(&world, DUE).await;
    assert_eq!((purged(&report), report.failures(), report.total(|class| class.late)), ((1, 1), 0, 0));
    assert_eq!(left(&world), (vec![id("b")], 3, 0));
    assert_eq!(purged(&purge(&world, "2040-01-01T00:00:00Z").await), (0, 0), "what is not closed has no end");
}

#[tokio::test]
async fn a_clock_that_jumps_back_purges_nothing() {
    let world = closed_world().await;
    assert_eq!(purged(&purge(&world, "1990-01-01T00:00:00Z").await), (0, 0));
    assert_eq!(left(&world).1, 6);
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_erases_nothing() {
    let world = closed_world().await;
    assert_eq!(purged(&purge_with(&world, DUE, true).await), (1, 1));
    assert_eq!(left(&world), (vec![id("a"), id("b")], 6, 2));
    assert_eq!(purged(&purge(&world, DUE).await), (1, 1));
}

#[tokio::test]
async fn the_alarm_rings_a_week_before_the_last_day_of_what_could_not_go() {
    for (now, late) in [("2028-04-03T23:59:59Z", 0), ("2028-04-04T00:00:00Z", 2)] {
        let world = closed_world().await;
        world.stored().set_now(now.parse().unwrap());
        let mut report = RunReport::began(world.now(), false);
        let out_of_time = Bounds { stop_at: world.now(), ..bounds(&world) };
        purge_own(&world, &world, &world, &built_in_map(), out_of_time, &mut report).await;
        assert_eq!((report.total(|class| class.late), purged(&report)), (late, (0, 0)), "{now}");
        let progress = world.stored().purges.progress.clone();
        let late_since = progress.values().filter_map(|progress| progress.late_since).collect::<Vec<_>>();
        assert_eq!(late_since, vec![at(now); usize::try_from(late).unwrap()], "{now}");
        assert!(report.classes["own.requests"].truncated && report.classes["own.holds"].truncated);
    }
}

#[tokio::test]
async fn an_earlier_request_goes_by_its_own_months() {
    let world = closed_world().await;
    let (first, second) = (DueIndex::head(&world, &id("a")).await.unwrap().unwrap(), at("2027-03-10T12:00:00Z"));
    world.stored().set_now(second);
    assert!(world.reopen(&first, &request("a", second)).await.unwrap());
    bring_to(&world, "a", completed(second)).await;
    assert_eq!(purged(&purge(&world, DUE).await), (1, 1));
    let shown = world.show(&id("a"), Freshness::Now).await.unwrap().unwrap();
    assert_eq!((shown.head.seq, shown.earlier), (2, vec![]));
    assert_eq!(left(&world).1, 6, "what belongs to its successor stays");
    assert_eq!(purged(&purge(&world, "2029-03-10T23:00:00Z").await), (0, 0));
    assert_eq!(purged(&purge(&world, "2029-03-11T00:00:00Z").await), (1, 0));
    assert_eq!(left(&world), (vec![id("b")], 3, 0));
}

#[tokio::test]
async fn one_that_is_succeeded_before_its_last_look_is_closed_by_its_successor() {
    let world = closed_world().await;
    let (first, second) = (DueIndex::head(&world, &id("b")).await.unwrap().unwrap(), at("2026-03-20T12:00:00Z"));
    assert!(world.reopen(&first, &request("b", second)).await.unwrap());
    assert_eq!(purged(&purge(&world, "2028-03-20T23:00:00Z").await), (1, 1), "the completed one only");
    assert_eq!(purged(&purge(&world, "2028-03-21T00:00:00Z").await), (1, 0));
    assert_eq!(world.show(&id("b"), Freshness::Now).await.unwrap().unwrap().earlier, vec![]);
}

#[tokio::test]
async fn a_request_that_is_asked_again_meanwhile_stays() {
    let world = std::sync::Arc::new(closed_world().await);
    let first = DueIndex::head(&*world, &id("a")).await.unwrap().unwrap();
    // Its parts are read; then, before anything goes, it is opened anew.
    let entry = crate::ports::Closed { record: crate::ports::ClosedRecord::Request(id("a")), closed_at: closed() };
    use crate::ports::Archive;
    let parts = world.parts(&entry).await.unwrap().unwrap();
    assert!(world.reopen(&first, &request("a", at(DUE))).await.unwrap());
    assert!(!world.erase_record(&entry).await.unwrap());
    assert_eq!((parts.len(), world.parts(&entry).await.unwrap()), (3, None));
    let report = purge(&world, DUE).await;
    assert_eq!(purged(&report), (1, 1), "the earlier one goes, beside the hold");
    assert_eq!(world.show(&id("a"), Freshness::Now).await.unwrap().unwrap().head.seq, 2);
}

#[tokio::test]
async fn a_fault_at_any_call_is_made_up_for_by_the_next_run() {
    let calls = {
        let world = closed_world().await;
        purge(&world, DUE).await;
        world.calls()
    };
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = closed_world().await;
            world.strike(Some(strike));
            assert_eq!(purge(&world, DUE).await.failures(), 1, "{strike:?}");
            world.strike(None);
            assert_eq!(purge(&world, DUE).await.failures(), 0, "{strike:?}");
            assert_eq!(left(&world), (vec![id("b")], 3, 0), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn more_than_the_ceiling_halts_until_staff_confirm() {
    let world = World::new(closed(), 3);
    for letter in ["a", "b", "c"] {
        world.open(&request(letter, closed())).await.unwrap();
        bring_to(&world, letter, completed(closed())).await;
    }
    let mut model = built_in_map().model().clone();
    model.own.get_mut("requests").unwrap().ceiling_per_run = Some(2);
    let map = DataMap::new(model).unwrap();
    let run = async |is_dry_run: bool| {
        world.stored().set_now(at(DUE));
        let mut report = RunReport::began(world.now(), is_dry_run);
        purge_own(&world, &world, &world, &map, Bounds { is_dry_run, ..bounds(&world) }, &mut report).await;
        let of_kind = report.classes["own.requests"].clone();
        (of_kind.halted, of_kind.purged, world.stored().heads.len())
    };
    assert_eq!(run(true).await, (true, 3, 3), "a dry run says how many");
    let mut report = RunReport::began(world.now(), false);
    let out_of_time = Bounds { stop_at: world.now(), ..bounds(&world) };
    purge_own(&world, &world, &world, &map, out_of_time, &mut report).await;
    let of_kind = &report.classes["own.requests"];
    assert_eq!((of_kind.halted, of_kind.truncated), (true, false), "it waits for staff, not for time");
    world.stored().purges.progress.clear();
    assert_eq!(run(false).await, (true, 0, 3));
    let plan = || world.stored().purges.progress["own.requests"].halted.clone();
    let waiting = plan().unwrap();
    assert_eq!((waiting.ceiling, waiting.records), (2, 3));
    assert_eq!(run(false).await, (true, 0, 3));
    assert_eq!(plan().as_ref(), Some(&waiting), "it waits as it was shown");
    world.confirm_purge("own.requests", &waiting.hash, "somebody", world.now()).await.unwrap();
    assert_eq!(run(false).await, (false, 3, 0));
    assert_eq!(plan(), None, "the confirmation is used up");
}

/// More holds than are read of a shard in one run, and a ceiling of a few.
async fn flood() -> (World, DataMap) {
    let world = World::new(closed(), 3);
    for number in 0..1_100 {
        let hold = LegalHold { id: HoldId::parse(&format!("hold-{number:04}")).unwrap(), ..hold() };
        world.place(&hold).await.unwrap();
        HoldBook::release(&world, &hold.id, closed()).await.unwrap();
    }
    let mut model = built_in_map().model().clone();
    model.own.get_mut("holds").unwrap().ceiling_per_run = Some(5);
    (world, DataMap::new(model).unwrap())
}

/// Every run of these sees a thousand of what is due by then; which of them staff have confirmed nobody knows.
#[tokio::test]
async fn of_more_than_is_read_in_a_run_only_as_many_go_as_were_confirmed() {
    for (records_max, gone) in [(10_000, 1_000), (300, 300)] {
        let (world, map) = flood().await;
        let run = async || {
            world.stored().set_now(at(DUE));
            let mut report = RunReport::began(world.now(), false);
            purge_own(&world, &world, &world, &map, Bounds { records_max, ..bounds(&world) }, &mut report).await;
            (report.classes["own.holds"].clone(), world.stored().booked.len())
        };
        let (halted, left) = run().await;
        let plan = halted.plan.unwrap();
        assert_eq!((halted.halted, plan.records, left), (true, 1_000, 1_100));
        let hash = PlanHash::from_stored(plan.plan_hash.clone());
        world.confirm_purge("own.holds", &hash, "somebody", world.now()).await.unwrap();
        let (confirmed, left) = run().await;
        assert_eq!(
            (confirmed.halted, confirmed.purged, confirmed.truncated, left),
            (false, gone, true, 1_100 - gone as usize)
        );
        let (again, left) = run().await;
        assert_eq!((again.halted, again.purged, left), (true, 0, 1_100 - gone as usize), "another plan waits");
        assert_ne!(again.plan.unwrap().plan_hash, plan.plan_hash);
    }
}
