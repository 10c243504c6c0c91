//! What a tenant sees of the requests whose parts are its to decide: what is asked for, by when, what it has said. It sees no other
//! tenant's, and nothing of the person: the reference is the one of its letters, which opens no page.

mod cursor;

pub use cursor::{InvalidPlace, KeyStart, PartsCursor};

use jiff::Timestamp;
use jiff::civil::Date;

use self::cursor::Rank;
use crate::clock::model::Kind;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::find_obligation::Named;
use crate::ids::TenantId;
use crate::obligation::ObligationId;
use crate::subject_request::ports::{RequestRegister, RequestsOfTenants};
use crate::subject_request::{Declined, Instructed, Routed, Standing, SubjectRequest};

/// Rows read at a time.
const BATCH: usize = 100;
/// Requests that a page is made of: no more are read for it.
pub const TOGETHER: u16 = 500;

/// How far its part is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartStanding {
    /// It is waited for.
    Asked,
    /// It is waited for, and has said that it needs more time.
    AskedTime(Instructed),
    /// It wants it done.
    Agreed(Instructed),
    /// It does not.
    Declined(Declined),
    /// What it wanted is done.
    Done(Instructed, Timestamp),
    /// It wanted what the person wants no more, so it is not in force.
    TakenBack(Instructed),
    /// It said nothing until the request was closed.
    Unanswered,
}

impl PartStanding {
    /// As it stands in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::AskedTime(_) => "asked-time",
            Self::Agreed(_) => "agreed",
            Self::Declined(_) => "declined",
            Self::Done(..) => "done",
            Self::TakenBack(_) => "taken-back",
            Self::Unanswered => "unanswered",
        }
    }
}

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartLine {
    /// As letters and logs name the request; see [`ObligationId::log_ref`].
    pub reference: String,
    /// What is asked for.
    pub kind: Kind,
    /// When it reached us.
    pub received_at: Timestamp,
    /// Since when the tenant has its part.
    pub asked_at: Timestamp,
    /// The last day on which it may decide.
    pub due_by: DueBy,
    /// On which days it is reminded as long as it says nothing.
    pub reminders: [Date; 3],
    /// How far it is.
    pub standing: PartStanding,
    /// Whether it may decide now.
    pub is_open: bool,
}

impl PartLine {
    /// The part of one tenant; `None` when it has none.
    #[must_use]
    pub fn of(request: &SubjectRequest, tenant: &TenantId) -> Option<Self> {
        let routed = request.routed.iter().find(|routed| routed.tenant == *tenant)?;
        let is_open = matches!(request.standing, Standing::InProgress { .. }) || request.is_open_to_tenants();
        Some(Self {
            reference: request.id.log_ref(),
            kind: request.kind,
            received_at: request.received_at,
            asked_at: routed.at,
            due_by: request.tenants_decide_by(),
            reminders: routed.dates.reminders,
            standing: standing(request, routed, is_open),
            is_open: is_open && routed.instruction.is_none(),
        })
    }
}

fn standing(request: &SubjectRequest, routed: &Routed, is_open: bool) -> PartStanding {
    let is_lifted = request.flag_of_tenants().is_some_and(|flag| request.has_lifted(flag));
    match routed {
        Routed { instruction: Some(given), .. } if is_lifted => PartStanding::TakenBack(given.clone()),
        Routed { instruction: Some(given), done_at: Some(at), .. } => PartStanding::Done(given.clone(), *at),
        Routed { instruction: Some(given), .. } => PartStanding::Agreed(given.clone()),
        Routed { declined: Some(said), .. } => PartStanding::Declined(said.clone()),
        Routed { asked_time: Some(asked), .. } if is_open => PartStanding::AskedTime(asked.clone()),
        Routed { .. } if is_open => PartStanding::Asked,
        Routed { .. } => PartStanding::Unanswered,
    }
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartsPage {
    /// In order.
    pub parts: Vec<PartLine>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<PartsCursor>,
}

/// At most `limit` of the parts that were handed to a tenant and are still on record, after a place that an earlier page gave. They are
/// read some hundreds at a time; of those that were read together what it may decide comes first, then by day. What comes in or
/// is decided between two pages may be in both.
///
/// # Errors
/// [`Fault`]
pub async fn list_parts(
    register: &(impl RequestRegister + RequestsOfTenants),
    tenant: &TenantId,
    from: Option<&PartsCursor>,
    limit: usize,
) -> Result<PartsPage, Fault> {
    let read_after = from.and_then(|from| from.read_after.clone());
    let mut ids = register.routed_after(tenant, read_after.as_ref(), TOGETHER + 1).await?;
    let has_more = ids.len() > usize::from(TOGETHER);
    ids.truncate(usize::from(TOGETHER));
    let mut placed = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let requests = register.requests(batch).await?;
        let lines = requests.iter().filter_map(|request| PartLine::of(request, tenant));
        placed.extend(lines.map(|line| (Rank::of(&line), line)));
    }
    placed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let after = from.and_then(|from| from.after.as_ref());
    placed.retain(|(rank, _)| after.is_none_or(|after| rank > after));
    let is_more = placed.len() > limit;
    placed.truncate(limit);
    let next = match (placed.last().filter(|_| is_more), ids.last().filter(|_| has_more)) {
        (Some((rank, _)), _) => Some(PartsCursor::new(tenant, read_after, Some(rank.clone()))),
        (None, Some(last)) => Some(PartsCursor::new(tenant, Some(KeyStart::of(last)), None)),
        (None, None) => None,
    };
    Ok(PartsPage { parts: placed.into_iter().map(|(_, line)| line).collect(), next })
}

/// The request that a tenant means by a reference of its letters. `None` for one that it has no part in, and for the id that opens
/// the page of the person: a business does not have it.
///
/// # Errors
/// [`Fault`]
pub async fn find_part(
    register: &impl RequestsOfTenants,
    tenant: &TenantId,
    named: &Named,
) -> Result<Option<ObligationId>, Fault> {
    let Named::Ref(reference) = named else { return Ok(None) };
    let ids = register.routed_to(tenant).await?;
    Ok(ids.into_iter().find(|id| id.log_ref() == *reference))
}

#[cfg(test)]
mod tests;
