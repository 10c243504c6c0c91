//! One contract, run against the ports in memory and against the adapters over DynamoDB: what the use cases are
//! tested with and what they run on agree.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use privacy::data_map::{KeyRange, SharedRow};
use privacy::deadline::DueBy;
use privacy::fault::Turn;
use privacy::ids::{ConnectionId, ContactId, Platform, TenantId, UserId};
use privacy::ingest_gate::Mark;
use privacy::keys::KeyedRef;
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::memory::{World, own_contact_place, place, plan_hash, user_place};
use privacy::obligation::{Awaited, Head, NewObligation, ObligationId, Outcome, PlanHash, PlanRef, State};
use privacy::plan::Plan;
use privacy::policy::Route;
use privacy::policy::retained::Exception;
use privacy::ports::{
    Advance, BookedHold, CancelUntil, Cancelled, Confirmed, Connected, Connections, DUE_SHARDS, Detached, Due,
    DueIndex, Freshness, HoldBook, Intake, Lease, Leased, Ledger, NextAction, Opened, Placed, PlanBook, Read, Record,
    Register, Released, Showcase, Stores, Suppressions,
};
use privacy::processors::{ProcessorLedger, Settlement};
use privacy::receipt::{ChainLedger, ChainStore, Intent, Occasion, Position, Put, Tag};
use privacy::scope::{Counts, Link, Place, Reach, Scope, Stage};
use privacy::target::{Limit, Target};
use privacy_tests::account::{Account, Trouble};
use privacy_tests::{demo, each};
use serde_json::json;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-10T12:00:00Z")
}

fn id() -> ObligationId {
    ObligationId::parse(&"b".repeat(32)).unwrap()
}

fn request(covers_until: &str, is_dated: bool) -> NewObligation {
    NewObligation {
        id: id(),
        route: Route::MetaDataDeletion,
        target: Target::Person {
            links: vec![KeyedRef::from_stored("v2-link".to_owned()), KeyedRef::from_stored("v1-link".to_owned())],
            suppressions: vec![KeyedRef::from_stored("v1-owner".to_owned())],
            limit: Limit::Everywhere,
        },
        received_at: now(),
        starts_at: None,
        covers_until: at(covers_until),
        is_dated,
        due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
        next_action_at: now() + SignedDuration::from_mins(5),
    }
}

fn lease(worker: &str) -> Lease {
    Lease { id: id(), worker: worker.to_owned() }
}

fn plan_ref() -> PlanRef {
    PlanRef { hash: PlanHash::from_stored("f".repeat(64)), covers_until: now() }
}

async fn head_of(ports: &impl DueIndex) -> Head {
    ports.head(&id()).await.unwrap().unwrap()
}

async fn intake_contract<P: Intake + DueIndex + Ledger + Showcase>(ports: &P) {
    assert_eq!(ports.open(&request("2026-03-10T10:00:00Z", true)).await.unwrap(), Opened::New);
    let first = head_of(ports).await;
    assert_eq!((first.seq, &first.state, first.reopened), (1, &State::Received, 0));
    for (covers_until, is_dated) in
        [("2026-03-10T10:00:00Z", true), ("2026-03-09T00:00:00Z", true), ("2026-03-10T12:00:00Z", false)]
    {
        let already = ports.open(&request(covers_until, is_dated)).await.unwrap();
        assert_eq!(already, Opened::Already(Box::new(first.clone())), "{covers_until}");
    }
    let mut newer = request("2026-03-10T11:00:00Z", true);
    newer.received_at = now() + SignedDuration::from_hours(1);
    newer.due_by.date = "2026-04-10".parse().unwrap();
    assert_eq!(ports.open(&newer).await.unwrap(), Opened::Widened(Box::new(first.clone())));
    let widened = head_of(ports).await;
    let expected =
        Head { covers_until: newer.covers_until, next_action_at: Some(newer.next_action_at), ..first.clone() };
    assert_eq!(widened, expected, "the date of the first receipt stays");

    ports.lease(&lease("w"), now(), now() + SignedDuration::from_secs(60)).await.unwrap();
    let verifying = State::Verifying { plan: plan_hash(), erased_at: now(), looks: vec![now()] };
    ports.advance(&lease("w"), &Advance::to(verifying.clone(), NextAction::Keep)).await.unwrap().unwrap();
    ports.release(&lease("w")).await.unwrap();
    let finished = head_of(ports).await;
    let newest = request("2026-03-10T12:00:00Z", true);
    assert_eq!(
        ports.open(&newest).await.unwrap(),
        Opened::Already(Box::new(finished.clone())),
        "not widened once erased"
    );
    assert!(ports.reopen(&finished, &newest).await.unwrap());
    assert!(!ports.reopen(&finished, &newest).await.unwrap(), "only once");
    ports.save_scope(&finished, &Scope::found(place("alder", "c1", None))).await.unwrap();
    let reopened = head_of(ports).await;
    assert_eq!(ports.earlier_places(&reopened).await.unwrap(), [place("alder", "c1", None)]);
    assert_eq!(ports.earlier_places(&finished).await.unwrap(), []);
    let shown = ports.show(&id(), Freshness::Now).await.unwrap().unwrap();
    assert_eq!((shown.head.seq, &shown.head.state, shown.earlier.len()), (2, &State::Received, 1));
    assert_eq!(shown.earlier[0].state, verifying);
    assert_eq!(ports.show(&ObligationId::parse(&"c".repeat(32)).unwrap(), Freshness::Now).await.unwrap(), None);
}

