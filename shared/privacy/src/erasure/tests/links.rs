//! Links to contacts and users: all of them go with the person, last, and nobody else's.

use super::*;
use crate::accept_disconnect::{Disconnect, accept_disconnect};
use crate::accept_termination::{Termination, accept_termination};
use crate::ids::{ContactId, Platform, TenantId};
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::{own_contact_place, user_place};

fn long_ago() -> Timestamp {
    at("2026-01-01T00:00:00Z")
}

/// Another identity of the same person.
fn email() -> KeyedRef {
    KeyedRef::from_stored("v1-email".to_owned())
}

fn p1() -> Place {
    place("alder", "c1", Some("p1"))
}

fn p2() -> Place {
    place("alder", "c1", Some("p2"))
}

/// Alder's c1 with two contacts, each known by an identity of their own and one of them by an address too; a user and a
/// contact of alder's own whom the address leads to as well.
pub(super) fn known() -> World {
    let world = World::new(now(), 3);
    world.connect("alder", "c1", long_ago(), &[KeyedRef::from_stored("v1-owner-of-c1".to_owned())]);
    fill(&world, "alder", "c1");
    world.link(&p1(), long_ago(), &link());
    world.link(&p1(), long_ago(), &email());
    world.link(&p2(), long_ago(), &KeyedRef::from_stored("v1-other".to_owned()));
    world.put_item("accounts", "account#alder", "user#u1#profile");
    world.link(&user_place("alder", "u1"), long_ago(), &email());
    world.put_item("conversations", "alder", "contact#p1#profile");
    world.link(&own_contact_place("alder", "p1"), long_ago(), &email());
    world
}

/// `link place`, for every link there is.
pub(super) fn links(world: &World) -> Vec<String> {
    let stored = world.stored();
    let pairs = stored.links.iter().flat_map(|(link, places)| places.keys().map(move |place| (link, place)));
    pairs.map(|(link, place)| format!("{link} {place}")).collect()
}

/// The rows that name links.
fn rows(world: &World) -> Vec<String> {
    let stored = world.stored();
    let keys = stored.items.values().flatten().filter(|key| key.contains("#link#"));
    keys.cloned().collect()
}

pub(super) fn disconnect() -> Disconnect {
    let platform = Platform::parse("google").unwrap();
    Disconnect { place: place("alder", "c1", None), platform, disconnected_at: None }
}

#[tokio::test]
async fn whoever_is_found_by_one_identity_loses_the_links_of_all() {
    let (world, run) = (known(), Run::new());
    open(&world).await;
    let Worked::Erased { removed } = run.visit(&world, "w").await.unwrap() else { panic!() };
    assert_eq!(removed["inbox-links"], 2);
    let left = ["v1-email alder##contact#p1", "v1-email alder##user#u1", "v1-other alder#c1#p2"];
    assert_eq!(links(&world), [&left[..], &["v1-owner-of-c1 alder#c1"]].concat());
    assert_eq!(rows(&world).len(), 3, "{:?}", rows(&world));
}

#[tokio::test]
async fn a_disconnect_takes_the_links_of_its_contacts_along() {
    let (world, run) = (known(), Run::new());
    let accepted = accept_disconnect(&world, &world, &run.map, HOUR, disconnect(), now()).await.unwrap();
    assert!(matches!(run.work(&world, &accepted.id).await, Worked::Erased { .. }));
    assert_eq!(links(&world), ["v1-email alder##contact#p1", "v1-email alder##user#u1"]);
    assert_eq!(rows(&world).len(), 2);
}

#[tokio::test]
async fn the_end_of_an_account_takes_the_links_of_its_users_and_contacts_along() {
    let (world, run) = (known(), Run::new());
    let tenant = TenantId::parse("alder").unwrap();
    let ended = Termination { tenant: tenant.clone(), ended_at: None, decided_at: None, time_zone: "UTC".to_owned() };
    accept_termination(&world, &world, &run.map, &ended.count(now()).unwrap()).await.unwrap();
    world.pass(HOUR * 24 * 32);
    for phase in ["account", "conversations"] {
        let id = ObligationId::of_termination(&tenant, phase);
        assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }), "{phase}");
    }
    let left = ["v1-email alder#c1#p1", "v1-other alder#c1#p2", "v1-owner-of-c1 alder#c1", "v1-person alder#c1#p1"];
    assert_eq!(links(&world), left, "what came through platforms goes on its own day");
}

