//! What a visit reports.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::scope::Counts;

/// How one round of erasing ended.
pub(super) enum Executed {
    Stopped(Worked),
    Overtaken,
    Unclean,
}

/// What one visit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worked {
    /// Nothing was due.
    Idle,
    /// Another worker has it.
    Busy,
    /// There is no such obligation.
    Gone,
    /// Time ran out; send it again.
    Again,
    /// What ends with a tenant waits for bundles that its users have asked for.
    Waiting {
        /// When it is looked at again.
        until: Timestamp,
    },
    /// The plan is above a ceiling and waits for a person.
    Halted {
        /// The classes and their ceilings.
        over_ceiling: Vec<(String, u64)>,
    },
    /// Everything is erased and verified.
    Erased {
        /// What was removed in all, by class.
        removed: Counts,
    },
    /// Legal holds keep a part; the rest is erased.
    Held {
        /// The day by which the first of them is reviewed.
        review_by: Date,
    },
    /// Some stores could not be erased; the rest is.
    Failed {
        /// The stores, with the causes for the log.
        stores: Vec<(String, String)>,
        /// When they are tried again.
        retry_at: Timestamp,
    },
    /// Nothing of ours is left, and some processors have not confirmed yet.
    Settling {
        /// Their names.
        unsettled: Vec<String>,
        /// Those that should have by now.
        overdue: Vec<String>,
        /// What did not work out in this visit, with the causes for the log.
        troubles: Vec<(String, String)>,
        /// How many of those only a person can mend.
        parked: usize,
        /// When they are asked or looked at next.
        next_at: Timestamp,
    },
    /// A second look found nothing.
    LookedClean {
        /// Whether it was the last one.
        is_last: bool,
    },
    /// A second look found nothing of an account that ended but what is dated later, and nobody has said that it came back: either it did,
    /// or somebody writes to an account that is closed.
    WrittenSince {
        /// Whether it was the last one.
        is_last: bool,
    },
    /// A second look found something and re-opened the case.
    Resurfaced {
        /// In how many places.
        places: usize,
    },
}
