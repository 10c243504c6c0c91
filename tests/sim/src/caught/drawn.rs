//! Made by `make sim NAIVE=all DRAW=1`.

use crate::caught::Caught;
use crate::naive::Naive;
use crate::oracle::Broken;

/// By seed.
pub const CAUGHT: &[Caught] = &[
    (Naive::BeginningWithoutSeparator, 1, Broken::OverErased),
    (Naive::IgnoresCover, 1, Broken::OverErased),
    (Naive::NoSweep, 1, Broken::Lost),
    (Naive::MarksEndWithErasure, 1, Broken::Resurrected),
    (Naive::NoVerificationRead, 3, Broken::CompletedWithResidue),
    (Naive::AnyCode, 3, Broken::OverErased),
    (Naive::AcceptedIsGone, 4, Broken::CompletedWithResidue),
    (Naive::BatchWithoutUnprocessed, 11, Broken::Lost),
    (Naive::HoldOnlyAtPlan, 19, Broken::HoldIgnored),
    (Naive::AckOnFailedPut, 21, Broken::Lost),
    (Naive::RestoreWithoutReplay, 27, Broken::Resurrected),
    (Naive::DeleteBeforeSuppress, 40, Broken::CompletedWithResidue),
    (Naive::SendBeforeStore, 48, Broken::Lost),
    (Naive::ChainedDates, 58, Broken::PastDateWithoutAlarm),
    (Naive::ReadThenWriteDedupe, 189, Broken::Lost),
];
