//! An export takes the same memory for little data and for much, in few files and in many, however often a worker hands over to
//! the next. Each size has a process of its own, whose highest mark is read: nothing else is in it.

use privacy_tests::flood::{alone, export, peak_kib};

/// What both sizes may differ by: the allocator's pages, not the data.
const MARGIN_KIB: u64 = 2 << 10;
/// What the worker may hold.
const MOST_KIB: u64 = 64 << 10;

#[tokio::test]
#[ignore = "run by the test below, alone in its process"]
async fn ten_mebibytes() {
    let exported = export(10).await;
    assert!(exported.visits > 1, "{exported:?}");
    println!("peak {}", peak_kib());
}

#[tokio::test]
#[ignore = "run by the test below, alone in its process"]
async fn a_hundred_mebibytes() {
    let exported = export(100).await;
    assert!(exported.visits > 10, "{exported:?}");
    println!("peak {}", peak_kib());
}

/// The highest mark of a process that does nothing else, in KiB.
fn peak(name: &str) -> u64 {
    let said = alone(&["--ignored", "--exact", "--nocapture", name]);
    let peak = said.lines().find_map(|line| line.split_once("peak ")?.1.trim().parse().ok());
    peak.unwrap_or_else(|| panic!("{name} said: {said}"))
}

#[test]
fn an_export_takes_the_same_memory_for_little_and_for_much() {
    let (little, much) = (peak("ten_mebibytes"), peak("a_hundred_mebibytes"));
    println!("{little} KiB for 10 MiB, {much} KiB for 100 MiB");
    assert!(little < MOST_KIB && much < MOST_KIB, "{little} KiB, {much} KiB");
    assert!(much <= little + MARGIN_KIB, "{little} KiB for 10 MiB, {much} KiB for 100 MiB");
}
