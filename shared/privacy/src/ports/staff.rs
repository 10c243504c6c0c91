//! What staff see of obligations, and do to a plan that waits for them.

use std::future::Future;

use jiff::Timestamp;

use super::{Answer, Due};
use crate::obligation::{Head, ObligationId, PlanHash};
use crate::plan::Plan;

/// Every obligation of the due index, which holds each one until its last second look.
pub trait Register: Sync {
    /// A page of one shard, in the order in which they are looked at next, after an entry of an earlier page. Index
    /// reads may be stale, and what is moved on between two pages comes twice.
    fn page(&self, shard: u8, after: Option<&Due>, limit: u16) -> impl Future<Output = Answer<Vec<Due>>> + Send;
    /// The rows of at most 100 different obligations, by strong reads, in any order. Those that are not there are left out.
    fn heads(&self, ids: &[ObligationId]) -> impl Future<Output = Answer<Vec<Head>>> + Send;
}

/// What confirming a plan came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// This plan is confirmed, now or before.
    Done,
    /// This is not the plan that waits, if any does.
    Differs,
    /// There is no such obligation.
    Missing,
}

/// The plans of obligations.
pub trait PlanBook: Sync {
    /// The plan that was made last for a request, by a strong read.
    fn plan(&self, head: &Head) -> impl Future<Output = Answer<Option<Plan>>> + Send;
    /// Confirms the plan of this hash and makes it due, if exactly this one waits and covers all that was asked.
    fn confirm(
        &self,
        id: &ObligationId,
        hash: &PlanHash,
        now: Timestamp,
    ) -> impl Future<Output = Answer<Confirmed>> + Send;
}
