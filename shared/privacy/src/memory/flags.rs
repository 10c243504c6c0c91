//! Flags in memory.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::World;
use crate::ingest_gate::{Flag, FlagBook, Mark};
use crate::keys::KeyedRef;
use crate::ports::Answer;

impl FlagBook for World {
    async fn raise_flag(&self, person: &KeyedRef, flag: Flag, since: Timestamp) -> Answer<()> {
        self.call("flags.raise", |stored| {
            stored.flags.entry(Mark::flags(person)).or_default().entry(flag).or_insert(since);
        })
    }

    async fn flags(&self, people: &[KeyedRef]) -> Answer<BTreeSet<Flag>> {
        self.call("flags.read", |stored| {
            let rows = people.iter().filter_map(|person| stored.flags.get(&Mark::flags(person)));
            rows.flat_map(|row| row.keys().copied()).collect()
        })
    }
}
