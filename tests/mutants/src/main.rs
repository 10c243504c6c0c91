//! Writes a source tree in which every mutation of a list waits for its number.
//!
//! `cargo mutants` builds the crate anew for each mutation. Here all of them are compiled once, each behind
//! `crate::mutant::is(number)`, and the number is chosen when a test runs.
//!
//! ```text
//! mutants LIST TREE LEFT_OUT > lines
//! ```
//!
//! `LIST` is what `cargo mutants --list --json` prints, `TREE` a copy of the sources that is changed in place, and
//! `LEFT_OUT` the numbers (positions in the list) that do not compile so. Prints `number file line` for each one that was written,
//! and `number` for what cannot be switched: constants, and fields that a base would fill.

mod find;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [list, tree, left_out] = arguments.as_slice() else { return Err("mutants LIST TREE LEFT_OUT".into()) };
    let list: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(list)?)?;
    let left_out: BTreeSet<usize> =
        std::fs::read_to_string(left_out)?.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;

    let mut by_file: BTreeMap<&str, BTreeMap<find::Place, Vec<find::Mutation>>> = BTreeMap::new();
    for (number, one) in list.iter().enumerate().filter(|(number, _)| !left_out.contains(number)) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let count = |name: &str| one["span"]["start"][name].as_u64().and_then(|n| usize::try_from(n).ok());
        let (Some(line), Some(column)) = (count("line"), count("column")) else { return Err("no place".into()) };
        let Some(file) = one["file"].as_str() else { return Err("no file".into()) };
        let mutation = find::Mutation { number, genre: text(&one["genre"]), with: text(&one["replacement"]) };
        by_file.entry(file).or_default().entry((line, column)).or_default().push(mutation);
    }
    for (file, mutations) in by_file {
        let path = Path::new(tree).join(file);
        let source = std::fs::read_to_string(&path)?;
        let numbers: BTreeSet<usize> = mutations.values().flatten().map(|mutation| mutation.number).collect();
        let nodes = find::nodes(&source, mutations)?;
        let switched = write::all(&source, &nodes);
        std::fs::write(&path, &switched)?;
        let mut written = BTreeSet::new();
        for (line, text) in switched.lines().enumerate() {
            for number in text.split("is(").skip(1).filter_map(|rest| rest.split_once("u32)")).map(|(number, _)| number)
            {
                let number: usize = number.parse()?;
                written.insert(number);
                println!("{number} {file} {}", line + 1);
            }
        }
        numbers.difference(&written).for_each(|number| println!("{number}"));
    }
    Ok(())
}
