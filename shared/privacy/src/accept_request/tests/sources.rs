//! Who is counted as one source.

use super::*;

#[test]
fn the_addresses_of_one_line_are_one_source() {
    let desk = Desk::new();
    let source = |address: &str| source_of(&desk.keys, address).unwrap();
    let home = source("2001:db8:1:2::1");
    for (address, is_same) in [
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", true),
        ("2001:0DB8:0001:0002::7", true),
        ("2001:db8:1:3::1", false),
        ("2001:db8::1", false),
        ("192.0.2.7", false),
        ("unknown", false),
    ] {
        assert_eq!(source(address) == home, is_same, "{address}");
    }
    assert_eq!(source("::ffff:192.0.2.7"), source("192.0.2.7"));
    assert_ne!(source("::ffff:192.0.2.8"), source("192.0.2.7"));
}

#[tokio::test]
async fn a_source_is_counted_by_the_minute_and_not_by_name() {
    let desk = Desk::new();
    let admit = async |address: &str, now| {
        let source = source_of(&desk.keys, address).unwrap();
        admit_source(&desk.world, &desk.keys, &source, 2, now).await.unwrap()
    };
    let minute = at("2026-03-05T12:00:59Z");
    assert_eq!([admit("a", minute).await, admit("a", minute).await, admit("a", minute).await], [true, true, false]);
    assert!(admit("b", minute).await, "another source");
    assert!(admit("a", at("2026-03-05T12:01:00Z")).await, "the next minute");
    let counters = format!("{:?}", desk.world.stored().requests.counters);
    assert!(!counters.contains("source"), "{counters}");
}
