//! Letters to whoever asks for somebody else. They say how the request goes on, and nothing of what is held of the person: that
//! there is something, or why a part stays, may be theirs alone to know.

use privacy::subject_request::letter::Letter;
use privacy::subject_request::{Proof, Standing, SubjectRequest};

use super::Writer;
use super::at_once::{at_once, read_first};
use super::blocks::{Block, Wording};
use super::late::{day_is_over, facts};
use super::person::{asked_for, last_day, say, zoned_day};

/// Reasons that are about what was shown, by whoever asks.
const ABOUT_ASKING: [&str; 2] = ["unverifiable", "permission-missing"];

impl Writer<'_> {
    pub(super) fn acknowledgement_of_agent(self, letter: &Letter<'_>) -> Wording {
        let request = letter.request;
        let mut blocks =
            vec![say("We have received the privacy request that you made for somebody else."), facts(letter)];
        blocks.extend(day_is_over(letter));
        if !request.is_verified() {
            blocks.extend(at_once(request).map(say));
        }
        blocks.extend(read_first(request).map(say));
        if request.asks_person() {
            blocks.push(say("We ask that person ourselves whether you act for them."));
        }
        if request.missing().any(|proof| proof == Proof::AgentPermission) {
            blocks.push(say(format!(
                "Please send {} to {}, with the reference. Somebody here reads it.",
                document(request),
                self.company.contact
            )));
        }
        if request.missing().any(|proof| proof == Proof::DataPoints) {
            blocks.push(say(
                "For the data itself we also compare what that person can name of themselves with what we hold. The page of the request \
                 says what we need.",
            ));
        }
        if request.is_verified() {
            blocks.push(say("Nothing more is needed for it."));
        }
        blocks.push(say(TO_THEM));
        self.letter("We have received your request for somebody else", request, blocks)
    }

    pub(super) fn extension_of_agent(self, request: &SubjectRequest) -> Wording {
        let mut blocks = vec![say("We need more time for the privacy request that you made for somebody else.")];
        if let Some(extended) = &request.clocks.extended {
            let first = zoned_day(extended.first_legal, &request.clocks.zone);
            blocks.push(say(format!(
                "We had to answer by the end of {first}. We now answer by the end of {} at the latest.",
                last_day(request)
            )));
        }
        blocks.extend([say("The person has our reason."), asked_for(request)]);
        self.letter("We need more time for your request for somebody else", request, blocks)
    }

    /// On its last day, where what was sent in has still to be looked at.
    pub(super) fn late_of_agent(self, request: &SubjectRequest) -> Wording {
        let is_document = request.missing().any(|proof| proof == Proof::AgentPermission);
        let turn = if is_document {
            format!(
                "Somebody here has still to read {}, if you have sent it. If you have not, send it to {}, with the reference. The request \
                 stays open, and nothing of it is refused.",
                document(request),
                self.company.contact
            )
        } else {
            "Somebody here has still to look at what was sent to us for it. It is our turn: the request stays open, and nothing of \
             it is refused."
                .to_owned()
        };
        let late = format!(
            "We had to answer the privacy request that you made for somebody else by the end of {}, and do not manage to. We are sorry.",
            last_day(request)
        );
        self.letter(
            "We are late with our answer for somebody else",
            request,
            [say(late), say(turn), asked_for(request)],
        )
    }

    pub(super) fn answer_of_agent(self, request: &SubjectRequest) -> Wording {
        let mut blocks = vec![say("We have answered the privacy request that you made for somebody else.")];
        if request.is_answered_unshown() {
            blocks
                .push(say("We were not shown that you may ask for them. What you asked for is in force all the same."));
        }
        let about_asking = request.findings.refused_parts.iter().filter(|code| ABOUT_ASKING.contains(&code.as_str()));
        blocks.extend(about_asking.map(|code| say(self.reason(request, code).0)));
        blocks.extend([say(TO_THEM), asked_for(request)]);
        self.letter("Your request for somebody else is answered", request, blocks)
    }

    pub(super) fn denial_of_agent(self, request: &SubjectRequest) -> Wording {
        let code = match &request.standing {
            Standing::Denied { reason, .. } => reason.as_str(),
            Standing::Received
            | Standing::AwaitingVerification
            | Standing::InProgress { .. }
            | Standing::Answered { .. }
            | Standing::Withdrawn { .. } => "",
        };
        let (reason, ways) = self.reason(request, code);
        let why = if ABOUT_ASKING.contains(&code) {
            reason
        } else {
            "The person has our reason, and every way on that their law has.".to_owned()
        };
        let blocks = [
            say("We have not done what you asked for somebody else."),
            say(why),
            say("If you do not agree, you can:"),
            Block::Ways(ways),
            asked_for(request),
        ];
        self.letter("We could not do what you asked for somebody else", request, blocks)
    }
}

/// What shows that an agent may.
fn document(request: &SubjectRequest) -> &'static str {
    match request.agent.as_ref().is_some_and(|agent| agent.has_power_of_attorney) {
        true => "the power of attorney",
        false => "the permission that the person signed",
    }
}

const TO_THEM: &str = "What we hold of them goes to them and not to you.";
