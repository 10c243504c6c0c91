//! Letters to whoever asks, and to the person that somebody asks for.

use jiff::civil::Date;
use privacy::clock::model::Kind;
use privacy::subject_request::challenge::{LIFETIME, TRIES};
use privacy::subject_request::findings::Erased;
use privacy::subject_request::letter::Letter;
use privacy::subject_request::review::Outcome;
use privacy::subject_request::{Standing, SubjectRequest};
use privacy_pages::dates::{spoken_day, spoken_moment};
use privacy_pages::kinds::asked;

use super::blocks::{Block, Wording};
use super::{Writer, line};

pub(super) fn say(words: impl Into<String>) -> Block {
    Block::Say(words.into())
}

/// `4 April 2026 (Europe/Brussels)`
pub(super) fn zoned_day(date: Date, zone: &str) -> String {
    format!("{} ({zone})", spoken_day(date))
}

/// The day by whose end a request is answered.
pub(super) fn last_day(request: &SubjectRequest) -> String {
    zoned_day(request.clocks.legal.date, &request.clocks.zone)
}

/// What was asked and by when it is answered.
pub(super) fn facts(request: &SubjectRequest) -> Block {
    Block::Facts(vec![
        ("Asked for", asked(request.kind).to_owned()),
        ("Received", spoken_moment(request.received_at)),
        ("We answer by the end of", last_day(request)),
        ("Reference", request.id.as_str().to_owned()),
    ])
}

/// What was asked, once nothing is waited for by a day.
pub(super) fn asked_for(request: &SubjectRequest) -> Block {
    Block::Facts(vec![
        ("Asked for", asked(request.kind).to_owned()),
        ("Received", spoken_moment(request.received_at)),
        ("Reference", request.id.as_str().to_owned()),
    ])
}

/// The code and how it is used; nothing where there is none.
fn code(letter: &Letter<'_>) -> Vec<Block> {
    let Some(code) = letter.code else { return Vec::new() };
    let minutes = LIFETIME.as_mins();
    vec![
        Block::Code(code.expose().to_owned()),
        say(format!(
            "It works for {minutes} minutes and can be tried {TRIES} times. If it has run out, have another sent on that page; \
             this one stops working then. Give it to nobody: we never ask for it."
        )),
    ]
}

/// What a code is for, to whom knows nothing of it.
fn not_you(request: &SubjectRequest) -> Block {
    let nothing = nothing(request);
    say(format!("If you know nothing of this request, you need do nothing: without the code {nothing} is done."))
}

/// What is done of it before something was shown.
pub(super) fn nothing(request: &SubjectRequest) -> &'static str {
    if request.stops_at_once() { "nothing else" } else { "nothing" }
}

/// What of a request is stopped whoever asks; `None` where nothing is done before something was shown.
pub(super) fn at_once(request: &SubjectRequest) -> Option<&'static str> {
    match request.kind {
        _ if !request.stops_at_once() => None,
        Kind::Objection => Some("Marketing to the person stops at once, whoever asks."),
        Kind::OptOut => Some("Their data is not sold, and not shared for advertising, from now on, whoever asks."),
        Kind::Limit => Some(
            "Their sensitive data is used for nothing but what they use our service for from now on, whoever asks.",
        ),
        Kind::Access
        | Kind::Know
        | Kind::Correction
        | Kind::Erasure
        | Kind::Portability
        | Kind::Restriction
        | Kind::ConsentWithdrawal
        | Kind::Appeal
        | Kind::Complaint => None,
    }
}

