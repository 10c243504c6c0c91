//! The seed that caught each naive variant first, from seed 1 on.

use crate::naive::Naive;
use crate::oracle::Broken;

/// A variant, the first seed from 1 on that caught it, and the promise that it broke there.
pub const CAUGHT: [(Naive, u64, Broken); 12] = [
    (Naive::BeginningWithoutSeparator, 1, Broken::OverErased),
    (Naive::IgnoresCover, 1, Broken::OverErased),
    (Naive::NoSweep, 1, Broken::Lost),
    (Naive::MarksEndWithErasure, 1, Broken::Resurrected),
    (Naive::NoVerificationRead, 1, Broken::CompletedWithResidue),
    (Naive::AcceptedIsGone, 4, Broken::CompletedWithResidue),
    (Naive::DeleteBeforeSuppress, 7, Broken::CompletedWithResidue),
    (Naive::AnyCode, 12, Broken::OverErased),
    (Naive::RestoreWithoutReplay, 15, Broken::Resurrected),
    (Naive::SendBeforeStore, 35, Broken::Lost),
    (Naive::ReadThenWriteDedupe, 56, Broken::Lost),
    (Naive::ChainedDates, 58, Broken::PastDateWithoutAlarm),
];

/// The table of the documents.
#[must_use]
pub fn table() -> String {
    let mut table = "| variant | what it does wrong | breaks | first seed |\n|---|---|---|---|\n".to_owned();
    for (naive, seed, broken) in CAUGHT {
        table += &format!("| `{}` | {} | {} | {seed} |\n", naive.name(), naive.wrong(), broken.name());
    }
    table
}
