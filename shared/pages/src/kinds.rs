//! What people ask for, in words: as they choose it in the form, and as letters and pages name it afterwards.

use privacy::clock::model::Kind;

/// Every kind as the form offers it, in its order. Letters and pages that send somebody to the form quote these words.
pub const CHOICES: [(Kind, &str); 12] = [
    (Kind::Erasure, "Delete my data"),
    (Kind::Access, "Send me a copy of my data"),
    (Kind::Know, "Tell me what kinds of data you hold, where they come from and who gets them"),
    (Kind::Portability, "Give me my data in a form that another service can read"),
    (Kind::Correction, "Correct something that is wrong"),
    (Kind::Restriction, "Keep my data but stop using it"),
    (Kind::Objection, "I object to what you do with my data, such as marketing"),
    (Kind::ConsentWithdrawal, "I take back my consent"),
    (Kind::OptOut, "Do not sell or share my data"),
    (Kind::Limit, "Limit the use of my sensitive data"),
    (Kind::Appeal, APPEAL),
    (Kind::Complaint, COMPLAINT),
];

/// What somebody chooses who does not agree with an answer.
pub const APPEAL: &str = "I disagree with an answer you gave me";
/// What somebody chooses who complains to us.
pub const COMPLAINT: &str = "I want to complain";

/// Of a request that a login opens, and nothing else, in answers, letters and pages.
pub const ACCOUNT_ONLY: &str = "It is about what you have as a user of our product. What we may hold beside that under an e-mail address, or under an account of yours on a platform, is not part of it, even if you named one. For that, send another request and do not say that you can log in: a code then shows that the address or the account is yours.";

/// Of a request that waited for a login in vain.
pub const WITHOUT_LOGIN: &str = "Nobody has logged in for it. What you have as a user of our product is opened by a login and by nothing else. If yours no longer works, our product or whoever runs the account gives you another. What we may hold under your e-mail address, or under an account of yours on a platform, you can ask for without: send another request and do not say that you can log in.";

/// Of what somebody had asked for and wants no more, in answers and pages.
pub const TAKEN_BACK: &str = "You told us that you do not want it any more, so it is not in force.";

/// What came of an objection that staff have decided: whether they accept it, and whether the person has meanwhile taken back the end
/// to marketing, and the rest.
#[must_use]
pub const fn objection(is_accepted: bool, lifts_marketing: bool, lifts_rest: bool) -> &'static str {
    match (is_accepted, lifts_marketing, lifts_rest) {
        (true, false, false) => {
            "We accept your objection: your data is used no more for what rests on a legitimate interest only, nor for marketing."
        }
        (true, true, false) => {
            "We accept your objection: your data is used no more for what rests on a legitimate interest only. You told us that marketing may go on."
        }
        (true, false, true) => {
            "Marketing to you has stopped. You told us that you do not want the rest of your objection any more, so it is not in force."
        }
        (true, true, true) => TAKEN_BACK,
        (false, false, _) => {
            "We have looked at your objection. Marketing to you has stopped. The other use that you object to goes on."
        }
        (false, true, _) => {
            "We have looked at your objection. The use that you object to goes on. You told us that marketing may go on, too."
        }
    }
}

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
