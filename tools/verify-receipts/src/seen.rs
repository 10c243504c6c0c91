//! What an earlier report saw. A bucket that was put back to an older state, heads included, agrees with itself; only
//! someone who remembers a newer one finds it.

use std::collections::BTreeMap;

use privacy::keys::KeyedRef;
use privacy::receipt::EntryHash;
use serde::Deserialize;

/// The last place of each chain and the hash of the file there.
pub(crate) type Seen = BTreeMap<KeyedRef, (u64, EntryHash)>;

#[derive(Deserialize)]
struct Report {
    chains: Vec<Chain>,
}

#[derive(Deserialize)]
struct Chain {
    chain: String,
    seq: u64,
    hash: EntryHash,
}

/// Reads a report of `--json`.
pub(crate) fn read(json: &str) -> Option<Seen> {
    let report: Report = serde_json::from_str(json).ok()?;
    let chain = |chain: Chain| Some((KeyedRef::parse(&chain.chain).ok()?, (chain.seq, chain.hash)));
    report.chains.into_iter().map(chain).collect()
}
