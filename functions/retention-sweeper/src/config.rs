//! What this function reads from its environment.

use std::collections::HashMap;

use jiff::SignedDuration;
use privacy::data_map::DataMap;
use privacy::policy::model::Store;
use privacy_aws::outbox::QueueUrls;
use privacy_aws::vault::{Names, Share};
use privacy_edge::env::{self, BadEnvironment};
use privacy_edge::stores;

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) queues: QueueUrls,
    pub(crate) subject_keys_arn: String,
    /// Flags of people, and what finds them.
    pub(crate) people: Names,
    pub(crate) stuck_after: SignedDuration,
    /// The tables whose records go by their date.
    pub(crate) stores: HashMap<String, String>,
    /// What purges may take of a table's throughput; without one, all of it.
    pub(crate) share: Option<Share>,
    pub(crate) reports_bucket: String,
    pub(crate) bundles_bucket: String,
}

impl Config {
    pub(crate) fn read(map: &DataMap) -> Result<Self, BadEnvironment> {
        let finder = stores::names(map, |store| store.identities)?;
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            queues: QueueUrls {
                erasures: env::required("ERASURE_QUEUE_URL")?,
                exports: env::required("EXPORT_QUEUE_URL")?,
                notices: env::required("NOTICE_QUEUE_URL")?,
            },
            subject_keys_arn: env::required("SUBJECT_KEYS_ARN")?,
            people: Names {
                connections: finder.into_values().next().unwrap_or_default(),
                ..Names::of_marks(env::required("SUPPRESSION_TABLE")?)
            },
            stuck_after: env::stuck_after()?,
            stores: stores::names(map, Store::goes_by_date)?,
            share: env::erasing_share()?,
            reports_bucket: env::required("REPORTS_BUCKET")?,
            bundles_bucket: env::required("BUNDLES_BUCKET")?,
        })
    }
}

#[cfg(test)]
impl Config {
    /// Of the account that tests run in.
    pub(crate) fn of_account(stores: &[&str]) -> Self {
        let queue = |name: &str| format!("http://account.test/000000000000/{name}");
        Self {
            ledger_table: "ledger".to_owned(),
            queues: QueueUrls { erasures: queue("erasure"), exports: queue("exports"), notices: queue("notices") },
            subject_keys_arn: "subject-keys".to_owned(),
            people: Names { connections: "connections".to_owned(), ..Names::of_marks("suppression".to_owned()) },
            stuck_after: SignedDuration::from_mins(5),
            stores: stores.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect(),
            share: None,
            reports_bucket: "reports".to_owned(),
            bundles_bucket: "bundles".to_owned(),
        }
    }
}
