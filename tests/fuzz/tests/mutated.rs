//! Inputs that nobody has kept, a few bytes from those that somebody did: every test run looks a little around the corpus, elsewhere
//! each time. `make fuzz` looks further, led by what it reaches.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::catch_unwind;
use std::path::Path;
use std::time::{Duration, Instant};

use privacy_fuzz::TARGETS;

/// For each target: nine seconds of a core for all.
const TIME: Duration = Duration::from_millis(1_500);
const BYTES_MAX: usize = 20_000;
const CHANGES_MAX: usize = 4;
/// What readers of text, forms, JSON, TOML, numbers and instants take for something else than itself.
const PIECES: [&[u8]; 28] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"=",
    b"&",
    b"%",
    b"%00",
    b"+",
    b".",
    b"-",
    b"#",
    b"\n",
    b"\0",
    b"\xff",
    b"\xc3\xa4",
    b"\xe2\x80\xae",
    b"null",
    b"-1",
    b"1e400",
    b"18446744073709551616",
    b"9999-12-31T23:59:59.999Z",
    b"\\ud800",
    b"P99999999Y",
];

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus")).join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// A place in the input, or behind it, and one not before that.
fn range(random: &mut fastrand::Rng, input: &[u8]) -> (usize, usize) {
    let from = random.usize(..=input.len());
    (from, (from + random.usize(..=16)).min(input.len()))
}

fn change(random: &mut fastrand::Rng, input: &mut Vec<u8>, others: &[Vec<u8>]) {
    let (from, to) = range(random, input);
    match random.u32(..7) {
        0 | 1 if from < input.len() => input[from] ^= 1 << random.u32(..8),
        0 | 1 => input.push(random.u8(..)),
        2 => drop(input.splice(from..(from + 1).min(input.len()), [random.u8(..)])),
        3 => drop(input.splice(from..from, random.choice(PIECES).unwrap().iter().copied())),
        4 => drop(input.drain(from..to)),
        5 => {
            let again = input[from..to].repeat(random.usize(1..=40));
            drop(input.splice(to..to, again));
        }
        _ => {
            // The end of one behind the beginning of another.
            let other = random.choice(others).unwrap();
            let at = random.usize(..=other.len());
            input.truncate(from);
            input.extend_from_slice(&other[at..]);
        }
    }
    input.truncate(BYTES_MAX);
}

fn mutated(random: &mut fastrand::Rng, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut input = random.choice(inputs).unwrap().clone();
    for _ in 0..random.usize(1..=CHANGES_MAX) {
        change(random, &mut input, inputs);
    }
    input
}

/// Where an input is kept that broke a promise.
fn keep(target: &str, input: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{target}-{:016x}", hasher.finish()));
    fs::write(&file, input).unwrap();
    file.display().to_string()
}

#[test]
fn what_is_a_few_bytes_from_what_is_kept_keeps_its_promises_too() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut broken = Vec::new();
    for (name, run) in TARGETS {
        let mut random = fastrand::Rng::with_seed(seed);
        let inputs = corpus(name);
        let (began, mut tried) = (Instant::now(), 0_u64);
        while began.elapsed() < TIME {
            let input = mutated(&mut random, &inputs);
            tried += 1;
            if catch_unwind(|| run(&input)).is_err() {
                broken.push(format!("{name}: \"{}\" in {}", input.escape_ascii(), keep(name, &input)));
                break;
            }
        }
        println!("{name}: {tried} inputs");
    }
    assert!(broken.is_empty(), "seed {seed}: {broken:#?}");
}

#[test]
fn any_byte_may_become_any_other_and_any_may_be_missing() {
    let inputs = [b"abc".to_vec(), b"wxyz".to_vec()];
    let mut random = fastrand::Rng::with_seed(fastrand::u64(..));
    let mut missing: Vec<Vec<u8>> = vec![
        b"bc".to_vec(),
        b"ac".to_vec(),
        b"ab".to_vec(),
        b"abc\0".to_vec(),
        b"a\"bc".to_vec(),
        b"abxyz".to_vec(),
        b"".to_vec(),
    ];
    missing.extend((0..=255).map(|byte| vec![b'a', byte, b'c']));
    for _ in 0..400_000 {
        let input = mutated(&mut random, &inputs);
        missing.retain(|wanted| *wanted != input);
        if missing.is_empty() {
            return;
        }
    }
    panic!("never tried: {missing:?}");
}
