//! What others do meanwhile: ingest, callbacks, other workers.

use super::*;
use crate::accept_disconnect::{Disconnect, accept_disconnect};
use crate::ids::Platform;

#[tokio::test]
async fn ingest_at_any_moment_leaves_no_residue() {
    let run = Run::new();
    let (before, contact) = (at("2026-01-01T00:00:00Z"), place("alder", "c1", Some("p1")));
    let calls = calls_of_a_visit(&run).await;
    let (mut admitted, mut refused) = (0, 0);
    for call in 1..=calls {
        let world = world();
        open(&world).await;
        world.strike(Some(Strike::Before(call)));
        drop(run.visit(&world, "w1").await);
        world.strike(None);
        let arrival = Arrival { place: &contact, connected_at: before, owners: &[owner()], occurred_at: now() };
        match world.ingest(&arrival, "contact#p1#signal#2026-03-10T12:00:00.000Z#late") {
            Ok(()) => admitted += 1,
            Err(_) => refused += 1,
        }
        for visit in 2..6 {
            world.pass(SignedDuration::from_mins(10));
            drop(run.visit(&world, &format!("w{visit}")).await);
        }
        assert_eq!(residue(&world), Vec::<String>::new(), "ingest before call {call}");
        assert!(matches!(head(&world).state, State::Verifying { .. }), "{call}");
    }
    assert!(admitted > 0 && refused > 0, "{admitted} admitted, {refused} refused");
}

#[tokio::test]
async fn what_gets_in_before_the_mark_is_found_by_the_strong_read() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    // Everything is erased, and just before the verification a late transaction shows up.
    let mut scope = Scope::found(place("alder", "c1", None));
    scope.stage = Stage::Erased;
    world.stored().scopes.entry((id(), 1)).or_default().insert(scope.place.clone(), scope);
    world.stored().links.clear();
    world.stored().heads.get_mut(&id()).unwrap().state = State::Executing {
        plan: PlanRef { hash: crate::obligation::PlanHash::from_stored("h".to_owned()), covers_until: now() },
    };
    run.visit(&world, "w").await.unwrap();
    assert!(world.of_tenant("alder").iter().all(|line| !line.contains("c1")), "counted and erased in another round");
}

#[tokio::test]
async fn a_newer_callback_during_the_work_is_discovered_before_the_end() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    for call in 1..calls {
        let world = world();
        world.connect("dogwood", "c7", now(), &[link()]);
        fill(&world, "dogwood", "c7");
        open(&world).await;
        world.strike(Some(Strike::Before(call)));
        drop(run.visit(&world, "w1").await);
        world.strike(None);
        if head(&world).state.erased_at().is_some() {
            continue;
        }
        assert!(matches!(world.open(&request(now() + HOUR)).await.unwrap(), Opened::Widened(_)));
        for visit in 2..6 {
            world.pass(SignedDuration::from_mins(10));
            drop(run.visit(&world, &format!("w{visit}")).await);
        }
        assert_eq!(world.of_tenant("dogwood"), Vec::<String>::new(), "widened before call {call}");
        assert!(head(&world).state.erased_at().is_some());
    }
}

#[tokio::test]
async fn a_newer_callback_between_any_two_calls_is_not_concluded_over() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    for call in 1..calls {
        let world = world();
        world.connect("dogwood", "c7", now(), &[link()]);
        fill(&world, "dogwood", "c7");
        open(&world).await;
        world.interrupt(call, |stored| {
            let head = stored.heads.get_mut(&id()).unwrap();
            if head.state.erased_at().is_none() {
                head.covers_until = now() + HOUR;
            }
        });
        let worked = run.visit(&world, "w").await.unwrap();
        assert!(matches!(worked, Worked::Erased { .. }), "{call}: {worked:?}");
        if head(&world).covers_until > now() {
            assert_eq!(world.of_tenant("dogwood"), Vec::<String>::new(), "widened before call {call}");
        }
        assert_eq!(residue(&world), Vec::<String>::new());
    }
}

#[tokio::test]
async fn ingest_between_any_two_calls_leaves_no_residue() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    let mut admitted = 0;
    for call in 1..=calls {
        let world = world();
        open(&world).await;
        world.interrupt(call, |stored| {
            let place = place("alder", "c1", Some("p1"));
            let owners = [owner()];
            let connected_at = at("2026-01-01T00:00:00Z");
            let arrival = Arrival { place: &place, connected_at, owners: &owners, occurred_at: now() };
            if crate::ingest_gate::admit(&arrival, &stored.entries(), now()).is_ok() {
                let inbox = stored.items.entry(("inbox".to_owned(), "alder#c1".to_owned())).or_default();
                inbox.insert("contact#p1#signal#2026-03-10T12:00:00.000Z#late".to_owned());
            }
        });
        run.visit(&world, "w").await.unwrap();
        admitted += u32::from(removed(&world) != all_removed());
        assert_eq!(residue(&world), Vec::<String>::new(), "ingest before call {call}");
    }
    assert!(admitted > 0, "no signal ever got in");
}

