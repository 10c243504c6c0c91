//! Made by `make sim NAIVE=all DRAW=1`.

use crate::caught::Caught;
use crate::naive::Naive;
use crate::oracle::Broken;

/// By seed.
pub const CAUGHT: &[Caught] = &[
    (Naive::IgnoresCover, 1, Broken::OverErased),
    (Naive::NoSweep, 1, Broken::Lost),
    (Naive::MarksEndWithErasure, 1, Broken::Resurrected),
    (Naive::BeginningWithoutSeparator, 3, Broken::OverErased),
    (Naive::AcceptedIsGone, 3, Broken::CompletedWithResidue),
    (Naive::AnyCode, 4, Broken::OverErased),
    (Naive::BatchWithoutUnprocessed, 8, Broken::Lost),
    (Naive::ReadThenWriteDedupe, 16, Broken::Lost),
    (Naive::RingsOnLastDay, 26, Broken::PastDateWithoutAlarm),
    (Naive::HoldOnlyAtPlan, 27, Broken::HoldIgnored),
    (Naive::RestoreWithoutReplay, 27, Broken::Resurrected),
    (Naive::GateReadsThenWrites, 28, Broken::Resurrected),
    (Naive::NotesRefusedLetters, 44, Broken::Untold),
    (Naive::SendBeforeStore, 48, Broken::Lost),
    (Naive::ChainedDates, 50, Broken::PastDateWithoutAlarm),
    (Naive::AckOnFailedPut, 57, Broken::Lost),
    (Naive::NoVerificationRead, 76, Broken::CompletedWithResidue),
    (Naive::LinksBeforeRows, 101, Broken::CompletedWithResidue),
    (Naive::DeleteBeforeSuppress, 169, Broken::CompletedWithResidue),
];
