use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::obligation::PlanHash;
use crate::policy::Route;
use crate::receipt::{Body, ClassOutcome, Entry, ErasureReceipt, LastDay, Name, Section, SigningKey, Zone};

fn chain(letter: &str) -> KeyedRef {
    KeyedRef::parse(&format!("v1-{}", letter.repeat(32))).unwrap()
}

fn key(digit: &str) -> SigningKey {
    SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, digit.repeat(64))).unwrap()
}

fn keys() -> PublicKeys {
    PublicKeys::parse(&key("1").public_hex()).unwrap()
}

fn issued_at(seq: u64) -> Timestamp {
    Timestamp::from_second(1_773_144_000 + i64::try_from(seq).unwrap()).unwrap()
}

fn body(seq: u64) -> Body {
    Body::ErasureReceipt(ErasureReceipt {
        obligation: chain("o"),
        request: seq.try_into().unwrap(),
        reopened: 0,
        route: Route::MetaDeauthorize,
        policy: Section::parse("13.4").unwrap(),
        received_at: issued_at(seq),
        due_by: LastDay { date: "2026-04-08".parse().unwrap(), time_zone: Zone::parse("UTC").unwrap() },
        erased_at: issued_at(seq),
        classes: BTreeMap::from([(Name::parse("signals").unwrap(), ClassOutcome::Removed { count: seq })]),
        processors: BTreeMap::new(),
        plan: PlanHash::from_stored("0f".repeat(32)),
    })
}

/// A chain's folder: files by name, and the head.
#[derive(Clone, Debug, PartialEq)]
struct Folder {
    files: BTreeMap<u64, Vec<u8>>,
    head: Option<Vec<u8>>,
}

fn folder(letter: &str, entries: u64, key: &SigningKey) -> Folder {
    let mut folder = Folder { files: BTreeMap::new(), head: None };
    let mut previous = EntryHash::ZERO;
    for seq in 1..=entries {
        let position = Position { chain: chain(letter), seq };
        let entry = Entry { position: position.clone(), previous, issued_at: issued_at(seq), body: body(seq) };
        let file = entry.seal(key).unwrap().into_bytes();
        previous = EntryHash::of(&file);
        folder.files.insert(seq, file);
        let head = ChainHead { position, entry: previous, issued_at: issued_at(seq) };
        folder.head = Some(head.seal(key).unwrap().into_bytes());
    }
    folder
}

/// What is found, a line each: the place, or `head`, and the problem.
fn check(folder: &Folder) -> Vec<String> {
    let keys = keys();
    let mut check = ChainCheck::new(chain("a"), &keys);
    let mut found = Vec::new();
    for (seq, file) in &folder.files {
        found.extend(check.entry(*seq, file).into_iter().map(|problem| format!("{seq} {problem}")));
    }
    let (_, problem) = check.finish(folder.head.as_deref());
    found.extend(problem.map(|problem| format!("head {problem}")));
    found
}

#[test]
fn an_untouched_chain_passes() {
    for entries in 1..5 {
        assert_eq!(check(&folder("a", entries, &key("1"))), Vec::<String>::new());
    }
}

type Damage = fn(&mut Folder);

fn finds(cases: &[(&str, Damage, &[&str])]) {
    for (what, damage, expected) in cases {
        let mut folder = folder("a", 4, &key("1"));
        damage(&mut folder);
        assert_eq!(check(&folder), *expected, "{what}");
    }
}

#[test]
fn what_is_missing_or_out_of_order_is_named() {
    let swap: Damage = |folder| {
        let (two, three) = (folder.files[&2].clone(), folder.files[&3].clone());
        folder.files.extend([(2, three), (3, two)]);
    };
    finds(&[
        ("one is gone", |of| drop(of.files.remove(&2)), &["3 is preceded by a gap: 2 to 2 are missing"]),
        ("the first are", |of| of.files.retain(|seq, _| *seq > 2), &["3 is preceded by a gap: 1 to 2 are missing"]),
        (
            "the last is",
            |of| drop(of.files.remove(&4)),
            &["head reaches to 4, the entries end at 3: the tail is cut off"],
        ),
        ("all are", |of| of.files.clear(), &["head reaches to 4, the entries end at 0: the tail is cut off"]),
        ("two are swapped", swap, &["2 belongs at place 3", "3 belongs at place 2"]),
        (
            "one is copied",
            |of| drop(of.files.insert(5, of.files[&4].clone())),
            &["5 belongs at place 4", "head reaches to 4, the entries end at 5: it is out of date"],
        ),
        ("there is no head", |of| of.head = None, &["head is missing"]),
    ]);
}

