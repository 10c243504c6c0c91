//! The letter that says that where the person lives was noted wrongly, and what is other by that.

use privacy::subject_request::{Standing, SubjectRequest};

use super::Writer;
use super::blocks::{Block, Wording};
use super::person::{asked_for, by_somebody, last_day, say};

/// What was wrong.
pub(super) const RELOCATED: &str = "We had noted wrongly where you live, and have corrected it. By the law of that place your privacy request may have another last day, and there are other places to complain to.";

/// What that means for them.
pub(super) fn relocated_words(request: &SubjectRequest) -> Vec<String> {
    let by = last_day(request);
    let is_late = request.course.relocated.is_some_and(|moved| request.clocks.legal_due().is_past(moved.at));
    let answer = if is_late {
        format!("By it we had to answer by the end of {by}. We are sorry, and answer as soon as we can.")
    } else {
        format!("We answer by the end of {by}. A day that we had named to you before is never put off by this.")
    };
    let is_asked = request.standing == Standing::AwaitingVerification && !request.awaits_child_review();
    let shows =
        "Before we act on it, we have to make sure that it is yours. The page of your request says what we need.";
    std::iter::once(answer).chain(is_asked.then(|| shows.to_owned())).collect()
}

impl Writer<'_> {
    pub(super) fn relocated(self, request: &SubjectRequest) -> Wording {
        let mut blocks: Vec<Block> = by_somebody(request).into_iter().collect();
        blocks.push(say(RELOCATED));
        blocks.extend(relocated_words(request).into_iter().map(say));
        blocks.extend([
            say("If you do not agree, you can:"),
            Block::Ways(self.ways_before_answer(request)),
            asked_for(request),
        ]);
        self.letter("Another law holds for your request", request, blocks)
    }
}
