//! Letters to the privacy contact of a business. They name the request by the reference that staff and the dashboard use: the
//! person's own reference opens their page, and is theirs alone.

use privacy::clock::model::Kind;
use privacy::subject_request::SubjectRequest;
use privacy_pages::dates::spoken_moment;

use super::Writer;
use super::blocks::{Block, Wording};
use super::person::{last_day, zoned_day};

fn say(words: impl Into<String>) -> Block {
    Block::Say(words.into())
}

fn facts(request: &SubjectRequest) -> Block {
    Block::Facts(vec![
        ("Reference", request.id.log_ref()),
        ("The person asks for", theirs(request.kind).to_owned()),
        ("It reached us", spoken_moment(request.received_at)),
        ("Your last day to answer", last_day(request)),
    ])
}

impl Writer<'_> {
    pub(super) fn tenant_forward(self, request: &SubjectRequest) -> Wording {
        let mut blocks = vec![
            say(
                "A person has asked us for something that is yours to decide: you decide about the data, we process it for you. \
                 We tell them that it goes to a business, and not to which. Only if you let us give a copy of your data does \
                 the copy show whose it is.",
            ),
            facts(request),
        ];
        if let Ok(dates) = self.law.processor_dates(request.received_at) {
            let days = dates.reminders_on.map(|due| zoned_day(due.date, &due.time_zone)).join(", ");
            blocks.push(say(format!(
                "The clock began when the request reached us. Unless you answer, we remind you on: {days}."
            )));
        }
        blocks.extend(self.how_to_decide(request));
        Wording { subject: "A person's privacy request is waiting for you".to_owned(), blocks }
    }

    pub(super) fn tenant_reminder(self, request: &SubjectRequest) -> Wording {
        let mut blocks = vec![
            say("A person's privacy request is still waiting for your decision. Its clock runs on."),
            facts(request),
        ];
        blocks.extend(self.how_to_decide(request));
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
    fn how_to_decide(self, request: &SubjectRequest) -> [Block; 4] {
        [
            say(self.tenant_answer),
            say(format!("Please decide by the end of {}.", last_day(request))),
            say(format!("{} It stays yours to answer them.", undecided(request.kind))),
            say(
                "Please send no data of the person by mail. Without your word we do not act on data that you decide about.",
            ),
        ]
    }
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
