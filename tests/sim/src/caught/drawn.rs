//! Made by `make sim NAIVE=all DRAW=1`.

use crate::caught::Caught;
use crate::naive::Naive;
use crate::oracle::Broken;

/// By seed.
pub const CAUGHT: &[Caught] = &[
    (Naive::NoSweep, 1, Broken::Untold),
    (Naive::NeverAnswers, 1, Broken::Untold),
    (Naive::YearsOf365Days, 1, Broken::OverErased),
    (Naive::PassesFailedPeriods, 1, Broken::Lost),
    (Naive::DeleteBeforeSuppress, 2, Broken::CompletedWithResidue),
    (Naive::BeginningWithoutSeparator, 2, Broken::OverErased),
    (Naive::MarksEndWithErasure, 2, Broken::Resurrected),
    (Naive::AnyCode, 2, Broken::OverErased),
    (Naive::NotesRefusedLetters, 2, Broken::Untold),
    (Naive::SaysGoneUnread, 2, Broken::CompletedWithResidue),
    (Naive::AckOnFailedPut, 4, Broken::Lost),
    (Naive::IgnoresCover, 6, Broken::OverErased),
    (Naive::HoldOnlyAtPlan, 18, Broken::HoldIgnored),
    (Naive::ReadThenWriteDedupe, 19, Broken::Lost),
    (Naive::ChainedDates, 19, Broken::PastDateWithoutAlarm),
    (Naive::RingsOnLastDay, 19, Broken::PastDateWithoutAlarm),
    (Naive::GateReadsThenWrites, 26, Broken::Resurrected),
    (Naive::TakesWholeConnection, 27, Broken::OverErased),
    (Naive::BatchWithoutUnprocessed, 35, Broken::CompletedWithResidue),
    (Naive::IgnoresWideHolds, 35, Broken::HoldIgnored),
    (Naive::AcceptedIsGone, 44, Broken::CompletedWithResidue),
    (Naive::RestoreWithoutReplay, 48, Broken::Resurrected),
    (Naive::CertifiesOnce, 57, Broken::Unproven),
    (Naive::TriesByAddress, 62, Broken::Lost),
    (Naive::LinksBeforeRows, 105, Broken::CompletedWithResidue),
    (Naive::NoVerificationRead, 119, Broken::Resurrected),
    (Naive::SendBeforeStore, 124, Broken::Lost),
    (Naive::ReplayLeavesMarks, 126, Broken::Resurrected),
];
