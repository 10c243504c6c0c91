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
    (Naive::SaysGoneUnread, 2, Broken::CompletedWithResidue),
    (Naive::CertifiesOnce, 3, Broken::Unproven),
    (Naive::AckOnFailedPut, 4, Broken::Lost),
    (Naive::IgnoresCover, 6, Broken::OverErased),
    (Naive::NotesRefusedLetters, 17, Broken::Untold),
    (Naive::ReadThenWriteDedupe, 19, Broken::Lost),
    (Naive::ChainedDates, 19, Broken::PastDateWithoutAlarm),
    (Naive::RingsOnLastDay, 19, Broken::PastDateWithoutAlarm),
    (Naive::GateReadsThenWrites, 26, Broken::Resurrected),
    (Naive::TakesWholeConnection, 27, Broken::OverErased),
    (Naive::BatchWithoutUnprocessed, 28, Broken::CompletedWithResidue),
    (Naive::HoldOnlyAtPlan, 35, Broken::HoldIgnored),
    (Naive::IgnoresWideHolds, 35, Broken::HoldIgnored),
    (Naive::AcceptedIsGone, 44, Broken::CompletedWithResidue),
    (Naive::RestoreWithoutReplay, 48, Broken::Resurrected),
    (Naive::LinksBeforeRows, 49, Broken::CompletedWithResidue),
    (Naive::NoVerificationRead, 119, Broken::Resurrected),
    (Naive::ReplayLeavesMarks, 184, Broken::Resurrected),
    (Naive::TriesByAddress, 311, Broken::Lost),
    (Naive::SendBeforeStore, 627, Broken::Lost),
];
