//! What is in a bundle, file by file, so that anyone can check that it is whole and unchanged.

use std::collections::BTreeMap;

use serde::Serialize;

use super::archive::Entry;
use super::redact::Counts;

/// Of what shape the files of a bundle are. Counts up when a reader of the one before would not understand them.
pub const SCHEMA_VERSION: u32 = 1;

/// One file, as it stands in the list.
#[derive(Debug, Serialize)]
struct File<'a> {
    path: &'a str,
    bytes: u64,
    sha256: &'a str,
}

/// What stands before the list of files. Holds no instant but the receipt of the request: the same data is the same manifest.
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
    /// Classes of which something is missing, with why. Absent where nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) missing: Vec<Missing<'a>>,
}

/// A class of which something is missing.
#[derive(Debug, Serialize)]
pub(super) struct Missing<'a> {
    pub(super) class: &'a str,
    pub(super) reason: &'static str,
}

impl<'a> Missing<'a> {
    /// It is held, and could not be read.
    pub(super) fn unread(class: &'a str) -> Self {
        Self { class, reason: "could not be read" }
    }
}

impl Manifest<'_> {
    /// The beginning of the document, up to the first file. The list follows file by file: it may be long.
    pub(super) fn head(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.truncate(json.len().saturating_sub("\n}".len()));
        json.extend_from_slice(b",\n  \"files\": [");
        json
    }
}

/// Some files of the list.
pub(super) fn listed(entries: &[Entry], is_first: &mut bool) -> Vec<u8> {
    let mut json = Vec::with_capacity(entries.len() * 160);
    for entry in entries {
        let file = File { path: &entry.name, bytes: entry.bytes, sha256: &entry.sha256 };
        json.extend_from_slice(if std::mem::take(is_first) { b"\n    " } else { b",\n    " });
        json.extend(serde_json::to_vec(&file).unwrap_or_default());
    }
    json
}

/// The end of the document.
pub(super) const TAIL: &[u8] = b"\n  ]\n}\n";
