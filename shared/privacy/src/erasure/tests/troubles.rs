//! Faults: at any call, and of one store for long.

use super::*;

#[tokio::test]
async fn a_fault_at_any_call_changes_nothing_about_the_outcome() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    assert!(calls > 40, "{calls}");
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            open(&world).await;
            let before = bystanders(&world);
            world.strike(Some(strike));
            for visit in 0..6 {
                drop(run.visit(&world, &format!("w{visit}")).await);
                world.strike(None);
                world.pass(SignedDuration::from_mins(10));
            }
            assert!(matches!(head(&world).state, State::Verifying { .. }), "{strike:?}: {:?}", head(&world).state);
            assert_eq!(residue(&world), Vec::<String>::new(), "{strike:?}");
            assert_eq!(bystanders(&world), before, "{strike:?}");
            assert_eq!(removed(&world), all_removed(), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn one_broken_store_leaves_the_rest_done_and_itself_due() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.break_store(Some("media"));
    let Worked::Failed { stores, retry_at } = run.visit(&world, "w1").await.unwrap() else { panic!("not failed") };
    assert_eq!(stores[0].0, "media");
    assert!(
        world
            .stored()
            .items
            .iter()
            .filter(|((store, partition), _)| store == "inbox" && partition.contains("#c1"))
            .all(|(_, keys)| keys.is_empty())
    );
    assert!(world.stored().connections.contains_key(&place("alder", "c1", None)), "what finds the rest stays");
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert_eq!(outcomes["avatars"], Outcome::Failed { retry_at });
    assert_eq!(outcomes["connections"], Outcome::Failed { retry_at }, "it waits for the others");
    assert_eq!((&outcomes["signals"], &outcomes["drafts"]), (&Outcome::Removed { count: 16 }, &Outcome::NothingFound));
    assert_eq!(head(&world).next_action_at, Some(retry_at));
    world.pass(HOUR);
    let Worked::Failed { retry_at: later, .. } = run.visit(&world, "w2").await.unwrap() else { panic!("not failed") };
    assert!(later - world.now() > retry_at - now(), "it waits longer each time");
    world.break_store(None);
    assert!(matches!(run.visit(&world, "w3").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(removed(&world), all_removed());
}

#[tokio::test]
async fn waits_for_a_broken_store_double_up_to_an_hour() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    let mut minutes = Vec::new();
    world.break_store(Some("media"));
    for _ in 0..8 {
        let Worked::Failed { retry_at, .. } = run.visit(&world, "w").await.unwrap() else { panic!("not failed") };
        minutes.push((retry_at - world.now()).as_mins());
        world.stored().set_now(retry_at);
    }
    assert_eq!(minutes, [5, 10, 20, 40, 60, 60, 60, 60]);
}

#[tokio::test]
async fn a_store_that_cannot_be_read_leaves_the_others_erased_and_itself_due() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    world.blind_store(Some("media"));
    let Worked::Failed { stores, retry_at } = run.visit(&world, "w1").await.unwrap() else { panic!("not failed") };
    assert_eq!(stores.len(), 1);
    assert_eq!(stores[0].0, "media");
    let of_inbox = |world: &World| residue(world).into_iter().filter(|line| line.starts_with("inbox")).count();
    assert_eq!(of_inbox(&world), 0);
    assert!(world.stored().connections.contains_key(&place("alder", "c1", None)), "what finds the rest stays");
    let outcomes = world.stored().outcomes[&(id(), 1)].clone();
    assert_eq!(outcomes["avatars"], Outcome::Failed { retry_at });
    assert_eq!(outcomes["signals"], Outcome::Removed { count: 16 });
    world.pass(HOUR);
    let Worked::Failed { retry_at: later, .. } = run.visit(&world, "w2").await.unwrap() else { panic!("not failed") };
    assert!(later - world.now() > retry_at - now(), "it waits longer each time");
    world.blind_store(None);
    assert!(matches!(run.visit(&world, "w3").await.unwrap(), Worked::Erased { .. }));
    assert_eq!(residue(&world), Vec::<String>::new());
    assert_eq!(removed(&world), all_removed());
}

