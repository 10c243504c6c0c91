//! Shows a request to whoever has its reference: what was asked, by when, what is left to do for them, what came of it.
//!
//! Says nothing of who asked or what they wrote, and until the request is verified nothing that only the person may know.

mod erasure;
mod states;
mod ways;

pub(crate) use erasure::erasure_of;
pub use states::{FieldState, PartState, Role};
pub use ways::{DenialView, RefusedView, WayOn};

use jiff::Timestamp;

use crate::clock::model::Kind;
use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::export::ports::Round;
use crate::fault::Fault;
use crate::ingest_gate::Flag;
use crate::law::Law;
use crate::obligation::{ObligationId, Outcome};
use crate::ports::{Freshness, Showcase, ShownAsked};
use crate::show_request::{ClassOutcome, RequestView, view};
use crate::subject_request::findings::Correction;
use crate::subject_request::notice::Notice;
use crate::subject_request::review::Outcome as Closing;
use crate::subject_request::{Extended, Proof, Routed, Standing, SubjectRequest};
use crate::withdraw_request::withdraw;

/// A field that was to be mended: its name, and nothing of what stands or stood in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: FieldState,
}

/// The part of a business, which is not named: that the person deals with it is between the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartView {
    /// Since when it knows.
    pub asked_at: Timestamp,
    /// How far it is.
    pub state: PartState,
    /// Whether it knows: a letter to it has gone out, or it has decided without one.
    pub is_reached: bool,
    /// Why it does not want it done, by a code of `law.toml`.
    pub reason: Option<String>,
}

/// Everything the status page says of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedView {
    /// Its reference.
    pub id: ObligationId,
    /// What was asked for.
    pub kind: Kind,
    /// Where it stands, by its name in the interface: of the work on it, once there is some.
    pub state: &'static str,
    /// When we received it.
    pub received_at: Timestamp,
    /// The last day.
    pub due_by: DueBy,
    /// The rule that set it.
    pub due_rule: String,
    /// Whether a code is what it waits for.
    pub waits_for_code: bool,
    /// What whoever asks has still to show, while that is waited for: made of nothing but what was sent.
    pub missing: Vec<Proof>,
    /// How many things they have still to name, where what they know is compared: until then it is their turn, and they lose by it.
    pub points_left: u8,
    /// Whether somebody asks for the person, who then confirms it by a code.
    pub by_agent: bool,
    /// Whether the same person had asked for the same before: both are answered together.
    pub goes_with_earlier: bool,
    /// Why we took more time, and the day it was due before.
    pub extended: Option<Extended>,
    /// Since when their answer to a question of ours is waited for, where that stops the clock of their law.
    pub paused_since: Option<Timestamp>,
    /// Since when it is looked at again, because an appeal was upheld: its dates count from here.
    pub reopened_at: Option<Timestamp>,
    /// Since when its bundle is made again, while it is: its dates count from here.
    pub remade_since: Option<Timestamp>,
    /// When it ended, and why it was refused.
    pub closed: Option<(Timestamp, Option<String>)>,
    /// When it was taken back, if it was.
    pub withdrawn_at: Option<Timestamp>,
    /// What takes it back, while it can be.
    pub withdrawn_by: Option<Proof>,
    /// Why it was refused and where the person can turn.
    pub denial: Option<DenialView>,
    /// As what staff closed it, if they did.
    pub outcome: Option<Closing>,
    /// Whether an objection was accepted, once staff have decided.
    pub accepted: Option<bool>,
    /// Each field that was to be mended.
    pub fields: Vec<FieldView>,
    /// Parts that were refused, with why, once it is closed.
    pub refused: Vec<RefusedView>,
    /// Where the person can turn, once not all of it was done, or we are late.
    pub ways: Vec<WayOn>,
    /// The erasure, once it has begun; not of a believed report about a child by somebody who has not shown that it is theirs.
    pub erasure: Option<RequestView>,
    /// Who decides, once it was verified.
    pub role: Option<Role>,
    /// The parts that businesses decide.
    pub parts: Vec<PartView>,
    /// What is not done with the data any more.
    pub flags: Vec<Flag>,
    /// What was lifted of that, because the person wants it no more.
    pub lifted: Vec<Flag>,
    /// Whether nothing of what it had stopped is in force for that reason.
    pub is_taken_back: bool,
    /// Whether that was done and answered although nobody has shown that they may ask for the person.
    pub is_unshown: bool,
    /// The denied request that it asks to look at again.
    pub appeal_of: Option<ObligationId>,
    /// Whether it was answered with a bundle.
    pub has_bundle: bool,
    /// The bundles that can be fetched, the newest first, for whoever shows again who they are.
    pub bundles: Vec<Round>,
    /// What they show for it: a login or a code.
    pub opened_by: Option<Proof>,
    /// Whether it reaches nothing but what an address or a handle opens, and so no account, whether there is one or not.
    pub is_without_account: bool,
    /// Whether it reaches nothing but an account, after a login, and nothing that is held beside it.
    pub is_account_only: bool,
    /// Whether it is answered with the categories of the data, and not with the data itself.
    pub is_categories_only: bool,
    /// Whether it is a report about a child that staff are about to read.
    pub waits_for_review: bool,
    /// Whether it is one that they believe: then the child's data is erased, whatever was asked for, and no copy is given.
    pub is_of_child: bool,
}