async fn ledger_contract<P: Intake + DueIndex + Ledger + Showcase>(ports: &P) {
    let minute = SignedDuration::from_mins(1);
    assert_eq!(ports.lease(&lease("w1"), now(), now() + minute).await.unwrap(), Leased::Gone);
    ports.open(&request("2026-03-10T12:00:00Z", true)).await.unwrap();
    let Leased::Granted(head) = ports.lease(&lease("w1"), now(), now() + minute).await.unwrap() else { panic!() };
    assert_eq!(head.leased_until, Some(now() + minute));
    assert_eq!(ports.lease(&lease("w2"), now(), now() + minute).await.unwrap(), Leased::Busy);
    assert!(matches!(ports.lease(&lease("w1"), now(), now() + minute).await.unwrap(), Leased::Granted(_)), "renewed");
    assert!(
        matches!(ports.lease(&lease("w2"), now() + minute, now() + minute * 2).await.unwrap(), Leased::Granted(_)),
        "it lapsed"
    );
    let executing = State::Executing { plan: plan_ref() };
    assert_eq!(
        ports.advance(&lease("w1"), &Advance::to(executing.clone(), NextAction::Keep)).await.unwrap(),
        None,
        "lost"
    );
    ports.release(&lease("w1")).await.unwrap();
    assert!(head_of(ports).await.leased_until.is_some(), "only the holder releases");

    let moved = ports.advance(&lease("w2"), &Advance::to(executing.clone(), NextAction::Keep)).await.unwrap().unwrap();
    assert_eq!((&moved.state, moved.next_action_at), (&executing, head.next_action_at));
    let mut guarded = Advance::to(
        State::Verifying { plan: plan_hash(), erased_at: now(), looks: vec![] },
        NextAction::At(now() + minute),
    );
    guarded.if_covers_until = Some(at("2026-03-10T11:00:00Z"));
    assert_eq!(ports.advance(&lease("w2"), &guarded).await.unwrap(), None, "it covers something else now");
    guarded.if_covers_until = Some(now());
    let verifying = ports.advance(&lease("w2"), &guarded).await.unwrap().unwrap();
    assert_eq!((verifying.state.name(), verifying.next_action_at), ("verifying", Some(now() + minute)));
    let mut reopening = Advance::to(State::Received, NextAction::At(now()));
    reopening.is_reopening = true;
    let reopened = ports.advance(&lease("w2"), &reopening).await.unwrap().unwrap();
    assert_eq!((&reopened.state, reopened.reopened), (&State::Received, 1));
    for state in [
        State::Planned { plan: plan_ref() },
        State::Failed { plan: plan_ref(), retry_at: now(), attempts: 3 },
        State::Held {
            plan: plan_ref(),
            by: vec![HoldId::parse("hold-0001").unwrap()],
            review_by: "2026-05-01".parse().unwrap(),
        },
        State::Completed { erased_at: now(), completed_at: now(), looks: vec![now(), now()] },
    ] {
        let after = ports.advance(&lease("w2"), &Advance::to(state.clone(), NextAction::Never)).await.unwrap().unwrap();
        assert_eq!((&after.state, after.next_action_at), (&state, None), "reads back as written");
    }
    checkpoints(ports).await;
}

async fn checkpoints<P: Ledger + DueIndex + Showcase>(ports: &P) {
    let head = head_of(ports).await;
    assert_eq!(ports.scopes(&head).await.unwrap(), vec![]);
    let mut one = Scope::found(place("alder", "c1", None));
    one.counted = Counts::from([("signals".to_owned(), 7)]);
    one.held = Counts::from([("signals".to_owned(), 2)]);
    let after = Record { key: "contact#p1#score".to_owned(), version: None, written_at: None };
    one.uncounted = BTreeMap::from([("inbox".to_owned(), Some(after)), ("media".to_owned(), None)]);
    let mut two = Scope::found(place("alder", "c1", Some("p1")));
    (two.stage, two.removed, two.is_reused, two.is_returned) = (Stage::Erased, 9, true, true);
    let own =
        [own_contact_place("alder", "p1"), user_place("alder", "ab"), user_place("alder", "abc")].map(Scope::found);
    for scope in own.iter().chain([&one, &two, &one]) {
        ports.save_scope(&head, scope).await.unwrap();
    }
    let expected: Vec<Scope> = own.into_iter().chain([one, two]).collect();
    assert_eq!(ports.scopes(&head).await.unwrap(), expected);
    let plan = Plan {
        hash: plan_ref().hash,
        covers_until: now(),
        places: 2,
        counts: Counts::new(),
        over_ceiling: vec![("signals".to_owned(), 1)],
    };
    ports.save_plan(&head, &plan).await.unwrap();
    let outcomes = [
        ("drafts".to_owned(), Outcome::NothingFound),
        ("files".to_owned(), Outcome::Held { removed: 1, held: 2 }),
        ("media".to_owned(), Outcome::Failed { retry_at: now() }),
        ("retained".to_owned(), Outcome::Retained { code: Exception::LegalObligation }),
        ("signals".to_owned(), Outcome::Removed { count: 7 }),
    ];
    ports.save_outcomes(&head, &outcomes).await.unwrap();
    assert_eq!(ports.show(&id(), Freshness::Now).await.unwrap().unwrap().outcomes, outcomes);
}

async fn due_contract<P: Intake + DueIndex>(ports: &P) {
    ports.open(&request("2026-03-10T12:00:00Z", true)).await.unwrap();
    let shard = id().shard(DUE_SHARDS);
    let due_at = now() + SignedDuration::from_mins(5);
    assert_eq!(each(ports.due(shard, now(), 10).await.unwrap()), vec![], "not yet");
    let due = Due { id: id(), next_action_at: due_at };
    assert_eq!(each(ports.due(shard, due_at, 10).await.unwrap()), vec![due.clone()]);
    for other in (0..DUE_SHARDS).filter(|other| *other != shard) {
        assert_eq!(each(ports.due(other, due_at, 10).await.unwrap()), vec![]);
    }
    for since in [due_at, due_at + SignedDuration::from_mins(9)] {
        ports.mark_late(&id(), since).await.unwrap();
        assert_eq!(head_of(ports).await.late_since, Some(due_at), "the first time counts");
    }
    let stale = Due { id: id(), next_action_at: now() };
    ports.postpone(&stale, NextAction::Never).await.unwrap();
    assert_eq!(head_of(ports).await.next_action_at, Some(due_at), "somebody else has moved it on");
    ports.postpone(&due, NextAction::At(due_at + SignedDuration::from_mins(1))).await.unwrap();
    assert_eq!(each(ports.due(shard, due_at, 10).await.unwrap()), vec![]);
    let moved = Due { id: id(), next_action_at: due_at + SignedDuration::from_mins(1) };
    ports.postpone(&moved, NextAction::Never).await.unwrap();
    assert_eq!(each(ports.due(shard, at("2030-01-01T00:00:00Z"), 10).await.unwrap()), vec![]);
}

