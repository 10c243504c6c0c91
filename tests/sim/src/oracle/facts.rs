//! What the oracle is told: who connected what, who asked for what, what vendors hold.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use privacy::processors::Target;

/// Policy section 13.4: "we delete all data tied to that user ID within 30 days".
const DAYS: i64 = 30;
/// By how much a clock may be ahead.
pub(super) const CLOCKS: SignedDuration = SignedDuration::from_hours(1);

/// A platform connection, or what one knows of somebody who wrote by it.
#[derive(Clone, Debug)]
pub struct Connected {
    /// Whose data.
    pub tenant: String,
    /// Which connection.
    pub id: String,
    /// Who connected it, by number.
    pub person: usize,
    /// Of which platform.
    pub platform: &'static str,
    /// When.
    pub connected_at: Timestamp,
    /// Whether it is known to stand in its table: nothing comes in by one that does not.
    pub is_known: bool,
    /// Who only wrote by it, by number: then this is what it knows of them, beside the connection itself.
    pub written_by: Option<usize>,
}

impl Connected {
    /// Whether both came by the same connection.
    pub(super) fn is_by_same(&self, other: &Self) -> bool {
        (&self.tenant, &self.id) == (&other.tenant, &other.id)
    }

    /// Whether it is data of a person: they connected it, or wrote it.
    pub(super) fn is_of(&self, person: usize) -> bool {
        self.person == person || self.written_by == Some(person)
    }
}

/// Whom or what a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A person, by number.
    Person(usize),
    /// A connection, by number.
    Connection(usize),
    /// What came through the platforms of a tenant whose account ended.
    Tenant(&'static str),
}

/// A request that was tried.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The key of its obligation.
    pub id: String,
    /// Whom or what.
    pub about: About,
    /// What was connected before is to go.
    pub covers_until: Timestamp,
    /// Nothing of it may be erased before this instant, if there is one; the last instant there is, once nothing may be.
    pub starts_at: Option<Timestamp>,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whether it was acknowledged.
    pub is_acknowledged: bool,
    /// Whether it was taken back, or may have been.
    pub is_withdrawn: bool,
    /// Whether the person is known by an address, and not by what a platform calls them.
    pub by_mail: bool,
    /// The last day, where it is another than policy section 13.4 gives.
    pub last_day: Option<Date>,
}

impl Ask {
    /// The last day, counted from the receipt.
    pub(super) fn last_day(&self) -> Date {
        if let Some(last_day) = self.last_day {
            return last_day;
        }
        let received_on = self.received_at.to_zoned_datetime(TimeZone::UTC).date();
        received_on.checked_add(Span::new().days(DAYS)).unwrap()
    }

    /// How long before its end an alarm rings, by `policy.toml`: 5 days for callbacks and disconnects, 7 for requests of people, 1 for
    /// what platforms sent of an account that ended.
    pub(super) const fn alarm_before(&self) -> Duration {
        let days = match self.about {
            About::Tenant(_) => 1,
            About::Person(_) | About::Connection(_) => {
                if self.by_mail {
                    7
                } else {
                    5
                }
            }
        };
        Duration::from_secs(days * 86_400)
    }

    /// Whether anything of it may be erased at an instant, by whichever clock.
    pub(super) fn may_begin(&self, at: Timestamp) -> bool {
        self.starts_at.is_none_or(|starts_at| starts_at != Timestamp::MAX && starts_at <= at + CLOCKS)
    }

    /// Whether the person's copies at a vendor are concerned: what is known by another name, and what a callback of a platform
    /// has nothing to do with, is not.
    pub(super) fn concerns(&self, copy: &Copy) -> bool {
        let is_theirs = matches!(self.about, About::Person(person) if person == copy.person);
        is_theirs && self.by_mail == copy.by_mail && (self.by_mail || copy.vendor != "payments")
    }
}

/// A form that was acknowledged on its page: a letter with a code follows.
#[derive(Clone, Debug)]
pub struct FormSent {
    /// Its reference.
    pub id: String,
    /// When it was acknowledged.
    pub at: Duration,
    /// What was shown since.
    pub shown: Shown,
}

/// What somebody has shown with the code of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// The right code was entered, and nobody knows what came of it.
    Perhaps,
    /// The right code was taken.
    Code,
}

/// A letter that says how a request has ended.
#[derive(Clone, Debug)]
pub struct Closing {
    /// Of which request.
    pub id: String,
    /// Whether it says that it is done; else that it is not.
    pub is_answer: bool,
    /// Whether it says that a part stays.
    pub in_part: bool,
    /// When it was handed to the post.
    pub at: Duration,
}

/// What a vendor holds of a person.
#[derive(Clone, Debug)]
pub struct Copy {
    /// Who holds it.
    pub vendor: &'static str,
    /// Under which name.
    pub target: Target,
    /// Of whom, by number.
    pub person: usize,
    /// Whether that name is made of an address.
    pub by_mail: bool,
    /// Since when, or from when on, it is gone.
    pub gone_at: Option<Duration>,
}

impl Copy {
    /// Whether it is there at an instant.
    #[must_use]
    pub fn is_there(&self, now: Duration) -> bool {
        self.gone_at.is_none_or(|gone_at| now < gone_at)
    }
}

/// What tests tell the oracle.
#[cfg(test)]
impl Connected {
    /// The first person connected it long ago.
    pub(super) fn long_ago(tenant: &str, id: &str) -> Self {
        Self {
            tenant: tenant.to_owned(),
            id: id.to_owned(),
            person: 0,
            platform: "facebook",
            connected_at: Timestamp::UNIX_EPOCH,
            is_known: true,
            written_by: None,
        }
    }
}

#[cfg(test)]
impl Ask {
    /// One that was acknowledged, and covers what came before it.
    pub(super) fn acknowledged(id: &str, about: About, received_at: Timestamp) -> Self {
        Self {
            id: id.to_owned(),
            about,
            covers_until: received_at,
            starts_at: None,
            received_at,
            is_acknowledged: true,
            is_withdrawn: false,
            by_mail: false,
            last_day: None,
        }
    }
}