fn hold_of_p1(classes: &[&str]) -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope {
            contact: ContactId::parse("p1").ok(),
            classes: classes.iter().map(|class| (*class).to_owned()).collect(),
            ..HoldScope::of_tenant(TenantId::parse("alder").unwrap())
        },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: now(),
        review_by: "2026-05-01".parse().unwrap(),
    }
}

#[tokio::test]
async fn the_links_to_somebody_of_whom_something_is_held_stay_and_nobody_elses() {
    for classes in [&["signals"][..], &[]] {
        let (world, run) = (known(), Run::new());
        world.stored().holds.push(hold_of_p1(classes));
        let id = accept_disconnect(&world, &world, &run.map, HOUR, disconnect(), now()).await.unwrap().id;
        assert!(matches!(run.work(&world, &id).await, Worked::Held { .. }), "{classes:?}");
        let of_c1: Vec<String> = links(&world).into_iter().filter(|line| line.contains("alder#c1")).collect();
        let left = ["v1-email alder#c1#p1", "v1-owner-of-c1 alder#c1", "v1-person alder#c1#p1"];
        assert_eq!(of_c1, left, "{classes:?}");
        assert_eq!(world.stored().outcomes[&(id.clone(), 1)]["inbox-links"], Outcome::Held { removed: 1, held: 2 });
        world.stored().holds.clear();
        assert!(matches!(run.work(&world, &id).await, Worked::Erased { .. }), "{classes:?}");
        assert!(links(&world).iter().all(|line| !line.contains("alder#c1")), "{classes:?}");
        assert_eq!(world.stored().outcomes[&(id, 1)]["inbox-links"], Outcome::Removed { count: 3 });
    }
}

#[tokio::test]
async fn a_hold_on_what_is_not_there_keeps_no_link() {
    let (world, run) = (known(), Run::new());
    world.stored().holds.push(hold_of_p1(&["drafts"]));
    open(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    assert!(links(&world).iter().all(|line| !line.ends_with("alder#c1#p1")));
}

#[tokio::test]
async fn links_wait_for_a_store_that_fails() {
    let (world, run) = (known(), Run::new());
    open(&world).await;
    world.break_store(Some("media"));
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Failed { .. }));
    assert_eq!(links(&world).iter().filter(|line| line.ends_with("alder#c1#p1")).count(), 2);
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert!(matches!(outcomes["inbox-links"], Outcome::Failed { .. }));
    world.break_store(None);
    world.pass(HOUR);
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    assert!(links(&world).iter().all(|line| !line.ends_with("alder#c1#p1")));
}

#[tokio::test]
async fn a_crash_at_any_call_leaves_no_link_that_no_row_names() {
    let run = Run::new();
    let calls = {
        let world = known();
        open(&world).await;
        run.visit(&world, "w").await.unwrap();
        world.calls()
    };
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = known();
            open(&world).await;
            world.strike(Some(strike));
            drop(run.visit(&world, "w1").await);
            let named = |line: &String| rows(&world).iter().any(|row| row.ends_with(line.split(' ').next().unwrap()));
            let people: Vec<String> = links(&world).into_iter().filter(|line| line.ends_with("#p1")).collect();
            assert!(people.iter().all(named), "{strike:?}: {people:?}");
            world.strike(None);
            world.pass(HOUR);
            drop(run.visit(&world, "w2").await);
            assert!(head(&world).state.erased_at().is_some(), "{strike:?}");
            assert_eq!((links(&world).len(), rows(&world).len()), (4, 3), "{strike:?}");
        }
    }
}

/// What another request of the same person, by their address, opens.
pub(super) fn by_email() -> NewObligation {
    let id = ObligationId::parse(&"b".repeat(32)).unwrap();
    let target = Target::Person { links: vec![email()], suppressions: vec![owner()], limit: Limit::Everywhere };
    NewObligation { id, target, ..request(now()) }
}