/// A phase of a termination: it waits, is cancelled once, and opened anew after that.
async fn cancel_contract<P: Intake + DueIndex + Ledger>(ports: &P) {
    let starts_at = now() + SignedDuration::from_hours(24);
    let tenant = TenantId::parse("alder").unwrap();
    let new = NewObligation {
        id: ObligationId::of_termination(&tenant, "account"),
        route: Route::Termination,
        target: Target::Tenant { tenant, phase: "account".to_owned() },
        starts_at: Some(starts_at),
        is_dated: false,
        ..request("2026-03-10T10:00:00Z", true)
    };
    let cancel = |until, now| ports.cancel(&new.id, until, now);
    assert_eq!(cancel(CancelUntil::ItsDay, now()).await.unwrap(), Cancelled::Missing);
    assert!(!ports.is_cancelled(&new.id).await.unwrap());
    assert_eq!(ports.open(&new).await.unwrap(), Opened::New);
    let head = ports.head(&new.id).await.unwrap().unwrap();
    assert_eq!((&head.target, head.starts_at), (&new.target, Some(starts_at)));
    assert_eq!(cancel(CancelUntil::ItsDay, starts_at).await.unwrap(), Cancelled::TooLate, "its time has come");
    let lease = Lease { id: new.id.clone(), worker: "w".to_owned() };
    assert!(matches!(ports.lease(&lease, starts_at, starts_at).await.unwrap(), Leased::Granted(_)));
    for until in [CancelUntil::Begun, CancelUntil::ItsDay] {
        assert_eq!(cancel(until, now()).await.unwrap(), Cancelled::Done, "no worker has begun");
    }
    // Whatever a worker had in mind who looked at it before.
    assert_eq!(ports.begin(&lease, starts_at).await.unwrap(), None);
    let advance = Advance::to(State::Received, NextAction::Keep);
    assert_eq!(ports.advance(&lease, &advance).await.unwrap(), None);
    assert!(ports.is_cancelled(&new.id).await.unwrap());
    let head = ports.head(&new.id).await.unwrap().unwrap();
    assert_eq!((&head.state, head.next_action_at), (&State::Cancelled { at: now() }, None));
    assert!(matches!(ports.open(&new).await.unwrap(), Opened::Already(_)));
    let widening = NewObligation { is_dated: true, covers_until: now(), ..new.clone() };
    assert!(matches!(ports.open(&widening).await.unwrap(), Opened::Already(_)), "a cancelled one is not widened");
    assert!(ports.reopen(&head, &new).await.unwrap());
    let again = ports.head(&new.id).await.unwrap().unwrap();
    assert_eq!((again.seq, &again.state, again.starts_at), (2, &State::Received, Some(starts_at)));
    assert!(!ports.reopen(&head, &new).await.unwrap(), "only once");
    for later in [0, 1] {
        ports.note_return(&new.id, now() + SignedDuration::from_hours(later)).await.unwrap();
    }
    let returned = ports.head(&new.id).await.unwrap().unwrap();
    assert_eq!(
        returned,
        Head { returned_at: Some(now()), ..again },
        "the first instant stays, and nothing else changes"
    );
    // Once a worker has begun it is too late, whatever its day.
    assert!(matches!(ports.lease(&lease, starts_at, starts_at).await.unwrap(), Leased::Granted(_)));
    for later in [0, 1] {
        let begun = ports.begin(&lease, starts_at + SignedDuration::from_hours(later)).await.unwrap().unwrap();
        assert_eq!(begun.begun_at, Some(starts_at), "the first instant stays");
    }
    for until in [CancelUntil::Begun, CancelUntil::ItsDay] {
        assert_eq!(cancel(until, now()).await.unwrap(), Cancelled::TooLate);
    }
    let nobody = ObligationId::parse(&"f".repeat(32)).unwrap();
    ports.note_return(&nobody, now()).await.unwrap();
    assert_eq!(ports.head(&nobody).await.unwrap(), None, "nothing appears");
}

fn hold(id: &str, tenant: &str) -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse(id).unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse(tenant).unwrap(),
            connection: Some(ConnectionId::parse("c1").unwrap()),
            contact: Some(ContactId::parse("p1").unwrap()),
            user: None,
            classes: BTreeSet::from(["scores".to_owned(), "signals".to_owned()]),
            from: Some(at("2026-01-01T00:00:00Z")),
            until: Some(at("2026-02-01T00:00:00Z")),
        },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: now(),
        review_by: "2026-05-01".parse().unwrap(),
    }
}

/// Holds are placed once, found by their tenant while in force, and stay in the book.
/// The holds that keep something are known while more is erased beside them, until they are released or everything is erased.
async fn held_contract<P: Intake + DueIndex + Ledger>(ports: &P) {
    assert_eq!(ports.open(&request("2026-03-10T12:00:00Z", true)).await.unwrap(), Opened::New);
    ports.lease(&lease("w"), now(), now() + SignedDuration::from_hours(1)).await.unwrap();
    let by: Vec<HoldId> = ["hold-0001", "hold-0002"].map(|hold| HoldId::parse(hold).unwrap()).into();
    let executing = State::Executing { plan: plan_ref() };
    let failed = State::Failed { plan: plan_ref(), retry_at: now(), attempts: 1 };
    let held = State::Held { plan: plan_ref(), by: by.clone(), review_by: "2026-05-01".parse().unwrap() };
    let erased = State::Verifying { plan: plan_ref().hash, erased_at: now(), looks: vec![] };
    for (state, is_released, expected) in [
        (executing.clone(), false, &[][..]),
        (held.clone(), false, &by),
        (executing.clone(), false, &by),
        (failed, false, &by),
        (held.clone(), false, &by),
        (executing.clone(), true, &[]),
        (held.clone(), true, &by),
        (erased, false, &[]),
    ] {
        let advance = Advance { is_released, ..Advance::to(state.clone(), NextAction::Keep) };
        let after = ports.advance(&lease("w"), &advance).await.unwrap().unwrap();
        assert_eq!((after.held_by.as_slice(), &head_of(ports).await), (expected, &after), "{state:?}");
    }
}

