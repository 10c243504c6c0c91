//! Whether each change of a row follows from the one before it. A batch that never came, or came twice, leaves links whole and
//! does not pass here. One digest is kept for each row.

use std::collections::BTreeMap;

use super::recorded::{Acts, Ref};

/// A change that does not follow from the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discontinued {
    /// The row, as the trail calls it.
    pub row: String,
}

/// The rows of a chain as its entries left them.
#[derive(Clone, Debug, Default)]
pub struct Continuity {
    left: BTreeMap<Ref, Option<Ref>>,
}

impl Continuity {
    /// The next entry, in order. A row that was there before the chain began may begin anywhere.
    pub fn next(&mut self, acts: &Acts) -> Vec<Discontinued> {
        let mut problems = Vec::new();
        for change in &acts.changes {
            let stood = self.left.insert(change.row.clone(), change.after.clone());
            if stood.is_some_and(|stood| stood != change.before) {
                problems.push(Discontinued { row: change.row.0.to_string() });
            }
        }
        problems
    }
}
