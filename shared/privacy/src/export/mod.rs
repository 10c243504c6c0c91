//! Exports: everything that is held of a person, or of a tenant's account, in one file that a person can open.
//!
//! *order → claim → discover → collect → close → complete → answer.* A bundle is a ZIP with JSON and CSV per class, a page that
//! opens offline, a notice and a manifest. The same data is the same bundle, byte for byte: what is in it has a fixed
//! order and no clock, interrupted or not.

mod answer_request;
pub mod archive;
mod bundle;
mod close;
mod collect;
pub mod discover;
pub mod download;
pub mod erase_bundles;
mod file_name;
mod iban;
pub mod job;
pub mod make_bundle;
mod manifest;
mod named;
mod names;
mod notice;
mod numbers;
mod order;
pub mod order_account;
pub mod order_again;
mod page;
mod patterns;
pub mod people;
pub mod pieces;
pub mod ports;
mod progress;
pub mod redact;
pub mod show_account;
mod shown;
pub mod table;
mod unread;
mod window;

pub use manifest::SCHEMA_VERSION;

#[cfg(test)]
mod tests;