/// Who is waited for stands in the row until a transition that waits for nobody; renewing and putting off leave it.
async fn awaited_contract<P: Intake + DueIndex + Ledger>(ports: &P) {
    assert_eq!(ports.open(&request("2026-03-10T12:00:00Z", true)).await.unwrap(), Opened::New);
    ports.lease(&lease("w"), now(), now() + SignedDuration::from_hours(1)).await.unwrap();
    let executing = State::Executing { plan: plan_ref() };
    let processors = [("payments", 0), ("posthog", 2)];
    let processors = processors.map(|(name, hours)| (name.to_owned(), now() + SignedDuration::from_hours(hours)));
    let waiting = Awaited { gone_at: now(), processors: processors.into() };
    let next = NextAction::At(now() + SignedDuration::from_hours(1));
    let verifying = State::Verifying { plan: plan_ref().hash, erased_at: now(), looks: vec![] };
    for (state, awaited) in [
        (executing.clone(), Some(waiting.clone())),
        (executing.clone(), None),
        (executing.clone(), Some(waiting.clone())),
        (verifying.clone(), None),
        (verifying, Some(waiting)),
        (State::Received, None),
    ] {
        let advance = Advance { awaited: awaited.clone(), ..Advance::to(state, next) };
        let after = ports.advance(&lease("w"), &advance).await.unwrap().unwrap();
        assert_eq!((&after.awaited, &head_of(ports).await), (&awaited, &after));
        let due = Due { id: id(), next_action_at: after.next_action_at.unwrap() };
        ports.postpone(&due, next).await.unwrap();
        ports.lease(&lease("w"), now(), now() + SignedDuration::from_hours(1)).await.unwrap();
        assert_eq!(head_of(ports).await.awaited, awaited);
    }
}

async fn hold_contract<P: HoldBook + Ledger>(ports: &P) {
    let (one, other) = (hold("hold-0001", "alder"), hold("hold-0002", "birch"));
    let bare = HoldScope { user: UserId::parse("u1").ok(), ..HoldScope::of_tenant(other.scope.tenant) };
    let other = LegalHold { scope: bare, proof: None, ..other };
    for hold in [&one, &other] {
        assert_eq!(ports.place(hold).await.unwrap(), Placed::New);
    }
    let booked = BookedHold { hold: one.clone(), released_at: None };
    let again = LegalHold { placed_at: now() + SignedDuration::from_hours(1), ..one.clone() };
    assert_eq!(ports.place(&again).await.unwrap(), Placed::Already(Box::new(booked.clone())), "nothing is written");
    assert_eq!(ports.find(&one.id).await.unwrap(), Some(booked));
    assert_eq!(ports.find(&HoldId::parse("hold-0009").unwrap()).await.unwrap(), None);
    let alder = TenantId::parse("alder").unwrap();
    assert_eq!(ports.holds(&alder).await.unwrap(), vec![one.clone()]);
    assert_eq!(ports.holds(&other.scope.tenant).await.unwrap(), vec![other.clone()]);
    assert_eq!(ports.in_force().await.unwrap(), vec![one.clone(), other.clone()]);
    assert_eq!(HoldBook::release(ports, &HoldId::parse("hold-0009").unwrap(), now()).await.unwrap(), Released::Unknown);
    assert_eq!(ports.waiting(&one.id).await.unwrap(), vec![]);
    for _ in 0..2 {
        ports.wait_for(&id(), &one.id).await.unwrap();
    }
    assert_eq!(ports.waiting(&one.id).await.unwrap(), vec![id()]);
    let later = now() + SignedDuration::from_hours(1);
    for at in [now(), later] {
        assert_eq!(HoldBook::release(ports, &one.id, at).await.unwrap(), Released::Done);
    }
    assert_eq!(ports.holds(&alder).await.unwrap(), vec![]);
    assert_eq!(ports.in_force().await.unwrap(), vec![other.clone()]);
    assert!(matches!(ports.place(&one).await.unwrap(), Placed::Already(_)));
    assert_eq!(ports.holds(&alder).await.unwrap(), vec![], "an id is used once");
    assert_eq!(ports.in_force().await.unwrap(), vec![other.clone()], "nor for others");
    let book: Vec<_> = ports.all().await.unwrap().into_iter().map(|booked| (booked.hold, booked.released_at)).collect();
    assert_eq!(book, vec![(one, Some(now())), (other, None)]);
}

/// Everything open is read page by page, and one plan is confirmed: the one that waits.
async fn staff_contract<P: Intake + DueIndex + Ledger + Register + PlanBook>(ports: &P) {
    let other = |number: u32| ObligationId::parse(&format!("{number:032}")).unwrap();
    for number in 0..12 {
        let next_action_at = now() + SignedDuration::from_mins(i64::from(number / 4));
        let new = NewObligation { id: other(number), next_action_at, ..request("2026-03-10T12:00:00Z", true) };
        ports.open(&new).await.unwrap();
    }
    let mut read = Vec::new();
    for shard in 0..DUE_SHARDS {
        let mut after: Option<Due> = None;
        while let Some(last) = {
            let page = ports.page(shard, after.as_ref(), 1).await.unwrap();
            read.extend(page.iter().map(|due| due.id.clone()));
            page.last().cloned()
        } {
            after = Some(last);
        }
    }
    read.sort();
    assert_eq!(read, (0..12).map(other).collect::<Vec<_>>());
    read.push(other(99));
    let mut heads = ports.heads(&read).await.unwrap();
    heads.sort_by(|one, two| one.id.cmp(&two.id));
    assert_eq!(heads.iter().map(|head| head.id.clone()).collect::<Vec<_>>(), (0..12).map(other).collect::<Vec<_>>());
    assert_eq!(ports.heads(&[]).await.unwrap(), vec![]);

    let (hash, minute) = (plan_ref().hash, SignedDuration::from_mins(1));
    assert_eq!(ports.confirm(&id(), &hash, now()).await.unwrap(), Confirmed::Missing);
    ports.open(&request("2026-03-10T12:00:00Z", true)).await.unwrap();
    assert_eq!(ports.confirm(&id(), &hash, now()).await.unwrap(), Confirmed::Differs, "nothing waits");
    let plan = Plan {
        hash: hash.clone(),
        covers_until: now(),
        places: 2,
        counts: BTreeMap::from([("unclassified".to_owned(), 3)]),
        over_ceiling: vec![("unclassified".to_owned(), 0)],
    };
    let head = head_of(ports).await;
    assert_eq!(ports.plan(&head).await.unwrap(), None);
    ports.save_plan(&head, &plan).await.unwrap();
    assert_eq!(ports.plan(&head).await.unwrap(), Some(plan));
    ports.lease(&lease("w"), now(), now() + minute).await.unwrap();
    let planned = Advance::to(State::Planned { plan: plan_ref() }, NextAction::At(now() + minute * 60));
    ports.advance(&lease("w"), &planned).await.unwrap().unwrap();
    let another = PlanHash::from_stored("0".repeat(64));
    assert_eq!(ports.confirm(&id(), &another, now()).await.unwrap(), Confirmed::Differs);
    assert_eq!(head_of(ports).await.confirmed_plan, None);
    for at in [now() + minute, now() + minute * 2] {
        assert_eq!(ports.confirm(&id(), &hash, at).await.unwrap(), Confirmed::Done);
        let head = head_of(ports).await;
        assert_eq!((head.confirmed_plan, head.next_action_at), (Some(hash.clone()), Some(at)));
    }
    let executing = Advance::to(State::Executing { plan: plan_ref() }, NextAction::Keep);
    ports.advance(&lease("w"), &executing).await.unwrap().unwrap();
    assert_eq!(ports.confirm(&id(), &hash, now()).await.unwrap(), Confirmed::Done, "it was");
    assert_eq!(head_of(ports).await.next_action_at, Some(now() + minute * 2), "and is left alone");
    assert_eq!(ports.confirm(&id(), &another, now()).await.unwrap(), Confirmed::Differs);
    let overtaken = PlanRef { hash: hash.clone(), covers_until: now() - minute };
    ports
        .advance(&lease("w"), &Advance::to(State::Planned { plan: overtaken }, NextAction::Keep))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        ports.confirm(&id(), &hash, now()).await.unwrap(),
        Confirmed::Differs,
        "a newer request has overtaken it"
    );
}

