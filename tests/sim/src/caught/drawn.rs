//! Made by `make sim NAIVE=all DRAW=1`.

use crate::caught::Caught;
use crate::naive::Naive;
use crate::oracle::Broken;

/// By seed.
pub const CAUGHT: &[Caught] = &[
    (Naive::BeginningWithoutSeparator, 1, Broken::OverErased),
    (Naive::NoSweep, 1, Broken::Lost),
    (Naive::MarksEndWithErasure, 1, Broken::Resurrected),
    (Naive::IgnoresCover, 2, Broken::OverErased),
    (Naive::BatchWithoutUnprocessed, 11, Broken::Lost),
    (Naive::AcceptedIsGone, 12, Broken::CompletedWithResidue),
    (Naive::RestoreWithoutReplay, 21, Broken::Resurrected),
    (Naive::AnyCode, 27, Broken::OverErased),
    (Naive::AckOnFailedPut, 44, Broken::Lost),
    (Naive::NotesRefusedLetters, 47, Broken::Untold),
    (Naive::HoldOnlyAtPlan, 54, Broken::HoldIgnored),
    (Naive::ChainedDates, 58, Broken::PastDateWithoutAlarm),
    (Naive::NoVerificationRead, 65, Broken::CompletedWithResidue),
    (Naive::ReadThenWriteDedupe, 169, Broken::Lost),
    (Naive::DeleteBeforeSuppress, 169, Broken::CompletedWithResidue),
    (Naive::SendBeforeStore, 178, Broken::Lost),
];
