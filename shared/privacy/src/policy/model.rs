//! The shape of `policy.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use super::instructions::Instructions;
pub use super::phases::{Phase, Termination};
pub use super::platform::PlatformRule;
pub use super::promise::{Promise, Route};
pub use super::redaction::Redaction;

/// A whole policy file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Whose policy it is.
    pub company: Company,
    /// How people have data of a platform deleted, in the order in which it is shown.
    #[serde(default)]
    pub instructions: Vec<Instructions>,
    /// What is promised, by the route that a request comes in.
    pub promise: BTreeMap<Route, Promise>,
    /// What the notice in a bundle says beside the data map: GDPR Art. 15(1), CCPA section 1798.110.
    #[serde(default)]
    pub notice: super::notice::NoticeTexts,
    /// What else the policy says with a date, which no part of this service watches.
    #[serde(default)]
    pub unwatched: BTreeMap<String, super::unwatched::Unwatched>,
    /// When the erased is looked for again.
    pub second_looks: SecondLooks,
    /// How long marks against return live.
    pub suppression: Suppression,
    /// Platforms with terms of their own. Where those are stricter, they win.
    #[serde(default)]
    pub platform: BTreeMap<String, PlatformRule>,
    /// Who decides about the data of a person that a tenant has.
    #[serde(default)]
    pub routing: Routing,
    /// What happens when a tenant's account ends.
    pub termination: Termination,
    /// Where data lives.
    pub store: BTreeMap<String, Store>,
    /// What data there is.
    pub class: BTreeMap<String, Class>,
    /// What of our own records stays, and why.
    pub kept: BTreeMap<String, Kept>,
    /// Who else holds copies, and how their end is known.
    pub processor: BTreeMap<String, super::processor::Processor>,
    /// How businesses are written to.
    #[serde(default)]
    pub letters: super::letters::Letters,
    /// What carries messages to accounts of platforms.
    #[serde(default)]
    pub messenger: BTreeMap<String, super::letters::Messenger>,
    /// Our own records. Functions carry those that the sweeper purges or that expire, without their rows.
    #[serde(default, serialize_with = "super::own::swept_only")]
    pub own: BTreeMap<String, super::own::Own>,
}

impl Model {
    /// Whether requests come in by a route: the end of an account always, by the others where something is promised.
    #[must_use]
    pub fn has_route(&self, route: Route) -> bool {
        !route.is_promised() || self.promise.contains_key(&route)
    }
}

/// Names and addresses for pages.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// As people know it.
    pub name: String,
    /// Where people write to.
    pub contact: String,
    /// The published policy.
    pub policy_url: String,
    /// How to ask for deletion.
    pub instructions_url: String,
    /// The public host name of this service, as the published policy names it.
    pub api_host: String,
}

/// Who decides about the data of a person that a tenant has: the tenant, but for these.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// The platforms whose terms give their users the last word.
    pub on_their_word: BTreeSet<String>,
    /// The section or page that says so.
    pub source: String,
}

/// Spans after the erasure.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondLooks {
    /// Ascending.
    pub after: Vec<jiff::Span>,
}

/// Marks against return.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// From the erasure on.
    pub keep_for: jiff::Span,
}

/// What a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreKind {
    /// A DynamoDB table with a partition key `pk` and a sort key `sk`.
    Table,
    /// A versioned S3 bucket.
    Bucket,
}

/// One table or bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Table or bucket.
    pub kind: StoreKind,
    /// Whether this store finds people: its rows are erased last.
    #[serde(default)]
    pub identities: bool,
    /// Attributes that are dropped before anything else: tokens.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// The key range of what a tenant has of its own.
    pub tenant: Option<Range>,
    /// The key range of one contact inside that.
    pub tenant_contact: Option<Range>,
    /// The key range of one user of the tenant's account inside that.
    pub user: Option<Range>,
    /// The key range of one connection.
    pub connection: Option<Range>,
    /// The key range of one contact inside a connection.
    pub contact: Option<Range>,
    /// The platforms of which it never holds a record, whatever connects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_platforms: Vec<String>,
    /// How its hours, days or months are found, where records go by their date.
    pub period: Option<super::period::PeriodRange>,
}

