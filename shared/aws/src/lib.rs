//! Adapters: the ports of `privacy` over DynamoDB, SQS, S3, SES and Secrets Manager. No business rule lives here;
//! a condition on a write is the port's contract in the store's words.

pub mod accounts;
mod attributes;
pub mod bundles;
pub mod connection;
#[cfg(feature = "events")]
pub mod event_bus;
mod faults;
pub mod ingest_gate;
pub mod inventory;
pub mod ledger;
pub mod limits;
#[cfg(feature = "mail")]
pub mod mail;
pub mod outbox;
mod patience;
pub mod queue;
pub mod receipts;
pub mod reports;
pub mod secret;
mod transaction;
pub mod vault;
