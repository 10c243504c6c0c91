//! How often the hot paths ask for memory: counted, so that a change which makes them dearer is seen without a clock. What the SDK
//! itself needs for a call is in the numbers.

use privacy_tests::hot::{Path, Work};

/// So many of each, at most. Raise one only with a reason.
fn at_most(path: Path, limit: f64, of: usize) {
    let work = Work::new(path, of);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    // The first makes what stays.
    runtime.block_on(work.run());
    let each = allocation_counter::measure(|| runtime.block_on(work.run())).count_total as f64 / of as f64;
    println!("{path}: {each:.2} allocations each, {limit} allowed");
    assert!(each <= limit, "{path}: {each:.2} allocations each, above {limit}");
    assert!(each >= limit * 0.9, "{path}: {each:.2} allocations each; lower the limit of {limit}");
}

#[test]
fn deleting_by_key_allocates_for_each_key_what_the_call_needs_of_it() {
    at_most(Path::Delete, 18.5, 1_000);
}

#[test]
fn a_page_of_keys_allocates_for_each_what_is_kept_of_it() {
    at_most(Path::Key, 4.4, 1_000);
}

#[test]
fn a_warm_callback_allocates_as_much_as_two_calls_need() {
    at_most(Path::Callback, 805.0, 100);
}
