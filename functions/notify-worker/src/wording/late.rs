//! Letters where the last day comes before the answer: what is said on it, and of a day that was over before anybody wrote.

use privacy::subject_request::letter::Letter;
use privacy::subject_request::{Proof, SubjectRequest};
use privacy_pages::dates::spoken_moment;
use privacy_pages::kinds::asked;

use super::Writer;
use super::blocks::{Block, Wording};
use super::person::{asked_for, by_somebody, it, last_day, say};

/// What a letter promises by the last day; that the day is over, where it is and there is no answer; nothing of a day that is over
/// once there is one.
pub(super) fn unless_over(letter: &Letter<'_>, promise: impl FnOnce(&str) -> String) -> Option<String> {
    let day = last_day(letter.request);
    if is_late(letter) {
        return Some(format!("We had to answer by the end of {day}. {}", sorry(letter.request)));
    }
    (!is_over(letter)).then(|| promise(&day))
}

/// What was asked and by when it is answered.
pub(super) fn facts(letter: &Letter<'_>) -> Block {
    let request = letter.request;
    if is_over(letter) && !is_late(letter) {
        return asked_for(request);
    }
    let by = if is_late(letter) { "We had to answer by the end of" } else { "We answer by the end of" };
    Block::Facts(vec![
        ("Asked for", asked(request.kind).to_owned()),
        ("Received", spoken_moment(request.received_at)),
        (by, last_day(request)),
        ("Reference", request.id.as_str().to_owned()),
    ])
}

/// What is said below them where that day is over.
pub(super) fn day_is_over(letter: &Letter<'_>) -> Option<Block> {
    is_late(letter).then(|| say(format!("That day is over. {}", sorry(letter.request))))
}

/// Whether the day was over when a letter was written: what it is about was noted late, or could be passed on only late.
fn is_over(letter: &Letter<'_>) -> bool {
    letter.request.clocks.legal_due().is_past(letter.now)
}

fn is_late(letter: &Letter<'_>) -> bool {
    is_over(letter) && letter.request.standing.closed_at().is_none()
}

fn sorry(request: &SubjectRequest) -> &'static str {
    if request.may_be_carried_out() {
        "We are sorry, and answer without further delay."
    } else {
        "We are sorry, and answer without further delay once we have what we need for it."
    }
}

impl Writer<'_> {
    /// Where a person goes who does not want to wait for an answer whose day is over.
    pub(super) fn ways_if_late(self, letter: &Letter<'_>) -> Vec<Block> {
        if !is_late(letter) {
            return Vec::new();
        }
        vec![say("If you do not want to wait, you can:"), Block::Ways(self.ways_before_answer(letter.request))]
    }

    /// On its last day, where what was sent in has still to be looked at.
    pub(super) fn late(self, request: &SubjectRequest) -> Wording {
        let blocks = [
            say(format!(
                "We had to answer {} by the end of {}, and do not manage to. We are sorry.",
                it(request),
                last_day(request)
            )),
            say(late_words(request)),
            say("If you do not want to wait, you can:"),
            Block::Ways(self.ways_before_answer(request)),
            asked_for(request),
        ];
        self.letter("We are late with our answer", request, by_somebody(request).into_iter().chain(blocks))
    }
}

/// Whose turn it is.
pub(super) fn late_words(request: &SubjectRequest) -> &'static str {
    let reads_document = request.agent.is_some() && request.missing().any(|proof| proof == Proof::AgentPermission);
    if reads_document { LATE_DOCUMENT } else { LATE }
}

/// Nobody knows that a document was sent: who asks may only have said that there is one.
const LATE_DOCUMENT: &str = "Somebody here has still to read the document that shows whether whoever asks for you may, if it was sent to us. You need do nothing: the request stays open, nothing of it is refused, and we answer as soon as that is done.";
const LATE: &str = "Somebody here has still to look at what was sent to us for it. It is our turn, and you need do nothing: your request stays open, nothing of it is refused, and we answer as soon as that is done.";
