//! What is free in the very place of which a hold keeps something.

use super::holds::{held_lines, hold, of_p1};
use super::*;

/// Of contact p2, whom the hold is not about.
const FREE: &str = "contact#p2#profile";

fn in_inbox(world: &World) -> Vec<String> {
    residue(world).into_iter().filter(|line| line.starts_with("inbox")).collect()
}

/// Visits are an hour and some minutes apart.
async fn a_day_passes(world: &World, run: &Run) {
    for _ in 0..24 {
        world.pass(SignedDuration::from_mins(69));
        assert!(matches!(run.visit(world, "later").await.unwrap(), Worked::Held { .. }));
    }
}

#[tokio::test]
async fn something_free_beside_what_is_held_is_found_by_the_look_of_the_day() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    let before = bystanders(&world);
    world.stored().holds.push(of_p1());
    assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }));
    world.put("alder", "c1", FREE);
    a_day_passes(&world, &run).await;
    assert_eq!(in_inbox(&world), held_lines(&world));
    assert_eq!(held_lines(&world).len(), 4);
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert_eq!(outcomes["signals"], Outcome::Held { removed: 12, held: 4 }, "nothing is counted twice");
    world.stored().holds.clear();
    assert!(matches!(run.visit(&world, "w3").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(residue(&world), Vec::<String>::new());
    assert_eq!(bystanders(&world), before);
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert_eq!(outcomes["signals"], Outcome::Removed { count: 16 });
}

#[tokio::test]
async fn something_free_that_comes_before_any_call_does_not_wait_for_the_hold() {
    let run = Run::new();
    let calls = {
        let world = world();
        open(&world).await;
        world.stored().holds.push(of_p1());
        run.visit(&world, "w").await.unwrap();
        world.calls()
    };
    let mut at_once = 0;
    for call in 1..=calls {
        let world = world();
        open(&world).await;
        world.stored().holds.push(of_p1());
        world.interrupt(call, |stored| {
            let partition = ("inbox".to_owned(), "alder#c1".to_owned());
            stored.items.entry(partition).or_default().insert(FREE.to_owned());
        });
        assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }), "{call}");
        world.interrupt(u64::MAX, |_| {});
        at_once += usize::from(in_inbox(&world) == held_lines(&world));
        a_day_passes(&world, &run).await;
        assert_eq!(in_inbox(&world), held_lines(&world), "{call}");
        assert_eq!(held_lines(&world).len(), 4, "{call}");
    }
    assert!(at_once > 10, "the visit itself looked after it had erased: {at_once} of {calls}");
}

#[tokio::test]
async fn a_place_that_is_held_whole_is_not_read_for_what_is_free() {
    let (world, run) = (world(), Run::new());
    for signal in 0..90 {
        world.put("alder", "c1", &format!("contact#p3#signal#2026-02-01T00:00:00.000Z#s{signal}"));
    }
    open(&world).await;
    world.stored().holds.push(hold("hold-0001", "alder", None, &[]));
    assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }));
    let mut most = 0;
    for _ in 0..24 {
        world.pass(SignedDuration::from_mins(69));
        world.strike(None);
        assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Held { .. }));
        most = most.max(world.calls());
    }
    assert!(most < 30, "the look of the day reads the other tenant only: {most}");
}

#[tokio::test]
async fn what_somebody_who_came_back_does_beside_what_is_held_of_them_stays() {
    let (world, run) = (world(), Run::new());
    world.stored().links.clear();
    let of_p1 = place("alder", "c1", Some("p1"));
    world.stored().links.entry(link()).or_default().insert(of_p1, at("2026-01-01T00:00:00Z"));
    open(&world).await;
    world.stored().holds.push(hold("hold-0001", "alder", Some("p1"), &["contacts"]));
    assert!(matches!(run.visit(&world, "w1").await.unwrap(), Worked::Held { .. }));
    let before = world.of_tenant("alder");
    assert!(before.iter().any(|line| line == "inbox alder#c1 contact#p1#profile"), "it is held");
    assert!(!before.iter().any(|line| line.contains("alder#c1 contact#p1#signal")), "{before:?}");
    let since = ["contact#p1#signal#2026-03-10T13:00:00.000Z#s9", "contact#p1#score"];
    for key in since {
        world.put("alder", "c1", key);
    }
    a_day_passes(&world, &run).await;
    let left = world.of_tenant("alder");
    assert!(since.iter().all(|key| left.iter().any(|line| *line == format!("inbox alder#c1 {key}"))), "{left:?}");
}
