//! What the status page shows, in memory.

use super::{Stored, World};
use crate::obligation::ObligationId;
use crate::ports::{Answer, Freshness, Showcase, Shown, ShownAsked};
use crate::subject_request::SubjectRequest;

impl Showcase for World {
    async fn show(&self, id: &ObligationId, freshness: Freshness) -> Answer<Option<Shown>> {
        self.call("showcase.show", |stored| shown(seen(stored, freshness), id))
    }

    async fn show_asked(&self, id: &ObligationId, freshness: Freshness) -> Answer<Option<ShownAsked>> {
        self.call("showcase.show", |stored| {
            let stored = seen(stored, freshness);
            let request = stored.requests.heads.get(id)?.clone();
            // What stands beside a request is not read with what is shown of it.
            let details = request.details.clone().filter(|_| !request.has_words_beside);
            let (request, bundle) = (SubjectRequest { details, ..request }, stored.exports.bundle_of(id));
            Some(ShownAsked { request, erasure: shown(stored, id), bundle })
        })
    }
}

/// What a read of this freshness sees: all there is, or what a replica has that lags behind.
fn seen(stored: &Stored, freshness: Freshness) -> &Stored {
    match (freshness, &stored.a_moment_ago) {
        (Freshness::MomentAgo, Some(before)) => before,
        (Freshness::MomentAgo, None) | (Freshness::Now, _) => stored,
    }
}

fn shown(stored: &Stored, id: &ObligationId) -> Option<Shown> {
    let head = stored.heads.get(id)?.clone();
    let outcomes = stored.outcomes.get(&(id.clone(), head.seq));
    let outcomes = outcomes.into_iter().flatten().map(|(class, outcome)| (class.clone(), outcome.clone())).collect();
    Some(Shown { head, outcomes, earlier: stored.earlier.get(id).cloned().unwrap_or_default() })
}
