//! The parts of a request that tenants decide, whatever it asks for: finds them, tells their tenants, carries out what those
//! want.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Fulfilment, Stop, next};
use crate::clock::model::Kind;
use crate::clock::zone;
use crate::data_map::DataMap;
use crate::export::job::ExportQueue;
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::ingest_gate::FlagBook;
use crate::instant;
use crate::keys::SubjectKeys;
use crate::law::Law;
use crate::ports::{Connections, DueIndex, Intake, Ledger, Showcase, WorkQueue};
use crate::route_request::{NotRouted, route};
use crate::scope::{Part, is_covered};
use crate::subject_request::notice::{Notice, PASSED_ON};
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{Actor, Deed, Routed, SubjectRequest};
use crate::target::Limit;

/// What tenants have of whoever asks, by who decides about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Tenants that decide about something of theirs.
    pub(crate) deciding: BTreeSet<TenantId>,
    /// Tenants that have something about which the person's word is enough, as its platform wants it. They are told.
    pub(crate) told: BTreeSet<TenantId>,
}

/// Finds them. Nothing where nobody has shown who they are, and where no tenant is asked.
///
/// # Errors
/// [`Fault`]
pub(crate) async fn seek(
    vault: &impl Connections,
    keys: &SubjectKeys,
    map: &DataMap,
    request: &SubjectRequest,
) -> Result<Parts, Fault> {
    let mut parts = Parts::default();
    if !request.has_parts() {
        return Ok(parts);
    }
    let (limit, covers_until) = (map.on_their_word(request.user()), request.covers_until());
    for link in request.erased().iter().flat_map(|identity| keys.links(identity)) {
        for reach in vault.reach(&link).await? {
            if !is_covered(reach.since, covers_until) {
                continue;
            }
            // What somebody is as a user of an account is nobody's but theirs and ours to decide; without a login it is as if it
            // were not there.
            if matches!(reach.place.part, Part::User(_)) {
                continue;
            }
            let platform = vault.platform_of(&reach.place).await?;
            let is_theirs = limit.allows(&reach.place, platform.as_ref());
            let tenants = if is_theirs { &mut parts.told } else { &mut parts.deciding };
            tenants.insert(reach.place.tenant);
        }
    }
    Ok(parts)
}

/// Hands its part to each of these tenants that has not got it. `None`: somebody else changed the request meanwhile.
///
/// # Errors
/// [`Fault`]
pub(crate) async fn hand_over(
    book: &impl RequestBook,
    law: &Law,
    mut request: SubjectRequest,
    deciding: &BTreeSet<TenantId>,
    now: Timestamp,
) -> Result<Option<SubjectRequest>, Fault> {
    for tenant in deciding {
        let changed = route(&request, tenant, law, Actor::Service, now);
        let unroutable = |error: NotRouted| Fault::park("fulfil.route", error);
        if let Some(changed) = changed.map_err(unroutable)? {
            if !book.record(&changed.request, &changed.act, None).await? {
                return Ok(None);
            }
            request = changed.request;
        }
    }
    Ok(Some(request))
}