/// Reads and arranges one request; `None` when there is none, which is never said without a look at what is there now.
///
/// # Errors
/// [`Fault`]
pub async fn show_asked(
    showcase: &impl Showcase,
    map: &DataMap,
    second_looks: &[jiff::Span],
    id: &ObligationId,
    freshness: Freshness,
    now: Timestamp,
) -> Result<Option<AskedView>, Fault> {
    if !id.is_request() {
        return Ok(None);
    }
    let found = match (showcase.show_asked(id, freshness).await?, freshness) {
        (None, Freshness::MomentAgo) => showcase.show_asked(id, Freshness::Now).await?,
        (found, Freshness::MomentAgo | Freshness::Now) => found,
    };
    let Some(ShownAsked { request, erasure, bundle }) = found else { return Ok(None) };
    let erasure = erasure_of(showcase, &request, erasure, freshness).await?;
    let can_be_withdrawn = matches!(withdraw(&request, erasure.as_ref().map(|shown| &shown.head), now), Ok(Some(_)));
    let withdrawn_by = request.withdrawn_by().filter(|_| can_be_withdrawn);
    let is_withdrawn = matches!(request.standing, Standing::Withdrawn { .. });
    let withdrawn_at = request.standing.closed_at().filter(|_| is_withdrawn);
    // Its counts say how much there was, and its state that there was something.
    let erasure = erasure.filter(|_| request.may_learn_what_there_was());
    let erasure = erasure.map(|shown| view(shown, map, second_looks));
    let denial = ways::denial(&request)?;
    let in_part = ways::in_part(&request, now)?;
    let points_left = points_left(&request)?;
    let bundles = bundle.map_or_else(Vec::new, |bundle| request.bundles(&bundle, now));
    Ok(Some(AskedView { bundles, points_left, withdrawn_at, withdrawn_by, ..asked(request, erasure, denial, in_part) }))
}

