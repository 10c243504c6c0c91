//! The shape of `[termination]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What happens when a tenant's account ends, phase by phase.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Termination {
    /// The phase whose beginning closes the window for export and reactivation.
    pub window: String,
    /// What is erased when, by name.
    pub phase: BTreeMap<String, Phase>,
}

/// A part of what a tenant leaves behind. Spans count in days of the tenant's calendar from the day of termination; what came through
/// platforms is gone by `within` of UTC, too.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Section of the published policy.
    pub policy: String,
    /// The sentence of the published policy that is kept here, word for word.
    pub sentence: String,
    /// For people.
    pub title: String,
    /// The stores that are emptied.
    pub stores: Vec<String>,
    /// Only connections of these platforms; none named: of all that no other phase names.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Erased from this day on, not before.
    pub starts_after: jiff::Span,
    /// Gone by the end of this day.
    pub within: jiff::Span,
    /// The alarm rings this long before that day.
    pub alarm_before: jiff::Span,
}
