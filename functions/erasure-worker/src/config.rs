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
}

impl Config {
    pub(crate) fn read() -> Result<Self, Error> {
        let map = DataMap::built_in()?;
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            erasure_queue_url: env::required("ERASURE_QUEUE_URL")?,
            names: names(&map)?,
            second_looks: env::second_looks(&map.model().second_looks.after)?,
            map,
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
