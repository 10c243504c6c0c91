//! What this function reads from its environment.

use jiff::SignedDuration;
use privacy_edge::env::{self, BadEnvironment};

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    /// Flags of people.
    pub(crate) suppression_table: String,
    pub(crate) erasure_queue_url: String,
    pub(crate) notice_queue_url: String,
    pub(crate) subject_keys_arn: String,
    pub(crate) stuck_after: SignedDuration,
    /// Where pages are, without a slash at the end.
    pub(crate) public_base_url: String,
}

impl Config {
    pub(crate) fn read() -> Result<Self, BadEnvironment> {
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            suppression_table: env::required("SUPPRESSION_TABLE")?,
            erasure_queue_url: env::required("ERASURE_QUEUE_URL")?,
            notice_queue_url: env::required("NOTICE_QUEUE_URL")?,
            subject_keys_arn: env::required("SUBJECT_KEYS_ARN")?,
            stuck_after: env::stuck_after()?,
            public_base_url: env::required("PUBLIC_BASE_URL")?.trim_end_matches('/').to_owned(),
        })
    }
}