impl Writer<'_> {
    pub(super) fn letter(
        self,
        subject: &str,
        request: &SubjectRequest,
        blocks: impl IntoIterator<Item = Block>,
    ) -> Wording {
        let page = Block::Link("The page of your request", self.status_url(request));
        Wording { subject: subject.to_owned(), blocks: blocks.into_iter().chain([page]).collect() }
    }

    pub(super) fn acknowledgement(self, letter: &Letter<'_>) -> Wording {
        let request = letter.request;
        if request.agent.is_some() && letter.code.is_none() {
            return self.acknowledgement_for(request);
        }
        let mut blocks = vec![say("We have received your privacy request."), facts(request)];
        blocks.extend(at_once(request).filter(|_| !request.is_verified()).map(say));
        if letter.code.is_some() {
            blocks
                .push(say("So that nobody can ask in your name, please enter this code on the page of your request:"));
            blocks.extend(code(letter));
            blocks.push(not_you(request));
        } else if request.is_verified() {
            blocks.push(say("You need do nothing more. We write to you when it is done."));
        } else {
            blocks.push(say(format!(
                "Before we act on it, we have to make sure that it is yours. The page of your request says what we need. \
                 Until then {} is done.",
                nothing(request)
            )));
        }
        self.letter("We have received your privacy request", request, blocks)
    }

    pub(super) fn code(self, letter: &Letter<'_>) -> Wording {
        let mut blocks =
            vec![say("Here is a new code for your privacy request. Enter it on the page of your request:")];
        blocks.extend(code(letter));
        blocks.push(say("The code that you may have got before no longer works."));
        blocks.push(not_you(letter.request));
        self.letter("Your code for a privacy request", letter.request, blocks)
    }

    pub(super) fn agent_confirmation(self, letter: &Letter<'_>) -> Wording {
        let mut blocks = vec![
            say("Somebody says that they act for you, and has made a privacy request in your name. Is that so?"),
            facts(letter.request),
        ];
        blocks.extend(at_once(letter.request).map(say));
        blocks.push(say("If it is, enter this code on the page of the request. That is your yes:"));
        blocks.extend(code(letter));
        blocks.push(say(format!(
            "If it is not, you need do nothing: without the code {} is done. You can also tell us at {}.",
            nothing(letter.request),
            self.company.contact
        )));
        self.letter("Does somebody act for you?", letter.request, blocks)
    }

    pub(super) fn extension(self, request: &SubjectRequest) -> Wording {
        let mut blocks = vec![say("We need more time for your privacy request.")];
        if let Some(extended) = &request.clocks.extended {
            let (first, reason) = (zoned_day(extended.first_legal, &request.clocks.zone), line(&extended.reason));
            blocks.push(say(format!("We had to answer by the end of {first}. We need longer because: {reason}")));
        }
        blocks.extend([
            say(format!(
                "We now answer by the end of {} at the latest. That day does not move again.",
                last_day(request)
            )),
            say("If you do not agree, you can:"),
            Block::Ways(self.ways_on(request)),
            Block::Facts(vec![("Reference", request.id.as_str().to_owned())]),
        ]);
        self.letter("We need more time for your request", request, blocks)
    }

    pub(super) fn answer(self, request: &SubjectRequest) -> Wording {
        let in_part = is_in_part(request);
        let mut blocks = vec![say(done(request))];
        if request.is_answered_unshown() {
            blocks.push(say(format!(
                "{UNSHOWN} If you do not want it, tell us at {}, and we take it back.",
                self.company.contact
            )));
        }
        if request.is_open_to_tenants() {
            blocks.push(say(format!(
                "{WITH_BUSINESSES} They can do so until the end of {}; if they do, we write to you again.",
                last_day(request)
            )));
        }
        if in_part {
            blocks.extend(request.findings.refused_parts.iter().map(|code| say(self.reason(request, code).0)));
            blocks.extend([
                say("Not all of it could be done. The page of your request says for each part what stays as it is, and why. If you \
                     do not agree, you can:"),
                Block::Ways(self.ways_on(request)),
            ]);
        }
        if let (Some(Outcome::Upheld), Some(appealed)) = (request.findings.outcome, &request.appeal_of) {
            blocks.push(say(
                "The page of your first request says by when we answer it now, and whether you have to show again who you are.",
            ));
            blocks.push(Block::Link("The page of your first request", self.page_of(appealed)));
        }
        blocks.push(asked_for(request));
        blocks.push(say("We keep a record that you asked and what we answered, and use it for nothing else."));
        self.letter("Your privacy request is answered", request, blocks)
    }

    pub(super) fn denial(self, request: &SubjectRequest) -> Wording {
        let code = match &request.standing {
            Standing::Denied { reason, .. } => reason.as_str(),
            Standing::Received
            | Standing::AwaitingVerification
            | Standing::InProgress { .. }
            | Standing::Answered { .. } => "",
        };
        let (reason, ways) = self.reason(request, code);
        let blocks = [
            say("We have not done what you asked. This is why:"),
            say(reason),
            say("If you do not agree, you can:"),
            Block::Ways(ways),
            asked_for(request),
        ];
        self.letter("We could not do what you asked", request, blocks)
    }

    pub(super) fn routed(self, request: &SubjectRequest) -> Wording {
        let blocks = [
            say(
                "A business that uses our service decides about the data that you ask about; we only keep it for them. We have \
                 passed your request on to them, with its dates, and remind them. They answer you, or tell us what to do.",
            ),
            say(format!("Whatever they say, you get an answer by the end of {}.", last_day(request))),
            say("You may also ask the business that you wrote with."),
            asked_for(request),
        ];
        self.letter("Which way your privacy request goes", request, blocks)
    }

    /// [`Writer::routed`], where the business names nobody to write to.
    pub(super) fn not_reached(self, request: &SubjectRequest) -> Wording {
        let blocks = [
            say(
                "A business that uses our service decides about the data that you ask about; we only keep it for them. We could not \
                 reach them, so they do not have your request yet. Please ask the business that you wrote with yourself: it can \
                 answer you, or tell us what to do.",
            ),
            say(format!(
                "We try again every day, and write to you once they have it. Until they decide, we neither change nor give out what \
                 is theirs. You get an answer by the end of {}. Questions: {}.",
                last_day(request),
                self.company.contact
            )),
            asked_for(request),
        ];
        self.letter("We could not reach the business that decides", request, blocks)
    }
}