impl Store {
    /// Whether requests, disconnects and terminations find anything in it: the worker needs it.
    #[must_use]
    pub const fn is_reached_by_requests(&self) -> bool {
        self.connection.is_some() || self.tenant.is_some() || self.is_reached_by_people()
    }

    /// Whether staff can be told from it that somebody is there: a table of what tenants have of their own, of contacts, or of
    /// connections.
    #[must_use]
    pub const fn knows_tenants(&self) -> bool {
        matches!(self.kind, StoreKind::Table) && (self.tenant.is_some() || self.contact.is_some() || self.identities)
    }

    /// Whether the sweeper purges it by the dates of its records.
    #[must_use]
    pub const fn goes_by_date(&self) -> bool {
        self.period.is_some()
    }

    /// Whether it has a key range of one person.
    #[must_use]
    pub const fn is_reached_by_people(&self) -> bool {
        self.contact.is_some() || self.tenant_contact.is_some() || self.user.is_some()
    }
}

/// One contiguous key range. `partition` for tables, `prefix` for buckets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The partition key.
    pub partition: Option<String>,
    /// What sort keys begin with; absent: the whole partition.
    pub begins_with: Option<String>,
    /// What object keys begin with.
    pub prefix: Option<String>,
}

/// One record class.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// For people.
    pub title: String,
    /// Sections of the published policy.
    pub policy: Vec<String>,
    /// Name of a store.
    pub store: String,
    /// Pattern of the sort key or object key.
    pub key: String,
    /// What its keys name, from the outside in.
    pub scope: Vec<String>,
    /// The sentence of the published policy that its purge keeps, word for word; where its records go by their date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    /// What ends it.
    pub clock: Clock,
    /// Why it may be kept until then.
    pub basis: String,
    /// How it is erased.
    pub erase: EraseRule,
    /// Whether it goes into an export.
    pub export: ExportRule,
    /// What an export takes out of it.
    pub redact: Vec<Redaction>,
    /// Why its rows are shown as they are, where a bundle shows them and `redact` leaves other people in. Not in what functions carry.
    #[serde(default, skip_serializing)]
    pub shown_whole: Option<String>,
    /// A plan that would erase more of it halts. 0 where no request reaches it.
    #[serde(default)]
    pub ceiling_per_request: u64,
    /// Every attribute that its rows may hold beside their key, in the order in which an export shows them.
    #[serde(default)]
    pub attributes: Vec<String>,
    /// The attributes that name a person: replaced by a token in what somebody else gets, where `redact` says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The attributes that name whoever wrote for the business: replaced by a token of their own, in the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<String>,
    /// Whether those of a person's own record are what the person is known by elsewhere, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub identifies: bool,
    /// Where the row stands that this one is a source of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<super::shared::Shared>,
    /// How it is purged, where its records go by their date.
    pub purge: Option<super::period::Purge>,
    /// Why requests leave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retained: Option<super::retained::Retained>,
}

/// Anchor and period of a record class.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// The event that starts it.
    pub anchor: String,
    /// The last day of each fiscal year, for the anchor `fiscal_year_end`: `12-31`.
    pub fiscal_year_ends: Option<String>,
    /// Kept at least this long.
    pub floor: Option<jiff::Span>,
    /// Gone at the latest after this long.
    pub ceiling: Option<jiff::Span>,
}

/// How records of a class are erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EraseRule {
    /// By key.
    Delete,
    /// Every object version and delete marker.
    DeleteAllVersions,
    /// By key, after what it contributed was taken out of the row that it is a source of.
    Source,
}

/// Whether records of a class go into an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExportRule {
    /// Into access and portability exports.
    Include,
    /// Inferred: into access exports only.
    AccessOnly,
    /// Only that it exists.
    TypeOnly,
    /// Not at all.
    Exclude,
}

/// A record of ours that an erasure leaves.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// For people.
    pub title: String,
    /// For people: why.
    pub reason: String,
    /// The rule behind it.
    pub source: String,
    /// From the erasure on.
    pub keep_for: jiff::Span,
}
