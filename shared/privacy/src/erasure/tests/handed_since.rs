//! What was handed to a processor after it had answered: it is asked anew once that is erased of ours, and not before.

use super::holds::hold;
use super::proofs::receipts;
use super::*;
use crate::fault::Turn;
use crate::memory::Mood;
use crate::processors::{Settlement, Target as Asked};
use crate::receipt::{Body, Confirmation};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn contact() -> Asked {
    Asked::Place(place("alder", "c1", Some("p1")))
}

/// The contact p1 is known to this processor.
fn knows(world: &World, name: &str) {
    world.stored().vendors.by_name.entry(name.to_owned()).or_default().copies.insert(contact());
}

fn mood(world: &World, name: &str, mood: Mood) {
    world.stored().vendors.by_name.entry(name.to_owned()).or_default().mood = mood;
}

fn asked(world: &World, name: &str) -> usize {
    world.stored().vendors.by_name.get(name).map_or(0, |vendor| vendor.asked.len())
}

fn settlement(world: &World) -> Settlement {
    world.stored().vendors.settlements[&(id(), 1)].clone()
}

fn reach(world: &World) {
    let since = at("2026-01-01T00:00:00Z");
    world.stored().links.entry(link()).or_default().insert(place("alder", "c1", Some("p1")), since);
}

/// The contact p1 of alder's connection c1, whom the CRM knows, asked at noon. Ours is gone, the CRM has confirmed, and nobody answers
/// at PostHog.
async fn awaiting(run: &Run) -> World {
    let world = World::new(now(), 3);
    world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[]);
    fill(&world, "alder", "c1");
    reach(&world);
    knows(&world, "crm");
    mood(&world, "posthog", Mood::Broken(Turn::Retry));
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    world.pass(HOUR);
    let Worked::Settling { unsettled, .. } = run.visit(&world, "w").await.unwrap() else { panic!("settled") };
    assert_eq!((unsettled, asked(&world, "crm")), (vec!["posthog".to_owned()], 1));
    world
}

/// They write again after two days, which the CRM hears of, and ask again after two more.
async fn asks_again(world: &World) -> Timestamp {
    world.pass(DAY * 2);
    reach(world);
    world.put("alder", "c1", "contact#p1#profile");
    world.put("alder", "c1", "contact#p1#signal#2026-03-12T12:00:00.000Z#new");
    knows(world, "crm");
    world.pass(DAY * 2);
    assert!(matches!(world.open(&request(world.now())).await.unwrap(), Opened::Widened(_)));
    world.now()
}

#[tokio::test]
async fn a_confirmation_from_before_the_request_was_widened_does_not_count() {
    let run = Run::new();
    let world = awaiting(&run).await;
    let again = asks_again(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Settling { .. }));
    assert_eq!(world.of_tenant("alder").iter().filter(|line| line.contains("p1")).count(), 0);
    assert!(!world.stored().vendors.by_name["crm"].copies.contains(&contact()), "what it got since is gone too");
    let posthog = settlement(&world).entries["posthog"].clone();
    assert_eq!(posthog.since, now(), "it has been waited for since the first request, and rings by that");
    mood(&world, "posthog", Mood::Honest);
    world.pass(HOUR);
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    let entries = receipts(&world, "alder");
    let Body::ErasureReceipt(receipt) = &entries[0].body else { panic!("no receipt") };
    let of = |name: &str| receipt.processors.iter().find(|(known, _)| known.as_str() == name).unwrap().1.clone();
    assert_eq!(of("crm"), Confirmation::Removed { at: again + HOUR });
    assert_eq!(of("openai"), Confirmation::ExpiresBy { date: "2026-04-13".parse().unwrap() });
}

#[tokio::test]
async fn a_wider_request_is_asked_about_though_nothing_more_of_ours_was_found() {
    let run = Run::new();
    let world = awaiting(&run).await;
    world.pass(DAY);
    knows(&world, "crm");
    assert!(matches!(world.open(&request(world.now())).await.unwrap(), Opened::Widened(_)));
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Settling { .. }));
    assert!(!world.stored().vendors.by_name["crm"].copies.contains(&contact()));
}

#[tokio::test]
async fn what_is_found_late_while_a_processor_is_awaited_is_asked_about_at_all_of_them() {
    let run = Run::new();
    let world = awaiting(&run).await;
    for late in 1..=2 {
        // Of the same count each time: what was planned does not tell one from the other.
        world.put("alder", "c1", "contact#p1#signal#2026-03-10T11:59:59.000Z#late");
        knows(&world, "crm");
        world.pass(HOUR);
        assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Settling { .. }));
        assert_eq!(asked(&world, "crm"), 1 + late);
        assert!(!world.stored().vendors.by_name["crm"].copies.contains(&contact()));
    }
}

#[tokio::test]
async fn a_visit_that_erased_nothing_asks_nobody_anew() {
    let run = Run::new();
    let world = awaiting(&run).await;
    let before = settlement(&world);
    for _ in 0..5 {
        world.pass(DAY);
        assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Settling { .. }));
    }
    assert_eq!(asked(&world, "crm"), 1);
    let after = settlement(&world);
    for name in ["crm", "openai", "hosting"] {
        assert_eq!(after.entries[name], before.entries[name], "{name}");
    }
}

#[tokio::test]
async fn beside_a_hold_on_a_class_who_asks_again_is_asked_about_too() {
    let run = Run::new();
    let world = World::new(now(), 3);
    world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[]);
    fill(&world, "alder", "c1");
    reach(&world);
    knows(&world, "crm");
    world.stored().holds.push(hold("hold-0001", "alder", Some("p1"), &["avatars"]));
    open(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Held { .. }));
    assert_eq!(asked(&world, "crm"), 1);
    asks_again(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Held { .. }));
    assert_eq!(asked(&world, "crm"), 2);
    assert!(!world.stored().vendors.by_name["crm"].copies.contains(&contact()));
    world.pass(HOUR);
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Held { .. }));
    assert_eq!(asked(&world, "crm"), 2, "an hour later nothing has changed");
}
