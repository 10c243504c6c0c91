//! An export takes the same memory for little data and for much. Alone in its file: its process is measured.

use privacy_tests::flood::{ROW_BYTES, export, peak_kib};

#[tokio::test]
async fn an_export_takes_the_same_memory_for_little_and_for_much() {
    export((16 << 20) / ROW_BYTES).await;
    let little = peak_kib();
    export((48 << 20) / ROW_BYTES).await;
    let much = peak_kib();
    assert!(much < 64 << 10, "{much} KiB");
    // A table and a part more or less at the same moment, and nothing that grows with the data.
    assert!(much <= little + (12 << 10), "{little} KiB, then {much} KiB");
}
