//! What is in a bundle, file by file, so that anyone can check that it is whole and unchanged.

use std::collections::BTreeMap;

use serde::Serialize;

use super::archive::Entry;
use super::redact::Counts;

/// Of what shape the files of a bundle are. Counts up when a reader of the one before would not understand them.
pub const SCHEMA_VERSION: u32 = 1;

/// One file.
#[derive(Debug, Serialize)]
struct File<'a> {
    path: &'a str,
    bytes: u64,
    sha256: &'a str,
}

/// The whole list. Holds no instant but the receipt of the request: the same data is the same manifest.
#[derive(Debug, Serialize)]
pub(super) struct Manifest<'a> {
    pub(super) schema_version: u32,
    /// What was asked for.
    pub(super) kind: &'a str,
    /// The reference of the request, or the tenant.
    pub(super) of: &'a str,
    /// When the request was received.
    pub(super) received_at: Option<String>,
    /// How many records of each class.
    pub(super) records: BTreeMap<&'a str, u64>,
    /// How much was replaced or left out, by reason; never what.
    pub(super) redactions: &'a Counts,
    files: Vec<File<'a>>,
}

impl<'a> Manifest<'a> {
    pub(super) fn new(
        kind: &'a str,
        of: &'a str,
        received_at: Option<String>,
        records: BTreeMap<&'a str, u64>,
        redactions: &'a Counts,
        entries: &'a [Entry],
    ) -> Self {
        let file = |entry: &'a Entry| File { path: &entry.name, bytes: entry.bytes, sha256: &entry.sha256 };
        let files = entries.iter().map(file).collect();
        Self { schema_version: SCHEMA_VERSION, kind, of, received_at, records, redactions, files }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}
