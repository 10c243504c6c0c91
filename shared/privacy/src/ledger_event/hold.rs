//! What the row of a legal hold says when it changes: it was placed, or it is in force no more. A hold that goes after its months
//! was released long before, and says nothing.

use serde::Serialize;

use super::event_id;
use crate::instant;
use crate::ports::BookedHold;

/// What happened to a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldKind {
    /// It is in force from now on.
    Placed,
    /// It is in force no more; what it kept is due on its old clock.
    Released,
}

impl HoldKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Placed, Self::Released];

    /// As it stands in the event.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Released => "released",
        }
    }
}

/// One event, as it goes on the bus. `docs/hold-event.schema.json` is its form. Whose data it is about, why and who said so
/// stays with staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldEvent {
    /// Version of this form.
    pub version: u8,
    /// The same for the same fact, however often it is told.
    pub event_id: String,
    /// What happened.
    pub kind: HoldKind,
    /// Which hold, as logs name it.
    pub hold_ref: String,
    /// The record classes that it is narrowed to; empty: all.
    pub classes: Vec<String>,
    /// Since when it is in force.
    pub placed_at: String,
    /// The last day on which somebody has to look at it again.
    pub review_by: String,
    /// Since when it is in force no more, for `released`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released_at: Option<String>,
}

fn told(booked: &BookedHold, kind: HoldKind) -> HoldEvent {
    let BookedHold { hold, released_at } = booked;
    let (hold_ref, placed_at) = (hold.id.log_ref(), instant::to_text(hold.placed_at));
    let released_at = released_at.map(instant::to_text).filter(|_| kind == HoldKind::Released);
    let fact = released_at.as_ref().unwrap_or(&placed_at);
    HoldEvent {
        version: 1,
        event_id: event_id(&["hold", &hold_ref, kind.name(), fact]),
        kind,
        classes: hold.scope.classes.iter().cloned().collect(),
        review_by: hold.review_by.to_string(),
        hold_ref,
        placed_at,
        released_at,
    }
}

/// What a change of a hold's row says.
#[must_use]
pub fn hold_events(before: Option<&BookedHold>, after: &BookedHold) -> Vec<HoldEvent> {
    let was_released = before.is_some_and(|before| before.released_at.is_some());
    let placed = before.is_none().then(|| told(after, HoldKind::Placed));
    let released = (after.released_at.is_some() && !was_released).then(|| told(after, HoldKind::Released));
    placed.into_iter().chain(released).collect()
}

#[cfg(test)]
mod tests;
