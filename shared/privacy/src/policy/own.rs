//! The shape of what a policy file says of our own records. Checks and documents read it; functions read what the sweeper
//! purges and what expires, so rows and rules are not in what they carry.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::model::{Clock, ExportRule};

/// A record of our own: what it is for, how long it stays, and which rows or objects hold it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// For people.
    pub title: String,
    /// Sections of the published policy; empty where it says nothing.
    pub policy: Vec<String>,
    /// The table or bucket. None: nothing of it is stored yet, and this is the rule for whoever builds it.
    pub store: Option<String>,
    /// Whose it is, from the outside in: `person`, and what its keys and attributes name; or `nobody`.
    #[serde(default, skip_serializing)]
    pub scope: Vec<String>,
    /// What ends it.
    pub clock: Clock,
    /// The section of `[kept]` that says it to people; its span is then the floor.
    pub kept: Option<String>,
    /// Why it may be kept until then.
    pub basis: String,
    /// The rule behind its clock.
    pub source: String,
    /// How it is erased when its time has come.
    pub erase: OwnErase,
    /// Whether it goes into an export of the person or the tenant that it is of.
    pub export: ExportRule,
    /// What an export takes out of it.
    pub redact: Vec<super::redaction::OwnRedaction>,
    /// What ends it.
    pub purge: Purge,
    /// Purging begins this long before its last day.
    pub purge_lead: Option<jiff::Span>,
    /// The alarm rings this long before its last day.
    pub alarm_before: Option<jiff::Span>,
    /// A run that would purge more halts until staff confirm; where the sweeper ends it.
    pub ceiling_per_run: Option<u64>,
    /// Its rows or objects.
    #[serde(default, skip_serializing)]
    pub rows: Vec<OwnRow>,
}

/// One kind of row, or of object.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRow {
    /// Pattern of the partition key; none: objects of a bucket.
    pub partition: Option<String>,
    /// Pattern of the sort key or object key; none: a table without sort keys.
    pub key: Option<String>,
    /// Every attribute a row may hold beside its key; none, when the key says it all.
    #[serde(default)]
    pub attributes: Vec<String>,
}

/// How a record of our own is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OwnErase {
    /// By key.
    Delete,
    /// Every object version and delete marker.
    DeleteAllVersions,
    /// The row stays, what it held is taken out.
    Scrub,
    /// Not at all: it stays.
    Never,
}

/// What ends a record of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purge {
    /// The erasure of what it belongs to.
    WithErasure,
    /// The closing of the request that it belongs to: the sweeper erases it at its next tick.
    Closing,
    /// The expiry of its table, which is a help only: a row past its time counts as absent at every read.
    Expiry,
    /// The sweeper, from the day after its floor on: for the kinds of [`OwnKind`].
    Sweep,
    /// The sweeper, when its own entry in the due index says so.
    Due,
    /// The lifecycle rule of its bucket.
    Lifecycle,
    /// Nothing: it is kept as long as the service runs, and `source` says why.
    Stays,
    /// Nothing yet.
    NotBuilt,
}

impl Purge {
    /// The word for it in the policy file.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::WithErasure => "with-erasure",
            Self::Closing => "closing",
            Self::Expiry => "expiry",
            Self::Sweep => "sweep",
            Self::Due => "due",
            Self::Lifecycle => "lifecycle",
            Self::Stays => "stays",
            Self::NotBuilt => "not-built",
        }
    }
}

/// The records that the sweeper purges when their months are over. Their names in the policy file are fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnKind {
    /// Requests, from their closing on.
    Requests,
    /// Where people of closed requests can be reached, from the closing on; their requests stay.
    ContactData,
    /// Legal holds, from their release on.
    Holds,
}

impl OwnKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Requests, Self::ContactData, Self::Holds];

    /// Its name in the policy file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::ContactData => "contact-data",
            Self::Holds => "holds",
        }
    }
}

/// The bundles, which go on their day.
pub const EXPORTS: &str = "exports";
/// The flags of people, which expire after they were lifted.
pub const FLAGS: &str = "flags";
/// The replays of the ledger, which go on their day.
pub const REPLAYS: &str = "replays";

/// What every policy file says of our own records, and what ends each: the functions make or purge nothing of them without it.
pub(super) const NEEDED: [(&str, Purge); 6] = [
    (OwnKind::Requests.as_str(), Purge::Sweep),
    (OwnKind::ContactData.as_str(), Purge::Sweep),
    (OwnKind::Holds.as_str(), Purge::Sweep),
    (EXPORTS, Purge::Due),
    (REPLAYS, Purge::Due),
    (FLAGS, Purge::Expiry),
];

/// What functions carry of our own records: what the sweeper purges, and what expires.
pub(super) fn swept_only<S: Serializer>(own: &BTreeMap<String, Own>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(own.iter().filter(|(_, own)| matches!(own.purge, Purge::Sweep | Purge::Due | Purge::Expiry)))
}