/// A disconnect names its connection; it reads back as it was written.
async fn disconnect_contract<P: Intake + DueIndex + Ledger>(ports: &P) {
    let place = place("alder", "c1", None);
    let new = NewObligation {
        id: ObligationId::of_connection(&place),
        route: Route::Disconnect,
        target: Target::Connection { place, platform: Platform::parse("google").unwrap() },
        ..request("2026-03-10T10:00:00Z", true)
    };
    assert_eq!(ports.open(&new).await.unwrap(), Opened::New);
    let head = ports.head(&new.id).await.unwrap().unwrap();
    assert_eq!((&head.target, head.route, head.starts_at), (&new.target, Route::Disconnect, None));
    let lease = |worker: &str| Lease { id: new.id.clone(), worker: worker.to_owned() };
    let now = at("2026-03-10T10:01:00Z");
    Ledger::lease(ports, &lease("w"), now, now + SignedDuration::from_mins(5)).await.unwrap();
    for (worker, days, expected) in [("other", 3, 0), ("w", 3, 3), ("w", 1, 3), ("w", 5, 5)] {
        let date = |days: i32| new.due_by.date.checked_sub(jiff::Span::new().days(days)).unwrap();
        let earlier = DueBy { date: date(days), time_zone: "UTC".to_owned() };
        ports.bring_forward(&lease(worker), &earlier).await.unwrap();
        let due_by = DueIndex::head(ports, &new.id).await.unwrap().unwrap().due_by;
        assert_eq!(due_by.date, date(expected), "{worker}, {days} days earlier");
    }
    for (worker, until, expected) in [
        ("other", "2026-03-11T00:00:00Z", "2026-03-10T10:00:00Z"),
        ("w", "2026-03-11T00:00:00Z", "2026-03-11T00:00:00Z"),
        ("w", "2026-03-10T11:00:00Z", "2026-03-11T00:00:00Z"),
    ] {
        ports.widen(&lease(worker), at(until)).await.unwrap();
        let covers_until = DueIndex::head(ports, &new.id).await.unwrap().unwrap().covers_until;
        assert_eq!(covers_until, at(expected), "{worker}, {until}");
    }
}

/// Alder has connections c1 and c2, birch has c3.
async fn directory_contract(vault: &impl Connections) {
    let tenant = TenantId::parse("alder").unwrap();
    let listed = |connected: Vec<Connected>| connected.into_iter().map(|one| one.reach.place).collect::<Vec<_>>();
    let (c1, c2) = (place("alder", "c1", None), place("alder", "c2", None));
    let found = vault.of_tenant(&tenant).await.unwrap();
    assert_eq!(found[0].platform, Platform::parse("facebook").unwrap());
    assert_eq!(found[0].reach.since, at("2026-01-01T00:00:00Z"));
    assert_eq!(listed(found), [c1.clone(), c2.clone()]);
    assert_eq!(vault.of_tenant(&TenantId::parse("nobody").unwrap()).await.unwrap(), vec![]);
    assert_eq!(vault.connected_at(&Place::of_tenant(tenant)).await.unwrap(), None);
    assert_eq!(vault.connected_at(&c2).await.unwrap(), Some(at("2026-01-01T00:00:00Z")));
}

/// Everywhere the person of [`demo::person`] `1` is known beside alder's c1.
fn known_places() -> [Place; 5] {
    let contact = |connection| place("alder", connection, Some("p1"));
    [
        own_contact_place("alder", "p1"),
        user_place("alder", "ab"),
        user_place("alder", "abc"),
        contact("c1"),
        contact("c10"),
    ]
}

