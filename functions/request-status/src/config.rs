//! What this function reads from its environment.

use lambda_http::Error;
use privacy::data_map::DataMap;
use privacy_edge::env;

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) map: DataMap,
    pub(crate) second_looks: Vec<jiff::Span>,
    /// Where forms go, without a slash at the end.
    pub(crate) base: String,
}

impl Config {
    pub(crate) fn read() -> Result<Self, Error> {
        let map = DataMap::built_in()?;
        let second_looks = env::second_looks(&map.model().second_looks.after)?;
        let base = env::required("PUBLIC_BASE_URL")?.trim_end_matches('/').to_owned();
        Ok(Self { ledger_table: env::required("LEDGER_TABLE")?, map, second_looks, base })
    }
}
