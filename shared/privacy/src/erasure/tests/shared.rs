//! Rows that several connections feed: the source that goes is taken out once, the others and their sum stay.

use super::*;
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::SharedSources;

/// As [`world`]; alder's x is known to two contacts of c1 and to c9, y to c1 alone, cedar's x to c3.
fn shared_world() -> World {
    let world = world();
    for (tenant, connection, contact, person, number) in [
        ("alder", "c1", "p1", "x", 5),
        ("alder", "c1", "p2", "x", 2),
        ("alder", "c9", "p1", "x", 3),
        ("alder", "c1", "p1", "y", 4),
        ("cedar", "c3", "p1", "x", 9),
    ] {
        world.share(tenant, connection, contact, person, number);
    }
    world
}

/// `alder x c9#p1=3 total 3`
fn people(world: &World) -> Vec<String> {
    let line = |((_, partition, sort), shared): (&(String, String, String), &SharedSources)| {
        let sources: Vec<String> = shared.sources.iter().map(|(source, number)| format!("{source}={number}")).collect();
        format!("{} {} {} total {}", &partition[7..], &sort[7..], sources.join(" "), shared.total)
    };
    world.stored().shared.iter().map(line).collect()
}

const LEFT: [&str; 2] = ["alder x c9#p1=3 total 3", "cedar x c3#p1=9 total 9"];

/// Every source that a shared row names has its pointer: a pointer that is gone took its source along.
fn is_every_source_pointed_at(world: &World) -> bool {
    let stored = world.stored();
    stored.shared.iter().all(|((_, partition, sort), shared)| {
        shared.sources.keys().all(|source| {
            let (connection, contact) = source.split_once('#').unwrap();
            let inbox = ("inbox".to_owned(), format!("{}#{connection}", &partition[7..]));
            stored.items[&inbox].contains(&format!("contact#{contact}#source#{}", &sort[7..]))
        })
    })
}

#[tokio::test]
async fn a_row_with_another_living_source_keeps_that_source_only() {
    let (world, run) = (shared_world(), Run::new());
    open(&world).await;
    let Worked::Erased { removed } = run.visit(&world, "w").await.unwrap() else { panic!("not erased") };
    assert_eq!(removed["sources"], 3);
    assert_eq!(people(&world), LEFT);
    let rows = world.stored().items[&("people".to_owned(), "people#alder".to_owned())].clone();
    assert_eq!(rows.into_iter().collect::<Vec<_>>(), ["person#x"], "who was known to nobody else is gone");
    assert!(world.of_tenant("alder").iter().any(|line| line == "inbox alder#c9 contact#p1#source#x"));
}

#[tokio::test]
async fn a_crash_at_any_call_takes_a_source_out_once_and_never_after_its_pointer() {
    let run = Run::new();
    let world = shared_world();
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    let calls = world.calls();
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = shared_world();
            open(&world).await;
            world.strike(Some(strike));
            for visit in 0..6 {
                drop(run.visit(&world, &format!("w{visit}")).await);
                assert!(is_every_source_pointed_at(&world), "{strike:?}, visit {visit}: {:?}", people(&world));
                world.strike(None);
                world.pass(SignedDuration::from_mins(10));
            }
            assert_eq!(people(&world), LEFT, "{strike:?}");
            assert!(matches!(head(&world).state, State::Verifying { .. }), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn a_source_that_comes_in_meanwhile_stays_with_its_row() {
    let run = Run::new();
    for call in 1..80 {
        let world = shared_world();
        open(&world).await;
        world.interrupt(call, |stored| {
            let row = ("people".to_owned(), "people#alder".to_owned());
            stored.items.entry(row.clone()).or_default().insert("person#y".to_owned());
            let inbox = ("inbox".to_owned(), "alder#c9".to_owned());
            stored.items.entry(inbox).or_default().insert("contact#p7#source#y".to_owned());
            let shared = stored.shared.entry((row.0, row.1, "person#y".to_owned())).or_default();
            shared.sources.insert("c9#p7".to_owned(), 1);
            shared.total += 1;
        });
        run.visit(&world, "w").await.unwrap();
        assert_eq!(people(&world), [LEFT[0], "alder y c9#p7=1 total 1", LEFT[1]], "before call {call}");
        assert!(is_every_source_pointed_at(&world));
    }
}

#[tokio::test]
async fn the_erasure_of_one_contact_takes_out_its_own_source() {
    let (world, run) = (shared_world(), Run::new());
    let links = world.stored().links.keys().cloned().collect::<Vec<_>>();
    for link in links {
        world.stored().links.remove(&link);
    }
    let contact = place("alder", "c1", Some("p1"));
    world.stored().links.entry(link()).or_default().insert(contact, at("2026-01-01T00:00:00Z"));
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    assert_eq!(people(&world), ["alder x c1#p2=2 c9#p1=3 total 5", LEFT[1]]);
    assert!(is_every_source_pointed_at(&world));
}

#[tokio::test]
async fn a_hold_on_the_shared_row_keeps_what_it_was_added_up_from() {
    let (world, run) = (shared_world(), Run::new());
    let note = |text| Note::parse(text).unwrap();
    let scope = HoldScope {
        tenant: place("alder", "c1", None).tenant,
        connection: None,
        contact: None,
        user: None,
        classes: ["people".to_owned()].into(),
        from: None,
        until: None,
    };
    let hold = LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope,
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: now(),
        review_by: "2026-05-01".parse().unwrap(),
    };
    let before = people(&world);
    world.stored().holds.push(hold);
    open(&world).await;
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Held { .. }));
    assert_eq!(people(&world), before);
    world.stored().holds.clear();
    world.pass(HOUR);
    assert!(matches!(run.visit(&world, "w2").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(people(&world), LEFT);
}

#[tokio::test]
async fn the_end_of_an_account_leaves_no_shared_row() {
    let (world, run) = (shared_world(), Run::new());
    let tenant = place("alder", "c1", None).tenant;
    let target = Target::Tenant { tenant, phase: "people".to_owned() };
    let new = NewObligation { route: Route::Termination, target, ..request(now()) };
    assert_eq!(world.open(&new).await.unwrap(), Opened::New);
    let Worked::Erased { removed } = run.visit(&world, "w").await.unwrap() else { panic!("not erased") };
    assert_eq!(removed["people"], 2);
    assert_eq!(people(&world), [LEFT[1]]);
}

/// What the end of alder's account leaves of its shared rows under a hold, and after its release.
async fn ended_under(scope: HoldScope) -> (Vec<String>, Vec<String>) {
    let note = |text| Note::parse(text).unwrap();
    let (world, run) = (shared_world(), Run::new());
    let hold = LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope,
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: now(),
        review_by: "2026-05-01".parse().unwrap(),
    };
    world.stored().holds.push(hold);
    let tenant = place("alder", "c1", None).tenant;
    let target = Target::Tenant { tenant, phase: "people".to_owned() };
    let new = NewObligation { route: Route::Termination, target, ..request(now()) };
    assert_eq!(world.open(&new).await.unwrap(), Opened::New);
    run.visit(&world, "w").await.unwrap();
    let held = people(&world);
    world.stored().holds.clear();
    world.pass(HOUR);
    run.visit(&world, "w2").await.unwrap();
    (held, people(&world))
}

