//! Processors and receipts: nothing counts as erased before everyone has answered, and everyone who was reached can prove it.

use std::collections::BTreeSet;

use super::*;
use crate::ids::TenantId;
use crate::memory::{Mood, Vendor, built_in_map};
use crate::processors::Target as Asked;
use crate::receipt::{Body, ChainCheck, Confirmation, Entry, Occasion, Position, PublicKeys};

pub(super) fn vendor(world: &World, name: &str, mood: Mood) {
    let copies = BTreeSet::from([Asked::Subject(link()), Asked::Subject(KeyedRef::from_stored("v1-other".to_owned()))]);
    let vendor = Vendor { copies, mood, ..Vendor::default() };
    world.stored().vendors.by_name.insert(name.to_owned(), vendor);
}

pub(super) fn copies(world: &World, name: &str) -> Vec<Asked> {
    world.stored().vendors.by_name[name].copies.iter().cloned().collect()
}

/// Every receipt of a tenant, after its chain has passed the offline check.
pub(super) fn receipts(world: &World, tenant: &str) -> Vec<Entry> {
    let map = built_in_map();
    let proof = proof(world, &map);
    let keys = PublicKeys::parse(&proof.certifying.signing_key.public_hex()).unwrap();
    let chain = proof.certifying.subject_keys.receipt_chain(&TenantId::parse(tenant).unwrap()).unwrap();
    let objects = world.stored().chains.objects();
    let mut check = ChainCheck::new(chain.clone(), &keys);
    let mut entries = Vec::new();
    for seq in 1.. {
        let Some(file) = objects.get(&Position { chain: chain.clone(), seq }.object_key()) else { break };
        assert_eq!(check.entry(seq, file), vec![]);
        entries.push(Entry::open(file, &keys).unwrap());
    }
    if entries.is_empty() {
        return entries;
    }
    let (summary, problem) = check.finish(objects.get(&Position::head_key(&chain)).map(Vec::as_slice));
    assert_eq!(problem, None);
    assert_eq!(usize::try_from(summary.entries).unwrap(), entries.len());
    entries
}

#[tokio::test]
async fn nothing_is_erased_before_every_processor_has_answered() {
    let (world, run) = (world(), Run { map: built_in_map(), ..Run::new() });
    open(&world).await;
    vendor(&world, "posthog", Mood::Honest);
    let Worked::Settling { unsettled, next_at, .. } = run.visit(&world, "w").await.unwrap() else { panic!("settled") };
    assert_eq!((unsettled, next_at), (vec!["posthog".to_owned()], now() + HOUR));
    assert_eq!(residue(&world), Vec::<String>::new(), "ours is gone already");
    assert_eq!((head(&world).state.erased_at(), head(&world).next_action_at), (None, Some(next_at)));
    assert_eq!(receipts(&world, "alder"), vec![]);
    world.pass(HOUR);
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(head(&world).state.erased_at(), Some(now() + HOUR));
    assert_eq!(copies(&world, "posthog"), [Asked::Subject(KeyedRef::from_stored("v1-other".to_owned()))]);
}

#[tokio::test]
async fn one_processor_that_lies_or_fails_is_due_again_and_rings() {
    for mood in [Mood::Lying, Mood::Broken(crate::fault::Turn::Retry), Mood::Broken(crate::fault::Turn::Park)] {
        let (world, run) = (world(), Run::new());
        open(&world).await;
        vendor(&world, "posthog", mood);
        for _ in 0..24 * 11 {
            let worked = run.visit(&world, "w").await.unwrap();
            let Worked::Settling { unsettled, parked, .. } = worked else { panic!("{worked:?}") };
            assert_eq!(unsettled, ["posthog"], "{mood:?}");
            let is_parked = mood == Mood::Broken(crate::fault::Turn::Park);
            assert_eq!(parked, usize::from(is_parked), "what only a person can mend rings at once: {mood:?}");
            assert!(head(&world).next_action_at.unwrap() <= world.now() + HOUR, "{mood:?}");
            world.pass(HOUR);
        }
        let Worked::Settling { overdue, .. } = run.visit(&world, "w").await.unwrap() else { panic!("settled") };
        assert_eq!(overdue, ["posthog"], "{mood:?}");
        world.stored().vendors.by_name.get_mut("posthog").unwrap().mood = Mood::Honest;
        for _ in 0..3 {
            world.pass(HOUR);
            run.visit(&world, "w").await.unwrap();
        }
        assert!(head(&world).state.erased_at().is_some(), "{mood:?}: {:?}", head(&world).state);
    }
}

#[tokio::test]
async fn a_second_look_asks_processors_too_and_counts_only_when_they_find_nothing() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    vendor(&world, "posthog", Mood::Honest);
    run.visit(&world, "w").await.unwrap();
    // A late event has made the person anew over there, where deletes do not work any more for a while.
    vendor(&world, "posthog", Mood::Lying);
    world.pass(HOUR);
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Settling { .. }));
    assert!(matches!(&head(&world).state, State::Verifying { looks, .. } if looks.is_empty()));
    world.stored().vendors.by_name.get_mut("posthog").unwrap().mood = Mood::Honest;
    world.pass(HOUR);
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last: false });
    assert!(!copies(&world, "posthog").contains(&Asked::Subject(link())));
}