/// One link leads to alder's c1 since January, and to each of [`known_places`] since February; another one to c1's p1.
async fn links_contract(vault: &(impl Connections + Stores)) {
    let references = ["1", "2"].map(|person| demo::keys().links(&demo::person(person)).remove(0));
    let [reference, other] = &references;
    let c1 = place("alder", "c1", None);
    let reach = |place: &Place, since: &str| Reach { place: place.clone(), since: at(since) };
    let mut expected: Vec<Reach> = known_places().iter().map(|known| reach(known, "2026-02-01T00:00:00Z")).collect();
    expected.insert(3, reach(&c1, "2026-01-01T00:00:00Z"));
    let reached = async || {
        let mut reached = vault.reach(reference).await.unwrap();
        reached.sort_by(|one, other| one.place.cmp(&other.place));
        reached
    };
    assert_eq!(reached().await, expected);
    for place in known_places() {
        let link = Link { reference: reference.clone(), place: place.clone() };
        for _ in 0..2 {
            vault.unlink(&[link.clone(), link.clone()]).await.unwrap();
        }
        expected.retain(|reach| reach.place != place);
        assert_eq!(reached().await, expected, "{place}");
    }
    assert_eq!(vault.reach(other).await.unwrap(), [reach(&known_places()[3], "2026-02-01T00:00:00Z")]);
    vault.unlink(&[]).await.unwrap();
    linked_rows_contract(vault, other).await;
    let link = Link { reference: reference.clone(), place: c1.clone() };
    let row = |key: String| Record { key, version: None, written_at: None };
    let rows = [row("connection".to_owned()), row(format!("link#{reference}"))];
    let made_at = at("2026-01-01T00:00:00Z");
    for rows in [&rows[..], &[]] {
        assert!(
            !vault.take_out(&c1, made_at, rows, std::slice::from_ref(&link)).await.unwrap(),
            "made at that instant: another one"
        );
        assert_eq!(vault.connected_at(&c1).await.unwrap(), Some(made_at));
        assert_eq!(reached().await, expected, "all or nothing");
        assert_eq!(vault.of_tenant(&c1.tenant).await.unwrap().len(), 1);
    }
    for _ in 0..2 {
        let links = [link.clone(), link.clone()];
        assert!(vault.take_out(&c1, made_at + SignedDuration::from_millis(1), &rows, &links).await.unwrap());
        assert_eq!(vault.connected_at(&c1).await.unwrap(), None);
    }
    assert_eq!(reached().await, []);
}

/// A row that names a link goes with it, and what stands beside either of them stays.
async fn linked_rows_contract(vault: &(impl Connections + Stores), reference: &KeyedRef) {
    let range = KeyRange::Table { partition: "alder#c1".to_owned(), begins_with: "contact#p1#link#".to_owned() };
    let rows = async || vault.page("inbox", &range, None, None, Read::Strong).await.unwrap().records;
    let (before, place) = (rows().await, known_places()[3].clone());
    let is_of_it = |row: &&Record| row.key.ends_with(reference.as_str());
    let row = before.iter().find(is_of_it).unwrap().clone();
    let dated =
        |day: u8| Record { key: format!("contact#p1#link#2026-01-{day:02}T00:00:00.000Z#{reference}"), ..row.clone() };
    let link = Link { reference: reference.clone(), place };
    // More than one write takes, rows that name the same link, and some that are not there.
    let mut linked: Vec<(Record, Link)> = (1..=28).map(|day| (dated(day), link.clone())).collect();
    linked.extend((0..60).map(|number| {
        let absent = KeyedRef::from_stored(format!("v1-absent-{number}"));
        let key = format!("contact#p1#link#2026-01-01T00:00:00.000Z#{absent}");
        (Record { key, ..row.clone() }, Link { reference: absent, place: link.place.clone() })
    }));
    linked.push((row, link));
    for _ in 0..2 {
        vault.erase_linked("inbox", &range, &linked).await.unwrap();
        assert_eq!(vault.reach(reference).await.unwrap(), []);
        assert!(!rows().await.iter().any(|row| is_of_it(&row)));
        assert_eq!(rows().await.len() + 1, before.len(), "the row of another link stays");
    }
    vault.erase_linked("inbox", &range, &[]).await.unwrap();
}

async fn processors_contract(ledger: &impl ProcessorLedger) {
    let settlement = |version: u64| {
        let (targets, extent) = ("t".to_owned(), Some("e".to_owned()));
        Settlement { version, reopened: 0, targets, extent, entries: [].into() }
    };
    assert_eq!(ledger.load(&id(), 1).await.unwrap(), None);
    assert!(!ledger.save(&id(), 1, &settlement(2)).await.unwrap(), "nothing to follow");
    assert!(ledger.save(&id(), 1, &settlement(1)).await.unwrap());
    assert!(!ledger.save(&id(), 1, &settlement(1)).await.unwrap(), "once");
    assert!(ledger.save(&id(), 1, &settlement(2)).await.unwrap());
    assert_eq!(ledger.load(&id(), 1).await.unwrap(), Some(settlement(2)));
    assert_eq!(ledger.load(&id(), 2).await.unwrap(), None, "another request");
}

async fn chain_contract<L: ChainLedger, S: ChainStore>(ledger: &L, store: &S) {
    let chain = KeyedRef::from_stored("v1-chain".to_owned());
    let occasion = |request: u32, tenant: &str| Occasion::Erasure {
        obligation: id(),
        request,
        reopened: 0,
        tenant: TenantId::parse(tenant).unwrap(),
    };
    let place = |seq: u64| Position { chain: chain.clone(), seq };
    let intent = |seq: u64, file: &str, revision: u32| Intent { position: place(seq), file: file.to_owned(), revision };
    let alder = occasion(1, "alder");
    assert_eq!(ledger.intent(&alder).await.unwrap(), None);
    assert_eq!(ledger.propose(&alder, &intent(2, "x", 2)).await.unwrap_err().turn, Turn::Park, "nothing to follow");
    let first = intent(1, "one\n", 1);
    assert_eq!(ledger.propose(&alder, &first).await.unwrap(), first);
    assert_eq!(ledger.propose(&alder, &intent(1, "other", 1)).await.unwrap(), first, "the first stands");
    let second = intent(2, "two\n", 2);
    assert_eq!(ledger.propose(&alder, &second).await.unwrap(), second);
    for late in [&first, &intent(3, "other", 2), &intent(5, "early", 4)] {
        assert_eq!(ledger.propose(&alder, late).await.unwrap(), second, "{late:?}");
    }
    assert_eq!(ledger.intent(&alder).await.unwrap(), Some(second));
    for other in [occasion(2, "alder"), occasion(1, "birch")] {
        assert_eq!(ledger.intent(&other).await.unwrap(), None, "{other:?}");
    }

    assert_eq!(ledger.hint(&chain).await.unwrap(), None);
    for (raised, hint) in [(3, 3), (2, 3), (3, 3), (11, 11)] {
        ledger.raise_hint(&place(raised)).await.unwrap();
        assert_eq!(ledger.hint(&chain).await.unwrap(), Some(hint));
    }

    assert_eq!(store.entry(&place(1)).await.unwrap(), None);
    assert_eq!(store.put_entry(&place(1), "one\n").await.unwrap(), Put::Stored);
    for file in ["one\n", "other"] {
        assert_eq!(store.put_entry(&place(1), file).await.unwrap(), Put::Taken);
    }
    assert_eq!(store.entry(&place(1)).await.unwrap().unwrap(), b"one\n");
    assert_eq!(store.put_entry(&place(2), "one\n").await.unwrap(), Put::Stored);

    assert_eq!(store.head(&chain).await.unwrap(), None);
    assert!(!store.put_head(&chain, "lost", Some(&Tag("\"gone\"".to_owned()))).await.unwrap(), "nothing to replace");
    assert!(store.put_head(&chain, "head 1", None).await.unwrap());
    assert!(!store.put_head(&chain, "late", None).await.unwrap(), "there is one");
    let one = store.head(&chain).await.unwrap().unwrap();
    assert_eq!(one.file, b"head 1");
    assert!(store.put_head(&chain, "head 2", Some(&one.tag)).await.unwrap());
    assert!(!store.put_head(&chain, "late", Some(&one.tag)).await.unwrap(), "another has replaced it");
    assert_eq!(store.head(&chain).await.unwrap().unwrap().file, b"head 2");
}

