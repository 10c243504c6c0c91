//! Letters to the privacy contact of a business. They name the request by the reference that staff and the dashboard use: the
//! person's own reference opens their page, and is theirs alone.

use privacy::clock::model::Kind;
use privacy::deadline::DueBy;
use privacy::subject_request::letter::Letter;
use privacy::subject_request::{Routed, SubjectRequest};
use privacy_pages::dates::spoken_moment;

use super::Writer;
use super::blocks::{Block, Wording};
use super::person::zoned_day;

fn say(words: impl Into<String>) -> Block {
    Block::Say(words.into())
}

/// The last day on which a business decides.
pub(super) fn decide_by(request: &SubjectRequest) -> String {
    let DueBy { date, time_zone } = request.tenants_decide_by();
    zoned_day(date, &time_zone)
}

fn facts(request: &SubjectRequest) -> Block {
    Block::Facts(vec![
        ("Reference", request.id.log_ref()),
        ("The person asks for", theirs(request.kind).to_owned()),
        ("It reached us", spoken_moment(request.received_at)),
        ("Your last day to answer", decide_by(request)),
    ])
}

impl Writer<'_> {
    pub(super) fn tenant_forward(self, letter: &Letter<'_>) -> Wording {
        let request = letter.request;
        let mut blocks = vec![
            say(
                "A person has asked us for something that is yours to decide: you decide about the data, we process it for you. \
                 We tell them that it goes to a business, and not to which. Only if you let us give a copy of your data does \
                 the copy show whose it is.",
            ),
            facts(request),
            say(clock(letter)),
        ];
        blocks.extend(self.how_to_decide(letter));
        Wording { subject: "A person's privacy request is waiting for you".to_owned(), blocks }
    }

    pub(super) fn tenant_reminder(self, letter: &Letter<'_>) -> Wording {
        let mut blocks = vec![
            say("A person's privacy request is still waiting for your decision. Its clock runs on."),
            facts(letter.request),
        ];
        blocks.extend(self.how_to_decide(letter));
        Wording { subject: "Reminder: a person's privacy request is waiting for you".to_owned(), blocks }
    }

    pub(super) fn tenant_told(self, request: &SubjectRequest) -> Wording {
        let blocks = vec![
            say(
                "A person has asked us for something about data that came to your account from a platform. The terms of that \
                 platform and our privacy policy have us act on the person's word, so we do, in your account too.",
            ),
            Block::Facts(vec![
                ("Reference", request.id.log_ref()),
                ("The person asks for", theirs(request.kind).to_owned()),
                ("It reached us", spoken_moment(request.received_at)),
            ]),
            say(
                "You need do nothing. If you keep copies of that data elsewhere, look whether the request concerns them too.",
            ),
        ];
        Wording { subject: "We act on a person's privacy request in your account".to_owned(), blocks }
    }

    /// Where, by when, and what follows if they do not.
    fn how_to_decide(self, letter: &Letter<'_>) -> [Block; 4] {
        let request = letter.request;
        [
            say(self.tenant_answer),
            say(by_when(letter)),
            say(format!("{} It stays yours to answer them.", undecided(request.kind))),
            say(
                "Please send no data of the person by mail. Without your word we do not act on data that you decide about.",
            ),
        ]
    }
}

/// When its clock began, and on which days to come it is reminded.
fn clock(letter: &Letter<'_>) -> String {
    let request = letter.request;
    let began = if request.dates_from() > request.received_at {
        let again = spoken_moment(request.dates_from());
        format!("We work on the request again: its clock began anew on {again}, and its dates count from there.")
    } else {
        "The clock began when the request reached us.".to_owned()
    };
    let days = letter.tenant.and_then(|tenant| request.routed.iter().find(|part| part.tenant == *tenant));
    let days: Vec<String> = days.map(|part| reminders(part, letter)).unwrap_or_default();
    if days.is_empty() { began } else { format!("{began} Unless you answer, we remind you on: {}.", days.join(", ")) }
}

fn reminders(part: &Routed, letter: &Letter<'_>) -> Vec<String> {
    let zone = &part.dates.zone;
    let is_ahead = |due: &DueBy| due.days_left(letter.now) > 0;
    let days = part.dates.reminders.iter().map(|date| DueBy { date: *date, time_zone: zone.clone() });
    days.filter(is_ahead).map(|due| zoned_day(due.date, zone)).collect()
}

fn by_when(letter: &Letter<'_>) -> String {
    let (request, day) = (letter.request, decide_by(letter.request));
    if request.tenants_decide_by().is_past(letter.now) {
        return format!(
            "The last day for that, {day}, is over: please decide at once. We answer the person without further delay."
        );
    }
    let then = if request.is_answered_by_hand() {
        "On the day after, somebody here answers the person."
    } else {
        "What we hear in the last two hours of that day may come too late."
    };
    format!("Please decide by the end of {day}. {then}")
}

/// What becomes of the part of a business that has not decided.
const fn undecided(kind: Kind) -> &'static str {
    match kind {
        Kind::Access | Kind::Know | Kind::Portability => {
            "If you have not decided by then, the person has their copy without what is yours, and reads in it that a business has \
             not decided, and not which. After that day they have to ask anew."
        }
        Kind::Correction
        | Kind::Erasure
        | Kind::Restriction
        | Kind::Objection
        | Kind::ConsentWithdrawal
        | Kind::OptOut
        | Kind::Limit
        | Kind::Appeal
        | Kind::Complaint => {
            "If you have not decided by then, what you have of the person stays as it is. We answer the person without it, and say \
             that a business has not decided, and not which, and where they can complain."
        }
    }
}

/// What was asked for, in the words of somebody else.
const fn theirs(kind: Kind) -> &'static str {
    match kind {
        Kind::Access => "a copy of their data",
        Kind::Know => "what kinds of data are held, from where, and who gets them",
        Kind::Correction => "having their data corrected",
        Kind::Erasure => "having their data deleted",
        Kind::Portability => "their data in a form that another service can read",
        Kind::Restriction => "having their data kept and not used",
        Kind::Objection => "an end to a use of their data",
        Kind::ConsentWithdrawal => "an end to what they had agreed to",
        Kind::OptOut => "no sale or sharing of their data",
        Kind::Limit => "limits on the use of sensitive data",
        Kind::Appeal => "another look at an answer",
        Kind::Complaint => "an answer to a complaint",
    }
}