fn asked(
    request: SubjectRequest,
    erasure: Option<RequestView>,
    denial: Option<DenialView>,
    (refused, ways): (Vec<RefusedView>, Vec<WayOn>),
) -> AskedView {
    let is_open = request.standing.closed_at().is_none();
    let reopened_at = request.course.reopened.as_ref().map(|reopened| reopened.at);
    let is_code = |proof: Proof| matches!(proof, Proof::EmailCode | Proof::HandleCode);
    let waits_for_code = is_open && !request.is_of_child() && request.missing().any(is_code);
    AskedView {
        role: role(&request, erasure.as_ref()),
        parts: request.decided_by_tenants().iter().map(|routed| part(&request, routed)).collect(),
        outcome: request.findings.outcome,
        accepted: (request.kind == Kind::Objection && request.findings.outcome.is_some())
            .then(|| request.is_objection_accepted()),
        fields: request.findings.corrections.iter().map(field).collect(),
        refused,
        ways,
        flags: request.course.flags.clone(),
        lifted: request.course.lifted.clone(),
        is_taken_back: request.is_taken_back(),
        is_unshown: request.is_answered_unshown(),
        appeal_of: request.appeal_of.clone(),
        // What names nobody is answered by hand.
        has_bundle: request.bundle_kind().is_some()
            && matches!(request.standing, Standing::Answered { .. })
            && !request.names_nobody(),
        is_of_child: request.is_of_child(),
        bundles: Vec::new(),
        opened_by: request.opened_by(),
        is_without_account: request.leaves_accounts(),
        is_account_only: request.covers_account_only(),
        is_categories_only: request.is_categories_only(),
        waits_for_review: request.awaits_child_review(),
        denial,
        kind: request.kind,
        state: states::state(&request, erasure.as_ref()),
        received_at: request.received_at,
        due_by: request.clocks.legal_due(),
        due_rule: request.clocks.legal.rule.clone(),
        waits_for_code,
        missing: if request.awaits_proof() && !request.is_of_child() {
            request.missing().collect()
        } else {
            Vec::new()
        },
        points_left: 0,
        by_agent: request.agent.is_some(),
        goes_with_earlier: request.course.joined.is_some(),
        paused_since: request.clocks.paused_since().filter(|_| is_open),
        extended: request.clocks.extended,
        reopened_at,
        remade_since: request.course.ordered_again.as_ref().map(|order| order.at).filter(|_| is_open),
        closed: closed(&request.standing),
        withdrawn_at: None,
        withdrawn_by: None,
        erasure,
        id: request.id,
    }
}

/// When it ended, and why it was refused.
fn closed(standing: &Standing) -> Option<(Timestamp, Option<String>)> {
    match standing {
        Standing::Answered { at, .. } | Standing::Withdrawn { at, .. } => Some((*at, None)),
        Standing::Denied { at, reason } => Some((*at, Some(reason.clone()))),
        Standing::Received | Standing::AwaitingVerification | Standing::InProgress { .. } => None,
    }
}

fn points_left(request: &SubjectRequest) -> Result<u8, Fault> {
    if !request.awaits_proof() || !request.missing().any(|missing| missing == Proof::DataPoints) {
        return Ok(0);
    }
    let law = Law::built_in().map_err(|error| Fault::park("show", error))?;
    request.points_left(&law).map_err(|error| Fault::park("show", error))
}

fn field(correction: &Correction) -> FieldView {
    FieldView { name: correction.field.as_str().to_owned(), state: FieldState::of(&correction.decision) }
}

fn part(request: &SubjectRequest, routed: &Routed) -> PartView {
    let is_over = request.standing.closed_at().is_some() && !request.is_open_to_tenants();
    let state = match (&routed.instruction, routed.done_at) {
        (_, Some(_)) => PartState::Done,
        (Some(_), None) => PartState::Instructed,
        (None, None) if routed.declined.is_some() => PartState::Declined,
        (None, None) if is_over => PartState::Unanswered,
        (None, None) => PartState::Asked,
    };
    let reason = routed.declined.as_ref().filter(|_| state == PartState::Declined);
    let has_decided = matches!(state, PartState::Instructed | PartState::Done | PartState::Declined);
    let is_reached = has_decided || request.tenant_rounds(&routed.tenant, Notice::TenantForward) > 0;
    PartView { asked_at: routed.at, state, is_reached, reason: reason.map(|declined| declined.reason.clone()) }
}

/// Who decides. Before the request is verified that would say whose data we hold.
fn role(request: &SubjectRequest, erasure: Option<&RequestView>) -> Option<Role> {
    let is_not_done = matches!(request.standing, Standing::Denied { .. } | Standing::Withdrawn { .. });
    if !request.may_be_carried_out() || is_not_done {
        return None;
    }
    let is_ours = |class: &ClassOutcome| !matches!(class.outcome, Outcome::NothingFound);
    let found_nothing =
        erasure.is_some_and(|erasure| erasure.erased_at.is_some() && !erasure.outcomes.iter().any(is_ours));
    Some(match (request.decided_by_tenants().is_empty(), found_nothing) {
        (true, _) => Role::Controller,
        (false, true) => Role::Processor,
        (false, false) => Role::Both,
    })
}

#[cfg(test)]
mod tests;