#[tokio::test]
async fn a_hold_on_one_source_keeps_the_shared_row_when_the_account_ends() {
    let of_tenant = || HoldScope::of_tenant(place("alder", "c1", None).tenant);
    let connection = |name: &str| crate::ids::ConnectionId::parse(name).ok();
    let contact = |name: &str| crate::ids::ContactId::parse(name).ok();
    let (x, y) = ("alder x c1#p1=5 c1#p2=2 c9#p1=3 total 10", "alder y c1#p1=4 total 4");
    let people_only = || ["people".to_owned()].into();
    let cases: [(HoldScope, &[&str]); 8] = [
        (HoldScope { connection: connection("c9"), ..of_tenant() }, &[x]),
        (HoldScope { connection: connection("c9"), classes: people_only(), ..of_tenant() }, &[x]),
        (HoldScope { contact: contact("p2"), ..of_tenant() }, &[x]),
        (HoldScope { contact: contact("p1"), classes: people_only(), ..of_tenant() }, &[x, y]),
        (HoldScope { connection: connection("c9"), contact: contact("p2"), ..of_tenant() }, &[]),
        (HoldScope { connection: connection("c7"), ..of_tenant() }, &[]),
        (HoldScope { connection: connection("c9"), classes: ["signals".to_owned()].into(), ..of_tenant() }, &[]),
        (HoldScope { tenant: place("cedar", "c3", None).tenant, connection: connection("c9"), ..of_tenant() }, &[]),
    ];
    for (scope, kept) in cases {
        let expected: Vec<&str> = kept.iter().copied().chain([LEFT[1]]).collect();
        assert_eq!(
            ended_under(scope.clone()).await,
            (expected.iter().map(ToString::to_string).collect(), vec![LEFT[1].to_owned()]),
            "{scope:?}"
        );
    }
}

#[tokio::test]
async fn a_few_sources_are_taken_out_without_another_look_at_the_lease() {
    let run = Run::new();
    let calls = async |sources: u32| {
        let world = World::new(now(), 1_000);
        world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[link()]);
        fill(&world, "alder", "c1");
        for number in 0..sources {
            world.share("alder", "c1", "p1", &format!("n{number:04}"), 1);
        }
        open(&world).await;
        assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Erased { .. }));
        world.calls()
    };
    let none = calls(0).await;
    // Of each the source, and the row that has no other; past five hundred the lease is looked at once.
    assert_eq!((calls(500).await - none, calls(501).await - none), (1_000, 1_003));
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_takes_no_more_sources_out_than_it_may_between_two_looks_at_it() {
    let run = Run::new();
    let many = || {
        let world = world();
        for number in 0..1_200 {
            world.share("alder", "c1", "p1", &format!("n{number:04}"), 1);
        }
        world
    };
    let named = |stored: &crate::memory::Stored| stored.shared.values().map(|row| row.sources.len()).sum::<usize>();
    let calls = {
        let world = many();
        open(&world).await;
        run.visit(&world, "w1").await.unwrap();
        world.calls()
    };
    let mut in_the_middle = 0;
    for call in (1..=calls).step_by(200) {
        let world = many();
        open(&world).await;
        let (seen, saw) = std::sync::mpsc::channel();
        world.interrupt(call, move |stored| {
            stored.steal(&id(), "w2", now() + HOUR);
            seen.send(named(stored)).unwrap();
        });
        let worked = run.visit(&world, "w1").await.unwrap();
        let (before, after) = (saw.recv().unwrap(), named(&world.stored()));
        if (500..1_200).contains(&before) {
            in_the_middle += 1;
            assert!(matches!(worked, Worked::Busy), "{call}: {worked:?}");
            assert!(after > 0 && before - after <= 500, "{call}: {before} and then {after}");
        }
    }
    assert!(in_the_middle >= 3, "{in_the_middle} of {calls} calls");
}