impl<L, V, Q> Fulfilment<'_, L, V, Q>
where
    L: RequestBook + Intake + Showcase + DueIndex + Ledger,
    V: FlagBook + Connections,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    /// Hands a part to every tenant that has something of the person which is its to decide, and notes once that all were looked
    /// for. Asked at each look, so that what is found late is handed over too.
    pub(super) async fn route_parts(
        &self,
        request: SubjectRequest,
        now: Timestamp,
    ) -> Result<(SubjectRequest, Parts), Stop> {
        let parts = seek(self.vault, self.keys, self.map, &request).await?;
        let handed = hand_over(self.ledger, self.law, request, &parts.deciding, now).await?;
        let mut request = handed.ok_or(Stop::Overtaken)?;
        if request.has_unsought_parts() {
            let mut sought = next(&request);
            sought.course.parts_sought_at = Some(instant::to_millis(now));
            request = self.record(sought, Deed::PartsSought, now).await?;
        }
        Ok((request, parts))
    }

    /// The person hears which way their request goes, without the name of the tenant, once a tenant was reached or none could be; the
    /// tenant hears of it, and again on its days as long as it says nothing.
    pub(super) async fn tell_of_parts(&self, request: &SubjectRequest, now: Timestamp) -> Result<(), Stop> {
        let parts = request.decided_by_tenants();
        if !parts.is_empty() && !request.was_told(Notice::Routed, PASSED_ON) {
            self.notify(request, Notice::Routed, None, PASSED_ON).await?;
        }
        for routed in parts.iter().filter(|routed| routed.is_silent()) {
            if request.tenant_rounds(&routed.tenant, Notice::TenantForward) < 1 {
                self.notify(request, Notice::TenantForward, Some(&routed.tenant), 1).await?;
                continue;
            }
            let round = routed.reminders_due(now);
            if request.tenant_rounds(&routed.tenant, Notice::TenantReminder) < round {
                self.notify(request, Notice::TenantReminder, Some(&routed.tenant), round).await?;
            }
        }
        Ok(())
    }

    /// Everything of the tenants that said so goes, each by an obligation of its own that reaches no other, after the copies that the
    /// same person waits for.
    pub(super) async fn carry_out_parts(
        &self,
        mut request: SubjectRequest,
        now: Timestamp,
    ) -> Result<SubjectRequest, Stop> {
        let mut others = None;
        for routed in request.routed.clone() {
            let Some(instruction) = routed.instruction.as_ref().filter(|_| routed.done_at.is_none()) else { continue };
            if !request.has_erasure() {
                request = self.carry_out_part(request, &routed, now).await?;
                continue;
            }
            let id = request.part_id(&routed);
            let Some(head) = self.ledger.head(&id).await? else {
                let others = match &others {
                    Some(others) => others,
                    None => others.insert(self.others(&request).await?),
                };
                if self.waits_for_copy(&request, others, (instruction.at, now)) {
                    continue;
                }
                let limit = Limit::Tenant(routed.tenant.clone());
                self.erase_within(&request, (id, limit), instruction.at, now).await?;
                continue;
            };
            let Some(erased_at) = head.state.erased_at() else { continue };
            let done = next(&request).with_done(&routed.tenant, erased_at);
            request = self.record(done, Deed::CarriedOut { tenant: routed.tenant }, now).await?;
        }
        Ok(request)
    }

    /// What a tenant wants that is no erasure: a flag for the person in its own data, unless the person wants it no more by then; a
    /// correction once staff have decided each field. What names nobody waits until somebody has found out who it is.
    async fn carry_out_part(
        &self,
        request: SubjectRequest,
        routed: &Routed,
        now: Timestamp,
    ) -> Result<SubjectRequest, Stop> {
        let mut done = next(&request).with_done(&routed.tenant, now);
        if let Some(flag) = request.flag_of_tenants() {
            if request.has_lifted(flag) {
                return self.record(done, Deed::LeftOff { tenant: routed.tenant.clone() }, now).await;
            }
            let people: Vec<_> = request.flagged(flag);
            let there: BTreeSet<_> =
                people.iter().flat_map(|identity| self.keys.suppressions_at(&routed.tenant, identity)).collect();
            if there.is_empty() {
                return Ok(request);
            }
            for person in &there {
                self.vault.raise_flag(person, flag, instant::to_millis(now)).await?;
            }
            done.course.flagged.extend(there);
        } else if !(request.kind == Kind::Correction && request.findings.is_corrected()) {
            return Ok(request);
        }
        self.record(done, Deed::CarriedOut { tenant: routed.tenant.clone() }, now).await
    }

    /// Goes on with a request that is a flag, or that staff work on: hands tenants their parts, carries out what they want,
    /// answers when nothing is left to wait for. An objection, an appeal, a complaint are closed by staff.
    pub(super) async fn carry_on(&self, request: SubjectRequest, now: Timestamp) -> Result<SubjectRequest, Stop> {
        let (request, parts) = self.route_parts(request, now).await?;
        self.tell_of_parts(&request, now).await?;
        let request = self.carry_out_parts(request, now).await?;
        if !request.is_ready_to_answer() || !request.is_decided(now) || request.is_left_to_staff() {
            return Ok(request);
        }
        self.tell_on_their_word(&request, &parts.told).await?;
        let in_part = request.has_undone_part() || request.findings.is_partial();
        self.answer(request, in_part, now).await
    }

    /// What is left of a closed request: tenants that may still give their word to a copy, those in whose accounts staff had
    /// something done on the person's, those that were asked for what was taken back.
    pub(super) async fn follow_up(&self, request: &SubjectRequest, now: Timestamp) -> Result<(), Stop> {
        if request.awaits_tenants(now) {
            self.tell_of_parts(request, now).await?;
        }
        for tenant in request.tenants_to_call_off() {
            self.notify(request, Notice::TenantWithdrawal, Some(&tenant), 1).await?;
        }
        let is_acted_on = request.is_objection_accepted() || request.findings.is_mended();
        if is_acted_on && !request.evidence_erased {
            let parts = seek(self.vault, self.keys, self.map, request).await?;
            self.tell_on_their_word(request, &parts.told).await?;
        }
        Ok(())
    }

    /// Tenants in whose accounts something is done at the person's word hear of it.
    async fn tell_on_their_word(&self, request: &SubjectRequest, tenants: &BTreeSet<TenantId>) -> Result<(), Stop> {
        for tenant in tenants {
            if request.tenant_rounds(tenant, Notice::TenantTold) < 1 {
                self.notify(request, Notice::TenantTold, Some(tenant), 1).await?;
            }
        }
        Ok(())
    }
}

impl SubjectRequest {
    /// Whether a tenant whose word is waited for has not been asked: its letter is on its way, or it names nobody to write to.
    pub(crate) fn has_unasked_tenant(&self) -> bool {
        let is_unasked = |routed: &Routed| {
            routed.instruction.is_none() && self.tenant_rounds(&routed.tenant, Notice::TenantForward) < 1
        };
        self.routed.iter().any(is_unasked)
    }
}

impl Routed {
    /// How many of its reminders have their day by now.
    pub(crate) fn reminders_due(&self, now: Timestamp) -> u32 {
        self.reminder_instants().filter(|at| *at <= now).fold(0, |count, _| count + 1)
    }

    /// When its next reminder is due, as long as the tenant says nothing.
    pub(crate) fn next_reminder(&self, now: Timestamp) -> Option<Timestamp> {
        self.reminder_instants().filter(|at| *at > now && self.is_silent()).min()
    }

    fn reminder_instants(&self) -> impl Iterator<Item = Timestamp> + '_ {
        let zone = zone::find(&self.dates.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        self.dates.reminders.iter().filter_map(move |on: &Date| zone::first_instant(*on, &zone))
    }
}
