//! Tells whoever made a request what there is to tell: that it came in, a code, an answer.
//!
//! At least once: a crash between sending and noting sends again, with a fresh code that voids the one before. What is noted
//! is not sent again. A code is made here, right before it goes out, so that it stands in no queue and in no table.
//!
//! An address that somebody floods with requests gets only so many letters a day. The count is kept by source as well,
//! and the first letter for a source always goes out: a flood from elsewhere keeps nobody from their code.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::export::make_bundle::BundleKind;
use crate::fault::Fault;
use crate::instant;
use crate::keys::SubjectKeys;
use crate::subject_request::challenge::{Challenge, Code, Seed};
use crate::subject_request::letter::{Letter, Messenger, Recipient};
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{Challenges, Limits, RequestBook};
use crate::subject_request::{Act, Deed, Proof, Standing, SubjectRequest};

/// How many letters one address gets in a day, beyond the first for each source.
pub const PER_ADDRESS_AND_DAY: u32 = 20;
/// How many of them one source can cause.
pub const PER_ADDRESS_SOURCE_AND_DAY: u32 = 5;

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It went out.
    Sent,
    /// It had gone out before, or there is nothing to tell any more.
    Idle,
    /// Its address has had too many today: it goes out later.
    Withheld,
}

/// What tells.
#[derive(Debug)]
pub struct Teller<'a, B, M> {
    /// Requests, codes and counters.
    pub book: &'a B,
    /// What carries letters.
    pub messenger: &'a M,
    /// For codes and counters.
    pub keys: &'a SubjectKeys,
}

impl<B, M> Teller<'_, B, M>
where
    B: RequestBook + Challenges + Limits,
    M: Messenger,
{
    /// Tells one thing.
    ///
    /// # Errors
    /// [`Fault`]: it may have been sent; the same job is to be tried again.
    pub async fn tell(&self, job: &NoticeJob, seed: &Seed, now: Timestamp) -> Result<Told, Fault> {
        let Some(request) = self.book.request(&job.request).await? else { return Ok(Told::Idle) };
        if request.was_told(job.notice, job.round) || !request.can_be_told(job.notice) {
            return Ok(Told::Idle);
        }
        let Some(recipient) = request.recipient(job.notice) else { return Ok(Told::Idle) };
        if is_limited(job.notice) && !self.admit(&recipient, job, now).await? {
            return self.withhold(&request, now).await;
        }
        let proof = request.code_in(job.notice);
        let code = match proof {
            Some(proof) => Some(self.issue(&request, proof, seed, now).await?),
            None => None,
        };
        self.messenger.send(&Letter { request: &request, notice: job.notice, recipient, code: code.as_ref() }).await?;
        self.note(request, job, now).await
    }

    async fn issue(&self, request: &SubjectRequest, proof: Proof, seed: &Seed, now: Timestamp) -> Result<Code, Fault> {
        let (challenge, code) = Challenge::make(self.keys, &request.id, proof, seed, now)?;
        self.book.issue(&request.id, &challenge).await?;
        Ok(code)
    }

    async fn admit(&self, recipient: &Recipient<'_>, job: &NoticeJob, now: Timestamp) -> Result<bool, Fault> {
        let day = now.as_second().div_euclid(24 * 60 * 60);
        let ends_at = now + SignedDuration::from_hours(24);
        let counter = |name: &str| {
            let counter = self.keys.limit(&format!("{name}#{day}#{}", recipient.canonical()));
            counter.ok_or_else(|| Fault::park("tell", "no key names a counter"))
        };
        if let Some(source) = &job.source {
            let of_source = |name: &str| counter(&format!("{name}#{source}"));
            if self.book.admit(&of_source("first")?, 1, ends_at).await? {
                return Ok(true);
            }
            if !self.book.admit(&of_source("source")?, PER_ADDRESS_SOURCE_AND_DAY - 1, ends_at).await? {
                return Ok(false);
            }
        }
        self.book.admit(&counter("address")?, PER_ADDRESS_AND_DAY, ends_at).await
    }

    /// It is told tomorrow; what the person asked for is not touched by it.
    async fn withhold(&self, request: &SubjectRequest, now: Timestamp) -> Result<Told, Fault> {
        let later = instant::to_millis(now + SignedDuration::from_hours(24));
        if request.standing == Standing::Received && request.next_action_at.is_none_or(|at| at <= later) {
            let next_action_at = Some(later);
            let later = SubjectRequest { version: request.version + 1, next_action_at, ..request.clone() };
            let act = Act::of_service(Deed::Withheld, now);
            self.book.record(&later, &act, None).await?;
        }
        Ok(Told::Withheld)
    }

    async fn note(&self, mut request: SubjectRequest, job: &NoticeJob, now: Timestamp) -> Result<Told, Fault> {
        let act = Act::of_service(Deed::Told { notice: job.notice.as_str().to_owned() }, now);
        for _ in 0..3 {
            let told = request.after(job, now);
            if self.book.record(&told, &act, None).await? {
                return Ok(Told::Sent);
            }
            // Somebody was quicker: perhaps the person, with the code that has just arrived.
            match self.book.request(&job.request).await? {
                Some(newer) => request = newer,
                None => return Ok(Told::Idle),
            }
        }
        Err(Fault::retry("tell", "the request changed under every try"))
    }
}