#[test]
fn what_is_not_the_chains_own_is_named() {
    let other_key: Damage = |of| drop(of.files.insert(3, folder("a", 3, &key("2")).files[&3].clone()));
    let unknown = format!("3 is signed with the key {}, which was not given", key("2").id().as_str());
    finds(&[
        (
            "an entry of another chain",
            |of| drop(of.files.insert(2, folder("b", 2, &key("1")).files[&2].clone())),
            &["2 belongs to the chain v1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"],
        ),
        (
            "the head of another chain",
            |of| of.head = folder("b", 4, &key("1")).head,
            &["head belongs to the chain v1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"],
        ),
        ("signed with another key", other_key, &[&unknown]),
        ("a blank more", |of| of.files.get_mut(&2).unwrap().push(b' '), &["2 is not in the form it was stored in"]),
        (
            "an entry for a head",
            |of| of.head = Some(of.files[&4].clone()),
            &["head is not in the form it was stored in"],
        ),
        (
            "a head for an entry",
            |of| drop(of.files.insert(4, of.head.clone().unwrap())),
            &["4 is signed and no entry of a version that is known", "head names another file than the last entry"],
        ),
    ]);
}

#[test]
fn a_signed_entry_that_tells_another_past_does_not_link() {
    // Whoever holds the key can sign another entry for a place; what follows it, or stands before it, disagrees.
    let mut rewritten = folder("a", 4, &key("1"));
    let Body::ErasureReceipt(mut receipt) = body(2) else { panic!("no receipt") };
    receipt.classes.insert(Name::parse("signals").unwrap(), ClassOutcome::NothingFound);
    let entry = Entry {
        position: Position { chain: chain("a"), seq: 2 },
        previous: EntryHash::of(&rewritten.files[&1]),
        issued_at: issued_at(2),
        body: Body::ErasureReceipt(receipt),
    };
    rewritten.files.insert(2, entry.seal(&key("1")).unwrap().into_bytes());
    assert_eq!(check(&rewritten), ["3 does not link to the entry before it"]);
    let entry = Entry { previous: EntryHash::ZERO, body: body(2), ..entry };
    rewritten.files.insert(2, entry.seal(&key("1")).unwrap().into_bytes());
    assert_eq!(check(&rewritten), ["2 does not link to the entry before it", "3 does not link to the entry before it"]);
}

#[test]
fn a_kind_that_is_added_later_does_not_break_an_older_check() {
    let entry = Entry {
        position: Position { chain: chain("a"), seq: 1 },
        previous: EntryHash::ZERO,
        issued_at: issued_at(1),
        body: body(1),
    };
    let sealed = |from: &str, to: &str| {
        let text = envelope::peek(entry.seal(&key("1")).unwrap().as_bytes()).unwrap();
        let file = envelope::seal(text.replacen(from, to, 1), &key("1")).unwrap().into_bytes();
        let head = ChainHead { position: entry.position.clone(), entry: EntryHash::of(&file), issued_at: issued_at(1) };
        Folder { files: BTreeMap::from([(1, file)]), head: Some(head.seal(&key("1")).unwrap().into_bytes()) }
    };
    assert_eq!(check(&sealed("erasure-receipt", "audit")), Vec::<String>::new());
    for (from, to) in [
        (r#""version":1"#, r#""version":2"#),
        ("erasure-receipt", "Ana Lima"),
        (r#""request":1"#, r#""request":1,"name":"Ana Lima""#),
        (r#".000Z","body""#, r#"Z","body""#),
        (r#".000Z","body""#, r#".0001Z","body""#),
        (&chain("o").to_string(), "218471"),
    ] {
        assert_eq!(check(&sealed(from, to)), ["1 is signed and no entry of a version that is known"], "{to}");
    }
}

#[test]
fn every_single_flipped_bit_of_an_entry_and_a_head_is_found() {
    let whole = folder("a", 1, &key("1"));
    let head = whole.head.clone().unwrap();
    let flipped = |bytes: &[u8], bit: usize| {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    for bit in 0..whole.files[&1].len() * 8 {
        let mut damaged = whole.clone();
        damaged.files.insert(1, flipped(&whole.files[&1], bit));
        assert!(check(&damaged).iter().any(|line| line.starts_with("1 ")), "bit {bit}");
    }
    for bit in 0..head.len() * 8 {
        let damaged = Folder { head: Some(flipped(&head, bit)), ..whole.clone() };
        assert!(check(&damaged).iter().any(|line| line.starts_with("head ")), "bit {bit}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_that_is_flipped_removed_swapped_or_edited_passes(
        entries in 1_u64..7,
        (one, other, place, byte) in any::<(u64, u64, usize, u8)>(),
    ) {
        let whole = folder("a", entries, &key("1"));
        let (one, other) = (one % entries + 1, other % entries + 1);
        let file = whole.files[&one].clone();
        let place = place % file.len();

        let mut removed = whole.clone();
        removed.files.remove(&one);
        let mut swapped = whole.clone();
        swapped.files.extend([(one, whole.files[&other].clone()), (other, file.clone())]);
        let mut edited = whole.clone();
        edited.files.get_mut(&one).unwrap()[place] = byte;
        let mut cut = whole.clone();
        cut.files.get_mut(&one).unwrap().truncate(place);
        let mut longer = whole.clone();
        longer.files.get_mut(&one).unwrap().insert(place, byte);
        let mut earlier = whole.clone();
        earlier.files.split_off(&one);
        for damaged in [removed, swapped, edited, cut, longer, earlier] {
            prop_assert_eq!(check(&damaged).is_empty(), damaged == whole);
        }
    }
}