#[tokio::test]
async fn one_worker_at_a_time() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.strike(Some(Strike::Before(9)));
    // The release after the fault is lost too: the worker died.
    drop(run.visit(&world, "w1").await);
    world.strike(None);
    let lease = Lease { id: id(), worker: "dead".to_owned() };
    let until = world.now() + LEASE;
    assert!(matches!(world.lease(&lease, world.now(), until).await.unwrap(), Leased::Granted(_)));
    assert_eq!(run.visit(&world, "w2").await.unwrap(), Worked::Busy);
    world.pass(LEASE);
    assert!(matches!(run.visit(&world, "w3").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(run.visit(&world, "w4").await.unwrap(), Worked::Idle, "a redelivery finds nothing to do");
}

#[tokio::test]
async fn a_visit_has_its_obligation_to_itself_from_its_first_call_on() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    let (seen, saw) = std::sync::mpsc::channel();
    world.interrupt(2, move |stored| seen.send(stored.heads[&id()].leased_until).unwrap());
    run.visit(&world, "w").await.unwrap();
    assert_eq!(saw.recv().unwrap(), Some(now() + LEASE), "nobody else may begin before that");
}

#[tokio::test]
async fn who_loses_the_lease_erases_no_further_chunk() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    for call in 2..calls {
        let world = world();
        open(&world).await;
        let left = std::sync::Arc::new(std::sync::Mutex::new(None));
        let at_theft = std::sync::Arc::clone(&left);
        world.interrupt(call, move |stored| {
            *at_theft.lock().unwrap() = Some(stored.records());
            stored.steal(&id(), "thief", now() + HOUR);
        });
        let worked = run.visit(&world, "w").await.unwrap();
        let at_theft = left.lock().unwrap().unwrap();
        let erased_since = at_theft - world.stored().records();
        // The largest chunk is the inbox of one connection.
        assert!(erased_since <= 12, "robbed before call {call}, then erased {erased_since}");
        if head(&world).state.erased_at().is_none() {
            assert_eq!(worked, Worked::Busy, "{call}");
        }
    }
}

#[tokio::test]
async fn a_place_first_seen_by_the_strong_read_is_marked_and_disarmed_too() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    let mut late = 0;
    for call in 1..calls {
        let world = world();
        open(&world).await;
        world.interrupt(call, |stored| {
            let place = place("dogwood", "c8", None);
            let connected_at = at("2026-01-01T00:00:00Z");
            stored.links.entry(link()).or_default().insert(place.clone(), connected_at);
            stored.connections.insert(place, crate::memory::ConnectionRow::new("facebook", connected_at));
            let partition = ("connections".to_owned(), "connection#dogwood#c8".to_owned());
            stored.items.entry(partition).or_default().insert("connection".to_owned());
        });
        run.visit(&world, "w").await.unwrap();
        if world.of_tenant("dogwood").is_empty() {
            late += 1;
            let mark = Mark::place(&place("dogwood", "c8", None));
            assert!(world.stored().marks.contains_key(&mark), "seen before call {call}, erased without a mark");
        }
    }
    assert!(late > 20, "{late}");
}

/// The person asks, and alder disconnects c1: both cover that connection.
async fn two_requests(run: &Run) -> (World, [ObligationId; 2]) {
    let world = world();
    open(&world).await;
    let disconnect = Disconnect {
        place: place("alder", "c1", None),
        platform: Platform::parse("facebook").unwrap(),
        disconnected_at: None,
    };
    let accepted = accept_disconnect(&world, &world, &run.map, HOUR, disconnect, now()).await.unwrap();
    world.strike(None);
    (world, [id(), accepted.id])
}

#[tokio::test]
async fn of_two_requests_over_one_connection_neither_says_erased_over_what_the_other_has_left() {
    let run = Run::new();
    let mut met_half = 0;
    for first in [0, 1] {
        let (world, ids) = two_requests(&run).await;
        run.work(&world, &ids[first]).await;
        for call in 1..=world.calls() {
            for strike in [Strike::Before(call), Strike::After(call)] {
                let (world, ids) = two_requests(&run).await;
                let of_c1 = || world.of_tenant("alder").into_iter().filter(|line| line.contains("c1")).count();
                let all = of_c1();
                world.strike(Some(strike));
                drop(run.work_as(&world, &ids[first], "w1").await);
                world.strike(None);
                met_half += u32::from((1..all).contains(&of_c1()));
                let worked = run.work(&world, &ids[1 - first]).await;
                assert!(matches!(worked, Worked::Erased { .. }), "{strike:?}: {worked:?}");
                let left: Vec<String> =
                    world.of_tenant("alder").into_iter().filter(|line| line.contains("c1")).collect();
                assert_eq!(left, Vec::<String>::new(), "the first died at {strike:?}");
            }
        }
    }
    assert!(met_half > 20, "the first has to die half way: {met_half}");
}
