//! Everything that the ports of our own records can be made to write.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use privacy::audit::{StaffAct, StaffActs, StaffDeed, StaffReason};
use privacy::data_map::DataMap;
use privacy::deadline::DueBy;
use privacy::export::job::ExportJob;
use privacy::export::ports::{Bundle, BundleBook, BundleKey, BundleStore, DueBundle, Next};
use privacy::ids::{ConnectionId, ContactId, Platform, TenantId, UserId};
use privacy::ingest_gate::{Flag, FlagBook};
use privacy::keys::KeyedRef;
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::memory::{own_contact_place, place, user_place};
use privacy::obligation::{Awaited, Head, NewObligation, ObligationId, PlanRef, State};
use privacy::plan;
use privacy::policy::retained::Exception;
use privacy::ports::{Advance, CancelUntil, DueIndex, HoldBook, Intake, Lease, Ledger, NextAction, PlanBook};
use privacy::purge::{Cover, PeriodClass, PurgeLedger, Reports};
use privacy::receipt::{ChainLedger, ChainStore, Intent, Occasion, Position};
use privacy::replay::{ReplayBook, begin_replay, sweep_replays};
use privacy::scope::{Part, Place, Scope};
use privacy::subject_request::ports::{RequestBook, RequestIntake};
use privacy::subject_request::{Actor, By, Standing, SubjectRequest};
use privacy::target::{Limit, Target};
use privacy_aws::bundles::BundleBucket;
use privacy_aws::ledger::LedgerTable;
use privacy_tests::account::Account;
use privacy_tests::asked::full;
use privacy_tests::demo::{self, Stopped};
use privacy_tests::everything::now;

fn tenant() -> TenantId {
    TenantId::parse("alder").unwrap()
}

fn id(letter: &str) -> ObligationId {
    ObligationId::parse(&letter.repeat(32)).unwrap()
}

fn reference(name: &str) -> KeyedRef {
    KeyedRef::from_stored(format!("v1-{name}"))
}

fn new(letter: &str, target: Target) -> NewObligation {
    NewObligation { id: id(letter), target, ..demo::request(&demo::person("1"), now()) }
}

fn towards(limit: Limit) -> Target {
    Target::Person { links: vec![reference("link")], suppressions: vec![reference("mark")], limit }
}

pub async fn write_everything(account: &Account) {
    let ledger = demo::ledger(account);
    targets(&ledger).await;
    states(&ledger).await;
    places(&ledger).await;
    holds(&ledger).await;
    requests(&ledger).await;
    bundles(account, &ledger).await;
    staff(&ledger).await;
    purges(&ledger).await;
    replay(account, &ledger).await;
    let vault = demo::vault(account);
    for flag in Flag::ALL {
        vault.raise_flag(&reference("mia"), flag, now()).await.unwrap();
        vault.lift_flag(&reference("mia"), flag, now(), Some(now())).await.unwrap();
    }
    let position = Position { chain: reference("chain"), seq: 1 };
    demo::audit(account).put_entry(&position, "{}").await.unwrap();
    for key in ["sweeps/2026-03-10/1.json", "sweeps/due/2026-03-10/1.json"] {
        assert!(demo::reports(account).store(key, "{}").await.unwrap());
    }
}

/// Obligations of every kind, one that was cancelled, one whose account came back, one that has a successor.
async fn targets(ledger: &LedgerTable) {
    let platform = Platform::parse("linkedin").unwrap();
    let word = |user| Limit::OnTheirWord { platforms: BTreeSet::from([platform.clone()]), user };
    let all = [
        ("a", towards(Limit::Tenant(tenant()))),
        ("b", towards(word(Some(user_place("alder", "u1"))))),
        ("c", Target::Connection { place: place("alder", "c1", None), platform: platform.clone() }),
        ("d", Target::Tenant { tenant: tenant(), phase: "account".to_owned() }),
    ];
    for (letter, target) in all {
        let starts_at = Some(now() + SignedDuration::from_hours(24));
        let new = NewObligation { starts_at, ..new(letter, target) };
        ledger.open(&new).await.unwrap();
        ledger.note_return(&new.id, now()).await.unwrap();
        ledger.cancel(&new.id, CancelUntil::ItsDay, now()).await.unwrap();
        let finished = ledger.head(&new.id).await.unwrap().unwrap();
        assert!(ledger.reopen(&finished, &new).await.unwrap(), "{letter}");
    }
}

