//! What came of one record class.

use jiff::Timestamp;

use crate::policy::retained::Exception;

/// The outcome for one record class. Never rolled up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// So many records were removed.
    Removed {
        /// How many.
        count: u64,
    },
    /// There was nothing.
    NothingFound,
    /// A legal hold keeps some.
    Held {
        /// How many were removed.
        removed: u64,
        /// How many stay for now.
        held: u64,
    },
    /// Could not be erased yet.
    Failed {
        /// When it is tried again.
        retry_at: Timestamp,
    },
    /// The request leaves the class, as a law wants it. Nobody has counted it: it is found by its day, not by the person.
    Retained {
        /// The exception of the law.
        code: Exception,
    },
}
