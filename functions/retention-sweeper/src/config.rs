//! What this function reads from its environment.

use std::collections::HashMap;

use jiff::SignedDuration;
use privacy::data_map::DataMap;
use privacy_edge::env::{self, BadEnvironment};
use privacy_edge::stores;

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) erasure_queue_url: String,
    pub(crate) notice_queue_url: String,
    pub(crate) stuck_after: SignedDuration,
    /// The tables whose records go by their date.
    pub(crate) stores: HashMap<String, String>,
    pub(crate) reports_bucket: String,
    pub(crate) bundles_bucket: String,
}

impl Config {
    pub(crate) fn read(map: &DataMap) -> Result<Self, BadEnvironment> {
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            erasure_queue_url: env::required("ERASURE_QUEUE_URL")?,
            notice_queue_url: env::required("NOTICE_QUEUE_URL")?,
            stuck_after: env::stuck_after()?,
            stores: stores::names(map, |store| store.period.is_some())?,
            reports_bucket: env::required("REPORTS_BUCKET")?,
            bundles_bucket: env::required("BUNDLES_BUCKET")?,
        })
    }
}