/// Of what was done at once for somebody who then showed nothing.
pub(super) const UNSHOWN: &str = "Somebody asked for it in your name, and has not shown us that they may. It takes nothing from you, so we have done it all the same.";

/// Of a copy that is not whole.
pub(super) const WITH_BUSINESSES: &str = "A part is not in it: businesses that use our service decide about that data, and have not said yet that we may give it.";

/// What came of an erasure. Whether there was anything is told to nobody but who has shown that it is theirs.
fn erased(request: &SubjectRequest) -> &'static str {
    match request.findings.erased.filter(|_| request.is_verified()) {
        Some(Erased::Removed) if is_in_part(request) => {
            "We have deleted your data, except what has to stay. The page of your request shows what was deleted, and when we look again whether it is really gone."
        }
        Some(Erased::Removed) => {
            "We have deleted your data. The page of your request shows what was deleted, and when we look again whether it is really gone."
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

const fn is_in_part(request: &SubjectRequest) -> bool {
    matches!(request.standing, Standing::Answered { in_part: true, .. })
}

/// What has been done, once it is.
pub(super) fn done(request: &SubjectRequest) -> &'static str {
    match request.kind {
        Kind::Access | Kind::Know | Kind::Portability if request.names_nobody() => {
            "We have looked at what you ask for by hand, and answer you apart from this letter. There is no file on the page of your request."
        }
        Kind::Access | Kind::Know | Kind::Portability => {
            "Your data is ready. Download it from the page of your request: it says until when it is kept there, and asks you each time to show again who you are."
        }
        Kind::Erasure => erased(request),
        Kind::Correction => {
            "We have looked at what you want corrected. The page of your request says for each part what was done."
        }
        Kind::Restriction => "We keep your data and no longer use it.",
        Kind::Objection if request.is_objection_accepted() => {
            "We accept your objection: your data is used no more for what rests on a legitimate interest only, nor for marketing."
        }
        // It ended before anybody looked at the rest.
        Kind::Objection if request.findings.outcome.is_none() => {
            "Marketing to you has stopped. Nothing else was changed."
        }
        Kind::Objection => {
            "We have looked at your objection. Marketing to you has stopped. The other use that you object to goes on."
        }
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
