//! Faults, places that are taken, hints that are behind, tails that are cut off.

use super::*;

#[tokio::test]
async fn a_fault_at_any_call_changes_nothing_about_the_outcome() {
    let calls = {
        let world = world();
        append(&world, "a").await.unwrap();
        world.strike(None);
        append(&world, "b").await.unwrap();
        world.calls()
    };
    assert_eq!(calls, 9);
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            append(&world, "a").await.unwrap();
            world.strike(Some(strike));
            assert!(append(&world, "b").await.is_err(), "{strike:?}");
            world.strike(None);
            world.pass(SignedDuration::from_mins(1));
            append(&world, "b").await.unwrap();
            sound(&world, &["a", "b"], &format!("{strike:?}"));
        }
    }
}

#[tokio::test]
async fn an_intent_whose_place_was_taken_moves_on() {
    let world = world();
    append(&world, "a").await.unwrap();
    // The worker is lost after its intent for place 2, and others go on.
    world.strike(Some(Strike::Before(6)));
    append(&world, "b").await.unwrap_err();
    world.strike(None);
    assert_eq!(world.stored().chains.intents[&occasion("b")].position.seq, 2);
    for letter in ["c", "d", "e", "f", "g"] {
        append(&world, letter).await.unwrap();
    }
    let appended = append(&world, "b").await.unwrap();
    assert_eq!(appended.position.seq, 7);
    assert_eq!(world.stored().chains.intents[&occasion("b")].revision, 2);
    sound(&world, &["a", "b", "c", "d", "e", "f", "g"], "moved on");
}

#[tokio::test]
async fn a_hint_or_head_that_is_behind_or_lost_only_costs_reads() {
    let letters: Vec<String> = ('a'..='t').map(String::from).collect();
    type Loss = fn(&mut crate::memory::Stored);
    let losses: [(&str, Loss, u64); 4] = [
        ("hint", |stored| stored.chains.hints.clear(), 9),
        ("old hint", |stored| stored.chains.hints.values_mut().for_each(|hint| *hint = 3), 9),
        ("head", |stored| stored.chains.heads.clear(), 9),
        ("both", |stored| (stored.chains.hints.clear(), stored.chains.heads.clear()).0, 30),
    ];
    for (what, lose, calls) in losses {
        let world = world();
        for letter in &letters {
            append(&world, letter).await.unwrap();
        }
        lose(&mut world.stored());
        world.strike(None);
        append(&world, "z").await.unwrap();
        assert!(world.calls() <= calls, "{what}: {} calls", world.calls());
        let all: Vec<&str> = letters.iter().map(String::as_str).chain(["z"]).collect();
        sound(&world, &all, what);
    }
}

#[tokio::test]
async fn nothing_is_appended_to_hide_that_the_tail_was_cut_off() {
    for keeps_head in [true, false] {
        let world = world();
        append(&world, "a").await.unwrap();
        append(&world, "b").await.unwrap();
        world.stored().chains.entries.pop_last();
        if keeps_head {
            world.stored().chains.hints.clear();
        } else {
            world.stored().chains.heads.clear();
        }
        assert_eq!(append(&world, "c").await.unwrap_err().turn, Turn::Park, "{keeps_head}");
        assert_eq!(world.stored().chains.entries.len(), 1);
    }
}

#[tokio::test]
async fn it_is_appended_once_the_chain_knows_and_stays_so_behind_later_ones() {
    let is_appended = async |world: &World, letter: &str| {
        let chains = Chains { ledger: world, store: world, clock: world, key: &signing("1") };
        chains.is_appended(&occasion(letter)).await.unwrap()
    };
    let after_another = async || {
        let world = world();
        append(&world, "a").await.unwrap();
        world.strike(None);
        world
    };
    let world = after_another().await;
    append(&world, "b").await.unwrap();
    let calls = world.calls();
    assert!(is_appended(&world, "a").await && is_appended(&world, "b").await);
    assert!(!is_appended(&world, "c").await);
    for call in 1..=calls {
        let world = after_another().await;
        world.strike(Some(Strike::Before(call)));
        assert!(append(&world, "b").await.is_err(), "{call}");
        world.strike(None);
        assert!(!is_appended(&world, "b").await, "{call} of {calls}: the chain does not know of it");
    }
}
