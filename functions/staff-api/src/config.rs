//! What this function reads from its environment.

use jiff::SignedDuration;
use privacy::data_map::DataMap;
use privacy::policy::model::Store;
use privacy_aws::outbox::QueueUrls;
use privacy_aws::vault::Names;
use privacy_edge::env::{self, BadEnvironment};
use privacy_edge::stores;

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    /// The tables that know tenants and connections, and the one of flags.
    pub(crate) names: Names,
    /// Whoever carries out what staff have verified.
    pub(crate) queues: QueueUrls,
    pub(crate) subject_keys_arn: String,
    pub(crate) stuck_after: SignedDuration,
    /// Where pages are, without a slash at the end.
    pub(crate) public_base_url: String,
}

impl Config {
    pub(crate) fn read(map: &DataMap) -> Result<Self, BadEnvironment> {
        let mut names = Names::of_stores(stores::names(map, Store::knows_tenants)?);
        for name in map.stores().iter().filter(|store| store.identities).map(|store| &store.name) {
            names.connections = names.stores.get(name).cloned().unwrap_or_default();
        }
        names.suppression = env::required("SUPPRESSION_TABLE")?;
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            names,
            queues: QueueUrls {
                erasures: env::required("ERASURE_QUEUE_URL")?,
                exports: env::required("EXPORT_QUEUE_URL")?,
                notices: env::required("NOTICE_QUEUE_URL")?,
            },
            subject_keys_arn: env::required("SUBJECT_KEYS_ARN")?,
            stuck_after: env::stuck_after()?,
            public_base_url: env::required("PUBLIC_BASE_URL")?.trim_end_matches('/').to_owned(),
        })
    }
}
