//! A fault of the world around the domain, and whose turn it is.

use std::error::Error;

/// What to do about a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Ours, again: a throttle, a timeout, a service that is down.
    Retry,
    /// A person's: a missing permission, a row that cannot be read.
    Park,
}

/// A port could not do its work. The cause stays linked; its text goes to logs, so adapters put no
/// item content into it.
#[derive(Debug, thiserror::Error)]
#[error("{action} failed")]
pub struct Fault {
    /// Whose turn it is.
    pub turn: Turn,
    /// What was tried, as a fixed phrase: `ledger.lease`.
    pub action: &'static str,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault that goes away by itself.
    #[must_use]
    pub fn retry(action: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { turn: Turn::Retry, action, source: Some(source.into()) }
    }

    /// A fault that a person has to look at.
    #[must_use]
    pub fn park(action: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { turn: Turn::Park, action, source: Some(source.into()) }
    }

    /// The chain of causes on one line, for a log.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut line = self.to_string();
        let mut cause = self.source();
        while let Some(next) = cause {
            line.push_str(": ");
            line.push_str(&next.to_string());
            cause = next.source();
        }
        line
    }
}