#[tokio::test]
async fn it_is_completed_only_when_the_last_date_of_a_copy_is_past() {
    let run = Run::new();
    let world = world();
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    let mut seen = Vec::new();
    // Exactly at the looks: 15 minutes, 7 days, 30 days after the erasure at noon; copies expire by the end of April 9.
    for at in ["2026-03-10T12:15:00Z", "2026-03-17T12:00:00Z", "2026-04-09T12:00:00Z", "2026-04-10T00:00:00Z"] {
        world.pass(at.parse::<Timestamp>().unwrap().duration_since(world.now()));
        seen.push((run.visit(&world, "w").await.unwrap(), head(&world).next_action_at));
    }
    let clean = |is_last| Worked::LookedClean { is_last };
    assert_eq!(seen[2], (clean(false), Some(at("2026-04-10T00:00:00Z"))));
    assert_eq!(seen[3], (clean(true), None));
    assert!(matches!(&head(&world).state, State::Completed { looks, .. } if looks.len() == 3));
}

#[tokio::test]
async fn every_tenant_that_was_reached_gets_one_receipt_whatever_goes_wrong() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    for call in calls / 2..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            open(&world).await;
            world.strike(Some(strike));
            for visit in 0..6 {
                drop(run.visit(&world, &format!("w{visit}")).await);
                world.strike(None);
                world.pass(SignedDuration::from_mins(10));
            }
            let counts = ["alder", "birch", "cedar"].map(|tenant| receipts(&world, tenant).len());
            assert_eq!(counts, [1, 1, 0], "{strike:?}");
        }
    }
}

#[tokio::test]
async fn a_receipt_tells_what_was_erased_by_whom_and_under_which_plan() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    vendor(&world, "posthog", Mood::Honest);
    run.visit(&world, "w").await.unwrap();
    let entries = receipts(&world, "birch");
    let Body::ErasureReceipt(receipt) = &entries[0].body else { panic!("no receipt") };
    assert_eq!((receipt.request, receipt.reopened, receipt.policy.as_str()), (1, 0, "13.4"));
    let State::Verifying { plan, erased_at, .. } = head(&world).state else { panic!("not verified") };
    assert_eq!((&receipt.plan, receipt.erased_at), (&plan, erased_at));
    let found_nothing = Confirmation::FoundNothing { at: now() };
    let expires = Confirmation::ExpiresBy { date: "2026-04-09".parse().unwrap() };
    let confirmed: Vec<(&str, &Confirmation)> =
        receipt.processors.iter().map(|(name, confirmation)| (name.as_str(), confirmation)).collect();
    let expected = [
        ("anthropic", &expires),
        ("hosting", &found_nothing),
        ("messages", &expires),
        ("openai", &expires),
        ("posthog", &Confirmation::Removed { at: now() }),
    ];
    assert_eq!(confirmed, expected);
}

#[tokio::test]
async fn a_receipt_tells_a_processor_that_had_nothing_from_one_that_erased_something() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    let entries = receipts(&world, "birch");
    let Body::ErasureReceipt(receipt) = &entries[0].body else { panic!("no receipt") };
    let posthog = receipt.processors.iter().find(|(name, _)| name.as_str() == "posthog").unwrap().1;
    assert_eq!(posthog, &Confirmation::NothingFound { at: now() });
}

/// Of a settlement from before that was noted, a receipt says no more than is known.
#[tokio::test]
async fn what_a_processor_said_is_not_made_up_where_it_was_not_noted() {
    let (world, run) = (world(), Run { map: built_in_map(), ..Run::new() });
    open(&world).await;
    vendor(&world, "posthog", Mood::Honest);
    run.visit(&world, "w").await.unwrap();
    for settlement in world.stored().vendors.settlements.values_mut() {
        settlement.entries.values_mut().for_each(|entry| entry.said = None);
    }
    world.pass(HOUR);
    run.visit(&world, "w").await.unwrap();
    let entries = receipts(&world, "alder");
    let Body::ErasureReceipt(receipt) = &entries[0].body else { panic!("no receipt") };
    let posthog = receipt.processors.iter().find(|(name, _)| name.as_str() == "posthog").unwrap().1;
    assert_eq!(posthog, &Confirmation::FoundNothing { at: now() + HOUR });
}

#[tokio::test]
async fn a_case_that_is_opened_again_gets_another_receipt() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[link()]);
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    run.visit(&world, "w").await.unwrap();
    let reopened: Vec<u32> = receipts(&world, "alder")
        .iter()
        .map(|entry| {
            let Body::ErasureReceipt(receipt) = &entry.body else { panic!("no receipt") };
            receipt.reopened
        })
        .collect();
    assert_eq!(reopened, [0, 1]);
    let occasions: Vec<Occasion> = world.stored().chains.intents.keys().cloned().collect();
    assert_eq!(occasions.len(), 4, "two tenants, twice: {occasions:?}");
}
