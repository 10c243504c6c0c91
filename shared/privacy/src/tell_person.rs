//! Tells whoever made a request what there is to tell: that it came in, a code, an answer; and a business what a person
//! asks for that is its to decide.
//!
//! At least once: a crash between sending and noting sends again, with a fresh code that voids the one before. What is noted
//! is not sent again. A code is made here, right before it goes out, so that it stands in no queue and in no table.
//!
//! An address that somebody floods with requests gets only so many letters a day, whoever floods it; its owner gets through
//! all the same ([`measure`]).

use jiff::Timestamp;

use self::burst::is_closing;
use crate::fault::Fault;
use crate::keys::SubjectKeys;
use crate::subject_request::bounce::BounceCause;
use crate::subject_request::challenge::{Challenge, Code, Seed};
use crate::subject_request::letter::{Delivery, Letter, Messenger, Recipient, TenantContacts};
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{Challenges, Limits, RequestBook};
use crate::subject_request::{Act, Deed, Proof, SubjectRequest};

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It went out.
    Sent,
    /// Whom it was for cannot be reached, which is noted for staff.
    Unreachable,
    /// It had gone out before, or there is nothing to tell any more.
    Idle,
    /// Its address has had too many today: it goes out later, or, where a burst has held it back before, not at all.
    Withheld,
}

/// What tells.
#[derive(Debug)]
pub struct Teller<'a, B, L, T, M> {
    /// Requests and codes.
    pub book: &'a B,
    /// Counters.
    pub limits: &'a L,
    /// Who answers for privacy at a business.
    pub tenants: &'a T,
    /// What carries letters.
    pub messenger: &'a M,
    /// For codes and counters.
    pub keys: &'a SubjectKeys,
}

