//! The routes that requests come in by, and what is promised for each.

use jiff::Span;
use serde::{Deserialize, Serialize};

/// How a request reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Meta's data deletion callback.
    MetaDataDeletion,
    /// Meta's deauthorize callback.
    MetaDeauthorize,
    /// A tenant disconnected an integration.
    Disconnect,
    /// A tenant's account has ended.
    Termination,
    /// A person asked, and was verified.
    SubjectRequest,
}

impl Route {
    /// As it stands in `policy.toml` and in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MetaDataDeletion => "meta-data-deletion",
            Self::MetaDeauthorize => "meta-deauthorize",
            Self::Disconnect => "disconnect",
            Self::Termination => "termination",
            Self::SubjectRequest => "subject-request",
        }
    }

    /// Every route.
    pub const ALL: [Self; 5] =
        [Self::MetaDataDeletion, Self::MetaDeauthorize, Self::Disconnect, Self::Termination, Self::SubjectRequest];

    /// Whether it has a promise: the end of an account has phases instead.
    #[must_use]
    pub const fn is_promised(self) -> bool {
        !matches!(self, Self::Termination)
    }

    /// Whether every company has it: Meta's callbacks come only to who has an app of Meta's.
    #[must_use]
    pub const fn is_compulsory(self) -> bool {
        matches!(self, Self::Disconnect | Self::SubjectRequest)
    }

    /// Whether the promise has a span of its own: a person's request brings the last day that its law gives.
    #[must_use]
    pub const fn is_counted(self) -> bool {
        self.is_promised() && !matches!(self, Self::SubjectRequest)
    }
}

/// A promise with a date.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Promise {
    /// Section of the published policy.
    pub policy: String,
    /// The sentence of the published policy that is kept here, word for word.
    pub sentence: String,
    /// For people.
    pub title: String,
    /// How its last day is counted; none: each request brings its own.
    pub counted: Option<Counted>,
    /// The alarm rings this long before the promised date.
    pub alarm_before: Span,
}

/// How the last day of a promise is counted.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Everything is erased at the latest this long after receipt, counted in calendar days of `time_zone`.
    pub within: Span,
    /// What we work to.
    pub work_within: Span,
    /// IANA name of the zone whose calendar counts.
    pub time_zone: String,
}

/// As it stands in `policy.toml`. Spans are ISO 8601: `P30D`, `P1M`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    policy: String,
    sentence: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<Span>,
    #[serde(skip_serializing_if = "Option::is_none")]
    work_within: Option<Span>,
    alarm_before: Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
}

/// A promise that is half counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`within`, `work_within` and `time_zone` of a promise go together")]
struct HalfCounted;

impl TryFrom<Written> for Promise {
    type Error = HalfCounted;

    fn try_from(written: Written) -> Result<Self, HalfCounted> {
        let Written { policy, sentence, title, within, work_within, alarm_before, time_zone } = written;
        let counted = match (within, work_within, time_zone) {
            (Some(within), Some(work_within), Some(time_zone)) => Some(Counted { within, work_within, time_zone }),
            (None, None, None) => None,
            (_, _, _) => return Err(HalfCounted),
        };
        Ok(Self { policy, sentence, title, counted, alarm_before })
    }
}

impl From<Promise> for Written {
    fn from(promise: Promise) -> Self {
        let Promise { policy, sentence, title, counted, alarm_before } = promise;
        let (within, work_within, time_zone) = match counted {
            Some(Counted { within, work_within, time_zone }) => (Some(within), Some(work_within), Some(time_zone)),
            None => (None, None, None),
        };
        Self { policy, sentence, title, within, work_within, alarm_before, time_zone }
    }
}
