//! What is said of a request that was taken back: to whoever wanted that, to who had asked for them, to a business that was asked.

use privacy::subject_request::{Standing, SubjectRequest};
use privacy_pages::dates::spoken_moment;

use super::Writer;
use super::blocks::{Block, Wording};
use super::person::{asked_for, say};

/// What is so from now on.
pub(super) fn withdrawn(request: &SubjectRequest) -> Vec<&'static str> {
    let is_in_part = matches!(request.standing, Standing::Withdrawn { in_part: true, .. });
    let agents = request
        .agent
        .is_some()
        .then_some("Whoever asked for you can do nothing more with it, and hears so where we can write to them.");
    let done =
        is_in_part.then_some("A part of it had been done by then and stays so; the page of the request says which.");
    let first = if request.agent.is_some() {
        "The privacy request that somebody made for you is taken back. We do nothing more of it."
    } else {
        "Your privacy request is taken back, as you wanted. We do nothing more of it."
    };
    [Some(first), done, agents].into_iter().flatten().collect()
}

impl Writer<'_> {
    pub(super) fn withdrawal(self, request: &SubjectRequest) -> Wording {
        let mut blocks: Vec<Block> = withdrawn(request).into_iter().map(say).collect();
        blocks.extend([
            asked_for(request),
            say(format!(
                "If you did not want that, tell us at {}. You can also ask anew at any time. We keep a record that you asked and that you \
                 took it back, and use it for nothing else.",
                self.company.contact
            )),
        ]);
        self.letter("Your privacy request is taken back", request, blocks)
    }

    pub(super) fn withdrawal_of_agent(self, request: &SubjectRequest) -> Wording {
        let blocks = [
            say(
                "The person does not want what you asked for in their name. We do nothing more of it, and you need do nothing.",
            ),
            asked_for(request),
        ];
        self.letter("A privacy request for somebody else is taken back", request, blocks)
    }

    pub(super) fn tenant_withdrawal(self, request: &SubjectRequest) -> Wording {
        let blocks = vec![
            say(
                "A person has taken back a privacy request of which a part was yours to decide. Nothing is waited for from you any more, \
                 and we do nothing with your data for it.",
            ),
            Block::Facts(vec![
                ("Reference", request.id.log_ref()),
                ("It reached us", spoken_moment(request.received_at)),
            ]),
        ];
        Wording { subject: "A person has taken back a privacy request".to_owned(), blocks }
    }
}
