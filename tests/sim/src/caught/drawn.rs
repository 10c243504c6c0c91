//! Made by `make sim NAIVE=all DRAW=1`.

use crate::caught::Caught;
use crate::naive::Naive;
use crate::oracle::Broken;

/// By seed.
pub const CAUGHT: &[Caught] = &[
    (Naive::IgnoresCover, 1, Broken::OverErased),
    (Naive::NoSweep, 1, Broken::Lost),
    (Naive::MarksEndWithErasure, 1, Broken::Resurrected),
    (Naive::NeverAnswers, 1, Broken::Lost),
    (Naive::BatchWithoutUnprocessed, 3, Broken::CompletedWithResidue),
    (Naive::BeginningWithoutSeparator, 3, Broken::OverErased),
    (Naive::AcceptedIsGone, 3, Broken::CompletedWithResidue),
    (Naive::SaysGoneUnread, 3, Broken::CompletedWithResidue),
    (Naive::CertifiesOnce, 3, Broken::Unproven),
    (Naive::AnyCode, 4, Broken::OverErased),
    (Naive::NotesRefusedLetters, 4, Broken::Untold),
    (Naive::DeleteBeforeSuppress, 6, Broken::Lost),
    (Naive::ReadThenWriteDedupe, 16, Broken::Lost),
    (Naive::SendBeforeStore, 17, Broken::Lost),
    (Naive::IgnoresWideHolds, 19, Broken::HoldIgnored),
    (Naive::RingsOnLastDay, 26, Broken::PastDateWithoutAlarm),
    (Naive::GateReadsThenWrites, 28, Broken::Resurrected),
    (Naive::LinksBeforeRows, 28, Broken::CompletedWithResidue),
    (Naive::HoldOnlyAtPlan, 38, Broken::HoldIgnored),
    (Naive::ChainedDates, 39, Broken::PastDateWithoutAlarm),
    (Naive::TriesByAddress, 57, Broken::Lost),
    (Naive::RestoreWithoutReplay, 125, Broken::Resurrected),
    (Naive::ReplayLeavesMarks, 125, Broken::Resurrected),
    (Naive::AckOnFailedPut, 164, Broken::Lost),
    (Naive::NoVerificationRead, 232, Broken::CompletedWithResidue),
];
