//! The shape of `[processor.<name>]`: who else holds copies, and how their end is known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::Route;

/// Somebody who holds copies of what an erasure erases.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Processor {
    /// For people.
    pub title: String,
    /// Sections of the published policy.
    pub policy: Vec<String>,
    /// Requests of these routes concern it; none: no route so far does.
    pub routes: Vec<Route>,
    /// The record classes it gets copies of, for notices. Empty when it holds none of them, only accounts of people.
    pub classes: Vec<String>,
    /// How the end of its copies is known.
    pub settle: Settle,
    /// Why it is not asked on some other routes, or about some places on its own, and what ends its copies there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_asked: Vec<NotAsked>,
}

/// Routes on which a processor is not asked, or not about everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotAsked {
    /// Which.
    pub routes: Vec<Route>,
    /// About what it is not asked on routes on which it is asked about the rest; none: it is not asked on these routes at all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<TargetKind>,
    /// For people: why.
    pub reason: String,
    /// For people: what ends its copies instead.
    pub ends: String,
}

/// How the end of a processor's copies is known.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Settle {
    /// Its copies are our stores: our own erasure is the answer.
    OwnInfrastructure(OwnInfrastructure),
    /// It erases by itself after a stated time and cannot be asked.
    Expires(Expires),
    /// It is asked, and then it is looked whether it still has anything.
    Http(Box<Http>),
}

/// Nothing to ask.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnInfrastructure {
    /// For people: why.
    pub reason: String,
}

/// A copy with a date.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expires {
    /// The copy is gone at the latest this long after our own erasure, counted in calendar days of UTC.
    pub after: jiff::Span,
    /// Where that is promised to us.
    pub source: String,
}

/// A processor with an HTTP interface.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// The name under which its base URL and its secret are configured.
    pub parameter: String,
    /// The hosts that the base URL may name, in full.
    pub hosts: Vec<String>,
    /// Sent with every request, as they are.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Sent with every request; `{secret}` stands for the configured secret.
    pub secret_headers: BTreeMap<String, String>,
    /// The follow-up query comes this long after the ask.
    pub confirm_after: jiff::Span,
    /// Unsettled for longer than this rings an alarm. It is asked on all the same.
    pub alarm_after: jiff::Span,
    /// Its own last day: so many days after it was first to be asked. Our own last day does not wait for it.
    pub within: jiff::Span,
    /// What it keeps when all else is gone.
    pub retains: Option<Retains>,
    /// How it erases one person. Without a section it holds nothing of such a target.
    pub subject: Option<Exchange>,
    /// How it erases what came through one connection.
    pub connection: Option<Exchange>,
    /// How it erases one contact of a connection.
    pub contact: Option<Exchange>,
}

/// What stays with a processor, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retains {
    /// For people: what and why.
    pub reason: String,
    /// The rule behind it.
    pub source: String,
}

/// One erasure at a processor: the ask, and every query that must find nothing afterwards.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Asks it to erase. May be sent again.
    pub ask: Ask,
    /// Each must find nothing.
    pub confirm: Vec<Confirm>,
}

/// A request to erase.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The method.
    pub method: Method,
    /// Path and query with placeholders: `/v1/people/{subject}`.
    pub path: String,
    /// A JSON body with placeholders in its texts.
    pub body: Option<Value>,
    /// Statuses that mean: accepted.
    pub expected: Vec<u16>,
    /// Statuses that mean: there is nothing to erase.
    #[serde(default)]
    pub nothing_there: Vec<u16>,
}

/// A follow-up query.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The method.
    pub method: Method,
    /// Path and query with placeholders.
    pub path: String,
    /// A JSON body with placeholders in its texts.
    pub body: Option<Value>,
    /// Any of these signs means: nothing was found.
    pub gone: Vec<Sign>,
    /// Statuses that mean: it was found, whatever the body says.
    #[serde(default)]
    pub still_there: Vec<u16>,
}

/// What an answer looks like when nothing was found. With a pointer, exactly one of `equals` and `is_empty`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The status.
    pub status: u16,
    /// A place in the JSON body (RFC 6901): `/results`.
    pub pointer: Option<String>,
    /// The value there. Another one, or none, means: it was found.
    pub equals: Option<Value>,
    /// A list is there, and it is empty.
    #[serde(default)]
    pub is_empty: bool,
}

/// Methods that processors use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or asks with a body.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Erases.
    Delete,
}

impl Method {
    /// As it stands in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a processor can be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetKind {
    /// One person.
    Subject,
    /// Everything of one connection.
    Connection,
    /// One contact of a connection.
    Contact,
}

impl TargetKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Subject, Self::Connection, Self::Contact];

    /// As it stands in `policy.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Connection => "connection",
            Self::Contact => "contact",
        }
    }

    /// The placeholders that its templates name: all of them, so that a request reaches nobody else, and no other.
    #[must_use]
    pub const fn placeholders(self) -> &'static [&'static str] {
        match self {
            Self::Subject => &["subject"],
            Self::Connection => &["tenant", "connection"],
            Self::Contact => &["tenant", "connection", "contact"],
        }
    }
}

impl Processor {
    /// What it keeps when all else is gone.
    #[must_use]
    pub fn retains(&self) -> Option<&Retains> {
        match &self.settle {
            Settle::Http(http) => http.retains.as_ref(),
            Settle::OwnInfrastructure(_) | Settle::Expires(_) => None,
        }
    }

    /// Whether it is not asked about anything on a route, and the file says why.
    #[must_use]
    pub fn is_left_out_of(&self, route: Route) -> bool {
        self.not_asked.iter().any(|one| one.about.is_empty() && one.routes.contains(&route))
    }

    /// Whether the file says why it is not asked about places of a kind on a route on which it is asked.
    #[must_use]
    pub fn is_not_asked_about(&self, kind: TargetKind, route: Route) -> bool {
        self.not_asked.iter().any(|one| one.about.contains(&kind) && one.routes.contains(&route))
    }
}

impl Http {
    /// How it erases a target of a kind, or `None` when it holds nothing of that kind.
    #[must_use]
    pub const fn exchange(&self, kind: TargetKind) -> Option<&Exchange> {
        match kind {
            TargetKind::Subject => self.subject.as_ref(),
            TargetKind::Connection => self.connection.as_ref(),
            TargetKind::Contact => self.contact.as_ref(),
        }
    }
}

/// The parts of a request that both [`Ask`] and [`Confirm`] have.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The method.
    pub method: Method,
    /// Path and query with placeholders.
    pub path: &'a str,
    /// A JSON body with placeholders in its texts.
    pub body: Option<&'a Value>,
}

impl Ask {
    /// Its request.
    #[must_use]
    pub const fn call(&self) -> Call<'_> {
        Call { method: self.method, path: self.path.as_str(), body: self.body.as_ref() }
    }
}

impl Confirm {
    /// Its request.
    #[must_use]
    pub const fn call(&self) -> Call<'_> {
        Call { method: self.method, path: self.path.as_str(), body: self.body.as_ref() }
    }
}
