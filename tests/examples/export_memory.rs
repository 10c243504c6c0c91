//! What an export holds in memory, and how fast it is: `cargo run --release --example export_memory -p privacy-tests -- 1024`
//! exports a gibibyte, half of it messages and half of it small files, made while they are read, into nowhere.

use privacy_tests::flood::{alone, cpu_millis, export, peak_kib, read};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let size = arguments.next().unwrap_or_else(|| "10".to_owned());
    if arguments.next().is_none() {
        print!("{}", alone(&[&size, "alone"]));
        return;
    }
    let mebibytes: u64 = size.parse().unwrap();
    let exported = export(mebibytes).await;
    let (peak, cpu) = (peak_kib(), cpu_millis());
    read(exported).await;
    // What it takes to make the data is not the export's.
    let own = cpu.saturating_sub(cpu_millis() - cpu).max(1);
    println!(
        "{mebibytes} MiB in {} messages and {} files, {} visits, bundle of {} MiB: peak {:.1} MiB, {:.1} s of processor, {:.1} MiB per second of it",
        exported.rows,
        exported.files,
        exported.visits,
        exported.bytes >> 20,
        peak as f64 / 1024.0,
        own as f64 / 1000.0,
        mebibytes as f64 * 1000.0 / own as f64,
    );
}
