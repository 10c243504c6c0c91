//! What is asked for, as it was written, and what makes it a request at all: somebody to answer.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::clock::model::Kind;
use crate::obligation::ObligationId;
use crate::subject_request::{Agent, Channel, Contact, PointKind, PointValue, Words};

/// How far the clock of whoever noted a receipt may be ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// How long ago a request may have reached us that is noted only now.
const NOTED_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 366);

/// What is asked for, as it was written. It does not print.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// What they want.
    pub kind: Kind,
    /// Who they are.
    pub contact: Contact,
    /// Whether they say that they can log in at the dashboard.
    pub has_account: bool,
    /// Where they say they live.
    pub residence: Option<String>,
    /// Who asks for them.
    pub agent: Option<Agent>,
    /// Whether it is about a child.
    pub about_child: bool,
    /// Which denial they ask to look at again.
    pub appeal_of: Option<ObligationId>,
    /// What they can name of what we hold.
    pub data_points: BTreeMap<PointKind, PointValue>,
    /// The name under their declaration that they are the person, under penalty of perjury.
    pub declaration: Option<Words>,
    /// What else they wrote.
    pub details: Option<Words>,
    /// How it came.
    pub channel: Channel,
    /// When it reached us, if that was not now.
    pub received_at: Option<Timestamp>,
}

crate::redacted!(Ask);

/// Why something is not a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAsk {
    /// There is nobody to answer.
    #[error("an e-mail address or a connected account is needed")]
    NoContact,
    /// An appeal of nothing.
    #[error("an appeal names the request that it is about")]
    NoAppealed,
    /// It was received in the future, or so long ago that it is a mistake.
    #[error("received_at is not within the last year")]
    ReceivedAt,
}

impl InvalidAsk {
    /// The member that is wrong.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::NoContact => "email",
            Self::NoAppealed => "appeal_of",
            Self::ReceivedAt => "received_at",
        }
    }
}

impl Ask {
    /// Nothing but what is asked for and by whom, just now.
    #[must_use]
    pub const fn of(kind: Kind, contact: Contact, channel: Channel) -> Self {
        Self {
            kind,
            contact,
            has_account: false,
            residence: None,
            agent: None,
            about_child: false,
            appeal_of: None,
            data_points: BTreeMap::new(),
            declaration: None,
            details: None,
            channel,
            received_at: None,
        }
    }

    /// Whether it says nothing by which we could write to the person.
    #[must_use]
    pub const fn is_unreachable(&self) -> bool {
        self.contact.email.is_none() && self.contact.account.is_none()
    }

    /// # Errors
    /// [`InvalidAsk`]
    pub fn check(&self, now: Timestamp) -> Result<(), InvalidAsk> {
        // A letter or a call is one whoever can be written to: staff note it, and reach them as they came.
        if self.channel == Channel::Web && self.is_unreachable() {
            return Err(InvalidAsk::NoContact);
        }
        if self.kind == Kind::Appeal && self.appeal_of.is_none() {
            return Err(InvalidAsk::NoAppealed);
        }
        match self.received_at {
            Some(at) if at > now + CLOCK_SKEW || at < now - NOTED_WITHIN => Err(InvalidAsk::ReceivedAt),
            Some(_) | None => Ok(()),
        }
    }
}
