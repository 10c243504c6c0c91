//! What people ask for, in words.

use privacy::clock::model::Kind;

/// What was asked for, in the words of whoever reads it.
#[must_use]
pub const fn asked(kind: Kind) -> &'static str {
    match kind {
        Kind::Access => "A copy of your data",
        Kind::Know => "What kinds of data we hold, from where, and who gets them",
        Kind::Correction => "Correcting your data",
        Kind::Erasure => "Deleting your data",
        Kind::Portability => "Your data in a form that another service can read",
        Kind::Restriction => "Keeping your data without using it",
        Kind::Objection => "Your objection",
        Kind::ConsentWithdrawal => "Taking back your consent",
        Kind::OptOut => "No sale or sharing of your data",
        Kind::Limit => "Limiting the use of sensitive data",
        Kind::Appeal => "Looking again at an answer",
        Kind::Complaint => "Your complaint",
    }
}