/// Every state of one obligation, kept beside its successor in each.
async fn states(ledger: &LedgerTable) {
    let plan = plan::plan(&id("e"), now(), &[], &demo::map());
    let by_plan = || PlanRef { hash: plan.hash.clone(), covers_until: now() };
    let by = vec![HoldId::parse("hold-0001").unwrap()];
    let states = [
        State::Planned { plan: by_plan() },
        State::Failed { plan: by_plan(), retry_at: now(), attempts: 2 },
        State::Held { plan: by_plan(), by, review_by: "2026-04-01".parse().unwrap() },
    ];
    let request = new("e", towards(Limit::Everywhere));
    ledger.open(&request).await.unwrap();
    let lease = Lease { id: request.id.clone(), worker: "w".to_owned() };
    ledger.lease(&lease, now(), now() + SignedDuration::from_mins(9)).await.unwrap();
    Ledger::begin(ledger, &lease, now()).await.unwrap();
    ledger.note_retained(&lease, &[Exception::Security]).await.unwrap();
    ledger.mark_late(&request.id, now()).await.unwrap();
    let day = DueBy { date: "2026-03-20".parse().unwrap(), time_zone: "UTC".to_owned() };
    ledger.bring_forward(&lease, &day).await.unwrap();
    ledger.ask(&ledger.head(&request.id).await.unwrap().unwrap(), now(), now()).await.unwrap();
    for state in states {
        let is_waiting = matches!(state, State::Planned { .. });
        let head = bring_to(ledger, &lease, state).await;
        ledger.save_plan(&head, &plan).await.unwrap();
        if is_waiting {
            ledger.confirm(&request.id, &plan.hash, now()).await.unwrap();
        }
    }
    let (erased_at, looks) = (now(), vec![now()]);
    for state in [
        State::Verifying { plan: plan.hash.clone(), erased_at, looks: looks.clone() },
        State::Completed { erased_at, completed_at: now(), looks },
    ] {
        ledger.lease(&lease, now(), now() + SignedDuration::from_mins(9)).await.unwrap();
        let finished = bring_to(ledger, &lease, state).await;
        assert!(ledger.reopen(&finished, &request).await.unwrap());
    }
}

async fn bring_to(ledger: &LedgerTable, lease: &Lease, state: State) -> Head {
    let awaited = Awaited { gone_at: now(), processors: BTreeMap::from([("posthog".to_owned(), now())]) };
    let plain = Advance::to(state, NextAction::At(now()));
    let advance = Advance { is_reopening: true, awaited: Some(awaited), ..plain };
    Ledger::advance(ledger, lease, &advance).await.unwrap().unwrap()
}

/// A place of every kind with all that can be noted of one, who was handed on, and the receipt of a second erasure.
async fn places(ledger: &LedgerTable) {
    let request = new("f", towards(Limit::Everywhere));
    ledger.open(&request).await.unwrap();
    let head = ledger.head(&request.id).await.unwrap().unwrap();
    let own = Place { tenant: tenant(), part: Part::Own };
    let all = [place("alder", "c1", None), place("alder", "c1", Some("p1")), user_place("alder", "u1")];
    for place in all.into_iter().chain([own_contact_place("alder", "p1"), own]) {
        let mut scope = Scope { is_reused: true, is_returned: true, ..Scope::found(place) };
        scope.uncounted.insert("inbox".to_owned(), None);
        ledger.save_scope(&head, &scope).await.unwrap();
    }
    ledger.hand_on(&head, &[reference("mia")]).await.unwrap();
    let occasion = Occasion::Erasure { obligation: request.id, request: 1, reopened: 2, tenant: tenant() };
    let position = Position { chain: reference("chain"), seq: 2 };
    ledger.propose(&occasion, &Intent { position, file: "two".to_owned(), revision: 1 }).await.unwrap();
}

/// Holds on a contact of a connection and on a user.
async fn holds(ledger: &LedgerTable) {
    let note = |text| Note::parse(text).unwrap();
    let scope = |connection, contact, user| HoldScope {
        tenant: tenant(),
        connection,
        contact,
        user,
        classes: BTreeSet::new(),
        from: None,
        until: Some(now()),
    };
    let contact = ContactId::parse("p1").ok();
    let scopes = [
        ("hold-0002", scope(ConnectionId::parse("c1").ok(), contact, None)),
        ("hold-0003", scope(None, None, UserId::parse("u1").ok())),
    ];
    for (id, scope) in scopes {
        let hold = LegalHold {
            id: HoldId::parse(id).unwrap(),
            scope,
            reason: note("a claim"),
            approver: note("counsel"),
            proof: None,
            placed_at: now(),
            review_by: "2026-04-01".parse().unwrap(),
        };
        ledger.place(&hold).await.unwrap();
        HoldBook::release(ledger, &hold.id, now()).await.unwrap();
    }
}

