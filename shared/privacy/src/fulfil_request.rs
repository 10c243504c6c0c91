//! Carries out what a person asks for, once it may be.
//!
//! | asked for | what happens |
//! |---|---|
//! | erasure | a copy that the same person waits for comes first; the engine erases what the person alone decides; tenants decide about theirs; then it is answered |
//! | access, know, portability | the exporter makes a bundle of what needs no tenant's word and answers; another when one gives it |
//! | opt-out, limit | a flag that the product reads, wherever the data is, whoever asks; answered at once |
//! | consent withdrawal | the same, once it is verified |
//! | restriction | once it is verified, a flag for what the person alone decides; in a tenant's data once it says so |
//! | objection | no marketing from that moment, whoever asks; what else they object to is a flag once it is verified and staff accept it |
//! | correction | waits for staff, and for tenants whose data it is about |
//! | appeal, complaint | waits for staff |
//! | an erasure, again, by the same person | goes with the one that was asked first, and is answered with it |
//! | a report about a child | staff read it first; if they believe it, its data rests at once and goes everywhere |
//!
//! [`Fulfilment::begin`] reads nobody's data, so it takes as long for people whom nobody knows as for others; it is called
//! right after somebody has shown who they are. `Fulfilment::pursue` is called by the sweep, as often as it likes. Every
//! step may run twice and crash anywhere; each change is stored with its act or not at all.

mod at_once;
mod close;
mod copies;
mod course;
mod decided;
mod flags;
mod join;
pub(crate) mod parts;

use jiff::{SignedDuration, Timestamp};

use self::course::Way;
pub use self::flags::raise_flags;
use self::join::first;
use crate::accept_subject_erasure::{SubjectErasure, accept_subject_erasure};
use crate::data_map::DataMap;
use crate::export::job::{ExportJob, ExportQueue};
use crate::fault::Fault;
use crate::identity::Identity;
use crate::ids::TenantId;
use crate::ingest_gate::FlagBook;
use crate::instant;
use crate::keys::{KeyedRef, SubjectKeys};
use crate::law::Law;
use crate::obligation::ObligationId;
use crate::ports::{Connections, DueIndex, Intake, Ledger, Showcase, WorkQueue};
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{Act, Deed, Standing, SubjectRequest};
use crate::target::Limit;

/// What requests are carried out with.
#[derive(Debug)]
pub struct Fulfilment<'a, L, V, Q> {
    /// Requests and obligations.
    pub ledger: &'a L,
    /// Flags; for `Fulfilment::pursue` also what finds people.
    pub vault: &'a V,
    /// The queues of whoever does the work.
    pub queues: &'a Q,
    /// For references.
    pub keys: &'a SubjectKeys,
    /// For the dates of tenants.
    pub law: &'a Law,
    /// Who decides about what.
    pub map: &'a DataMap,
    /// How long work that nobody has begun may wait before it is sent again, and how often it is looked at.
    pub stuck_after: SignedDuration,
}

/// A request that was carried on.
#[derive(Debug)]
pub(crate) struct Pursued {
    /// As it is now.
    pub(crate) request: SubjectRequest,
    /// Whether the engine works on something of it, which may end at any moment.
    pub(crate) is_under_way: bool,
}

/// Why a request is not carried on now.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Somebody else changed it meanwhile: whoever comes next goes on from there.
    Overtaken,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<L, V, Q> Fulfilment<'_, L, V, Q>
