//! Which acts a change is. Each state, deed and row has its word, without a wildcard: a new one does not build without.

use super::act_kind::ActKind;
use super::row::{Change, Image, Row};
use super::staff::StaffDeed;
use crate::export::ports::Bundle;
use crate::ledger_event::{self, Kind};
use crate::obligation::{Head, State};
use crate::purge::Progress;
use crate::subject_request::Deed;

/// At least one; `Altered` when what counts has changed and nothing of ours changes it so.
pub(super) fn kinds(change: &Change) -> Vec<ActKind> {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let is_unreadable = |image: Option<&Image>| image.is_some_and(|image| image.row.is_none());
    if is_unreadable(before) || is_unreadable(after) {
        return vec![ActKind::Unreadable];
    }
    let row = |image: Option<&'_ Image>| image.and_then(|image| image.row.clone());
    let kinds = match (row(before), row(after)) {
        (_, None) => before.and_then(|image| image.row.as_ref()).map(removed).into_iter().collect(),
        (before, Some(after)) => changed(before.as_ref(), &after),
    };
    if kinds.is_empty() { vec![ActKind::Altered] } else { kinds }
}

fn removed(row: &Row) -> ActKind {
    match row {
        Row::HoldInForce { .. } => ActKind::HoldLostForce,
        Row::Leftover { .. } => ActKind::PeriodCleared,
        Row::Obligation(_)
        | Row::Earlier { .. }
        | Row::Plan { .. }
        | Row::Outcomes { .. }
        | Row::Processors { .. }
        | Row::Request { .. }
        | Row::Deed { .. }
        | Row::Bundle { .. }
        | Row::Hold { .. }
        | Row::Watermark { .. }
        | Row::Staff(_) => ActKind::Removed,
    }
}

fn changed(before: Option<&Row>, after: &Row) -> Vec<ActKind> {
    // What is written once and never again.
    let only_new = |kind: ActKind| if before.is_none() { vec![kind] } else { Vec::new() };
    match after {
        Row::Obligation(after) => match before {
            Some(Row::Obligation(before)) => obligation(Some(before), after),
            Some(_) | None => obligation(None, after),
        },
        Row::Earlier { .. } => only_new(ActKind::SetAside),
        Row::Plan { .. } => vec![ActKind::Planned],
        Row::Outcomes { .. } => vec![ActKind::Accounted],
        Row::Processors { settlement, .. } => {
            let is_settled = settlement.entries.values().all(|entry| entry.state.due().is_none());
            vec![if is_settled { ActKind::ProcessorsSettled } else { ActKind::ProcessorAsked }]
        }
        Row::Request { version, .. } => match before {
            None => vec![ActKind::RequestReceived],
            Some(Row::Request { version: before, .. }) if version > before => vec![ActKind::RequestChanged],
            Some(_) => Vec::new(),
        },
        Row::Deed { act, .. } => only_new(deed(&act.deed)),
        Row::Bundle { bundle: after, .. } => match before {
            Some(Row::Bundle { bundle: before, .. }) => bundle(Some(before), after),
            Some(_) | None => bundle(None, after),
        },
        Row::Hold { is_released, .. } => match before {
            None => vec![ActKind::HoldPlaced],
            Some(Row::Hold { is_released: false, .. }) if *is_released => vec![ActKind::HoldReleased],
            Some(_) => Vec::new(),
        },
        Row::HoldInForce { .. } => only_new(ActKind::HoldTookForce),
        Row::Watermark { progress: after, .. } => match before {
            Some(Row::Watermark { progress: before, .. }) => watermark(before, after),
            Some(_) | None => watermark(&Progress::default(), after),
        },
        Row::Leftover { .. } => vec![ActKind::PeriodLeft],
        Row::Staff(act) => vec![staff(&act.deed)],
    }
}

fn obligation(before: Option<&Head>, after: &Head) -> Vec<ActKind> {
    let told = ledger_event::events(before, after);
    let mut kinds: Vec<ActKind> = told.iter().map(|event| told_as(event.kind)).collect();
    // Others are told of a hold once; here every round beside it is an act.
    let is_held = |head: &Head| matches!(head.state, State::Held { .. });
    if is_held(after) && !before.is_some_and(is_held) && !kinds.contains(&ActKind::Held) {
        kinds.push(ActKind::Held);
    }
    let Some(before) = before.filter(|before| before.seq == after.seq) else { return kinds };
    if after.covers_until > before.covers_until {
        kinds.push(ActKind::Widened);
    }
    if after.confirmed_plan.is_some() && after.confirmed_plan != before.confirmed_plan {
        kinds.push(ActKind::Confirmed);
    }
    if after.returned_at.is_some() && before.returned_at.is_none() {
        kinds.push(ActKind::Returned);
    }
    let looks = |state: &State| match state {
        State::Verifying { looks, .. } | State::Completed { looks, .. } => looks.len(),
        State::Received
        | State::Planned { .. }
        | State::Executing { .. }
        | State::Failed { .. }
        | State::Held { .. }
        | State::Cancelled { .. } => 0,
    };
    if looks(&after.state) > looks(&before.state) {
        kinds.push(ActKind::LookedAgain);
    }
    let worked_off = |state: &State| match state {
        State::Executing { plan } => Some(plan.hash.clone()),
        State::Received
        | State::Planned { .. }
        | State::Failed { .. }
        | State::Held { .. }
        | State::Verifying { .. }
        | State::Completed { .. }
        | State::Cancelled { .. } => None,
    };
    let plan = worked_off(&after.state);
    if plan.is_some() && plan != worked_off(&before.state) {
        kinds.push(ActKind::Begun);
    }
    kinds
}

