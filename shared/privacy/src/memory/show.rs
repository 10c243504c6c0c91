//! What the status page shows, in memory.

use super::{Stored, World};
use crate::obligation::ObligationId;
use crate::ports::{Answer, Showcase, Shown, ShownAsked};
use crate::subject_request::SubjectRequest;

impl Showcase for World {
    async fn show(&self, id: &ObligationId) -> Answer<Option<Shown>> {
        self.call("showcase.show", |stored| shown(stored, id))
    }

    async fn show_asked(&self, id: &ObligationId) -> Answer<Option<ShownAsked>> {
        self.call("showcase.show", |stored| {
            let request = stored.requests.heads.get(id)?.clone();
            // What stands beside a request is not read with what is shown of it.
            let details = request.details.clone().filter(|_| !request.has_words_beside);
            let (request, bundle) = (SubjectRequest { details, ..request }, stored.exports.bundle_of(id));
            Some(ShownAsked { request, erasure: shown(stored, id), bundle })
        })
    }
}

fn shown(stored: &Stored, id: &ObligationId) -> Option<Shown> {
    let head = stored.heads.get(id)?.clone();
    let outcomes = stored.outcomes.get(&(id.clone(), head.seq));
    let outcomes = outcomes.into_iter().flatten().map(|(class, outcome)| (class.clone(), outcome.clone())).collect();
    Some(Shown { head, outcomes, earlier: stored.earlier.get(id).cloned().unwrap_or_default() })
}
