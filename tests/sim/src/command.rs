//! The command line. `make sim SEED=x` shows one run line by line; `make sim SEEDS=n` runs many from a random start.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::caught::write;
use crate::many::{Ran, random_start, report, run_many};
use crate::naive::Naive;
use crate::oracle::Violation;
use crate::seen::missing;
use crate::world::run;

/// So many seeds show everything that a run can.
const SHOW_ALL: u64 = 500;

/// What the command line says: `name=value`, in any order.
fn argument(name: &str) -> Option<String> {
    std::env::args().find_map(|argument| argument.strip_prefix(&format!("{name}=")).map(str::to_owned))
}

fn number(name: &str) -> Option<u64> {
    let text = argument(name).filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

/// Which seed catches each naive variant first; with `DRAW=1` code and document say so from then on.
fn try_all(start: u64, count: u64) -> ExitCode {
    let is_drawn = argument("DRAW").as_deref() == Some("1");
    let some = argument("ONLY").filter(|names| !names.is_empty() && !is_drawn);
    let is_wanted = |naive: &Naive| some.as_ref().is_none_or(|names| names.split(',').any(|name| name == naive.name()));
    let (mut caught, mut missed) = (Vec::new(), 0);
    for naive in Naive::ALL.into_iter().filter(is_wanted) {
        let failures = run_many(start, count, Some(naive), 1, |_, _| {}).failures;
        match failures.first_key_value() {
            Some((seed, violations)) => {
                let Violation { broken, how } = &violations[0];
                println!("{}: caught by seed {seed}: {}: {how}", naive.name(), broken.name());
                caught.push((naive, *seed, *broken));
            }
            None => {
                missed += 1;
                println!("{}: NOT caught by {count} seeds from {start} on", naive.name());
            }
        }
    }
    caught.sort_by_key(|(_, seed, _)| *seed);
    if is_drawn {
        write(&caught).unwrap();
    }
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Does what the command line says.
///
/// # Panics
/// It says something else.
#[must_use]
pub fn command() -> ExitCode {
    let naive = argument("NAIVE").filter(|name| !name.is_empty());
    if naive.as_deref() == Some("all") {
        return try_all(number("START").unwrap_or(1), number("SEEDS").unwrap_or(1_000));
    }
    let naive = naive.map(|name| Naive::parse(&name).unwrap_or_else(|| panic!("no variant is called {name}")));
    if let Some(seed) = number("SEED") {
        let outcome = run(seed, naive, true);
        for line in &outcome.trace {
            println!("{line}");
        }
        println!("seed {seed}, trace {:016x}", outcome.hash);
        let failures = [(seed, outcome.violations)].into_iter().filter(|(_, found)| !found.is_empty()).collect();
        print!("{}", report(&failures, naive));
        return if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let start = number("START").unwrap_or_else(random_start);
    let count = number("SEEDS").unwrap_or(1_000);
    println!("{count} seeds from {start} on (FROM={start} runs them again)");
    let began = Instant::now();
    // Fewer than asked for, where many fail.
    let ran = AtomicU64::new(0);
    let Ran { failures, seen, calls } = run_many(start, count, naive, 10, |done, failed| {
        ran.fetch_max(done, Ordering::Relaxed);
        if done.is_multiple_of(count.div_ceil(20)) {
            let rate = done as f64 / began.elapsed().as_secs_f64();
            println!("{done} of {count} seeds, {rate:.1} a second, {failed} broke a promise");
        }
    });
    for (what, times) in &seen {
        println!("{times:>8} times: {what}");
    }
    let missing = if count < SHOW_ALL || !failures.is_empty() { Vec::new() } else { missing(&seen) };
    for what in &missing {
        println!("never: {what}");
    }
    print!("{}", report(&failures, naive));
    let ran = ran.into_inner();
    println!("{} calls a run", calls / ran.max(1));
    let rate = ran as f64 / began.elapsed().as_secs_f64();
    println!("{ran} of {count} seeds, {rate:.1} a second, {} broke a promise", failures.len());
    if failures.is_empty() && missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
