//! A letter to whoever asks, and what carries it. What it says is worded by the carrier, from nothing but this.

use std::future::Future;

use super::challenge::Code;
use super::notice::Notice;
use super::{ConnectedAccount, EmailAddress, SubjectRequest};
use crate::ports::Answer;

/// Where a letter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient<'a> {
    /// By mail.
    Email(&'a EmailAddress),
    /// As a message to an account of a platform.
    Account(&'a ConnectedAccount),
}

impl Recipient<'_> {
    /// What names it in counters, to be hashed.
    #[must_use]
    pub fn canonical(&self) -> String {
        match self {
            Self::Email(email) => format!("email#{}", email.expose()),
            Self::Account(account) => format!("{}#{}", account.platform.as_str(), account.handle.expose()),
        }
    }
}

/// What is to be told to whom.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// About which request.
    pub request: &'a SubjectRequest,
    /// What.
    pub notice: Notice,
    /// Whom.
    pub recipient: Recipient<'a>,
    /// The code that it brings.
    pub code: Option<&'a Code>,
}

/// Carries letters. At least once.
pub trait Messenger: Sync {
    /// Hands one over. A recipient that can never be reached is not a fault: it is answered like any other.
    fn send(&self, letter: &Letter<'_>) -> impl Future<Output = Answer<()>> + Send;
}
