//! What a status page reads, and how fresh it has to be.

use std::future::Future;

use super::Answer;
use crate::export::ports::Bundle;
use crate::obligation::{Head, ObligationId, Outcome};
use crate::subject_request::SubjectRequest;

/// What the status page shows of an obligation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The request as it is now.
    pub head: Head,
    /// The outcome of every record class, once there is one.
    pub outcomes: Vec<(String, Outcome)>,
    /// Finished requests under the same code, newest first.
    pub earlier: Vec<Head>,
}

/// What the status page shows of what a person asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownAsked {
    /// The request.
    pub request: SubjectRequest,
    /// The obligation that works it off, if there is one.
    pub erasure: Option<Shown>,
    /// Its bundles, if any was begun.
    pub bundle: Option<Bundle>,
}

/// How fresh what is shown has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// As it is: what was written before is in it.
    Now,
    /// As it was a moment ago, for half the read units; what was only just written may be missing, or all of it.
    MomentAgo,
}

/// Reads an obligation for its status page.
pub trait Showcase: Sync {
    /// One read.
    fn show(&self, id: &ObligationId, freshness: Freshness) -> impl Future<Output = Answer<Option<Shown>>> + Send;
    /// What a person asked for, with what stands beside it. One read.
    fn show_asked(
        &self,
        id: &ObligationId,
        freshness: Freshness,
    ) -> impl Future<Output = Answer<Option<ShownAsked>>> + Send;
}
