//! Obligations as their rows have them, for telling again what happened to them.

use privacy::ports::Answer;
use privacy::replay::Indexed;
use privacy::tell_again::{Kept, KeptHeads};

use super::{LedgerTable, head_key, key, rows, sequenced};

impl KeptHeads for LedgerTable {
    async fn kept(&self, named: &[Indexed]) -> Answer<Kept> {
        let key = |named: &Indexed| match named {
            Indexed::Obligation(id) => Some(head_key(id)),
            Indexed::Earlier(id, seq) => Some(key(id, sequenced("earlier", *seq))),
            Indexed::Asked(_) => None,
        };
        let rows = self.rows_of("events.kept", named.iter().filter_map(key).collect()).await?;
        // One row that cannot be read holds up no other.
        let heads: Vec<_> = rows.iter().filter_map(|row| rows::head(row).ok()).collect();
        let unreadable = u64::try_from(rows.len() - heads.len()).unwrap_or(u64::MAX);
        Ok(Kept { heads, unreadable })
    }
}
