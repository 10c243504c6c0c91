//! Every input that is kept, through its target: what was found once stays found.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use privacy_fuzz::TARGETS;

/// What all of them may weigh: they are read by people, too.
const BYTES_MAX: usize = 200 * 1024;

fn corpus() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))
}

#[test]
fn every_input_that_is_kept_keeps_its_promises() {
    let mut bytes = 0;
    let mut broken = Vec::new();
    for (name, run) in TARGETS {
        let mut inputs: Vec<_> =
            fs::read_dir(corpus().join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        inputs.sort();
        assert!(inputs.len() >= 10, "{name}: {} inputs", inputs.len());
        for input in inputs {
            let data = fs::read(&input).unwrap();
            bytes += data.len();
            if catch_unwind(|| run(&data)).is_err() {
                broken.push(input);
            }
        }
    }
    assert_eq!(broken, Vec::<std::path::PathBuf>::new());
    assert!(bytes <= BYTES_MAX, "{bytes} bytes");
}

#[test]
fn every_folder_of_the_corpus_is_of_a_target() {
    let mut folders: Vec<String> =
        fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort();
    assert_eq!(folders, TARGETS.map(|(name, _)| name.to_owned()));
}
