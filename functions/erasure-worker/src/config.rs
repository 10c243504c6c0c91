//! What this function reads from its environment.

use lambda_runtime::Error;
use privacy::data_map::DataMap;
use privacy::policy::model::Store;
use privacy_aws::vault::{Names, Share};
use privacy_edge::env::{self, BadEnvironment};
use privacy_edge::stores;

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) erasure_queue_url: String,
    pub(crate) names: Names,
    /// What erasing may take of a table's throughput; without one, all of it.
    pub(crate) share: Option<Share>,
    pub(crate) second_looks: Vec<jiff::Span>,
    pub(crate) map: DataMap,
    pub(crate) downstream: DownstreamConfig,
}

/// What processors and receipts need.
#[derive(Debug)]
pub(crate) struct DownstreamConfig {
    pub(crate) subject_keys_arn: String,
    pub(crate) receipt_key_arn: String,
    pub(crate) processors_arn: String,
    pub(crate) receipts_bucket: String,
    /// Only a test stack may have its processors on its own machine.
    pub(crate) is_local_allowed: bool,
}

impl Config {
    pub(crate) fn read() -> Result<Self, Error> {
        let map = DataMap::built_in()?;
        let map = match env::span("PROCESSOR_CONFIRM_AFTER")? {
            Some(wait) => map.confirming_after(wait),
            None => map,
        };
        let downstream = DownstreamConfig {
            subject_keys_arn: env::required("SUBJECT_KEYS_ARN")?,
            receipt_key_arn: env::required("RECEIPT_KEY_ARN")?,
            processors_arn: env::required("PROCESSORS_ARN")?,
            receipts_bucket: env::required("RECEIPTS_BUCKET")?,
            is_local_allowed: env::optional("PROCESSORS_ON_THIS_MACHINE").is_some(),
        };
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            erasure_queue_url: env::required("ERASURE_QUEUE_URL")?,
            names: names(&map)?,
            share: env::erasing_share()?,
            second_looks: env::second_looks(&map.model().second_looks.after)?,
            map,
            downstream,
        })
    }
}

/// The stores that requests reach; the one that finds people by a name of its own too.
fn names(map: &DataMap) -> Result<Names, BadEnvironment> {
    let mut names = Names {
        suppression: env::required("SUPPRESSION_TABLE")?,
        ..Names::of_stores(stores::names(map, Store::is_reached_by_requests)?)
    };
    for (name, store) in map.model().store.iter().filter(|(_, store)| store.identities) {
        names.connections = names.stores.get(name).cloned().unwrap_or_default();
        names.secrets.clone_from(&store.secrets);
    }
    Ok(names)
}
