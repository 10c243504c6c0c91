//! The parts of an erasure that tenants decide: finds them, tells their tenants, carries out what those want.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Fulfilment, Stop, next};
use crate::clock::zone;
use crate::export::job::ExportQueue;
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::ingest_gate::FlagBook;
use crate::instant;
use crate::ports::{Connections, DueIndex, Intake, Ledger, Showcase, WorkQueue};
use crate::route_request::{NotRouted, route};
use crate::scope::{Part, is_covered};
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{Actor, Deed, Routed, SubjectRequest};
use crate::target::Limit;

impl<L, V, Q> Fulfilment<'_, L, V, Q>
where
    L: RequestBook + Intake + Showcase + DueIndex + Ledger,
    V: FlagBook + Connections,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    /// Hands a part to every tenant that has something of the person which is its to decide. Asked at each look, so that
    /// what is found late is handed over too.
    pub(super) async fn route_parts(
        &self,
        mut request: SubjectRequest,
        now: Timestamp,
    ) -> Result<SubjectRequest, Stop> {
        for tenant in self.deciding(&request).await? {
            let changed = route(&request, &tenant, self.law, Actor::Service, now);
            let unroutable = |error: NotRouted| Fault::park("fulfil.route", error);
            if let Some(changed) = changed.map_err(unroutable)? {
                if !self.ledger.record(&changed.request, &changed.act, None).await? {
                    return Err(Stop::Overtaken);
                }
                request = changed.request;
            }
        }
        Ok(request)
    }

    /// The tenants that have something of the person which the person's word alone does not reach.
    async fn deciding(&self, request: &SubjectRequest) -> Result<BTreeSet<TenantId>, Stop> {
        let mut tenants = BTreeSet::new();
        if request.is_of_child() {
            return Ok(tenants);
        }
        let (limit, covers_until) = (self.map.on_their_word(request.user()), request.covers_until());
        for link in self.links(&request.erased()) {
            for reach in self.vault.reach(&link).await? {
                // What somebody is as a user of an account is nobody's but theirs and ours to decide; without a login it is as
                // if it were not there.
                let is_user = matches!(reach.place.part, Part::User(_));
                if is_user || !is_covered(reach.since, covers_until) {
                    continue;
                }
                let platform = self.vault.platform_of(&reach.place).await?;
                if !limit.allows(&reach.place, platform.as_ref()) {
                    tenants.insert(reach.place.tenant);
                }
            }
        }
        Ok(tenants)
    }

    /// The person hears which way their request goes, without the name of the tenant; the tenant hears of it, and again on
    /// its days as long as it says nothing.
    pub(super) async fn tell_of_parts(&self, request: &SubjectRequest, now: Timestamp) -> Result<(), Stop> {
        if !request.routed.is_empty() && !request.was_told(Notice::Routed, 1) {
            self.notify(request, Notice::Routed, None, 1).await?;
        }
        for routed in request.routed.iter().filter(|routed| routed.instruction.is_none()) {
            if request.tenant_rounds(&routed.tenant, Notice::TenantForward) < 1 {
                self.notify(request, Notice::TenantForward, Some(&routed.tenant), 1).await?;
            }
            let round = routed.reminders_due(now);
            if request.tenant_rounds(&routed.tenant, Notice::TenantReminder) < round {
                self.notify(request, Notice::TenantReminder, Some(&routed.tenant), round).await?;
            }
        }
        Ok(())
    }

    /// Everything of the tenants that said so goes, each by an obligation of its own that reaches no other.
    pub(super) async fn carry_out_parts(
        &self,
        mut request: SubjectRequest,
        now: Timestamp,
    ) -> Result<SubjectRequest, Stop> {
        for routed in request.routed.clone() {
            let Some(instruction) = routed.instruction.as_ref().filter(|_| routed.done_at.is_none()) else { continue };
            let id = request.part_id(&routed);
            let Some(head) = self.ledger.head(&id).await? else {
                let limit = Limit::Tenant(routed.tenant.clone());
                self.erase_within(&request, (id, limit), instruction.at, now).await?;
                continue;
            };
            let Some(erased_at) = head.state.erased_at() else { continue };
            let mut done = next(&request);
            for part in done.routed.iter_mut().filter(|part| part.tenant == routed.tenant) {
                part.done_at = Some(instant::to_millis(erased_at));
            }
            request = self.record(done, Deed::CarriedOut { tenant: routed.tenant }, now).await?;
        }
        Ok(request)
    }
}

impl Routed {
    /// How many of its reminders have their day by now.
    pub(crate) fn reminders_due(&self, now: Timestamp) -> u32 {
        self.reminder_instants().filter(|at| *at <= now).fold(0, |count, _| count + 1)
    }

    /// When its next reminder is due, as long as the tenant says nothing.
    pub(crate) fn next_reminder(&self, now: Timestamp) -> Option<Timestamp> {
        self.reminder_instants().filter(|at| *at > now && self.instruction.is_none()).min()
    }

    fn reminder_instants(&self) -> impl Iterator<Item = Timestamp> + '_ {
        let zone = zone::find(&self.dates.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        self.dates.reminders.iter().filter_map(move |on: &Date| zone::first_instant(*on, &zone))
    }
}
