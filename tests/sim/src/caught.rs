//! The seed that caught each naive variant first, from seed 1 on. It is the seed of the day on which it was drawn: whatever changes what the
//! code asks of AWS, or in which order, changes what a seed does. `make sim NAIVE=all DRAW=1` draws anew.

mod drawn;

use std::{fs, io};

use privacy_tests::repository::{read, root};

pub use self::drawn::CAUGHT;
use crate::many::first_breaking;
use crate::naive::Naive;
use crate::oracle::{Broken, Violation};
use crate::world::run;

/// A variant, the first seed from 1 on that caught it, and the promise that it broke there.
pub type Caught = (Naive, u64, Broken);

/// Where the variants stand in the document, between two lines.
const DOCUMENT: &str = "docs/simulation.md";
const MARKS: [&str; 2] = ["<!-- variants: made by tests/sim -->\n", "<!-- variants: end -->"];
const DRAWN: &str = "tests/sim/src/caught/drawn.rs";

/// The first seed that makes a variant break the promise: the one that was drawn if it still does, else the first from 1 on.
#[must_use]
pub fn seed_today((naive, drawn, broken): Caught, seeds_max: u64) -> Option<u64> {
    let breaks = |found: &[Violation]| found.iter().any(|one| one.broken == broken);
    if breaks(&run(drawn, Some(naive), false).violations) {
        return Some(drawn);
    }
    first_breaking(1, seeds_max, naive, breaks)
}

/// The document, with the table of these variants.
#[must_use]
pub fn document(caught: &[Caught]) -> String {
    let text = read(DOCUMENT);
    let (before, rest) = text.split_once(MARKS[0]).unwrap();
    let (_, after) = rest.split_once(MARKS[1]).unwrap();
    let mut table = "| variant | what it does wrong | breaks | seed |\n|---|---|---|---|\n".to_owned();
    for (naive, seed, broken) in caught {
        table += &format!("| `{}` | {} | {} | {seed} |\n", naive.name(), naive.wrong(), broken.name());
    }
    format!("{before}{}{table}{}{after}", MARKS[0], MARKS[1])
}

/// Writes what was drawn into the code and the document.
///
/// # Errors
/// A file cannot be written.
pub fn write(caught: &[Caught]) -> io::Result<()> {
    let code = read(DRAWN);
    let (head, _) = code.split_once("    (").unwrap();
    let rows =
        caught.iter().map(|(naive, seed, broken)| format!("    (Naive::{naive:?}, {seed}, Broken::{broken:?}),\n"));
    fs::write(root().join(DRAWN), format!("{head}{}];\n", rows.collect::<String>()))?;
    fs::write(root().join(DOCUMENT), document(caught))
}
