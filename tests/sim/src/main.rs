fn main() {
    let seed: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let outcome = privacy_sim::world::run(seed, None, true);
    for line in &outcome.trace { println!("{line}"); }
    println!("{:?} {:x}", outcome.violations, outcome.hash);
}
