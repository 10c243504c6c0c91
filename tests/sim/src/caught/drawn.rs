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
    (Naive::AcceptedIsGone, 12, Broken::CompletedWithResidue),
    (Naive::NoVerificationRead, 20, Broken::Resurrected),
    (Naive::BatchWithoutUnprocessed, 20, Broken::Lost),
    (Naive::RestoreWithoutReplay, 20, Broken::Resurrected),
    (Naive::SendBeforeStore, 22, Broken::Lost),
    (Naive::RingsOnLastDay, 26, Broken::PastDateWithoutAlarm),
    (Naive::AnyCode, 27, Broken::OverErased),
    (Naive::GateReadsThenWrites, 28, Broken::Resurrected),
    (Naive::AckOnFailedPut, 44, Broken::Lost),
    (Naive::NotesRefusedLetters, 47, Broken::Untold),
    (Naive::HoldOnlyAtPlan, 54, Broken::HoldIgnored),
    (Naive::ChainedDates, 58, Broken::PastDateWithoutAlarm),
    (Naive::LinksBeforeRows, 101, Broken::CompletedWithResidue),
    (Naive::ReadThenWriteDedupe, 169, Broken::Lost),
    (Naive::DeleteBeforeSuppress, 169, Broken::CompletedWithResidue),
];
