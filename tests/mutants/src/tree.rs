//! Every mutation of a list, each written into its file.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use serde_json::Value;

use crate::{find, write};

/// Changes the sources under `tree` in place, and prints where each mutation of the file `list` stands.
pub fn switch_all(list: &str, tree: &str, left_out: &str) -> Result<(), Box<dyn Error>> {
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