where
    L: RequestBook + Intake,
    V: FlagBook,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    /// Begins what may be begun of a request: raises flags, hands it to the engine, the exporter or staff. Doing it again
    /// changes nothing.
    ///
    /// # Errors
    /// [`Fault`]: something may have been begun; the sweep goes on with it.
    pub async fn begin(&self, request: SubjectRequest, now: Timestamp) -> Result<(), Fault> {
        match self.begun(request, now).await {
            Ok(_) | Err(Stop::Overtaken) => Ok(()),
            Err(Stop::Fault(fault)) => Err(fault),
        }
    }

    async fn begun(&self, request: SubjectRequest, now: Timestamp) -> Result<SubjectRequest, Stop> {
        let flagged = raise_flags(self.ledger, self.vault, self.keys, request, now).await?;
        let mut request = flagged.ok_or(Stop::Overtaken)?;
        let is_open = request.standing.closed_at().is_none();
        if !is_open || request.course.begun_at.is_some() || !request.may_be_carried_out() {
            return Ok(request);
        }
        self.link(&mut request).await?;
        let others = if request.way() == Way::Engine { self.others(&request).await? } else { Vec::new() };
        if self.waits_for_copy(&request, &others, (request.covers_until(), now)) {
            return self.wait(request, now).await;
        }
        request.course.waits_since = None;
        let may_join = request.course.reopened.is_none();
        if let Some(first) = first(&request, &others).filter(|_| may_join) {
            return self.join(request, first, now).await;
        }
        match request.way() {
            // Of nobody there is nothing to make: staff find out whom it is about.
            Way::Engine | Way::Exporter | Way::Flag if request.names_nobody() => {}
            // Noted first: from then on nobody takes it back. Should this break off, the sweep orders it.
            Way::Engine => {
                let begun = self.begun_at(&request, now).await?;
                self.erase(&begun, begun.erasure_id(), begun.covers_until(), now).await?;
                return Ok(begun);
            }
            Way::Exporter => self.queues.export(&ExportJob::Request(request.id.clone())).await?,
            // Whether a tenant has a part is found out by the sweep: nobody's data is read here.
            Way::Flag if !request.course.flags.is_empty() && !request.has_parts() && !request.is_left_to_staff() => {
                return self.answer(request, false, now).await;
            }
            Way::Flag | Way::Staff => {}
        }
        self.begun_at(&request, now).await
    }

    async fn begun_at(&self, request: &SubjectRequest, now: Timestamp) -> Result<SubjectRequest, Stop> {
        let mut begun = next(request);
        begun.course.begun_at = Some(instant::to_millis(now));
        self.record(begun, Deed::Begun, now).await
    }

    /// Stores an erasure of whoever the request may touch and sends it to the engine. Nothing where that is nobody: staff
    /// find out whom it is about.
    async fn erase(
        &self,
        request: &SubjectRequest,
        id: ObligationId,
        covers_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Stop> {
        let limit = if request.is_of_child() { Limit::Everywhere } else { self.map.on_their_word(request.user()) };
        self.erase_within(request, (id, limit), covers_until, now).await
    }

    async fn erase_within(
        &self,
        request: &SubjectRequest,
        (id, limit): (ObligationId, Limit),
        covers_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Stop> {
        let identities = request.erased();
        if identities.is_empty() {
            return Ok(());
        }
        let erasure = SubjectErasure {
            id,
            limit,
            links: self.links(&identities),
            suppressions: self.suppressions(&identities),
            received_at: request.received_at,
            covers_until,
            due_by: request.carry_out_by(),
        };
        // A message that was not sent is sent by the sweep of obligations.
        accept_subject_erasure(self.ledger, self.queues, self.map, self.stuck_after, erasure, now).await?;
        Ok(())
    }

    /// It is carried out, in part or as a whole: whoever asks is told.
    async fn answer(&self, request: SubjectRequest, in_part: bool, now: Timestamp) -> Result<SubjectRequest, Stop> {
        let answered = self.answered(request, in_part, now).await?;
        self.notify(&answered, Notice::Answer, None, 1).await?;
        Ok(answered)
    }

    async fn answered(&self, request: SubjectRequest, in_part: bool, now: Timestamp) -> Result<SubjectRequest, Stop> {
        let at = instant::to_millis(now);
        let mut answered = next(&request);
        answered.standing = Standing::Answered { at, in_part };
        answered.course.begun_at = answered.course.begun_at.or(Some(at));
        // By then the letter is out, and what served to verify goes.
        answered.next_action_at = Some(instant::to_millis(now + self.stuck_after));
        self.record(answered, Deed::Answered, now).await
    }

    async fn notify(
        &self,
        request: &SubjectRequest,
        notice: Notice,
        tenant: Option<&TenantId>,
        round: u32,
    ) -> Result<(), Stop> {
        let job = NoticeJob { request: request.id.clone(), notice, tenant: tenant.cloned(), round, source: None };
        Ok(self.queues.notify(&job).await?)
    }

    async fn record(&self, request: SubjectRequest, deed: Deed, now: Timestamp) -> Result<SubjectRequest, Stop> {
        let act = Act::of_service(deed, instant::to_millis(now));
        if self.ledger.record(&request, &act, None).await? { Ok(request) } else { Err(Stop::Overtaken) }
    }

    fn links(&self, identities: &[Identity]) -> Vec<KeyedRef> {
        identities.iter().flat_map(|identity| self.keys.links(identity)).collect()
    }

    fn suppressions(&self, identities: &[Identity]) -> Vec<KeyedRef> {
        identities.iter().flat_map(|identity| self.keys.suppressions(identity)).collect()
    }
}

impl<L, V, Q> Fulfilment<'_, L, V, Q>
where
    L: RequestBook + Intake + Showcase + DueIndex + Ledger,
    V: FlagBook + Connections,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    /// Goes on with a request as far as it goes now: begins it, hands tenants their parts and tells them, carries out what
    /// they want, answers.
    pub(crate) async fn pursue(&self, request: SubjectRequest, now: Timestamp) -> Result<Pursued, Stop> {
        let request = self.begun(request, now).await?;
        if let Some(first) = request.course.joined.clone().filter(|_| request.standing.closed_at().is_none()) {
            return self.follow(request, &first, now).await;
        }
        let idle = |request| Ok(Pursued { request, is_under_way: false });
        if request.standing.closed_at().is_some() {
            self.follow_up(&request, now).await?;
            return idle(request);
        }
        if request.course.begun_at.is_none() {
            // A copy that it waits for may be there at any moment.
            let is_under_way = request.course.waits_since.is_some();
            return Ok(Pursued { request, is_under_way });
        }
        match request.way() {
            Way::Engine => {
                let (request, _) = self.route_parts(request, now).await?;
                self.tell_of_parts(&request, now).await?;
                let request = self.carry_out_parts(request, now).await?;
                self.close(request, now).await
            }
            // Whoever makes the bundle finds the tenants, and answers.
            Way::Exporter => {
                if request.is_order_due(now) {
                    self.queues.export(&ExportJob::Request(request.id.clone())).await?;
                }
                self.tell_of_parts(&request, now).await?;
                idle(request)
            }
            Way::Flag | Way::Staff => idle(self.carry_on(request, now).await?),
        }
    }
}

/// The next version of a request, otherwise the same.
fn next(request: &SubjectRequest) -> SubjectRequest {
    SubjectRequest { version: request.version + 1, ..request.clone() }
}

#[cfg(test)]
mod tests;