const fn told_as(kind: Kind) -> ActKind {
    match kind {
        Kind::Accepted => ActKind::Accepted,
        Kind::Halted => ActKind::Halted,
        Kind::Held => ActKind::Held,
        Kind::Released => ActKind::Released,
        Kind::Failed => ActKind::Failed,
        Kind::Late => ActKind::Late,
        Kind::Erased => ActKind::Erased,
        Kind::Retained => ActKind::Retained,
        Kind::Resurfaced => ActKind::Resurfaced,
        Kind::Completed => ActKind::Completed,
        Kind::Cancelled => ActKind::Cancelled,
    }
}

const fn deed(deed: &Deed) -> ActKind {
    match deed {
        Deed::Received => ActKind::RequestReceived,
        Deed::Told { .. } => ActKind::Told,
        Deed::Withheld => ActKind::Withheld,
        Deed::Bounced { .. } => ActKind::Bounced,
        Deed::Proved { .. } => ActKind::Proved,
        Deed::Extended => ActKind::Extended,
        Deed::Paused { .. } => ActKind::Paused,
        Deed::Resumed { .. } => ActKind::Resumed,
        Deed::Relocated { .. } => ActKind::Relocated,
        Deed::Begun => ActKind::RequestBegun,
        Deed::PartsSought => ActKind::PartsSought,
        Deed::Routed { .. } => ActKind::Routed,
        Deed::Instructed { .. } => ActKind::Instructed,
        Deed::Declined { .. } => ActKind::PartDeclined,
        Deed::AskedTime { .. } => ActKind::TimeAsked,
        Deed::CarriedOut { .. } => ActKind::CarriedOut,
        Deed::LeftOff { .. } => ActKind::PartLeftOff,
        Deed::Flagged { .. } => ActKind::Flagged,
        Deed::Lifted { .. } => ActKind::FlagLifted,
        Deed::Waits => ActKind::Waits,
        Deed::Joined { .. } => ActKind::Joined,
        Deed::FoundCredible => ActKind::FoundCredible,
        Deed::FoundNotCredible => ActKind::FoundNotCredible,
        Deed::Denied { .. } => ActKind::Denied,
        Deed::Withdrawn { .. } => ActKind::Withdrawn,
        Deed::RefusedPart { .. } => ActKind::PartRefused,
        Deed::Reviewed { .. } => ActKind::Reviewed,
        Deed::Corrected { .. } => ActKind::Corrected,
        Deed::OrderedAgain { .. } => ActKind::BundleOrdered,
        Deed::Reopened => ActKind::Reopened,
        Deed::Answered => ActKind::Answered,
        Deed::Closed { .. } => ActKind::Closed,
        Deed::CopyLacks { .. } => ActKind::CopyLacks,
        Deed::Downloaded => ActKind::Downloaded,
        Deed::BundleErased => ActKind::BundleErased,
        Deed::EvidenceErased => ActKind::EvidenceErased,
        Deed::ContactErased => ActKind::ContactErased,
    }
}

fn bundle(before: Option<&Bundle>, after: &Bundle) -> Vec<ActKind> {
    let (was_made, was_erased) = before.map_or((None, None), |before| (before.made_at, before.erased_at));
    let mut kinds = Vec::new();
    // One of before goes on its own day.
    let is_there = |round: u32| after.earlier.iter().any(|earlier| earlier.round == round);
    let is_earlier_erased = before.is_some_and(|before| !before.earlier.iter().all(|earlier| is_there(earlier.round)));
    if is_earlier_erased || (after.erased_at.is_some() && was_erased.is_none()) {
        kinds.push(ActKind::BundleErased);
    }
    if after.made_at.is_some() && was_made.is_none() {
        kinds.push(ActKind::BundleMade);
    }
    // Parts are stored on the way.
    let is_open = after.made_at.is_none() && after.erased_at.is_none();
    if is_open {
        kinds.push(ActKind::BundleBegun);
    }
    kinds
}

fn watermark(before: &Progress, after: &Progress) -> Vec<ActKind> {
    let until = |progress: &Progress| progress.swept.map(|swept| swept.until);
    let mut kinds = Vec::new();
    if until(after) > until(before) {
        kinds.push(ActKind::PeriodsPurged);
    }
    if after.halted.is_some() && after.halted != before.halted {
        kinds.push(ActKind::PurgeHalted);
    }
    if after.confirmed_plan.is_some() && after.confirmed_plan != before.confirmed_plan {
        kinds.push(ActKind::PurgeConfirmed);
    }
    if before.halted.is_some() && after.halted.is_none() {
        kinds.push(ActKind::PurgeResumed);
    }
    kinds
}

const fn staff(deed: &StaffDeed) -> ActKind {
    match deed {
        StaffDeed::PlaceHold(_) => ActKind::PlacingHold,
        StaffDeed::ReleaseHold(..) => ActKind::ReleasingHold,
        StaffDeed::ConfirmPlan(..) => ActKind::ConfirmingPlan,
        StaffDeed::ConfirmPurge(..) => ActKind::ConfirmingPurge,
        StaffDeed::BeginReplay(_) => ActKind::BeginningReplay,
        StaffDeed::LookAtRequest(_) => ActKind::LookingAtRequest,
        StaffDeed::LookAtList => ActKind::LookingAtList,
        StaffDeed::OrderExport(_) => ActKind::OrderingExport,
        StaffDeed::LookAtExport(_) => ActKind::LookingAtExport,
    }
}
