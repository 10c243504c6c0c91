//! What a purge of 2,000 records reads beside 200,000 and beside 2,000,000 that are not due: the same. `tests/tests/purges.rs`
//! asserts it of a tenth of that, which an emulator writes in seconds.

use privacy_tests::sweep::sweep_beside;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut reads = Vec::new();
    for live in [200_000, 2_000_000] {
        let seen = sweep_beside(2_000, live).await;
        let beyond = (seen.rru - seen.floor_rru) / seen.purged;
        println!(
            "{live} live, 2,000 due: {} RRU, {} WRU, {} calls; {beyond:.4} RRU beyond the floor for each",
            seen.rru, seen.wru, seen.calls
        );
        reads.push(seen.rru);
    }
    assert!(
        reads.windows(2).all(|pair| matches!(pair, [one, other] if (one - other).abs() < f64::EPSILON)),
        "{reads:?}"
    );
}
