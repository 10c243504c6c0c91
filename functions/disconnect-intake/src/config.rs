//! What this function reads from its environment.

use jiff::SignedDuration;
use privacy_edge::env::{self, BadEnvironment};

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) erasure_queue_url: String,
    pub(crate) export_queue_url: String,
    pub(crate) bundles_bucket: String,
    pub(crate) stuck_after: SignedDuration,
}

impl Config {
    pub(crate) fn read() -> Result<Self, BadEnvironment> {
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            erasure_queue_url: env::required("ERASURE_QUEUE_URL")?,
            export_queue_url: env::required("EXPORT_QUEUE_URL")?,
            bundles_bucket: env::required("BUNDLES_BUCKET")?,
            stuck_after: env::stuck_after()?,
        })
    }
}
