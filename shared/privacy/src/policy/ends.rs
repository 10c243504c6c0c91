//! When a record class really ends, with the days on which erasing begins and the alarm rings: what a disconnect or the end of an
//! account ends has them from the promise or from its phase. What goes by its date has them in its `purge`, where a
//! platform's limit stands too; no ceiling may be above it.

use jiff::Span;

use super::model::{Class, Model, Phase, Route};

/// The anchor of what a disconnect ends.
pub(super) const DISCONNECTED: &str = "disconnected_at";
/// The anchor of what the end of an account ends.
pub(super) const TERMINATED: &str = "terminated_at";

/// The spans of one class, from its anchor on.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// Kept at least this long.
    pub floor: Option<Span>,
    /// Gone at the latest after this long.
    pub last_day: Option<Span>,
    /// Purging begins this long before the last day.
    pub purge_lead: Option<Span>,
    /// The alarm rings this long before the last day.
    pub alarm_before: Option<Span>,
}

impl Ends {
    /// The spans of a class by its own section.
    #[must_use]
    pub const fn of(class: &Class) -> Self {
        Self { floor: class.clock.floor, last_day: class.clock.ceiling, purge_lead: None, alarm_before: None }
    }

    /// As [`Ends::of`], where a promise or a phase rules with its days.
    #[must_use]
    pub fn effective(class: &Class, model: &Model) -> Self {
        let own = Self::of(class);
        let lead = |within: Span, starts: Span| within.checked_sub((starts, jiff::SpanRelativeTo::days_are_24_hours()));
        match class.clock.anchor.as_str() {
            // It is worked on at once.
            DISCONNECTED => model.promise.get(&Route::Disconnect).map_or(own, |promise| Self {
                purge_lead: promise.counted.as_ref().map(|counted| counted.within),
                alarm_before: Some(promise.alarm_before),
                ..own
            }),
            TERMINATED => phases(class, model).next().map_or(own, |phase| Self {
                purge_lead: lead(phase.within, phase.starts_after).ok(),
                alarm_before: Some(phase.alarm_before),
                ..own
            }),
            _ => own,
        }
    }
}

/// The phases that empty the store of a class.
pub(super) fn phases<'a>(class: &'a Class, model: &'a Model) -> impl Iterator<Item = &'a Phase> {
    model.termination.phase.values().filter(|phase| phase.stores.contains(&class.store))
}
