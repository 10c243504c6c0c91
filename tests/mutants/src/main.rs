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
mod tree;
mod write;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [list, tree, left_out] = arguments.as_slice() else { return Err("mutants LIST TREE LEFT_OUT".into()) };
    tree::switch_all(list, tree, left_out)
}
