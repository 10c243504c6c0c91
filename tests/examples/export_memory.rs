//! What an export holds in memory, and how fast it is: `cargo run --example export_memory -p privacy-tests -- 1024` exports a
//! gibibyte of messages, made while they are read, into nowhere.

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mebibytes: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10);
    let rows = (mebibytes << 20) / privacy_tests::flood::ROW_BYTES;
    let bundle = privacy_tests::flood::export(rows).await;
    let (peak, cpu) = (privacy_tests::flood::peak_kib(), privacy_tests::flood::cpu_millis());
    println!(
        "{mebibytes} MiB in {rows} records, bundle of {} MiB, peak {:.1} MiB, {:.1} s of processor, {:.1} MiB per second of it",
        bundle >> 20,
        peak as f64 / 1024.0,
        cpu as f64 / 1000.0,
        mebibytes as f64 * 1000.0 / cpu.max(1) as f64,
    );
}
