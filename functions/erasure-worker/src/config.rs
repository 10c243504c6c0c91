//! What this function reads from its environment.

use std::collections::HashMap;

use lambda_runtime::Error;
use privacy::data_map::DataMap;
use privacy::policy::model::StoreKind;
use privacy_aws::vault::Names;
use privacy_edge::env::{self, BadEnvironment};

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) erasure_queue_url: String,
    pub(crate) names: Names,
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
            second_looks: env::second_looks(&map.model().second_looks.after)?,
            map,
            downstream,
        })
    }
}

/// Each store of the policy names its variable: `inbox` is in `INBOX_TABLE`, `media` in `MEDIA_BUCKET`.
fn names(map: &DataMap) -> Result<Names, BadEnvironment> {
    let mut names = Names {
        stores: HashMap::new(),
        connections: String::new(),
        secrets: Vec::new(),
        suppression: env::required("SUPPRESSION_TABLE")?,
    };
    for (name, store) in &map.model().store {
        let kind = match store.kind {
            StoreKind::Table => "TABLE",
            StoreKind::Bucket => "BUCKET",
        };
        let physical = env::required(&format!("{}_{kind}", name.to_ascii_uppercase()))?;
        if store.identities {
            names.connections.clone_from(&physical);
            names.secrets.clone_from(&store.secrets);
        }
        names.stores.insert(name.clone(), physical);
    }
    Ok(names)
}
