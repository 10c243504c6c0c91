//! When a record class really ends: the policy's period or the platform's, whichever is shorter, with the days on which purging
//! begins and the alarm rings. A promise or a phase of the termination says those for what a disconnect or the end of an
//! account ends; other classes say them themselves.

use jiff::Span;

use super::model::{Class, Model, Phase, Route};
use super::validate::nominal_hours;

/// The anchor of what a disconnect ends.
pub(super) const DISCONNECTED: &str = "disconnected_at";
/// The anchor of what the end of an account ends.
pub(super) const TERMINATED: &str = "terminated_at";

/// The spans of one class, from its anchor on.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// Kept at least this long.
    pub floor: Option<Span>,
    /// Gone at the latest after this long: the minimum of the policy's ceiling and the platform's limit.
    pub last_day: Option<Span>,
    /// Purging begins this long before the last day.
    pub purge_lead: Option<Span>,
    /// The alarm rings this long before the last day.
    pub alarm_before: Option<Span>,
}

impl Ends {
    /// The spans of a class by its own section.
    #[must_use]
    pub fn of(class: &Class) -> Self {
        let limit = class.platform_limit.as_ref().map(|limit| limit.within);
        let spans = [class.clock.ceiling, limit].into_iter().flatten();
        Self {
            floor: class.clock.floor,
            last_day: spans.min_by_key(nominal_hours),
            purge_lead: class.purge_lead,
            alarm_before: class.alarm_before,
        }
    }

    /// As [`Ends::of`], where a promise or a phase rules with its days.
    #[must_use]
    pub fn effective(class: &Class, model: &Model) -> Self {
        let own = Self::of(class);
        let lead = |within: Span, starts: Span| within.checked_sub((starts, jiff::SpanRelativeTo::days_are_24_hours()));
        match class.clock.anchor.as_str() {
            DISCONNECTED => model.promise.get(&Route::Disconnect).map_or(own, |promise| Self {
                purge_lead: promise.counted.as_ref().and_then(|counted| lead(counted.within, counted.work_within).ok()),
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