/// Letters that anybody can cause to be sent to an address that is not theirs.
const fn is_limited(notice: Notice) -> bool {
    match notice {
        Notice::Acknowledgement | Notice::Code | Notice::AgentConfirmation => true,
        Notice::Extension | Notice::Answer | Notice::Denial => false,
    }
}

impl SubjectRequest {
    /// Whether this round of a notice, or a later one, has gone out.
    #[must_use]
    pub fn was_told(&self, notice: Notice, round: u32) -> bool {
        self.told.get(&notice).is_some_and(|told| *told >= round)
    }

    /// The next round of a notice.
    #[must_use]
    pub fn next_round(&self, notice: Notice) -> u32 {
        self.told.get(&notice).copied().unwrap_or(0) + 1
    }

    fn can_be_told(&self, notice: Notice) -> bool {
        match notice {
            Notice::Acknowledgement => true,
            Notice::Code => self.code_in(Notice::Code).is_some(),
            Notice::AgentConfirmation => self.agent.is_some() && self.code_in(Notice::AgentConfirmation).is_some(),
            Notice::Extension => self.clocks.extended.is_some(),
            Notice::Answer => matches!(self.standing, Standing::Answered { .. }),
            Notice::Denial => matches!(self.standing, Standing::Denied { .. }),
        }
    }

    /// Which proof the code in a notice is for, if there is one in it.
    fn code_in(&self, notice: Notice) -> Option<Proof> {
        let wanted = match notice {
            // An agent is told that it came in; the code goes to the person, with the question.
            Notice::Acknowledgement => self.agent.as_ref().is_none_or(|agent| agent.email.is_none()),
            Notice::Code | Notice::AgentConfirmation => true,
            Notice::Extension | Notice::Answer | Notice::Denial => false,
        };
        let is_waiting = matches!(self.standing, Standing::Received | Standing::AwaitingVerification);
        let is_code = |proof: &Proof| matches!(proof, Proof::EmailCode | Proof::HandleCode);
        if notice == Notice::Code && self.has_bundle() {
            return self.needs.iter().copied().find(is_code);
        }
        self.missing().find(is_code).filter(|_| wanted && is_waiting)
    }

    /// Whether it was answered with a bundle, which a fresh code opens.
    fn has_bundle(&self) -> bool {
        matches!(self.standing, Standing::Answered { .. }) && BundleKind::answering(self.kind).is_some()
    }

    fn recipient(&self, notice: Notice) -> Option<Recipient<'_>> {
        let agent = self.agent.as_ref().and_then(|agent| agent.email.as_ref()).map(Recipient::Email);
        let person = || {
            let Self { contact, .. } = self;
            let account = || contact.account.as_ref().map(Recipient::Account);
            contact.email.as_ref().map(Recipient::Email).or_else(account)
        };
        match notice {
            Notice::Acknowledgement => agent.or_else(person),
            Notice::Code | Notice::AgentConfirmation | Notice::Extension | Notice::Answer | Notice::Denial => person(),
        }
    }

    fn after(&self, job: &NoticeJob, now: Timestamp) -> Self {
        let mut told: BTreeMap<Notice, u32> = self.told.clone();
        told.insert(job.notice, job.round.max(told.get(&job.notice).copied().unwrap_or(0)));
        let mut after = Self { version: self.version + 1, told, ..self.clone() };
        if job.notice == Notice::Acknowledgement && self.standing == Standing::Received {
            let now = instant::to_millis(now);
            (after.standing, after.next_action_at) = if self.is_verified() {
                (Standing::InProgress { since: now }, Some(now))
            } else {
                (Standing::AwaitingVerification, self.clocks.next_alarm(now).ok().flatten().or(Some(now)))
            };
        }
        after
    }
}

#[cfg(test)]
mod tests;
