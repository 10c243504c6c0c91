//! Shows a request to the person: what was asked, by when, what was removed, what is kept and why.

use jiff::Timestamp;

use crate::data_map::DataMap;
use crate::deadline::{self, DueBy};
use crate::fault::Fault;
use crate::obligation::{Head, ObligationId, Outcome, State};
use crate::policy::Route;
use crate::policy::retained::Exception;
use crate::ports::{Freshness, Showcase, Shown};

/// The state as people and programs outside read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicState {
    /// Stored, not yet begun.
    Received,
    /// Being worked on.
    InProgress,
    /// Everything was removed; second looks are due.
    Verifying,
    /// Done and looked at for the last time.
    Completed,
    /// A legal hold keeps a part for now.
    Held,
    /// A part could not be removed yet and is tried again.
    Failed,
    /// As completed, but for what a law wants kept.
    PartlyRetained,
}

impl PublicState {
    pub(crate) fn of(head: &Head, outcomes: &[(String, Outcome)]) -> Self {
        let is_retained = |(_, outcome): &(String, Outcome)| matches!(outcome, Outcome::Retained { .. });
        match &head.state {
            State::Completed { .. } if outcomes.iter().any(is_retained) => Self::PartlyRetained,
            State::Received if head.reopened == 0 => Self::Received,
            State::Received | State::Planned { .. } | State::Executing { .. } => Self::InProgress,
            State::Failed { .. } => Self::Failed,
            State::Held { .. } => Self::Held,
            State::Verifying { .. } => Self::Verifying,
            State::Completed { .. } | State::Cancelled { .. } => Self::Completed,
        }
    }

    /// As it stands in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::InProgress => "in-progress",
            Self::Verifying => "verifying",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::PartlyRetained => "partly-retained",
        }
    }
}

/// A second look, done or due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When it is due.
    pub due_at: Timestamp,
    /// When it found nothing.
    pub done_at: Option<Timestamp>,
}

/// The outcome of one record class, with its title for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassOutcome {
    /// Name in the data map.
    pub class: String,
    /// For people.
    pub title: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// Something that stays, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptRecord {
    /// Name in the policy file.
    pub class: String,
    /// For people.
    pub title: String,
    /// For people.
    pub reason: String,
    /// Until when, once that is known. A record class has no such day: each record of it goes by its own date.
    pub until: Option<jiff::civil::Date>,
    /// Why a law wants it, where it is a record class that the request leaves.
    pub retained: Option<Retention>,
    /// Whether a processor keeps it, by dates of its own. No day of it is stored here.
    pub is_elsewhere: bool,
}

/// Why and for how long a record class is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The exception of the law.
    pub code: Exception,
    /// Each record goes at the latest so long after its own date.
    pub keep_for: jiff::SpanFieldwise,
}

/// A finished request under the same code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierRequest {
    /// When we received it.
    pub received_at: Timestamp,
    /// When everything was erased.
    pub erased_at: Option<Timestamp>,
}

/// Everything the status page says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestView {
    /// The confirmation code.
    pub id: ObligationId,
    /// How it reached us.
    pub route: Route,
    /// Where it stands.
    pub state: PublicState,
    /// When we received it.
    pub received_at: Timestamp,
    /// The promised last day.
    pub due_by: DueBy,
    /// Connections made before this instant are covered.
    pub covers_until: Timestamp,
    /// When everything was erased.
    pub erased_at: Option<Timestamp>,
    /// When the last look was.
    pub completed_at: Option<Timestamp>,
    /// When what failed is tried again.
    pub retry_at: Option<Timestamp>,
    /// Second looks, once everything is erased.
    pub looks: Vec<Look>,
    /// One line per record class, once there is an outcome.
    pub outcomes: Vec<ClassOutcome>,
    /// What stays.
    pub kept: Vec<KeptRecord>,
    /// Finished requests under the same code, newest first.
    pub earlier: Vec<EarlierRequest>,
}

/// Reads and arranges one request; `None` when there is none, which is never said without a look at what is there now.
///
/// # Errors
/// [`Fault`]
pub async fn show_request(
    showcase: &impl Showcase,
    map: &DataMap,
    second_looks: &[jiff::Span],
    id: &ObligationId,
    freshness: Freshness,
) -> Result<Option<RequestView>, Fault> {
    if !id.is_code() {
        return Ok(None);
    }
    let shown = match (showcase.show(id, freshness).await?, freshness) {
        (None, Freshness::MomentAgo) => showcase.show(id, Freshness::Now).await?,
        (shown, Freshness::MomentAgo | Freshness::Now) => shown,
    };
    Ok(shown.map(|shown| view(shown, map, second_looks)))
}

