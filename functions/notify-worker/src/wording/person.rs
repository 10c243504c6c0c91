//! Letters to whoever asks, and to the person that somebody asks for.

use jiff::civil::Date;
use privacy::law::denial::DenialReason;
use privacy::subject_request::challenge::{LIFETIME, TRIES};
use privacy::subject_request::letter::Letter;
use privacy::subject_request::review::Outcome;
use privacy::subject_request::{Standing, SubjectRequest};
use privacy_pages::dates::{spoken_day, spoken_moment};
use privacy_pages::kinds::{ACCOUNT_ONLY, WITHOUT_LOGIN, asked};

use super::at_once::{UNSHOWN, at_once, nothing, read_first};
use super::blocks::{Block, Wording};
use super::done::{UNREAD, WITH_BUSINESSES, done};
use super::late::{day_is_over, facts, unless_over};
use super::tenant::decide_by;
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

/// Whether somebody asks for the person, who has not told us that they may: whoever reads it may hear of it for the first time.
pub(super) fn is_by_somebody(request: &SubjectRequest) -> bool {
    request.agent.is_some() && !request.has_confirmed_agent()
}

/// What a letter begins with then.
pub(super) fn by_somebody(request: &SubjectRequest) -> Option<Block> {
    is_by_somebody(request).then(|| say(BY_SOMEBODY))
}

