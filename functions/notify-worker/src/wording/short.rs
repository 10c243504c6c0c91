//! The same as a message to an account of a platform. Platforms take about a thousand characters, so it says what matters and
//! where the rest is.

use privacy::subject_request::challenge::LIFETIME;
use privacy::subject_request::letter::Letter;
use privacy::subject_request::notice::{Notice, PASSED_ON};
use privacy::subject_request::{Standing, SubjectRequest};
use privacy_pages::kinds::asked;

use super::at_once::{UNSHOWN, at_once, read_first};
use super::done::{UNREAD, WITH_BUSINESSES, done};
use super::late::{late_words, unless_over};
use super::person::{BY_SOMEBODY, is_by_somebody, last_day, zoned_day};
use super::relocated::{RELOCATED, relocated_words};
use super::typed::FOR_YOU;
use super::ways::Way;
use super::withdrawn::withdrawn;
use super::{Writer, is_as_typed, line};

impl Writer<'_> {
    /// A letter as a message of a few lines.
    pub(crate) fn message(self, letter: &Letter<'_>) -> String {
        let request = letter.request;
        if let Some(pass) = letter.pass {
            return format!("{}: {NO_MORE_TODAY} {}", self.company.name, pass.expose());
        }
        if is_as_typed(letter) {
            return format!("{}: {AS_TYPED}", self.company.name);
        }
        if letter.notice == Notice::Quarantined {
            return self.quarantined_lines(letter);
        }
        let mut lines = self.sentences(letter);
        let begins_so = matches!(
            letter.notice,
            Notice::Acknowledgement | Notice::Code | Notice::AgentConfirmation | Notice::Withdrawal
        );
        if is_by_somebody(request) && !begins_so && !request.is_answered_unshown() {
            lines.insert(0, BY_SOMEBODY.to_owned());
        }
        lines.push(format!("Your request: {}", self.status_url(request)));
        format!("{}: {}", self.company.name, lines.join("\n"))
    }

    fn sentences(self, letter: &Letter<'_>) -> Vec<String> {
        let request = letter.request;
        match letter.notice {
            Notice::Acknowledgement => self.received(letter),
            Notice::Code => read_first(request).into_iter().chain(self.code_lines(letter)).collect(),
            Notice::AgentConfirmation => {
                let otherwise = if request.awaits_child_review() { "tell us" } else { "do nothing" };
                let asks = format!(
                    "Somebody says that they act for you and has made a privacy request in your name. If that is so, enter the code \
                     below; if not, {otherwise}."
                );
                let stopped = at_once(request).map(str::to_owned);
                let read_first = read_first(request);
                std::iter::once(asks).chain(stopped).chain(read_first).chain(self.code_lines(letter)).collect()
            }
            Notice::Extension => self.longer(request),
            Notice::Relocated => {
                let said = std::iter::once(RELOCATED.to_owned()).chain(relocated_words(request));
                said.chain(complaints(&self.ways_before_answer(request))).collect()
            }
            Notice::Late => {
                let by = format!(
                    "We had to answer your privacy request by the end of {}, and do not manage to.",
                    last_day(request)
                );
                [by, late_words(request).to_owned()]
                    .into_iter()
                    .chain(complaints(&self.ways_before_answer(request)))
                    .collect()
            }
            Notice::Answer => self.answered(request),
            Notice::Denial => self.denied(request),
            Notice::Withdrawal => withdrawn(request).into_iter().map(str::to_owned).collect(),
            Notice::Routed => {
                let way = if letter.round < PASSED_ON {
                    "A business that uses our service decides about this data. We could not reach them; we try again every day. Please ask the business that you wrote with."
                } else {
                    "A business that uses our service decides about this data. We have passed your request on to them."
                };
                let by = unless_over(letter, |day| format!("You get an answer by the end of {day}."));
                std::iter::once(way.to_owned()).chain(by).collect()
            }
            // Businesses and agents are written to by mail only; what is said to be a child's has a letter of its own.
            Notice::Quarantined
            | Notice::TenantForward
            | Notice::TenantReminder
            | Notice::TenantTold
            | Notice::TenantWithdrawal
            | Notice::AgentExtension
            | Notice::AgentLate
            | Notice::AgentAnswer
            | Notice::AgentDenial
            | Notice::AgentWithdrawal => Vec::new(),
        }
    }

    fn received(self, letter: &Letter<'_>) -> Vec<String> {
        let request = letter.request;
        let kind = asked(request.kind);
        let received = if request.agent.is_some() {
            format!("{FOR_YOU} They ask for: {kind}.")
        } else {
            format!("We have received a privacy request ({kind}).")
        };
        let by = unless_over(letter, |day| format!("We answer by the end of {day}."));
        let received = std::iter::once(received).chain(by).collect::<Vec<_>>().join(" ");
        let rest = match letter.code {
            Some(_) => self.code_lines(letter),
            None if request.is_verified() => vec!["You need do nothing more.".to_owned()],
            None => vec!["The page below says what we need to make sure that it is yours.".to_owned()],
        };
        let stopped = at_once(request).filter(|_| !request.is_verified()).map(str::to_owned);
        std::iter::once(received).chain(stopped).chain(read_first(request)).chain(rest).collect()
    }

    fn code_lines(self, letter: &Letter<'_>) -> Vec<String> {
        let Some(code) = letter.code else { return Vec::new() };
        let minutes = LIFETIME.as_mins();
        let otherwise = if letter.request.awaits_child_review() {
            format!("If you know nothing of it, or it is wrong, {}", self.tell_us())
        } else {
            "If you did not ask for it, do nothing.".to_owned()
        };
        vec![
            format!("Your code: {}", code.expose()),
            format!("Enter it on the page below within {minutes} minutes. Give it to nobody. {otherwise}"),
        ]
    }

    fn longer(self, request: &SubjectRequest) -> Vec<String> {
        let reason = request.clocks.extended.as_ref().map(|extended| {
            let first = zoned_day(extended.first_legal, &request.clocks.zone);
            let reason: String = line(&extended.reason).chars().take(REASON_MAX).collect();
            format!("We had to answer by the end of {first}. We need longer because: {reason}")
        });
        let by = format!("We now answer by the end of {}.", last_day(request));
        reason.into_iter().chain([by]).chain(complaints(&self.ways_before_answer(request))).collect()
    }

    fn answered(self, request: &SubjectRequest) -> Vec<String> {
        let done = done(request).to_owned();
        if !request.is_told_in_part() {
            let unshown = request.is_answered_unshown().then(|| UNSHOWN.to_owned());
            return std::iter::once(done).chain(unshown).collect();
        }
        let part = "Not all of it could be done; the page says why.".to_owned();
        let unread = (!request.course.unread.is_empty()).then(|| UNREAD.to_owned());
        let businesses = request.is_open_to_tenants().then(|| WITH_BUSINESSES.to_owned());
        std::iter::once(done)
            .chain(unread)
            .chain(businesses)
            .chain([part])
            .chain(complaints(&self.ways_on(request)))
            .collect()
    }

    fn denied(self, request: &SubjectRequest) -> Vec<String> {
        let code = match &request.standing {
            Standing::Denied { reason, .. } => reason.as_str(),
            Standing::Received
            | Standing::AwaitingVerification
            | Standing::InProgress { .. }
            | Standing::Answered { .. }
            | Standing::Withdrawn { .. } => "",
        };
        let (reason, ways) = self.reason(request, code);
        std::iter::once(reason).chain(complaints(&ways)).collect()
    }
}

/// See [`Writer::no_more_today`].
const NO_MORE_TODAY: &str = "So many privacy requests have named this account today that we send no more messages about them before \
    tomorrow. If you have made one of them, enter this number on its page instead of the code, and your code comes at once. If not, \
    you need do nothing. The number, which you give to nobody:";

/// See [`Writer::as_typed`].
const AS_TYPED: &str = "Somebody who logged in to our product has made a privacy request and named this account. There is news of it. \
    If it was you, read it on the page of your request. If not, you need do nothing: it is about their account and not about you.";

/// How much of a reason of staff a message has room for; the page of the request shows all of it.
const REASON_MAX: usize = 300;

fn complaints(ways: &[Way]) -> Option<String> {
    let way = |(words, url): &Way| match url {
        Some(url) => format!("{words} {url}"),
        None => words.clone(),
    };
    let ways: Vec<String> = ways.iter().map(way).collect();
    (!ways.is_empty()).then(|| format!("If you do not agree: {}", ways.join(" ")))
}