/// `vault` holds three items and three object versions of alder's c1, and one of each of its c10.
async fn vault_contract<P: Stores + Suppressions>(vault: &P) {
    let inbox = KeyRange::Table { partition: "alder#c1".to_owned(), begins_with: String::new() };
    let contact = KeyRange::Table { partition: "alder#c1".to_owned(), begins_with: "contact#p1#".to_owned() };
    let media = KeyRange::Bucket { prefix: "alder/c1/".to_owned() };
    for (store, range, expected) in [("inbox", &inbox, 3), ("inbox", &contact, 2), ("media", &media, 3)] {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = vault.page(store, range, after.as_ref(), Some(1), Read::Strong).await.unwrap();
            assert!(page.records.len() <= 1);
            found.extend(page.records);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found.len(), expected, "{range:?}: {found:?}");
    }
    let found = vault.page("inbox", &contact, None, None, Read::Eventual).await.unwrap().records;
    assert_eq!(vault.erase("inbox", &contact, &found).await.unwrap(), vec![]);
    assert_eq!(vault.erase("inbox", &contact, &found).await.unwrap(), vec![], "twice is once");
    assert_eq!(vault.page("inbox", &inbox, None, None, Read::Strong).await.unwrap().records.len(), 1);
    let found = vault.page("media", &media, None, None, Read::Strong).await.unwrap().records;
    assert_eq!(vault.erase("media", &media, &found).await.unwrap(), vec![]);
    assert_eq!(vault.page("media", &media, None, None, Read::Strong).await.unwrap().records, vec![]);
    let other = KeyRange::Bucket { prefix: "alder/c10/".to_owned() };
    assert_eq!(vault.page("media", &other, None, None, Read::Strong).await.unwrap().records.len(), 1);
    let mark = Mark::place(&place("alder", "c1", None));
    for covers_until in ["2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"] {
        vault.raise(&mark, at(covers_until)).await.unwrap();
    }
    for expires_at in ["2028-03-02T00:00:00Z", "2027-03-02T00:00:00Z"] {
        vault.date(&mark, at(expires_at)).await.unwrap();
    }
}

/// `vault` holds alder's people x, of c1's p1 and c9's p1, and y, of c1's p1 alone.
async fn shared_contract<P: Stores>(vault: &P) {
    let row = |person: &str, source: &str| SharedRow {
        store: "people".to_owned(),
        partition: "people#alder".to_owned(),
        sort: format!("person#{person}"),
        source: source.to_owned(),
        total: Some("total".to_owned()),
    };
    let rows = [row("x", "c1#p1"), row("y", "c1#p1"), row("z", "c1#p1")];
    let sorts = ["person#x", "person#y", "person#z"].map(str::to_owned);
    let sources = async || {
        let mut sources = vault.sources("people", "people#alder", &sorts).await.unwrap();
        sources.iter_mut().for_each(|of_one| of_one.sort_unstable());
        sources
    };
    assert_eq!(sources().await, [vec!["c1#p1", "c9#p1"], vec!["c1#p1"], vec![]]);
    let expected = [Detached::Kept, Detached::Emptied, Detached::Absent];
    assert_eq!(vault.detach(&rows).await.unwrap(), expected);
    let again = [Detached::Kept, Detached::Absent, Detached::Absent];
    assert_eq!(vault.detach(&rows).await.unwrap(), again, "twice is once");
    assert_eq!(vault.detach(&[row("x", "c7#p1")]).await.unwrap(), [Detached::Kept], "none of its sources");
    assert_eq!(vault.detach(&[]).await.unwrap(), []);
    assert_eq!(sources().await, [vec!["c9#p1"], vec![], vec![]]);
    let people = KeyRange::Table { partition: "people#alder".to_owned(), begins_with: String::new() };
    let left = vault.page("people", &people, None, None, Read::Strong).await.unwrap().records;
    assert_eq!(left.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["person#x"]);
}

const ITEMS: [(&str, &str); 4] =
    [("c1", "contact#p1#profile"), ("c1", "contact#p1#score"), ("c1", "contact#p2#score"), ("c10", "contact#p1#score")];
const OBJECTS: [(&str, &str); 4] = [
    ("alder/c1/p1/avatar/a.jpg", "1"),
    ("alder/c1/p1/avatar/a.jpg", "2"),
    ("alder/c1/p2/attachment/b", "1"),
    ("alder/c10/p1/avatar/a.jpg", "1"),
];

