//! Processors and receipts, and the naive variant of those.

use jiff::Timestamp;
use privacy::erasure::{Aftermath, Reached};
use privacy::obligation::{Head, PlanHash};
use privacy::ports::Answer;
use privacy::processors::Report;
use privacy::scope::Scope;

use crate::naive::Naive;
use crate::world::World;

/// What comes after an erasure, for one visit.
#[derive(Debug)]
pub struct Certified<'a, A> {
    /// As it is.
    pub real: A,
    /// Which variant, if any, and what it remembers.
    pub world: &'a World,
}

impl<A: Aftermath> Aftermath for Certified<'_, A> {
    async fn settle(
        &self,
        head: &Head,
        reached: Reached<'_>,
        confirmed_since: Option<Timestamp>,
        stop_at: Timestamp,
    ) -> Answer<Report> {
        self.real.settle(head, reached, confirmed_since, stop_at).await
    }

    async fn certify(
        &self,
        head: &Head,
        verified: (Timestamp, &PlanHash),
        scopes: &[Scope],
        report: &Report,
    ) -> Answer<()> {
        if self.world.naive == Some(Naive::CertifiesOnce) {
            let occasion = (head.id.clone(), head.seq, head.reopened);
            let is_first = self.world.memory.certified.lock().unwrap().insert(occasion);
            if is_first {
                drop(self.real.certify(head, verified, scopes, report).await);
            }
            return Ok(());
        }
        self.real.certify(head, verified, scopes, report).await
    }
}