/// Rows and links of the person, wherever the address leads.
fn of_the_person(world: &World) -> Vec<String> {
    let stored = world.stored();
    let rows = stored.items.iter().flat_map(|(at, keys)| keys.iter().map(move |key| format!("{at:?} {key}")));
    let found = rows.filter(|row| row.contains("user#u1") || row.contains("contact#p1") && !row.contains("birch"));
    let mut found: Vec<String> = found.collect();
    drop(stored);
    found.extend(links(world).into_iter().filter(|line| line.ends_with("p1") || line.ends_with("u1")));
    found
}

#[tokio::test]
async fn who_asks_again_between_a_crash_and_its_mending_is_told_erased_of_nothing_that_stands() {
    let run = Run::new();
    for is_disconnect in [false, true] {
        let begin = async || {
            let world = known();
            // Each link is named by two rows of different days, with others of the person in between.
            for month in ["02", "03"] {
                for link in [email(), link()] {
                    world.link(&p1(), at(&format!("2026-{month}-01T00:00:00Z")), &link);
                }
            }
            open(&world).await;
            if !is_disconnect {
                return (world, id());
            }
            let accepted = accept_disconnect(&world, &world, &run.map, HOUR, disconnect(), now()).await.unwrap();
            (world, accepted.id)
        };
        let (world, first) = begin().await;
        let before = world.calls();
        run.work_as(&world, &first, "w1").await.unwrap();
        let mut told = 0;
        for call in 1..=world.calls() - before {
            for strike in [Strike::Before(call), Strike::After(call)] {
                let (world, first) = begin().await;
                world.strike(Some(strike));
                drop(run.work_as(&world, &first, "w1").await);
                world.strike(None);
                world.open(&by_email()).await.unwrap();
                let worked = run.work_as(&world, &by_email().id, "w2").await.unwrap();
                assert!(matches!(worked, Worked::Erased { .. }), "{strike:?}: {worked:?}");
                assert_eq!(of_the_person(&world), Vec::<String>::new(), "{is_disconnect} {strike:?}");
                told += 1;
                world.pass(HOUR);
                drop(run.work_as(&world, &first, "w3").await);
                assert!(world.stored().heads[&first].state.erased_at().is_some(), "{strike:?}");
                assert_eq!(of_the_person(&world), Vec::<String>::new(), "{is_disconnect} {strike:?}");
            }
        }
        assert!(told > 20, "{told}");
    }
}

#[tokio::test]
async fn who_asks_again_after_a_crash_is_told_erased_of_nothing_that_a_list_had_missed() {
    let run = Run::new();
    let missed = "contact#p1#signal#2026-02-01T00:00:00.000Z#missed";
    for is_disconnect in [false, true] {
        let begin = async || {
            let world = known();
            world.put("alder", "c1", missed);
            world.stored().unlisted = [missed.to_owned()].into();
            if !is_disconnect {
                open(&world).await;
                return (world, id());
            }
            let accepted = accept_disconnect(&world, &world, &run.map, HOUR, disconnect(), now()).await.unwrap();
            (world, accepted.id)
        };
        let (world, first) = begin().await;
        drop(run.work_as(&world, &first, "w1").await);
        for call in 1..=world.calls().min(400) {
            for strike in [Strike::Before(call), Strike::After(call)] {
                let (world, first) = begin().await;
                world.strike(Some(strike));
                drop(run.work_as(&world, &first, "w1").await);
                world.strike(None);
                world.stored().unlisted.clear();
                world.open(&by_email()).await.unwrap();
                let worked = run.work_as(&world, &by_email().id, "w2").await.unwrap();
                assert!(matches!(worked, Worked::Erased { .. }), "{strike:?}: {worked:?}");
                let left = residue(&world).into_iter().filter(|line| line.contains("#missed"));
                assert_eq!(left.collect::<Vec<_>>(), Vec::<String>::new(), "{is_disconnect} {strike:?}");
            }
        }
    }
}