/// The request, behind that.
pub(super) fn it(request: &SubjectRequest) -> &'static str {
    if is_by_somebody(request) { "it" } else { "your privacy request" }
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
            return self.acknowledgement_for(letter);
        }
        let mut blocks = vec![say("We have received your privacy request."), facts(letter)];
        blocks.extend(day_is_over(letter));
        blocks.extend(at_once(request).filter(|_| !request.is_verified()).map(say));
        blocks.extend(read_first(request).map(say));
        if letter.code.is_some() {
            blocks.push(say(if request.awaits_child_review() {
                "If it is yours, enter this code on its page. It is needed only if we do not believe that it is about a child:"
            } else {
                "So that nobody can ask in your name, please enter this code on the page of your request:"
            }));
            blocks.extend(code(letter));
            blocks.push(self.not_you(request));
        } else if request.is_verified() {
            blocks.push(say("You need do nothing more. We write to you when it is done."));
        } else if request.awaits_child_review() {
            blocks.push(say(
                "If we do not, it goes on as any request, and we have to make sure first that it is yours. The page of your request \
                 says what we need.",
            ));
        } else {
            blocks.push(say(format!(
                "Before we act on it, we have to make sure that it is yours. The page of your request says what we need. \
                 Until then {} is done.",
                nothing(request)
            )));
        }
        blocks.extend(self.ways_if_late(letter));
        self.letter("We have received your privacy request", request, blocks)
    }

    pub(super) fn code(self, letter: &Letter<'_>) -> Wording {
        let what_for = if letter.request.has_code_to_send() {
            "Here is a new code for your privacy request. Enter it on the page of your request:"
        } else {
            "Here is a code with which you can take your privacy request back. Enter it on the page of your request, and only if you do not \
             want the request any more:"
        };
        let mut blocks = vec![say(what_for)];
        blocks.extend(code(letter));
        blocks.push(say("The code that you may have got before no longer works."));
        blocks.extend(read_first(letter.request).map(say));
        blocks.push(self.not_you(letter.request));
        self.letter("Your code for a privacy request", letter.request, blocks)
    }

    pub(super) fn agent_confirmation(self, letter: &Letter<'_>) -> Wording {
        let mut blocks = vec![
            say("Somebody says that they act for you, and has made a privacy request in your name. Is that so?"),
            facts(letter),
        ];
        blocks.extend(day_is_over(letter));
        blocks.extend(at_once(letter.request).map(say));
        blocks.extend(read_first(letter.request).map(say));
        blocks.push(say("If it is, enter this code on the page of the request. That is your yes:"));
        blocks.extend(code(letter));
        blocks.push(say(if letter.request.awaits_child_review() {
            format!("If it is not, or the report is wrong, {}", self.tell_us())
        } else {
            format!(
                "If it is not, you need do nothing: without the code {} is done. To stop it for good, enter the code on that page where it \
                 says that nobody may ask this for you, or tell us at {}.",
                nothing(letter.request),
                self.company.contact
            )
        }));
        self.letter("Does somebody act for you?", letter.request, blocks)
    }

    pub(super) fn extension(self, request: &SubjectRequest) -> Wording {
        let mut blocks: Vec<Block> = by_somebody(request).into_iter().collect();
        blocks.push(say(format!("We need more time for {}.", it(request))));
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
            Block::Ways(self.ways_before_answer(request)),
            Block::Facts(vec![("Reference", request.id.as_str().to_owned())]),
        ]);
        self.letter("We need more time for your request", request, blocks)
    }

    pub(super) fn answer(self, letter: &Letter<'_>) -> Wording {
        let request = letter.request;
        let in_part = request.is_told_in_part();
        // That somebody asked stands below, where they have shown nothing.
        let mut blocks: Vec<Block> =
            by_somebody(request).filter(|_| !request.is_answered_unshown()).into_iter().collect();
        blocks.push(say(done(request)));
        blocks.extend(request.covers_account_only().then(|| say(ACCOUNT_ONLY)));
        if request.is_answered_unshown() {
            blocks.push(say(format!(
                "{UNSHOWN} If you do not want it, tell us at {}, and we take it back.",
                self.company.contact
            )));
        }
        if request.awaits_tenants(letter.now) {
            let day = decide_by(request);
            blocks.push(say(format!(
                "{WITH_BUSINESSES} They can do so on {day} at the latest; if they do, we write to you again."
            )));
        } else if request.is_open_to_tenants() {
            blocks.push(say(format!("{WITH_BUSINESSES} {TOO_LATE}")));
        }
        blocks.extend((!request.course.unread.is_empty()).then(|| say(UNREAD)));
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
            | Standing::Answered { .. }
            | Standing::Withdrawn { .. } => "",
        };
        let (reason, ways) = self.reason(request, code);
        let mut blocks: Vec<Block> = by_somebody(request).into_iter().collect();
        let not_done =
            if is_by_somebody(request) { "We have not done it." } else { "We have not done what you asked." };
        blocks.extend([say(format!("{not_done} This is why:")), say(reason)]);
        let has_no_login = request.covers_account_only() && code == DenialReason::Unverifiable.as_str();
        blocks.extend(has_no_login.then(|| say(WITHOUT_LOGIN)));
        blocks.extend([say("If you do not agree, you can:"), Block::Ways(ways), asked_for(request)]);
        self.letter("We could not do what you asked", request, blocks)
    }

    pub(super) fn routed(self, letter: &Letter<'_>) -> Wording {
        let request = letter.request;
        let mut blocks: Vec<Block> = by_somebody(request).into_iter().collect();
        blocks.push(say(
                "A business that uses our service decides about the data that you ask about; we only keep it for them. We have \
                 passed your request on to them, with its dates, and remind them. They answer you, or tell us what to do.",
        ));
        let answer = |day: &str| format!("Whatever they say, you get an answer by the end of {day}.");
        blocks.extend(unless_over(letter, answer).map(say));
        blocks.push(say("You may also ask the business that you wrote with."));
        blocks.extend(self.ways_if_late(letter));
        blocks.push(asked_for(request));
        self.letter("Which way your privacy request goes", request, blocks)
    }

    /// [`Writer::routed`], where the business names nobody to write to.
    pub(super) fn not_reached(self, letter: &Letter<'_>) -> Wording {
        let request = letter.request;
        let answer = unless_over(letter, |day| format!("You get an answer by the end of {day}."));
        let by = answer.map(|answer| format!("{answer} ")).unwrap_or_default();
        let mut blocks: Vec<Block> = by_somebody(request).into_iter().collect();
        blocks.extend([
            say(
                "A business that uses our service decides about the data that you ask about; we only keep it for them. We could not \
                 reach them, so they do not have your request yet. Please ask the business that you wrote with yourself: it can \
                 answer you, or tell us what to do.",
            ),
            say(format!(
                "We try again every day, and write to you once they have it. Until they decide, we neither change nor give out what \
                 is theirs. {by}Questions: {}.",
                self.company.contact
            )),
        ]);
        blocks.extend(self.ways_if_late(letter));
        blocks.push(asked_for(request));
        self.letter("We could not reach the business that decides", request, blocks)
    }
}

pub(super) const BY_SOMEBODY: &str =
    "Somebody says that they act for you, and has made a privacy request in your name.";
/// Of what is not in a copy, once its businesses are heard no more.
const TOO_LATE: &str =
    "The day until which they could is over: to have it, ask the business that you wrote with, or ask us anew.";