/// Requests that are worked on and denied, with words beside them, of a person who has others.
async fn requests(ledger: &LedgerTable) {
    let denied = |reason| Standing::Denied { at: now(), reason };
    let standings = [Standing::InProgress { since: now() }, denied("unverifiable".to_owned())];
    for (seed, standing) in (2..).zip(standings) {
        let request =
            SubjectRequest { id: ObligationId::of_request(&[seed; 20]), standing, has_words_beside: true, ..full() };
        ledger.receive(&request).await.unwrap();
        ledger.link_person(&reference("mia"), &request.id).await.unwrap();
    }
}

/// A bundle of a request and one of an account, each made twice, with one that a purge waits for.
async fn bundles(account: &Account, ledger: &LedgerTable) {
    let day = |days: i64| now() + SignedDuration::from_hours(24 * days);
    for job in [ExportJob::Request(ObligationId::of_request(&[1; 20])), ExportJob::Tenant(tenant())] {
        ledger.claim(&job, "w", day(1), day(14), now()).await.unwrap();
        let begun = ledger.bundle(&job).await.unwrap().unwrap();
        let begun = Bundle { upload: Some("u".to_owned()), is_kept: true, ..begun };
        assert!(BundleBook::save(ledger, &job, "w", &begun).await.unwrap());
        let made = Bundle { made_at: Some(now()), bytes: 7, upload: None, is_kept: false, ..begun };
        assert!(BundleBook::save(ledger, &job, "w", &made).await.unwrap());
        ledger.renew(&job, "w", &made, Next::beside(day(20))).await.unwrap();
        let second = ledger.bundle(&job).await.unwrap().unwrap();
        let due = DueBundle { job: job.clone(), erase_at: second.next_erase_at().unwrap() };
        assert!(ledger.erased(&due, &second, day(40), None).await.unwrap());
    }
    ledger.await_bundle(&tenant(), &ObligationId::of_request(&[1; 20]), now()).await.unwrap();
    let store = BundleBucket::new(&account.connection(), "bundles".to_owned());
    let key = BundleKey::of(&ExportJob::Tenant(tenant()), 0);
    store.begin(&key).await.unwrap();
    store.keep(&key.progress(), vec![1]).await.unwrap();
}

/// Everything that staff are about to do.
async fn staff(ledger: &LedgerTable) {
    let about = reference("about");
    let deeds = [
        StaffDeed::ReleaseHold(about, StaffReason::NotSaid),
        StaffDeed::ConfirmPurge("billing-records".to_owned(), StaffReason::NotSaid),
        StaffDeed::BeginReplay(now()),
        StaffDeed::OrderExport(tenant()),
    ];
    for deed in deeds {
        ledger.note_act(&StaffAct { deed, who: "arn:aws:iam::1:user/ana".to_owned(), at: now() }).await.unwrap();
    }
}

async fn purges(ledger: &LedgerTable) {
    ledger.note_cover("security-logs", Cover { from: Timestamp::UNIX_EPOCH, shards: 4 }).await.unwrap();
    ledger.note_late("security-logs", Some(now())).await.unwrap();
}

/// A replay that has made a pass, and one that is over.
async fn replay(account: &Account, ledger: &LedgerTable) {
    let by = By { actor: Actor::Staff("arn:staff".to_owned()), why: Note::parse("the inbox was damaged").unwrap() };
    let (map, at) = (DataMap::built_in().unwrap(), now() + SignedDuration::from_hours(1));
    begin_replay(ledger, &map, now(), &by, now()).await.unwrap();
    let (classes, vault) = (PeriodClass::all(&map).unwrap(), demo::vault(account));
    sweep_replays(ledger, &vault, &Stopped(at), (&map, &classes), at + SignedDuration::from_hours(1)).await.unwrap();
    let mut swept = ledger.replays().await.unwrap().remove(0);
    (swept.version, swept.completed_at) = (swept.version + 1, Some(at));
    assert!(ReplayBook::save(ledger, &swept).await.unwrap());
}
