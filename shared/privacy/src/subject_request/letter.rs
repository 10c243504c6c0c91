//! A letter to whoever asks, and what carries it. What it says is worded by the carrier, from nothing but this.

use std::future::Future;

use jiff::Timestamp;

use super::challenge::Code;
use super::notice::Notice;
use super::pass::Pass;
use super::{ConnectedAccount, EmailAddress, SubjectRequest};
use crate::ids::TenantId;
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
    /// To which business, if not to whoever asks.
    pub tenant: Option<&'a TenantId>,
    /// Whom.
    pub recipient: Recipient<'a>,
    /// Which of several of its kind.
    pub round: u32,
    /// When it is written: a day that it names may be over.
    pub now: Timestamp,
    /// The code that it brings.
    pub code: Option<&'a Code>,
    /// What it brings instead of all that, where it says that the address gets no more letters today.
    pub pass: Option<&'a Pass>,
}

/// What became of a letter that was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is on its way.
    Accepted,
    /// Its recipient can never be reached: trying again changes nothing.
    Unreachable,
}

/// Carries letters. At least once.
pub trait Messenger: Sync {
    /// Hands one over. A recipient that can never be reached is not a fault.
    fn send(&self, letter: &Letter<'_>) -> impl Future<Output = Answer<Delivery>> + Send;
}

/// Knows who answers for privacy at a business.
pub trait TenantContacts: Sync {
    /// Their address; `None` when the business has named none that mail can be sent to.
    fn privacy_contact(&self, tenant: &TenantId) -> impl Future<Output = Answer<Option<EmailAddress>>> + Send;
}
