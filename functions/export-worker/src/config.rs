//! What this function reads from its environment.

use lambda_runtime::Error;
use privacy::data_map::DataMap;
use privacy::law::Law;
use privacy::policy::model::Store;
use privacy_aws::vault::Names;
use privacy_edge::env;
use privacy_edge::stores;

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) export_queue_url: String,
    pub(crate) notice_queue_url: String,
    pub(crate) bundles_bucket: String,
    pub(crate) subject_keys_arn: String,
    pub(crate) names: Names,
    pub(crate) map: DataMap,
    pub(crate) law: Law,
}

impl Config {
    pub(crate) fn read() -> Result<Self, Error> {
        let map = DataMap::built_in()?;
        let mut names = Names::of_stores(stores::names(&map, Store::is_reached_by_requests)?);
        for name in map.stores().iter().filter(|store| store.identities).map(|store| &store.name) {
            names.connections = names.stores.get(name).cloned().unwrap_or_default();
        }
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            export_queue_url: env::required("EXPORT_QUEUE_URL")?,
            notice_queue_url: env::required("NOTICE_QUEUE_URL")?,
            bundles_bucket: env::required("BUNDLES_BUCKET")?,
            subject_keys_arn: env::required("SUBJECT_KEYS_ARN")?,
            names,
            map,
            law: Law::built_in()?,
        })
    }
}
