use super::*;
use crate::accept_termination::{Termination, accept_termination};
use crate::deadline::DueBy;
use crate::ids::TenantId;
use crate::memory::{Strike, World, built_in_map, plan_hash};
use crate::message::Work;
use crate::obligation::{NewObligation, ObligationId, PlanHash, PlanRef};
use crate::policy::Route;
use crate::ports::{Clock, Intake};
use crate::target::{Limit, Target};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(letter: char) -> ObligationId {
    ObligationId::parse(&letter.to_string().repeat(32)).unwrap()
}

async fn world(letters: &str) -> World {
    let world = World::new(at("2026-03-10T12:00:00Z"), 10);
    for letter in letters.chars() {
        let new = NewObligation {
            id: id(letter),
            route: Route::MetaDataDeletion,
            target: Target::Person { links: vec![], suppressions: vec![], limit: Limit::Everywhere },
            received_at: world.now(),
            starts_at: None,
            covers_until: world.now(),
            is_dated: true,
            due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
            next_action_at: world.now() + MINUTE * 5,
        };
        world.open(&new).await.unwrap();
    }
    world
}

fn set(world: &World, letter: char, state: State) {
    world.stored().heads.get_mut(&id(letter)).unwrap().state = state;
}

async fn sweep(world: &World) -> Sweep {
    let bounds = Bounds { stuck_after: MINUTE * 5, taken_max: 8_000, at_once: 8, stop_at: world.now() + MINUTE };
    sweep_ledger(world, world, world, world, &built_in_map(), bounds, |_| {}).await
}

fn plan() -> PlanRef {
    PlanRef { hash: PlanHash::from_stored("h".to_owned()), covers_until: at("2026-03-10T12:00:00Z") }
}

#[tokio::test]
async fn a_message_that_was_lost_is_sent_when_its_time_is_up() {
    let world = world("a").await;
    assert_eq!(sweep(&world).await, Sweep::default(), "nothing is due yet");
    world.pass(MINUTE * 5);
    let swept = sweep(&world).await;
    assert_eq!((swept.due, swept.sent, swept.oldest_open_seconds), (1, 1, 300));
    assert_eq!(world.stored().sent, [Work { obligation: id('a') }]);
    assert_eq!(sweep(&world).await.sent, 0, "not twice in a row");
    world.pass(MINUTE * 5);
    assert_eq!(sweep(&world).await.sent, 1, "but again while it makes no progress");
}

#[tokio::test]
async fn work_under_way_is_left_alone() {
    let world = world("a").await;
    world.pass(MINUTE * 5);
    world.stored().heads.get_mut(&id('a')).unwrap().leased_until = Some(at("2026-03-10T12:05:30Z"));
    let swept = sweep(&world).await;
    assert_eq!((swept.due, swept.sent), (1, 0));
    world.pass(MINUTE * 5);
    assert_eq!(sweep(&world).await.sent, 1, "its lease has lapsed");
}

#[tokio::test]
async fn a_second_look_that_is_due_is_sent_and_a_finished_one_leaves_the_index() {
    let world = world("ab").await;
    world.pass(MINUTE * 5);
    set(&world, 'a', State::Verifying { plan: plan_hash(), erased_at: world.now(), looks: vec![] });
    let completed = State::Completed { erased_at: world.now(), completed_at: world.now(), looks: vec![] };
    set(&world, 'b', completed);
    let swept = sweep(&world).await;
    assert_eq!((swept.due, swept.sent, swept.oldest_open_seconds), (2, 1, 0));
    assert_eq!(world.stored().heads[&id('b')].next_action_at, None);
}

#[tokio::test]
async fn no_obligation_passes_its_date_without_an_alarm_days_before() {
    let world = world("a").await;
    let mut alarmed_on = Vec::new();
    for _ in 0..24 * 32 {
        world.pass(MINUTE * 60);
        let swept = sweep(&world).await;
        assert!(swept.due == 1, "an open obligation is seen every hour");
        if swept.near_due + swept.overdue > 0 {
            alarmed_on.push((world.now(), swept.overdue));
        }
    }
    assert_eq!(alarmed_on.first().unwrap(), &(at("2026-04-04T00:00:00Z"), 0), "five days before");
    let first_overdue = alarmed_on.iter().find(|(_, overdue)| *overdue > 0).unwrap();
    assert_eq!(first_overdue.0, at("2026-04-10T00:00:00Z"));
}