#[tokio::test]
async fn the_ports_in_memory_keep_the_contract() {
    let world = || World::new(now(), 10);
    intake_contract(&world()).await;
    ledger_contract(&world()).await;
    due_contract(&world()).await;
    cancel_contract(&world()).await;
    disconnect_contract(&world()).await;
    hold_contract(&world()).await;
    held_contract(&world()).await;
    awaited_contract(&world()).await;
    staff_contract(&world()).await;
    let directory = world();
    for (tenant, connection) in [("alder", "c1"), ("alder", "c2"), ("birch", "c3")] {
        directory.connect(tenant, connection, at("2026-01-01T00:00:00Z"), &[]);
    }
    directory_contract(&directory).await;
    let known = world();
    let references = ["1", "2"].map(|person| demo::keys().links(&demo::person(person)).remove(0));
    known.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &references[..1]);
    known_places().iter().for_each(|place| known.link(place, at("2026-02-01T00:00:00Z"), &references[0]));
    known.link(&known_places()[3], at("2026-02-01T00:00:00Z"), &references[1]);
    links_contract(&known).await;
    chain_contract(&world(), &world()).await;
    let people = world();
    [("c1", "x", 5), ("c9", "x", 3), ("c1", "y", 2)]
        .iter()
        .for_each(|(connection, person, number)| people.share("alder", connection, "p1", person, *number));
    shared_contract(&people).await;
    let left = people.stored().shared.values().next().cloned().unwrap();
    assert_eq!((left.sources, left.total), (BTreeMap::from([("c9#p1".to_owned(), 3)]), 3));
    processors_contract(&world()).await;
    let vault = world();
    ITEMS.iter().for_each(|(connection, key)| vault.put("alder", connection, key));
    OBJECTS.iter().for_each(|(key, version)| vault.put_object(key, version));
    vault_contract(&vault).await;
    let stored = vault.stored();
    let entry = stored.marks.values().next().unwrap();
    assert_eq!((entry.covers_until, entry.expires_at), (at("2026-03-02T00:00:00Z"), Some(at("2028-03-02T00:00:00Z"))));
}

#[tokio::test]
async fn the_adapters_over_dynamodb_keep_the_contract() {
    intake_contract(&demo::ledger(&Account::new())).await;
    ledger_contract(&demo::ledger(&Account::new())).await;
    due_contract(&demo::ledger(&Account::new())).await;
    cancel_contract(&demo::ledger(&Account::new())).await;
    disconnect_contract(&demo::ledger(&Account::new())).await;
    hold_contract(&demo::ledger(&Account::new())).await;
    held_contract(&demo::ledger(&Account::new())).await;
    awaited_contract(&demo::ledger(&Account::new())).await;
    staff_contract(&demo::ledger(&Account::new())).await;
    let directory = Account::new();
    for (tenant, connection) in [("alder", "c1"), ("alder", "c2"), ("birch", "c3")] {
        demo::connect(&directory, tenant, connection, "2026-01-01T00:00:00.000Z", &demo::person("1"));
    }
    directory_contract(&demo::vault(&directory)).await;
    demo::vault(&directory).take_out(&place("alder", "c1", None), at("2026-02-01T00:00:00Z"), &[], &[]).await.unwrap();
    assert_eq!(demo::vault(&directory).of_tenant(&TenantId::parse("alder").unwrap()).await.unwrap().len(), 1);
    let known = Account::new();
    demo::connect(&known, "alder", "c1", "2026-01-01T00:00:00.000Z", &demo::person("1"));
    for (place, person) in known_places().iter().map(|place| (place, "1")).chain([(&known_places()[3], "2")]) {
        demo::link_to(&known, place, "2026-02-01T00:00:00.000Z", &demo::person(person));
    }
    links_contract(&demo::vault(&known)).await;
    assert_eq!(demo::vault(&known).of_tenant(&TenantId::parse("alder").unwrap()).await.unwrap(), vec![]);
    chain_contract(&demo::ledger(&Account::new()), &demo::receipts(&Account::new())).await;
    let people = Account::new();
    demo::share(&people, "alder", "x", &[("c1", "p1", 5), ("c9", "p1", 3)]);
    demo::share(&people, "alder", "y", &[("c1", "p1", 2)]);
    shared_contract(&demo::vault(&people)).await;
    let left = people.dump("people").remove(0);
    assert_eq!((&left["sources"]["M"], &left["total"]["N"]), (&json!({"c9#p1": {"N": "3"}}), &json!("3")));
    processors_contract(&demo::ledger(&Account::new())).await;
    let account = Account::new();
    for (connection, key) in ITEMS {
        account.put_all("inbox", &[json!({"pk": {"S": format!("alder#{connection}")}, "sk": {"S": key}})]);
    }
    OBJECTS.iter().for_each(|(key, version)| account.buckets().put(key, version, false));
    vault_contract(&demo::vault(&account)).await;
    says_when(&account).await;
    let entry = account.dump("suppression").remove(0);
    assert_eq!(entry["covers_until"]["S"], "2026-03-02T00:00:00.000Z");
    assert_eq!(entry["expires_at"]["N"], at("2028-03-02T00:00:00Z").as_second().to_string());
}

/// A row says when it was written, if it does; what is no instant dates nothing.
async fn says_when(account: &Account) {
    let row = |sort: &str, says: Option<&str>| {
        let mut row = json!({"pk": {"S": "account#alder"}, "sk": {"S": sort}});
        says.into_iter().for_each(|text| row["written_at"] = json!({"S": text}));
        row
    };
    let rows = [row("key#1", Some("2026-03-12T09:00:00.000Z")), row("key#2", None), row("key#3", Some("yesterday"))];
    account.put_all("accounts", &rows);
    let range = KeyRange::Table { partition: "account#alder".to_owned(), begins_with: String::new() };
    let page = demo::vault(account).page("accounts", &range, None, None, Read::Eventual).await.unwrap();
    let written: Vec<Option<Timestamp>> = page.records.iter().map(|record| record.written_at).collect();
    assert_eq!(written, [Some(at("2026-03-12T09:00:00Z")), None, None]);
}

/// The account came back, and ended again: what was sent for the return and is carried out only now cancels nothing.
#[tokio::test(start_paused = true)]
async fn cancelling_that_comes_late_leaves_the_next_end_alone() {
    let account = Account::new();
    let ledger = demo::ledger(&account);
    let tenant = TenantId::parse("alder").unwrap();
    let new = NewObligation {
        id: ObligationId::of_termination(&tenant, "account"),
        route: Route::Termination,
        target: Target::Tenant { tenant, phase: "account".to_owned() },
        starts_at: Some(now() + SignedDuration::from_hours(24)),
        is_dated: false,
        ..request("2026-03-10T10:00:00Z", true)
    };
    ledger.open(&new).await.unwrap();
    account.trouble("UpdateItem", &[Trouble::Late]);
    assert_eq!(ledger.cancel(&new.id, CancelUntil::ItsDay, now()).await.unwrap(), Cancelled::Done, "tried again");
    let cancelled = ledger.head(&new.id).await.unwrap().unwrap();
    assert!(ledger.reopen(&cancelled, &new).await.unwrap());
    assert_eq!(account.carry_out_late(), [400]);
    assert_eq!(ledger.head(&new.id).await.unwrap().unwrap().state, State::Received);
}