#[tokio::test]
async fn however_many_rows_name_a_link_it_stands_while_one_of_them_does() {
    let run = Run::new();
    let begin = async || {
        // More rows than a chunk holds, and pages large enough for every call to be struck in seconds.
        let world = World::new(now(), 100);
        world.connect("alder", "c1", long_ago(), &[]);
        for second in 0..2_100 {
            world.link(&p1(), long_ago() + SignedDuration::from_secs(second), &link());
        }
        open(&world).await;
        world
    };
    let world = begin().await;
    let before = world.calls();
    run.visit(&world, "w1").await.unwrap();
    assert_eq!((rows(&world).len(), links(&world).len()), (0, 0));
    for call in 1..=world.calls() - before {
        let world = begin().await;
        world.strike(Some(Strike::Before(call)));
        drop(run.visit(&world, "w1").await);
        let (rows, links) = (rows(&world).len(), links(&world).len());
        assert!(rows == 0 || links > 0, "{call}: {rows} rows");
    }
}

/// P1 was erased, and wrote again: a message, a profile, and the links of the new life.
async fn came_back(run: &Run) -> World {
    let world = known();
    open(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    world.pass(SignedDuration::from_mins(15));
    let again = at("2026-03-10T12:05:00Z");
    for key in ["signal#2026-03-10T12:05:00.000Z#new", "profile"] {
        world.put("alder", "c1", &format!("contact#p1#{key}"));
    }
    world.link(&p1(), again, &link());
    world.link(&p1(), again, &email());
    world
}

#[tokio::test]
async fn the_new_life_of_a_contact_is_no_residue_and_the_next_request_finds_it() {
    let run = Run::new();
    let world = came_back(&run).await;
    let before = world.of_tenant("alder");
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last: false });
    assert_eq!(world.of_tenant("alder"), before);
    assert!(world.reopen(&head(&world), &request(world.now())).await.unwrap());
    let Worked::Erased { removed } = run.visit(&world, "w").await.unwrap() else { panic!() };
    assert_eq!((removed["signals"], removed["contacts"], removed["inbox-links"]), (1, 1, 2));
    assert!(links(&world).iter().all(|line| !line.ends_with("alder#c1#p1")));
}

#[tokio::test]
async fn of_somebody_who_came_back_only_the_old_goes_when_it_is_found_again() {
    let run = Run::new();
    let world = came_back(&run).await;
    let before = world.of_tenant("alder");
    for key in ["signal#2026-03-10T11:59:59.999Z#restored", "link#2026-01-01T00:00:00.000Z#v1-restored"] {
        world.put("alder", "c1", &format!("contact#p1#{key}"));
    }
    world.stored().links.entry(KeyedRef::from_stored("v1-restored".to_owned())).or_default().insert(p1(), long_ago());
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(world.of_tenant("alder"), before, "the profile, the message and the links of the new life stay");
    world.pass(SignedDuration::from_mins(15));
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::LookedClean { is_last: false });
}

#[tokio::test]
async fn an_old_link_that_comes_back_is_removed_again_and_the_new_life_stays() {
    let run = Run::new();
    let world = came_back(&run).await;
    let before = world.of_tenant("alder");
    // A backup brings back the link as it stood before, without its row.
    world.stored().links.get_mut(&link()).unwrap().insert(p1(), long_ago());
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    let after = world.of_tenant("alder");
    let gone: Vec<&String> = before.iter().filter(|line| !after.contains(line)).collect();
    assert!(gone.len() == 1 && gone[0].contains("v1-person"), "{gone:?}");
}

#[tokio::test]
async fn somebody_whose_new_life_was_erased_too_leaves_nothing_undated_behind() {
    let run = Run::new();
    let world = came_back(&run).await;
    world.put("alder", "c1", "contact#p1#signal#2026-03-10T11:59:59.999Z#restored");
    // Between finding it and erasing it the new life ends: its dated records go, the profile is left by whoever took them.
    assert_eq!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 });
    let partition = ("inbox".to_owned(), "alder#c1".to_owned());
    let is_new = |key: &String| key.starts_with("contact#p1#") && key.contains("2026-03-10T12:05");
    world.stored().items.get_mut(&partition).unwrap().retain(|key| !is_new(key));
    world.stored().links.retain(|link, _| *link != self::link() && *link != email());
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
    assert!(world.of_tenant("alder").iter().all(|line| !line.contains("alder#c1 contact#p1#")));
}
