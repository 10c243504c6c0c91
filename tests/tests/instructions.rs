//! How many instructions the hot paths take, counted by `callgrind`: so that a change which makes them dearer is seen without a
//! clock, even one that asks for no memory. Of the build that tests run in: what counts is whether a number moves.

use std::process::Command;

use privacy_edge::env;
use privacy_tests::hot::{Path, Work};

/// What the test beside calls itself with, in a process of its own.
const PATH: &str = "HOT_PATH";
const RUNS: &str = "HOT_RUNS";
/// Of a path in one run.
const EACH: usize = 100;

/// Instructions of a process in which a path is gone in so many runs.
fn instructions(path: Path, runs: i64) -> i64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--read-inline-info=no"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--test-threads=1", "a_path_that_is_counted"])
        .env(PATH, path.to_string())
        .env(RUNS, runs.to_string())
        .output()
        .expect("valgrind counts instructions; README.md names its package");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    let collected = told.lines().find_map(|line| line.split_once("Collected :")).expect(&told).1;
    collected.trim().parse().unwrap()
}

/// So many thousands for each, at most, and not much less. Raise one only with a reason.
fn at_most(path: Path, limit: f64) {
    // What is made before, and by the first run for all, is in both.
    let more = instructions(path, 2) - instructions(path, 1);
    let each = more as f64 / EACH as f64 / 1_000.0;
    println!("{path}: {each:.1} thousand instructions each, {limit} allowed");
    assert!(each <= limit, "{path}: {each:.1} thousand instructions each, above {limit}");
    assert!(each >= limit * 0.9, "{path}: {each:.1} thousand instructions each; lower the limit of {limit}");
}

#[test]
#[ignore = "what the other tests count, by calling it under callgrind"]
fn a_path_that_is_counted() {
    let path: Path = env::parsed(PATH, "a path").unwrap();
    let work = Work::new(path, EACH);
    for _ in 0..env::parsed::<usize>(RUNS, "a number").unwrap() {
        work.run_alone();
    }
}

#[test]
fn a_signature_is_checked_once() {
    at_most(Path::Signature, 58.0);
}

#[test]
fn a_warm_callback_takes_what_two_calls_take() {
    at_most(Path::Callback, 2_230.0);
}

#[test]
fn a_deleted_record_takes_its_share_of_a_call() {
    at_most(Path::Delete, 56.0);
}

#[test]
fn a_key_that_is_read_takes_its_share_of_a_page() {
    at_most(Path::Key, 26.0);
}
