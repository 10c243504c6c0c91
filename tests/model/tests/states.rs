//! The search within bounds that take seconds; `cargo run --release -p privacy-model` says more, and goes further.

use privacy_model::{Office, Search};
use stateright::{Checker, Model};

fn explore(search: Search) {
    let found = Office::new(search.bounds()).checker().threads(2).spawn_bfs().join();
    println!("{search:?}: {} states, depth {}", found.unique_state_count(), found.max_depth());
    privacy_model::promises::assert_kept(&found, search);
}

#[test]
fn a_stranger_who_names_somebody_changes_nothing_for_them() {
    explore(Search::Strangers);
}

#[test]
fn whatever_happens_while_somebody_shows_who_they_are() {
    explore(Search::Verification);
}

#[test]
fn whatever_is_held_or_unanswered_meanwhile() {
    explore(Search::Holds);
}

#[test]
fn whatever_is_lost_or_dies_meanwhile() {
    explore(Search::Deaths);
}
