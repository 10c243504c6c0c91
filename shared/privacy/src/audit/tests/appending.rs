//! Once each, whatever is delivered again and whoever dies; and what the offline check finds.

use jiff::SignedDuration;

use super::*;
use crate::keys::KeyedRef;
use crate::memory::{Strike, World};
use crate::ports::Answer;
use crate::receipt::{Body, ChainCheck, ChainStore, Entry, Position, Problem, PublicKeys, SigningKey};

fn key() -> SigningKey {
    SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, "1".repeat(64))).unwrap()
}

fn public() -> PublicKeys {
    PublicKeys::parse(&key().public_hex()).unwrap()
}

fn chain() -> KeyedRef {
    keys().audit_chain().unwrap()
}

fn world() -> World {
    World::new(now(), 10)
}

/// The changes of one row, `from` its first version `to` another, each under the number of its version.
fn versions(row: &str, from: u32, to: u32) -> Vec<Recorded> {
    let one = |version: u32| {
        let before = (version > 1).then(|| request(version - 1));
        let change = change(&format!("{row} {version}"), before, Some(request(version)));
        record(&keys(), &Change { key: row.to_owned(), ..change }).unwrap()
    };
    (from..=to).map(one).collect()
}

async fn append(trail: &Trail, world: &World, changes: &[Recorded]) -> Answer<Appended> {
    trail.append((world, world, &key()), &chain(), changes).await
}

/// The events in the chain, in order, and what the check says of it.
async fn told(world: &World) -> (Vec<String>, Vec<String>) {
    let (keys, mut seq, mut events) = (public(), 1, Vec::new());
    let mut check = ChainCheck::new(chain(), &keys);
    let mut problems = Vec::new();
    while let Some(file) = world.entry(&Position { chain: chain(), seq }).await.unwrap() {
        problems.extend(check.entry(seq, &file).iter().map(ToString::to_string));
        let Body::Acts(acts) = Entry::open(&file, &keys).unwrap().body else { panic!("not an entry of a trail") };
        events.extend(acts.changes.iter().map(|change| change.event.as_str().to_owned()));
        seq += 1;
    }
    let head = world.head(&chain()).await.unwrap().map(|head| head.file);
    problems.extend(check.finish(head.as_deref()).1.map(|problem| problem.to_string()));
    (events, problems)
}

fn names(changes: &[Recorded]) -> Vec<String> {
    changes.iter().map(|change| change.event.as_str().to_owned()).collect()
}

#[tokio::test]
async fn what_comes_again_in_other_batches_stands_once() {
    let (world, trail, all) = (world(), Trail::default(), versions("row", 1, 6));
    assert_eq!(append(&trail, &world, &[]).await.unwrap(), Appended { new: 0, known: 0 });
    assert!(world.stored().chains.entries.is_empty(), "nothing happened, nothing is said");
    for batch in [&all[..3], &all[..3], &all[..1], &all[1..5], &all[..]] {
        append(&trail, &world, batch).await.unwrap();
        world.pass(SignedDuration::from_hours(3));
    }
    assert_eq!(told(&world).await, (names(&all), vec![]));
    assert_eq!(world.stored().chains.entries.len(), 3);
    let twice = [&versions("other", 1, 2)[..], &versions("other", 2, 2)[..]].concat();
    assert_eq!(append(&trail, &world, &twice).await.unwrap(), Appended { new: 2, known: 1 }, "in one batch too");
}

