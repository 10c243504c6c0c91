//! What strangers, queues and the policy file may bring, as targets for a fuzzer. A target takes any bytes and panics when a
//! promise about them is broken; that nothing in the code panics is only the least of these. The corpus of each is replayed by
//! every test run, without the fuzzer.

// By the name that the functions know it by: their readers are compiled in here.
extern crate privacy_edge_alone as privacy_edge;

mod csv;
mod cursors;
mod form;
mod json;
mod mark;
mod messages;
mod policy;
mod requests;
mod signed_request;

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// Every target, by the name of the folder of its corpus.
pub const TARGETS: [(&str, Target); 7] = [
    ("csv", csv::run),
    ("cursors", cursors::run),
    ("form", form::run),
    ("json", json::run),
    ("messages", messages::run),
    ("policy", policy::run),
    ("signed_request", signed_request::run),
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|(known, _)| *known == name).map(|(_, run)| run)
}
