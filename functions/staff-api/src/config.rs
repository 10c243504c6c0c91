//! What this function reads from its environment.

use privacy_edge::env::{self, BadEnvironment};

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) erasure_queue_url: String,
}

impl Config {
    pub(crate) fn read() -> Result<Self, BadEnvironment> {
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            erasure_queue_url: env::required("ERASURE_QUEUE_URL")?,
        })
    }
}
