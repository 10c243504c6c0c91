//! What the use cases of requests ask of the world.

use std::future::Future;

use jiff::Timestamp;

use super::challenge::Challenge;
use super::notice::NoticeJob;
use super::{Act, SubjectRequest};
use crate::ids::TenantId;
use crate::keys::KeyedRef;
use crate::list_parts::KeyStart;
use crate::obligation::ObligationId;
use crate::ports::{Answer, Each};

/// Takes requests in.
pub trait RequestIntake: Sync {
    /// One conditional write that is its own outbox: the row is in the due index. What stands there already, if it does.
    fn receive(&self, new: &SubjectRequest) -> impl Future<Output = Answer<Option<Box<SubjectRequest>>>> + Send;
}

/// Reads and changes requests.
pub trait RequestBook: Sync {
    /// By a strong read.
    fn request(&self, id: &ObligationId) -> impl Future<Output = Answer<Option<SubjectRequest>>> + Send;
    /// Stores a request as it is now, its act, and that a code was used up, all or nothing. `false` when somebody else
    /// changed the request or used the code meanwhile; where this very act stands as this version, an answer was lost: `true`. The act
    /// that hands a part to a tenant is found by that tenant, too.
    fn record(
        &self,
        request: &SubjectRequest,
        act: &Act,
        used: Option<&Challenge>,
    ) -> impl Future<Output = Answer<bool>> + Send;
    /// Every act, oldest first.
    fn acts(&self, id: &ObligationId) -> impl Future<Output = Answer<Vec<Act>>> + Send;
    /// Notes that a request is of a person who has shown that it is. Done twice it is done once.
    fn link_person(&self, person: &KeyedRef, id: &ObligationId) -> impl Future<Output = Answer<()>> + Send;
    /// The requests that were noted so, by a strong read. One that is gone may still be named.
    fn asked_by(&self, person: &KeyedRef) -> impl Future<Output = Answer<Vec<ObligationId>>> + Send;
}

/// The codes that were sent.
pub trait Challenges: Sync {
    /// Keeps one; the one before is void from then on.
    fn issue(&self, id: &ObligationId, challenge: &Challenge) -> impl Future<Output = Answer<()>> + Send;
    /// Counts one try, in one conditional write. `None` when there is no code, it is too old, or its tries are used up.
    fn attempt(&self, id: &ObligationId, now: Timestamp) -> impl Future<Output = Answer<Option<Challenge>>> + Send;
    /// Makes the one that is kept worthless, before another is issued.
    fn void(&self, id: &ObligationId) -> impl Future<Output = Answer<()>> + Send;
    /// Whether the last one was made worthless and none was issued since, by a strong read.
    fn is_void(&self, id: &ObligationId) -> impl Future<Output = Answer<bool>> + Send;
    /// Erases what is kept of a code that stops working by then; one that works longer stays.
    fn forget(&self, id: &ObligationId, ends_by: Timestamp) -> impl Future<Output = Answer<()>> + Send;
}

/// Counts what one source, or one address, gets in a stretch of time.
pub trait Limits: Sync {
    /// Counts one more and says whether it is within `at_most`. The counter is forgotten some time after `ends_at`.
    fn admit(&self, counter: &KeyedRef, at_most: u32, ends_at: Timestamp) -> impl Future<Output = Answer<bool>> + Send;
}

/// Sends what is to be told to the worker that tells it. At least once, in any order.
pub trait NoticeQueue: Sync {
    /// Puts one message into its queue.
    fn notify(&self, job: &NoticeJob) -> impl Future<Output = Answer<()>> + Send;
}

/// An entry of the due index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRequest {
    /// Which.
    pub id: ObligationId,
    /// Since when.
    pub next_action_at: Timestamp,
}

/// Finds requests that somebody has to look at.
pub trait DueRequests: Sync {
    /// What is due in one shard, oldest first, at most `limit`. Index reads may be stale.
    fn due_requests(
        &self,
        shard: u8,
        now: Timestamp,
        limit: u16,
    ) -> impl Future<Output = Answer<Each<DueRequest>>> + Send;
    /// Moves an entry on, if nobody else did.
    fn postpone_request(&self, due: &DueRequest, next: Timestamp) -> impl Future<Output = Answer<()>> + Send;
}

/// Finds requests by the tenants that decide about parts of them.
pub trait RequestsOfTenants: Sync {
    /// The requests of which a part was handed to a tenant, by a strong read. One that is gone may still be named.
    fn routed_to(&self, tenant: &TenantId) -> impl Future<Output = Answer<Vec<ObligationId>>> + Send;
    /// The next of them by id, at most `limit`, by strong reads of no more than these.
    fn routed_after(
        &self,
        tenant: &TenantId,
        after: Option<&KeyStart>,
        limit: u16,
    ) -> impl Future<Output = Answer<Vec<ObligationId>>> + Send;
}

/// Every request that is not settled, what was closed and has reached nobody, and what was closed last, for staff.
pub trait RequestRegister: Sync {
    /// A page of one shard of the due index, in the order in which they are looked at next, after an entry of an earlier
    /// page. Index reads may be stale, and what is moved on between two pages comes twice.
    fn request_page(
        &self,
        shard: u8,
        after: Option<&DueRequest>,
        limit: u16,
    ) -> impl Future<Output = Answer<Vec<DueRequest>>> + Send;
    /// Requests of one shard that are settled, the one closed last first, among the last `limit` of everything closed.
    fn settled_requests(&self, shard: u8, limit: u16) -> impl Future<Output = Answer<Vec<ObligationId>>> + Send;
    /// Requests of one shard that are [`SubjectRequest::is_unreached`], the one closed last first, at most `limit`.
    fn unreached_requests(&self, shard: u8, limit: u16) -> impl Future<Output = Answer<Vec<ObligationId>>> + Send;
    /// The rows of different requests, by strong reads, in any order. Those that are not there are left out.
    fn requests(&self, ids: &[ObligationId]) -> impl Future<Output = Answer<Vec<SubjectRequest>>> + Send;
}
