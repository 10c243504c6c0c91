//! What came of a request, in a sentence or two.

use privacy::clock::model::Kind;
use privacy::ingest_gate::Flag;
use privacy::subject_request::SubjectRequest;
use privacy::subject_request::findings::Erased;
use privacy::subject_request::review::Outcome;
use privacy_pages::kinds;

/// What came of an erasure. Whether there was anything is told to nobody but who has shown that it is theirs.
fn erased(request: &SubjectRequest) -> &'static str {
    match request.findings.erased.filter(|_| request.is_verified()) {
        Some(Erased::Removed) if request.is_told_in_part() => {
            "We have deleted your data, except what has to stay. The page of your request shows what was deleted, what stays and why, with us or with those who work for us, and when we look again whether it is really gone."
        }
        Some(Erased::Removed) => {
            "We have deleted your data. The page of your request shows what was deleted, what a law wants kept and why, with us or with those who work for us, and when we look again whether it is really gone."
        }
        Some(Erased::Nothing) => {
            "We have looked everywhere that we keep data of people, and found nothing tied to what you have shown to be yours: there was nothing to delete. The page of your request shows where we looked, and when we look again."
        }
        Some(Erased::Kept) => {
            "We have deleted nothing: what there is of you, if anything, stays. The page of your request shows where we looked, what stays, and why."
        }
        None => "Your request to have data deleted is worked off. The page of your request shows what came of it.",
    }
}

/// What comes of a report about a child that staff believe, whatever it asks for. Whoever sent it has not shown that they may know
/// what there is.
const OF_CHILD: &str = "We have acted on your report about a child. Whatever we may hold of that child is used no more and is deleted; no copy of it is given to anybody, and nothing else is done with it, whatever you had asked for. The page of your request shows what came of it.";

/// What has been done, once it is.
pub(super) fn done(request: &SubjectRequest) -> &'static str {
    // How a look at an answer, or a complaint, ended is so whatever goes.
    let is_told = matches!(request.kind, Kind::Appeal | Kind::Complaint) && request.findings.outcome.is_some();
    if request.is_of_child() && !is_told { OF_CHILD } else { as_asked(request) }
}

/// The same, where what was asked for is what was done.
fn as_asked(request: &SubjectRequest) -> &'static str {
    if request.is_taken_back() {
        return kinds::TAKEN_BACK;
    }
    match request.kind {
        Kind::Access | Kind::Know | Kind::Portability if request.names_nobody() => {
            "We have looked at what you ask for by hand, and answer you apart from this letter. There is no file on the page of your request."
        }
        Kind::Access | Kind::Know | Kind::Portability if request.is_categories_only() => {
            "What kinds of data we hold of you, where they come from and who gets them is ready. Download it from the page of your request: it says until when it is kept there, and asks you each time to show again who you are."
        }
        Kind::Access | Kind::Know | Kind::Portability => {
            "Your data is ready. Download it from the page of your request: it says until when it is kept there, and asks you each time to show again who you are."
        }
        Kind::Erasure => erased(request),
        Kind::Correction => {
            "We have looked at what you want corrected. The page of your request says for each part what was done."
        }
        Kind::Restriction => "We keep your data and no longer use it.",
        // It ended before anybody looked at the rest.
        Kind::Objection if request.findings.outcome.is_none() => {
            "Marketing to you has stopped. Nothing else was changed."
        }
        Kind::Objection => kinds::objection(
            request.is_objection_accepted(),
            request.has_lifted(Flag::NoMarketing),
            request.has_lifted(Flag::Objected),
        ),
        Kind::ConsentWithdrawal => "You have taken your consent back, and we no longer use your data by it.",
        Kind::OptOut => {
            "Your data is not sold, and not shared for advertising. We have recorded that you do not want it to be."
        }
        Kind::Limit => {
            "Your sensitive data is used for nothing but what you use our service for. We have recorded that you want it so."
        }
        Kind::Appeal => match request.findings.outcome {
            Some(Outcome::Upheld) => {
                "We have looked again at our answer. You were right: we work on your first request again."
            }
            Some(Outcome::Rejected) => "We have looked again at our answer. It stays as it was.",
            Some(Outcome::Completed | Outcome::PartlyRetained | Outcome::Answered) | None => {
                "We have looked again at our answer. The page of your request says what came of it."
            }
        },
        Kind::Complaint => match request.findings.outcome {
            Some(Outcome::Upheld) => "We have looked into your complaint. You were right.",
            Some(Outcome::Rejected) => {
                "We have looked into your complaint, and did not find that we did something wrong."
            }
            Some(Outcome::Completed | Outcome::PartlyRetained | Outcome::Answered) | None => {
                "We have looked into your complaint. The page of your request says what came of it."
            }
        },
    }
}

/// Of a copy that lacks what we could not read.
pub(super) const UNREAD: &str = "Your copy is not complete: some of what we hold could not be read. It names of which kinds. We mend that, and send you word of a whole one without your asking again.";
/// Of a copy that is not whole.
pub(super) const WITH_BUSINESSES: &str = "A part is not in it: businesses that use our service decide about that data, and have not said yet that we may give it.";