impl<B, L, T, M> Teller<'_, B, L, T, M>
where
    B: RequestBook + Challenges,
    L: Limits,
    T: TenantContacts,
    M: Messenger,
{
    /// Tells one thing: whoever asks or a business, and how it goes on also the agent who asks for somebody. Once a business has
    /// been asked, or none can be, whoever asked hears that.
    ///
    /// # Errors
    /// [`Fault`]: it may have been sent; the same job is to be tried again.
    pub async fn tell(&self, job: &NoticeJob, seed: &Seed, now: Timestamp) -> Result<Told, Fault> {
        let Some(request) = self.book.request(&job.request).await? else { return Ok(Told::Idle) };
        let of_agent = job.notice.of_agent().filter(|_| request.has_agent());
        let told = self.tell_one(request, job, seed, now).await?;
        if job.notice == Notice::TenantForward {
            self.tell_way(job, told, seed, now).await?;
            return Ok(told);
        }
        if let Some(notice) = of_agent
            && let Some(request) = self.book.request(&job.request).await?
        {
            let to_agent = self.tell_one(request, &NoticeJob { notice, ..job.clone() }, seed, now).await?;
            return Ok(if told == Told::Idle { to_agent } else { told });
        }
        Ok(told)
    }

    /// Tells whoever asked which way it goes, once this became of a letter to a business.
    async fn tell_way(&self, job: &NoticeJob, told: Told, seed: &Seed, now: Timestamp) -> Result<(), Fault> {
        let Some(request) = self.book.request(&job.request).await? else { return Ok(()) };
        let is_unreachable = told == Told::Unreachable;
        if is_unreachable && request.was_told(Notice::Routed, 1) {
            return Ok(());
        }
        let acts = if is_unreachable { self.book.acts(&request.id).await? } else { Vec::new() };
        let Some(round) = request.routed_round(is_unreachable, &acts) else { return Ok(()) };
        let routed = NoticeJob { notice: Notice::Routed, tenant: None, round, source: None, ..job.clone() };
        self.tell_one(request, &routed, seed, now).await.map(|_| ())
    }

    async fn tell_one(
        &self,
        request: SubjectRequest,
        job: &NoticeJob,
        seed: &Seed,
        now: Timestamp,
    ) -> Result<Told, Fault> {
        if !request.can_be_told(job.notice) || !request.is_so(job) {
            return Ok(Told::Idle);
        }
        // Asked for twice, a code that went out may be void before it was noted: its letter is no answer to the second.
        let is_asked_for = job.notice == Notice::Code && job.source.is_some();
        if request.is_settled_by(job) && !(is_asked_for && self.book.is_void(&request.id).await?) {
            return Ok(Told::Idle);
        }
        let contact = match &job.tenant {
            Some(tenant) => self.tenants.privacy_contact(tenant).await?,
            None => None,
        };
        let to_tenant = contact.as_ref().map(Recipient::Email);
        let recipient = if job.tenant.is_some() { to_tenant } else { request.recipient(job.notice) };
        let Some(recipient) = recipient else {
            // Nobody to write to: staff see it, and the request goes on.
            return self.note(request, job, Delivery::Unreachable, now).await;
        };
        // Whoever asks for a code by a reference is somebody, however the request came.
        let is_limited = request.is_limited(job.notice) || job.source.is_some();
        let closed_at = request.standing.closed_at().unwrap_or(now);
        if is_limited && is_closing(job.notice) && self.is_of_burst(&request, job, closed_at).await? {
            return self.give_up(&request, job, now).await;
        }
        if is_limited && !self.admit(&request, &recipient, job, now).await? {
            let is_over = self.is_of_burst(&request, job, now).await?;
            return if is_over {
                self.give_up(&request, job, now).await
            } else {
                self.withhold(&request, recipient, job, now).await
            };
        }
        let proof = request.code_in(job.notice);
        let code = match proof {
            Some(proof) => Some(self.issue(&request, proof, seed, now).await?),
            None => None,
        };
        let (request_of, tenant) = (&request, job.tenant.as_ref());
        let NoticeJob { notice, round, .. } = *job;
        let code = code.as_ref();
        let letter = Letter { request: request_of, notice, tenant, recipient, round, now, code, pass: None };
        let delivery = self.messenger.send(&letter).await?;
        self.note(request, job, delivery, now).await
    }

    async fn issue(&self, request: &SubjectRequest, proof: Proof, seed: &Seed, now: Timestamp) -> Result<Code, Fault> {
        let (challenge, code) = Challenge::make(self.keys, &request.id, proof, seed, now)?;
        self.book.issue(&request.id, &challenge).await?;
        Ok(code)
    }

    /// It is told tomorrow; what the person asked for is not touched by it. The address hears once that this is so, and how its
    /// owner gets through.
    async fn withhold(
        &self,
        request: &SubjectRequest,
        recipient: Recipient<'_>,
        job: &NoticeJob,
        now: Timestamp,
    ) -> Result<Told, Fault> {
        if let Some(pass) = self.pass(&recipient, now).await? {
            let NoticeJob { notice, round, .. } = *job;
            let letter = Letter { request, notice, tenant: None, recipient, round, now, code: None, pass: Some(&pass) };
            self.messenger.send(&letter).await?;
        }
        if let Some(held_back) = request.held_back(job.notice, now) {
            let act = Act::of_service(Deed::Withheld, now);
            self.book.record(&held_back, &act, None).await?;
        }
        Ok(Told::Withheld)
    }

    async fn note(
        &self,
        mut request: SubjectRequest,
        job: &NoticeJob,
        delivery: Delivery,
        now: Timestamp,
    ) -> Result<Told, Fault> {
        let (notice, tenant, round) = (job.notice.as_str().to_owned(), job.tenant.clone(), job.round);
        let (deed, told) = match delivery {
            Delivery::Accepted => (Deed::Told { notice, tenant }, Told::Sent),
            Delivery::Unreachable => {
                (Deed::Bounced { notice, tenant, round, cause: BounceCause::Unreachable }, Told::Unreachable)
            }
        };
        if told == Told::Unreachable
            && request.is_marked(job)
            && self.book.acts(&request.id).await?.iter().any(|act| act.deed == deed && request.is_of_this_course(act))
        {
            return Ok(told);
        }
        let act = Act::of_service(deed, now);
        for _ in 0..3 {
            if self.book.record(&request.after(job, delivery, now), &act, None).await? {
                return Ok(told);
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

mod after;
mod burst;
pub mod measure;
mod rules;

#[cfg(test)]
mod tests;