pub(crate) fn view(shown: Shown, map: &DataMap, second_looks: &[jiff::Span]) -> RequestView {
    let Shown { head, outcomes, earlier } = shown;
    let erased_at = head.state.erased_at();
    let (done, completed_at): (&[Timestamp], _) = match &head.state {
        State::Verifying { looks, .. } => (looks, None),
        State::Completed { looks, completed_at, .. } => (looks, Some(*completed_at)),
        State::Received
        | State::Planned { .. }
        | State::Executing { .. }
        | State::Failed { .. }
        | State::Held { .. }
        | State::Cancelled { .. } => (&[], None),
    };
    let retry_at = match &head.state {
        State::Failed { retry_at, .. } => Some(*retry_at),
        State::Received
        | State::Planned { .. }
        | State::Executing { .. }
        | State::Held { .. }
        | State::Verifying { .. }
        | State::Completed { .. }
        | State::Cancelled { .. } => None,
    };
    let titled =
        |(class, outcome): (String, Outcome)| ClassOutcome { title: map.title(&class).to_owned(), class, outcome };
    RequestView {
        state: PublicState::of(&head, &outcomes),
        route: head.route,
        received_at: head.received_at,
        covers_until: head.covers_until,
        erased_at,
        completed_at,
        retry_at,
        looks: erased_at.map_or_else(Vec::new, |erased_at| looks(erased_at, done, second_looks)),
        kept: retained(map, &outcomes).chain(elsewhere(map, head.route)).chain(kept(map, erased_at)).collect(),
        outcomes: outcomes.into_iter().map(titled).collect(),
        earlier: earlier
            .iter()
            .map(|head| EarlierRequest { received_at: head.received_at, erased_at: head.state.erased_at() })
            .collect(),
        due_by: head.due_by,
        id: head.id,
    }
}

fn looks(erased_at: Timestamp, done: &[Timestamp], spans: &[jiff::Span]) -> Vec<Look> {
    let due = spans.iter().filter_map(|span| deadline::after(erased_at, *span).ok());
    due.enumerate().map(|(index, due_at)| Look { due_at, done_at: done.get(index).copied() }).collect()
}

/// The record classes that a request leaves. The words are those of the policy as it is now.
fn retained(map: &DataMap, outcomes: &[(String, Outcome)]) -> impl Iterator<Item = KeptRecord> {
    let code = |outcome: &Outcome| match outcome {
        Outcome::Retained { code } => Some(*code),
        Outcome::Removed { .. } | Outcome::NothingFound | Outcome::Held { .. } | Outcome::Failed { .. } => None,
    };
    outcomes.iter().filter_map(move |(name, outcome)| {
        let (code, class) = (code(outcome)?, map.model().class.get(name)?);
        Some(KeptRecord {
            class: name.clone(),
            title: class.title.clone(),
            reason: class.retained.as_ref()?.reason.clone(),
            until: None,
            retained: Some(Retention { code, keep_for: class.clock.ceiling?.fieldwise() }),
            is_elsewhere: false,
        })
    })
}

/// What processors that the request concerns keep.
fn elsewhere(map: &DataMap, route: Route) -> impl Iterator<Item = KeptRecord> {
    map.kept_elsewhere(route).map(|(name, processor, retains)| KeptRecord {
        class: name.to_owned(),
        title: processor.title.clone(),
        reason: retains.reason.clone(),
        until: None,
        retained: None,
        is_elsewhere: true,
    })
}

fn kept(map: &DataMap, erased_at: Option<Timestamp>) -> impl Iterator<Item = KeptRecord> {
    let until = move |keep_for: jiff::Span| {
        let at = deadline::after(erased_at?, keep_for).ok()?;
        Some(at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date())
    };
    let record = move |(class, kept): (&String, &crate::policy::model::Kept)| KeptRecord {
        class: class.clone(),
        title: kept.title.clone(),
        reason: kept.reason.clone(),
        until: until(kept.keep_for),
        retained: None,
        is_elsewhere: false,
    };
    map.model().kept.iter().map(record)
}

#[cfg(test)]
mod tests;
