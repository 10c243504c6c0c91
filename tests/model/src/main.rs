//! `cargo run --release -p privacy-model`: the searches, with their progress and what they came to. With a number of seconds it
//! goes on with everything at once, and ends by then.

use std::time::{Duration, Instant};

use privacy_model::{Office, Search};
use stateright::report::WriteReporter;
use stateright::{Checker, Model};

fn main() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let seconds: Option<u64> = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let everything = seconds.map(|_| Search::Everything);
    let only = std::env::args().nth(1).filter(|name| name.parse::<u64>().is_err());
    let is_wanted = |search: &Search| only.as_ref().is_none_or(|name| format!("{search:?}") == *name);
    for search in Search::SHORT.into_iter().chain(everything).filter(is_wanted) {
        let begun = Instant::now();
        let mut checker = Office::new(search.bounds()).checker().threads(threads);
        if let (Search::Everything, Some(seconds)) = (search, seconds) {
            checker = checker.timeout(Duration::from_secs(seconds));
        }
        let found = checker.spawn_bfs().join_and_report(&mut WriteReporter::new(&mut std::io::stdout()));
        let (all, different, depth) = (found.state_count(), found.unique_state_count(), found.max_depth());
        println!(
            "{search:?}: {different} states by {all} steps, depth {depth}, {:.1} s",
            begun.elapsed().as_secs_f32()
        );
        privacy_model::promises::assert_kept(&found, search);
    }
}