#[tokio::test]
async fn a_halted_plan_rings_and_is_not_sent_until_it_is_confirmed() {
    let world = world("a").await;
    world.pass(MINUTE * 5);
    set(&world, 'a', State::Planned { plan: plan() });
    let swept = sweep(&world).await;
    assert_eq!((swept.halted, swept.sent), (1, 0));
    world.stored().heads.get_mut(&id('a')).unwrap().confirmed_plan = Some(plan().hash);
    world.pass(MINUTE * 60);
    let swept = sweep(&world).await;
    assert_eq!((swept.halted, swept.sent), (0, 1), "nobody is asked any more");
    {
        let mut stored = world.stored();
        let head = stored.heads.get_mut(&id('a')).unwrap();
        (head.confirmed_plan, head.covers_until) = (None, at("2026-03-10T13:00:00Z"));
    }
    world.pass(MINUTE * 60);
    let swept = sweep(&world).await;
    assert_eq!((swept.halted, swept.sent), (0, 1), "another plan has to be made: this one waits for nobody");
}

#[tokio::test]
async fn what_failed_is_counted_and_sent_again() {
    let world = world("a").await;
    world.pass(MINUTE * 5);
    set(&world, 'a', State::Failed { plan: plan(), retry_at: world.now(), attempts: 1 });
    let swept = sweep(&world).await;
    assert_eq!((swept.failed, swept.sent), (1, 1));
}

#[tokio::test]
async fn a_fault_with_one_leaves_the_others_swept_and_fails_the_sweep() {
    let letters = "abcdefghijkl";
    let calls = {
        let world = world(letters).await;
        world.pass(MINUTE * 5);
        world.strike(None);
        sweep(&world).await;
        world.calls()
    };
    for call in 1..=calls {
        let world = world(letters).await;
        world.pass(MINUTE * 5);
        world.strike(Some(Strike::Before(call)));
        let swept = sweep(&world).await;
        assert_eq!(swept.faults, 1, "call {call}");
        world.strike(None);
        let again = sweep(&world).await;
        assert_eq!(again.faults, 0);
        assert!(swept.sent + again.sent >= 12, "call {call}: {} and {}", swept.sent, again.sent);
    }
}

#[tokio::test]
async fn a_sweep_stops_at_its_bounds_and_says_so() {
    let world = world("abcdefghijkl").await;
    world.pass(MINUTE * 5);
    let bounds = Bounds { stuck_after: MINUTE * 5, taken_max: 8_000, at_once: 8, stop_at: world.now() };
    let swept = sweep_ledger(&world, &world, &world, &world, &built_in_map(), bounds, |_| {}).await;
    assert_eq!((swept.is_truncated, swept.sent), (true, 0));
}

#[tokio::test]
async fn what_is_past_its_date_is_noted_once() {
    let world = world("a").await;
    let mut first = None;
    for _ in 0..3 {
        world.pass(SignedDuration::from_hours(24 * 40));
        sweep(&world).await;
        let late_since = world.stored().heads.values().next().unwrap().late_since;
        first = first.or(late_since);
        assert_eq!((late_since.is_some(), late_since), (true, first));
    }
}

#[tokio::test]
async fn the_alarms_of_an_account_that_nobody_works_on_ring_on_their_days() {
    let world = World::new(at("2026-01-31T12:00:00Z"), 10);
    let ended = Termination {
        tenant: TenantId::parse("alder").unwrap(),
        ended_at: None,
        decided_at: None,
        time_zone: "UTC".to_owned(),
    };
    accept_termination(&world, &world, &built_in_map(), &ended.count(world.now()).unwrap()).await.unwrap();
    // Day after the end; how many phases are near their last day, and how many are past it. LinkedIn's is day 10, that of
    // other platforms and of what they add up to 30, the account's 31; conversations ring from day 75 and have until day 90.
    let days = [
        (8, 0, 0),
        (9, 1, 0),
        (10, 1, 0),
        (11, 0, 1),
        (29, 2, 1),
        (30, 2, 1),
        (31, 1, 3),
        (32, 0, 4),
        (74, 0, 4),
        (75, 1, 4),
        (90, 1, 4),
        (91, 0, 5),
    ];
    let mut today = 0;
    for (day, near, overdue) in days {
        world.pass(SignedDuration::from_hours(24 * (day - today)));
        today = day;
        let swept = sweep(&world).await;
        assert_eq!((swept.near_due, swept.overdue), (near, overdue), "day {day}");
    }
}

#[tokio::test]
async fn what_a_hold_keeps_is_late_only_once_it_is_released() {
    let world = world("a").await;
    let late_since = || world.stored().heads.values().next().unwrap().late_since;
    let bring_to = |state: State| {
        for head in world.stored().heads.values_mut() {
            (head.state, head.next_action_at) = (state.clone(), Some(head.received_at));
        }
    };
    let plan = PlanRef { hash: plan_hash(), covers_until: world.now() };
    bring_to(State::Held { plan, by: vec![], review_by: "2030-01-01".parse().unwrap() });
    world.pass(SignedDuration::from_hours(24 * 40));
    sweep(&world).await;
    assert_eq!(late_since(), None);
    bring_to(State::Received);
    sweep(&world).await;
    assert_eq!(late_since(), Some(world.now()));
}

mod at_once;
mod order;
