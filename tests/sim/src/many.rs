//! Many seeds on every core.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::naive::Naive;
use crate::oracle::Violation;
use crate::seen::Seen;
use crate::world::run;

/// The seeds that broke a promise, with how.
pub type Failures = BTreeMap<u64, Vec<Violation>>;

/// What many runs came to.
#[derive(Debug, Default)]
pub struct Ran {
    /// The seeds that broke a promise.
    pub failures: Failures,
    /// What all of them have shown together.
    pub seen: Seen,
    /// How many calls there were in all of them.
    pub calls: u64,
}

/// A start that nobody chose.
#[must_use]
pub fn random_start() -> u64 {
    RandomState::new().build_hasher().finish() >> 24
}

/// Runs so many seeds from a start on; `told` hears after each how many are done and how many of them failed. Stops early once
/// `enough` have failed.
pub fn run_many(start: u64, count: u64, naive: Option<Naive>, enough: usize, told: impl Fn(u64, usize) + Sync) -> Ran {
    let all = Search { start, count, naive, enough };
    all.run(|violations| !violations.is_empty(), told)
}

/// The first of so many seeds from a start on whose run of a variant breaks what it is to break.
pub fn first_breaking(
    start: u64,
    count: u64,
    naive: Naive,
    breaks: impl Fn(&[Violation]) -> bool + Sync,
) -> Option<u64> {
    let search = Search { start, count, naive: Some(naive), enough: 1 };
    search.run(breaks, |_, _| {}).failures.into_keys().next()
}

/// Seeds to run.
struct Search {
    start: u64,
    count: u64,
    naive: Option<Naive>,
    enough: usize,
}

impl Search {
    /// The seeds that failed, among others; all before the first of them were run too.
    fn run(&self, fails: impl Fn(&[Violation]) -> bool + Sync, told: impl Fn(u64, usize) + Sync) -> Ran {
        let (next, done, ran) = (AtomicU64::new(0), AtomicU64::new(0), Mutex::new(Ran::default()));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            for _ in 0..cores {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= self.count || ran.lock().unwrap().failures.len() >= self.enough {
                            return;
                        }
                        let seed = self.start.wrapping_add(index);
                        let outcome = run(seed, self.naive, false);
                        let failed = {
                            let mut ran = ran.lock().unwrap();
                            ran.calls += outcome.calls;
                            for (what, times) in outcome.seen {
                                *ran.seen.entry(what).or_default() += times;
                            }
                            if fails(&outcome.violations) {
                                ran.failures.insert(seed, outcome.violations);
                            }
                            ran.failures.len()
                        };
                        told(done.fetch_add(1, Ordering::Relaxed) + 1, failed);
                    }
                });
            }
        });
        ran.into_inner().unwrap()
    }
}

/// A report of failed seeds: the promise, and how to see it again.
#[must_use]
pub fn report(failures: &Failures, naive: Option<Naive>) -> String {
    let naive = naive.map_or(String::new(), |naive| format!(" NAIVE={}", naive.name()));
    let mut report = String::new();
    for (seed, violations) in failures {
        for violation in violations {
            report += &format!("seed {seed}: {}: {}\n", violation.broken.name(), violation.how);
        }
        report += &format!("  see it again: make sim SEED={seed}{naive}\n");
    }
    report
}
