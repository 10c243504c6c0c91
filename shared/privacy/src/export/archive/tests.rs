use std::io::{Cursor, Read};

use super::*;

fn sample() -> Archive {
    let mut archive = Archive::default();
    archive.add("a/words.txt", std::iter::repeat_n("many words ".as_bytes(), 100));
    let mut streamed = archive.begin("b/ünï.bin");
    archive.write(&mut streamed, b"one");
    archive.write(&mut streamed, b"two");
    archive.end(streamed);
    archive.add("empty", std::iter::empty());
    archive.add("short", [b"x".as_slice()].into_iter());
    archive
}

fn read(bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.push((file.name().to_owned(), content));
    }
    files
}

fn finish(archive: &mut Archive) {
    let begins = archive.bytes();
    archive.finish(begins);
}

#[test]
fn another_implementation_reads_what_was_written() {
    let mut archive = sample();
    finish(&mut archive);
    let files = read(archive.take_rest());
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a/words.txt", "b/ünï.bin", "empty", "short"]);
    assert_eq!(files[0].1, "many words ".repeat(100).as_bytes());
    assert_eq!(
        (files[1].1.as_slice(), files[2].1.as_slice(), files[3].1.as_slice()),
        (&b"onetwo"[..], &b""[..], &b"x"[..])
    );
}

#[test]
fn it_goes_on_where_its_state_was_stored() {
    let mut whole = sample();
    finish(&mut whole);
    let mut first = sample();
    let mut taken = first.take(20).unwrap();
    let stored = (serde_json::to_string(&first).unwrap(), first.pending().to_vec());
    let mut second: Archive = serde_json::from_str(&stored.0).unwrap();
    second.resume(&stored.1);
    finish(&mut second);
    taken.extend(second.take_rest());
    assert_eq!(taken, whole.take_rest());
}

#[test]
fn its_directory_is_the_same_from_leaves() {
    let mut other = sample();
    let leaf = other.take_leaf().unwrap();
    assert!(other.entries().is_empty() && other.take_leaf().is_none());
    other.add("last", [b"y".as_slice()].into_iter());
    let begins = other.bytes();
    other.list(&Archive::read_leaf(&leaf).unwrap());
    other.finish(begins);
    let mut expected = sample();
    expected.add("last", [b"y".as_slice()].into_iter());
    finish(&mut expected);
    assert_eq!(other.take_rest(), expected.take_rest());
    assert_eq!(Archive::read_leaf(b"something else"), None);
}

#[test]
fn what_does_not_pack_is_stored() {
    let mut seed = 7_u64;
    let mut noise = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed.to_le_bytes()[7]
    };
    let content: Vec<u8> = (0..200_000).map(|_| noise()).collect();
    let mut archive = Archive::default();
    archive.add("noise", content.chunks(16 << 10));
    archive.add("words", std::iter::repeat_n("many words ".as_bytes(), 20_000));
    let methods: Vec<u16> = archive.entries().iter().map(|entry| entry.method).collect();
    assert_eq!(methods, [STORED, DEFLATED]);
    finish(&mut archive);
    let files = read(archive.take_rest());
    assert_eq!((&files[0].1, files[1].1.len()), (&content, 220_000));
}

#[test]
fn beyond_four_gibibytes_places_stand_in_the_extension() {
    let mut archive = Archive { offset: 5 << 30, ..Archive::default() };
    archive.add("far", [b"away".as_slice()].into_iter());
    finish(&mut archive);
    let bytes = archive.take_rest();
    let has = |number: u32| bytes.windows(4).any(|window| window == number.to_le_bytes());
    assert!(has(END64) && has(LOCATOR64));
    assert!(bytes.windows(8).any(|window| window == (5_u64 << 30).to_le_bytes()));
}