#[tokio::test]
async fn whoever_dies_at_any_call_leaves_nothing_out_and_nothing_twice() {
    let all = versions("row", 1, 5);
    let calls = {
        let (world, trail) = (world(), Trail::default());
        append(&trail, &world, &all[..2]).await.unwrap();
        world.strike(None);
        append(&Trail::default(), &world, &all[2..4]).await.unwrap();
        world.calls()
    };
    assert_eq!(calls, 7);
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            // A new consumer each time: what another has read does not help it.
            let world = world();
            append(&Trail::default(), &world, &all[..2]).await.unwrap();
            world.strike(Some(strike));
            append(&Trail::default(), &world, &all[2..4]).await.unwrap_err();
            world.strike(None);
            world.pass(SignedDuration::from_hours(2));
            append(&Trail::default(), &world, &all[2..4]).await.unwrap();
            assert_eq!(told(&world).await, (names(&all[..4]), vec![]), "{strike:?}");
            append(&Trail::default(), &world, &all[4..]).await.unwrap();
            assert_eq!(told(&world).await, (names(&all), vec![]), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn consumers_at_one_chain_find_their_places() {
    let (ours, theirs) = (versions("ours", 1, 2), versions("theirs", 1, 3));
    for call in 1..=7 {
        let world = world();
        append(&Trail::default(), &world, &versions("first", 1, 1)).await.unwrap();
        let others = World::new(now(), 10);
        *others.stored() = world.stored().clone();
        append(&Trail::default(), &others, &theirs).await.unwrap();
        let stored_by_them = others.stored().chains.entries.clone();
        world.strike(None);
        // Between two of our calls the others store theirs.
        world.interrupt(call, move |stored| {
            if stored.chains.entries.len() < 2 {
                stored.chains.entries.extend(stored_by_them);
            }
        });
        append(&Trail::default(), &world, &ours).await.unwrap();
        let (events, problems) = told(&world).await;
        assert_eq!(problems, Vec::<String>::new(), "{call}");
        assert!(names(&ours).iter().all(|event| events.iter().filter(|known| *known == event).count() == 1), "{call}");
    }
}

#[tokio::test]
async fn a_consumer_that_lost_its_place_to_itself_writes_nothing_twice() {
    // The same batch is delivered to two at once: one stores it between the other's look and its put.
    let all = versions("row", 1, 3);
    for call in 1..=6 {
        let world = world();
        append(&Trail::default(), &world, &all[..1]).await.unwrap();
        let twin = World::new(now(), 10);
        *twin.stored() = world.stored().clone();
        append(&Trail::default(), &twin, &all[1..]).await.unwrap();
        let stored_by_twin = twin.stored().chains.entries.clone();
        world.strike(None);
        world.interrupt(call, move |stored| {
            if stored.chains.entries.len() < 2 {
                stored.chains.entries.extend(stored_by_twin);
            }
        });
        append(&Trail::default(), &world, &all[1..]).await.unwrap();
        assert_eq!(told(&world).await, (names(&all), vec![]), "{call}");
    }
}

#[tokio::test]
async fn what_happened_before_is_not_read_again() {
    let (world, all) = (world(), versions("row", 1, 4));
    for change in &all[..3] {
        append(&Trail::default(), &world, std::slice::from_ref(change)).await.unwrap();
        world.pass(SignedDuration::from_hours(5));
    }
    let late = Recorded { at: At(now() + SignedDuration::from_hours(15)), ..all[3].clone() };
    world.strike(None);
    append(&Trail::default(), &world, &[late]).await.unwrap();
    assert_eq!(world.calls(), 7, "head, last, next, last again, put, head read and written");
}

#[tokio::test]
async fn an_end_that_was_taken_away_is_not_written_over() {
    let world = world();
    append(&Trail::default(), &world, &versions("row", 1, 1)).await.unwrap();
    append(&Trail::default(), &world, &versions("row", 2, 2)).await.unwrap();
    world.stored().chains.entries.pop_last();
    let refused = append(&Trail::default(), &world, &versions("row", 3, 3)).await.unwrap_err();
    assert_eq!(refused.turn, crate::fault::Turn::Park);
    assert_eq!(world.stored().chains.entries.len(), 1);
}

#[tokio::test]
async fn a_change_that_never_came_is_found_though_every_link_holds() {
    let discontinued = |problems: &[String]| problems.iter().filter(|problem| problem.contains("is missing")).count();
    let (world, trail, all) = (world(), Trail::default(), versions("row", 1, 4));
    append(&trail, &world, &versions("other", 1, 1)).await.unwrap();
    append(&trail, &world, &all[..1]).await.unwrap();
    append(&trail, &world, &all[2..]).await.unwrap();
    let (_, problems) = told(&world).await;
    assert_eq!((problems.len(), discontinued(&problems)), (1, 1), "{problems:?}");
    let row = keys().audit_row("row").unwrap();
    let expected = Problem::Discontinued(row.to_string()).to_string();
    assert_eq!(problems, [expected]);
    // A row that was there before the trail may begin anywhere.
    append(&trail, &world, &versions("older", 7, 8)).await.unwrap();
    assert_eq!(told(&world).await.1.len(), 1);
}
