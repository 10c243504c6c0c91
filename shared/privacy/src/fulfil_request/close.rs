//! The end of an erasure: when everything that may go is gone, or when somebody has to be told on the last day what is not.

use jiff::Timestamp;

use super::{Fulfilment, Pursued, Stop};
use crate::export::job::ExportQueue;
use crate::ingest_gate::FlagBook;
use crate::obligation::{Head, Outcome, State};
use crate::ports::{Connections, DueIndex, Freshness, Intake, Ledger, Showcase, Shown, WorkQueue};
use crate::scope::{Part, Scope};
use crate::subject_request::findings::Erased;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{Routed, SubjectRequest};

/// How far a part of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// Gone, or not to be touched for a reason that the person is told.
    End {
        /// Whether something stays.
        in_part: bool,
    },
    /// The engine works on it.
    UnderWay,
    /// Nothing happens to it before a person acts: a hold, a tenant, or nobody was found.
    Waiting,
}

impl<L, V, Q> Fulfilment<'_, L, V, Q>
where
    L: RequestBook + Intake + Showcase + DueIndex + Ledger,
    V: FlagBook + Connections,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    /// Answers the request if there is nothing left to wait for.
    pub(super) async fn close(&self, request: SubjectRequest, now: Timestamp) -> Result<Pursued, Stop> {
        let is_last_day = request.is_last_day(now);
        let own = self.ledger.show(&request.erasure_id(), Freshness::Now).await?;
        if own.is_none() && !request.names_nobody() {
            // It was noted that it begins, and that broke off.
            self.erase(&request, request.erasure_id(), request.covers_until(), now).await?;
            return Ok(Pursued { request, is_under_way: true });
        }
        let mut all = vec![own.as_ref().map_or(Reached::Waiting, |own| reached(own, is_last_day))];
        for routed in request.decided_by_tenants() {
            all.push(self.part_reached(&request, routed, now).await?);
        }
        let is_under_way = all.contains(&Reached::UnderWay);
        if is_under_way || all.contains(&Reached::Waiting) || request.is_left_to_staff() {
            return Ok(Pursued { request, is_under_way });
        }
        if let Some(own) = &own {
            self.tell_tenants(&request, &own.head).await?;
        }
        let in_part = all.contains(&Reached::End { in_part: true }) || request.findings.is_partial();
        let mut request = request;
        request.findings.erased = self.erased(&request, own.as_ref()).await?;
        let request = self.answer(request, in_part, now).await?;
        Ok(Pursued { request, is_under_way: false })
    }

    /// What came of it all: what went at the person's own word, and what each tenant wanted erased.
    async fn erased(&self, request: &SubjectRequest, own: Option<&Shown>) -> Result<Option<Erased>, Stop> {
        let outcomes = |shown: &Shown| Erased::of(shown.outcomes.iter().map(|(_, outcome)| outcome));
        let mut all: Vec<Erased> = own.and_then(outcomes).into_iter().collect();
        // A part that staff refused is there, and so is what a tenant has not let go.
        all.extend((!request.findings.refused_parts.is_empty()).then_some(Erased::Kept));
        for routed in request.decided_by_tenants() {
            all.extend(match routed.done_at {
                Some(_) => {
                    self.ledger.show(&request.part_id(routed), Freshness::Now).await?.as_ref().and_then(outcomes)
                }
                None => Some(Erased::Kept),
            });
        }
        Ok(all.into_iter().reduce(Erased::and))
    }

    /// How far a tenant's part is. One about which the tenant says nothing is waited for as long as the tenant is heard.
    async fn part_reached(&self, request: &SubjectRequest, routed: &Routed, now: Timestamp) -> Result<Reached, Stop> {
        if routed.done_at.is_some() {
            return Ok(Reached::End { in_part: false });
        }
        if routed.declined.is_some() {
            return Ok(Reached::End { in_part: true });
        }
        if routed.instruction.is_none() {
            let is_over = request.tenants_heard_until() <= now;
            return Ok(if is_over { Reached::End { in_part: true } } else { Reached::Waiting });
        }
        let head = self.ledger.head(&request.part_id(routed)).await?;
        let is_held = head.is_some_and(|head| matches!(head.state, State::Held { .. }));
        Ok(match (is_held, request.is_last_day(now)) {
            (false, _) => Reached::UnderWay,
            (true, false) => Reached::Waiting,
            (true, true) => Reached::End { in_part: true },
        })
    }

    /// Tenants from which something went at the person's word hear of it.
    async fn tell_tenants(&self, request: &SubjectRequest, head: &Head) -> Result<(), Stop> {
        let scopes = self.ledger.scopes(head).await?;
        let is_theirs = |scope: &&Scope| !matches!(scope.place.part, Part::User(_));
        let mut tenants: Vec<_> = scopes.iter().filter(is_theirs).map(|scope| &scope.place.tenant).collect();
        tenants.sort_unstable();
        tenants.dedup();
        for tenant in tenants {
            if request.tenant_rounds(tenant, Notice::TenantTold) < 1 {
                self.notify(request, Notice::TenantTold, Some(tenant), 1).await?;
            }
        }
        Ok(())
    }
}

/// How far the erasure at the person's own word is. A hold delays it and does not refuse it; on the last day the person is
/// told what it keeps, and it goes when the hold does.
pub(super) fn reached(shown: &Shown, is_last_day: bool) -> Reached {
    let stays = |(_, outcome): &(String, Outcome)| match outcome {
        Outcome::Held { .. } | Outcome::Failed { .. } | Outcome::Retained { .. } => true,
        Outcome::Removed { .. } | Outcome::NothingFound => false,
    };
    match &shown.head.state {
        State::Verifying { .. } | State::Completed { .. } | State::Cancelled { .. } => {
            Reached::End { in_part: shown.outcomes.iter().any(stays) }
        }
        State::Held { .. } if is_last_day => Reached::End { in_part: true },
        State::Held { .. } => Reached::Waiting,
        State::Received | State::Planned { .. } | State::Executing { .. } | State::Failed { .. } => Reached::UnderWay,
    }
}
