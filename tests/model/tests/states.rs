//! The search within bounds that take seconds; `cargo run --release -p privacy-model` says more, and goes further.

use privacy_model::{Office, Search};
use stateright::{Checker, Model};

/// Goes through all of it. A search that comes by far fewer states than it did has lost something that can happen.
fn explore(search: Search, at_least: usize) {
    let found = Office::new(search.bounds()).checker().threads(2).spawn_bfs().join();
    println!("{search:?}: {} states, depth {}", found.unique_state_count(), found.max_depth());
    privacy_model::promises::assert_kept(&found, search);
    assert!(found.unique_state_count() >= at_least, "{search:?} came by fewer states than {at_least}");
}

#[test]
fn a_stranger_who_names_somebody_changes_nothing_for_them() {
    explore(Search::Strangers, 13_500);
}

#[test]
fn whatever_happens_while_somebody_shows_who_they_are() {
    explore(Search::Verification, 23_500);
}

#[test]
fn whatever_is_held_or_unanswered_meanwhile() {
    explore(Search::Holds, 5_300);
}

#[test]
fn whatever_waits_for_staff_or_for_a_store_meanwhile() {
    explore(Search::Halts, 8_600);
}

#[test]
fn whatever_is_lost_comes_twice_or_dies_meanwhile() {
    explore(Search::Deaths, 14_500);
}

#[test]
fn whatever_two_people_a_hold_a_processor_and_one_trouble_come_to_together() {
    explore(Search::Product, 13_700);
}