#[tokio::test]
async fn a_store_that_goes_blind_at_any_call_is_counted_once_and_never_erased_unplanned() {
    let run = Run::new();
    let calls = calls_of_a_visit(&run).await;
    let mut planned_apart = 0;
    for call in 1..=calls {
        for store in ["inbox", "media", "connections"] {
            let world = world();
            world.put("alder", "c1", "something#new");
            world.put_object("alder/c1/p1/nobody-knows/a.jpg", "1");
            open(&world).await;
            let before = bystanders(&world);
            world.interrupt(call, move |stored| stored.blind(Some(store)));
            drop(run.visit(&world, "w1").await);
            world.interrupt(u64::MAX, |_| {});
            world.blind_store(None);
            world.pass(HOUR);
            let mut worked = run.visit(&world, "w2").await.unwrap();
            // Each plan is confirmed by itself: what could not be read was in none of those before.
            for visit in 3..5 {
                let Worked::Halted { over_ceiling } = &worked else { break };
                planned_apart += u32::from(visit == 4);
                assert_eq!(over_ceiling, &[("unclassified".to_owned(), 0)], "{store} {call}");
                let hash = head(&world).state.plan().unwrap().hash.clone();
                world.stored().heads.get_mut(&id()).unwrap().confirmed_plan = Some(hash);
                worked = run.visit(&world, &format!("w{visit}")).await.unwrap();
            }
            assert!(matches!(worked, Worked::Erased { .. }), "{store} {call}: {worked:?}");
            let mut expected = all_removed();
            expected.push(("unclassified".to_owned(), 2));
            assert_eq!(removed(&world), expected, "{store} {call}");
            assert_eq!(residue(&world), Vec::<String>::new(), "{store} {call}");
            assert_eq!(bystanders(&world), before, "{store} {call}");
        }
    }
    assert!(planned_apart > 0, "no plan was ever made without a blind store");
}

#[tokio::test]
async fn what_could_not_be_verified_is_not_called_erased() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    // Blind once everything that it finds is gone: only the strong reads are left, of what finds it the last of all.
    let calls = calls_of_a_visit(&run).await;
    for (blind, is_found) in [("media", true), ("connections", false)] {
        let mut unverified = 0;
        for call in 1..=calls {
            let world = self::world();
            open(&world).await;
            world.interrupt(call, move |stored| stored.blind(Some(blind)));
            let Ok(Worked::Failed { stores, .. }) = run.visit(&world, "w").await else { continue };
            assert!(stores.iter().all(|(store, _)| store == blind));
            assert_eq!(head(&world).state.erased_at(), None);
            let (finder, others): (Vec<String>, Vec<String>) =
                residue(&world).into_iter().partition(|line| line.starts_with('(') || line.starts_with("connections "));
            assert!(!(is_found && finder.is_empty()), "what finds it goes last: {others:?}");
            unverified += u32::from(others.is_empty() && finder.is_empty() != is_found);
        }
        assert!(unverified > 0, "{blind}");
    }
}

#[tokio::test]
async fn a_second_look_that_cannot_see_everything_is_made_again() {
    let (world, run) = (world(), Run::new());
    open(&world).await;
    run.visit(&world, "w").await.unwrap();
    world.pass(SignedDuration::from_mins(15));
    world.blind_store(Some("media"));
    assert!(run.visit(&world, "w").await.is_err());
    assert!(matches!(head(&world).state, State::Verifying { looks, .. } if looks.is_empty()));
    world.put("alder", "c1", "contact#p1#profile");
    assert!(matches!(run.visit(&world, "w").await.unwrap(), Worked::Resurfaced { places: 1 }), "what it sees counts");
}
