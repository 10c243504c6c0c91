//! Who, and about what: what a row says of it that may stand in the trail.

use std::collections::BTreeMap;

use super::recorded::{About, At, Doer, PlanName, Ref};
use super::row::Row;
use super::staff::{StaffAct, StaffDeed};
use super::staff_reason::StaffReason;
use crate::export::job::ExportJob;
use crate::ids::TenantId;
use crate::keys::SubjectKeys;
use crate::legal_hold::HoldId;
use crate::obligation::{Head, ObligationId, Outcome, State};
use crate::processors;
use crate::receipt::Name;
use crate::subject_request::{Act, Actor, Deed};

/// Who, and about what.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) by: Doer,
    pub(super) about: About,
}

impl Default for Facts {
    fn default() -> Self {
        Self { by: Doer::Service, about: About::default() }
    }
}

pub(super) fn of(keys: &SubjectKeys, row: &Row) -> Facts {
    let by = match row {
        Row::Deed { act, .. } => doer(keys, &act.actor),
        Row::Staff(StaffAct { who, .. }) => staff(keys, who),
        Row::Obligation(_)
        | Row::Earlier { .. }
        | Row::Plan { .. }
        | Row::Outcomes { .. }
        | Row::Processors { .. }
        | Row::Request { .. }
        | Row::Bundle { .. }
        | Row::Hold { .. }
        | Row::HoldInForce { .. }
        | Row::Watermark { .. }
        | Row::Leftover { .. } => Doer::Service,
    };
    Facts { by, about: about(keys, row) }
}

fn doer(keys: &SubjectKeys, actor: &Actor) -> Doer {
    match actor {
        Actor::Asker => Doer::Asker,
        Actor::Service => Doer::Service,
        Actor::Staff(who) => staff(keys, who),
        Actor::Tenant(user) => keys.audit_user(user).map_or(Doer::Service, |user| Doer::Tenant { user: Ref(user) }),
    }
}

fn staff(keys: &SubjectKeys, who: &str) -> Doer {
    keys.audit_staff(who)
        .map_or(Doer::Service, |(principal, role)| Doer::Staff { principal: Ref(principal), role: role.map(Ref) })
}

fn about(keys: &SubjectKeys, row: &Row) -> About {
    let of = |id: &ObligationId, number: Option<u32>| About {
        obligation: keys.receipt_obligation(id).map(Ref),
        number,
        ..About::default()
    };
    match row {
        Row::Obligation(head) => head_facts(keys, head, of(&head.id, Some(head.seq))),
        Row::Earlier { obligation, request } => of(obligation, Some(*request)),
        Row::Plan { obligation, request, hash, counts } => About {
            plan: Some(PlanName(hash.clone())),
            counts: named(counts.iter().map(|(class, count)| (class.as_str(), *count))),
            ..of(obligation, Some(*request))
        },
        Row::Outcomes { obligation, request, outcomes } => About {
            counts: named(outcomes.iter().filter_map(|(class, outcome)| Some((class.as_str(), removed(outcome)?)))),
            ..of(obligation, Some(*request))
        },
        Row::Processors { obligation, request, settlement } => {
            let standings = settlement
                .entries
                .iter()
                .filter_map(|(name, entry)| Some((Name::parse(name).ok()?, Name::parse(standing(&entry.state)).ok()?)));
            About { processors: standings.collect(), ..of(obligation, Some(*request)) }
        }
        Row::Request { id, version } => of(id, Some(*version)),
        Row::Deed { id, version, act } => deed_facts(keys, act, of(id, Some(*version))),
        Row::Bundle { job: ExportJob::Request(id), bundle } => of(id, Some(bundle.round)),
        Row::Bundle { job: ExportJob::Tenant(tenant), bundle } => {
            About { number: Some(bundle.round), ..of_tenant(keys, tenant) }
        }
        Row::Hold { hold, tenant, .. } | Row::HoldInForce { hold, tenant } => {
            About { holds: holds(keys, std::slice::from_ref(hold)), ..of_tenant(keys, tenant) }
        }
        Row::Watermark { class, progress } => {
            About { until: progress.swept.map(|swept| At(swept.until)), ..of_class(class) }
        }
        Row::Leftover { class, leftover } => About {
            until: Some(At(leftover.starts_at)),
            holds: holds(keys, &leftover.by),
            counts: named([("held", leftover.held), ("unclassified", leftover.kept)].into_iter()),
            ..of_class(class)
        },
        Row::Staff(act) => staff_facts(keys, act),
    }
}

fn of_tenant(keys: &SubjectKeys, tenant: &TenantId) -> About {
    About { tenant: keys.receipt_chain(tenant).map(Ref), ..About::default() }
}

/// A record of our own, `own.requests`, is told as `own-requests`: a name has no dot.
fn of_class(class: &str) -> About {
    let class = class.strip_prefix("own.").map_or_else(|| class.to_owned(), |own| format!("own-{own}"));
    About { class: Name::parse(&class).ok(), ..About::default() }
}

