//! The one place that reads the environment. A function reads what it needs, once, and names what is missing.

use std::str::FromStr;

#[cfg(feature = "aws")]
use privacy_aws::vault::Share;

/// A variable that is missing or cannot be read. Names the variable, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEnvironment {
    /// Not set, or empty.
    #[error("the environment variable {0} is missing")]
    Missing(String),
    /// Set to something else than it should be.
    #[error("the environment variable {0} is not {1}")]
    Unreadable(String, &'static str),
}

/// A variable that may be missing; empty counts as missing.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "this is the one place")]
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable that must be there.
///
/// # Errors
/// [`BadEnvironment::Missing`]
pub fn required(name: &str) -> Result<String, BadEnvironment> {
    optional(name).ok_or_else(|| BadEnvironment::Missing(name.to_owned()))
}

/// A variable that must be there and be, say, a number. `what` completes "is not …".
///
/// # Errors
/// [`BadEnvironment`]
pub fn parsed<T: FromStr>(name: &str, what: &'static str) -> Result<T, BadEnvironment> {
    required(name)?.parse().map_err(|_| BadEnvironment::Unreadable(name.to_owned(), what))
}

/// `STUCK_AFTER_SECONDS`: how long an obligation may be without progress before it is sent again.
///
/// # Errors
/// [`BadEnvironment`]
pub fn stuck_after() -> Result<jiff::SignedDuration, BadEnvironment> {
    parsed::<u32>("STUCK_AFTER_SECONDS", "a number of seconds")
        .map(|seconds| jiff::SignedDuration::from_secs(seconds.into()))
}

/// An ISO 8601 span that may be missing.
///
/// # Errors
/// [`BadEnvironment`]
pub fn span(name: &str) -> Result<Option<jiff::Span>, BadEnvironment> {
    let unreadable = |_| BadEnvironment::Unreadable(name.to_owned(), "an ISO 8601 span");
    optional(name).map(|text| text.parse().map_err(unreadable)).transpose()
}

/// `SECOND_LOOKS`, comma-separated ISO 8601 spans, or else what the policy says.
///
/// # Errors
/// [`BadEnvironment`]
pub fn second_looks(policy: &[jiff::Span]) -> Result<Vec<jiff::Span>, BadEnvironment> {
    let Some(text) = optional("SECOND_LOOKS") else { return Ok(policy.to_vec()) };
    let spans: Result<Vec<jiff::Span>, _> = text.split(',').map(|span| span.trim().parse()).collect();
    spans.map_err(|_| BadEnvironment::Unreadable("SECOND_LOOKS".to_owned(), "a list of ISO 8601 spans"))
}

/// What erasing may take of a table's throughput: `TABLE_WRITE_UNITS` a second, `ERASING_PERCENT` of them, among
/// `WORKER_CONCURRENCY` workers and the sweeper. Without the first it goes as fast as tables answer.
///
/// # Errors
/// [`BadEnvironment`]
#[cfg(feature = "aws")]
pub fn erasing_share() -> Result<Option<Share>, BadEnvironment> {
    if optional("TABLE_WRITE_UNITS").is_none() {
        return Ok(None);
    }
    let number = |name| parsed::<u32>(name, "a number");
    Ok(Some(Share {
        table_units: number("TABLE_WRITE_UNITS")?,
        percent: number("ERASING_PERCENT")?,
        workers: number("WORKER_CONCURRENCY")?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let error = required("NO_SUCH_VARIABLE_HERE").unwrap_err();
        assert_eq!(error.to_string(), "the environment variable NO_SUCH_VARIABLE_HERE is missing");
    }

    #[test]
    fn an_unreadable_variable_is_named_without_its_value() {
        let error = parsed::<u32>("PATH", "a number of seconds").unwrap_err();
        assert_eq!(error.to_string(), "the environment variable PATH is not a number of seconds");
    }
}