fn holds(keys: &SubjectKeys, holds: &[HoldId]) -> Vec<Ref> {
    holds.iter().filter_map(|hold| keys.audit_hold(hold).map(Ref)).collect()
}

/// What has no name of ours is not said: the digest knows it.
fn named<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> BTreeMap<Name, u64> {
    counts.filter_map(|(class, count)| Some((Name::parse(class).ok()?, count))).collect()
}

fn head_facts(keys: &SubjectKeys, head: &Head, about: About) -> About {
    let route = Name::parse(head.route.as_str()).ok();
    let (plan, by) = match &head.state {
        State::Planned { plan } | State::Executing { plan } | State::Failed { plan, .. } => (Some(&plan.hash), &[][..]),
        State::Held { plan, by, .. } => (Some(&plan.hash), by.as_slice()),
        State::Verifying { plan, .. } => (Some(plan), &[][..]),
        State::Received | State::Completed { .. } | State::Cancelled { .. } => (None, &[][..]),
    };
    About { plan: plan.cloned().map(PlanName), holds: holds(keys, by), detail: route, ..about }
}

const fn removed(outcome: &Outcome) -> Option<u64> {
    match outcome {
        Outcome::Removed { count } | Outcome::Held { removed: count, .. } => Some(*count),
        Outcome::NothingFound => Some(0),
        Outcome::Failed { .. } | Outcome::Retained { .. } => None,
    }
}

const fn standing(state: &processors::State) -> &'static str {
    match state {
        processors::State::Waiting { .. } => "waiting",
        processors::State::Asked { .. } => "asked",
        processors::State::Confirmed { .. } => "confirmed",
        processors::State::ExpiresBy { .. } => "expires",
        processors::State::Retained { .. } => "retained",
        processors::State::NotConcerned => "not-concerned",
    }
}

fn deed_facts(keys: &SubjectKeys, act: &Act, about: About) -> About {
    let (tenant, detail) = match &act.deed {
        Deed::Told { notice, tenant } | Deed::Bounced { notice, tenant, .. } => (tenant.as_ref(), Some(notice.clone())),
        Deed::Routed { tenant }
        | Deed::Instructed { tenant, .. }
        | Deed::AskedTime { tenant, .. }
        | Deed::CarriedOut { tenant }
        | Deed::LeftOff { tenant } => (Some(tenant), None),
        Deed::Declined { tenant, reason, .. } => (Some(tenant), Some(reason.clone())),
        Deed::Flagged { flag } | Deed::Lifted { flag, .. } => (None, Some(flag.attribute().replace('_', "-"))),
        Deed::Denied { reason } | Deed::RefusedPart { reason } => (None, Some(reason.clone())),
        Deed::OrderedAgain { reason, .. } => (None, Some(reason.as_str().to_owned())),
        Deed::Received
        | Deed::Withheld
        | Deed::Proved { .. }
        | Deed::Extended
        | Deed::Paused { .. }
        | Deed::Resumed { .. }
        | Deed::Relocated { .. }
        | Deed::Begun
        | Deed::PartsSought
        | Deed::Waits
        | Deed::Joined { .. }
        | Deed::FoundCredible
        | Deed::FoundNotCredible
        | Deed::Reviewed { .. }
        | Deed::Corrected { .. }
        | Deed::Reopened
        | Deed::Answered
        | Deed::Withdrawn { .. }
        | Deed::Closed { .. }
        | Deed::CopyLacks { .. }
        | Deed::Downloaded
        | Deed::BundleErased
        | Deed::EvidenceErased
        | Deed::ContactErased => (None, None),
    };
    let tenant = tenant.and_then(|tenant| keys.receipt_chain(tenant)).map(Ref);
    About { tenant, detail: detail.and_then(|detail| Name::parse(&detail).ok()), ..about }
}

fn staff_facts(keys: &SubjectKeys, act: &StaffAct) -> About {
    let because = |reason: StaffReason| Name::parse(reason.as_str()).ok();
    match &act.deed {
        StaffDeed::PlaceHold(hold) => About { holds: vec![Ref(hold.clone())], ..About::default() },
        StaffDeed::ReleaseHold(hold, reason) => {
            About { holds: vec![Ref(hold.clone())], detail: because(*reason), ..About::default() }
        }
        StaffDeed::ConfirmPlan(id, reason) => {
            About { obligation: Some(Ref(id.clone())), detail: because(*reason), ..About::default() }
        }
        StaffDeed::ConfirmPurge(class, reason) => About { detail: because(*reason), ..of_class(class) },
        StaffDeed::BeginReplay(since) => About { until: Some(At(*since)), ..About::default() },
        StaffDeed::LookAtRequest(id) => About { obligation: Some(Ref(id.clone())), ..About::default() },
        StaffDeed::LookAtList => About::default(),
        StaffDeed::OrderExport(tenant) | StaffDeed::LookAtExport(tenant) => of_tenant(keys, tenant),
    }
}
