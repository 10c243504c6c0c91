//! Flags in memory.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::World;
use crate::ingest_gate::{Flag, FlagBook, LiftedFlag, Mark};
use crate::keys::KeyedRef;
use crate::ports::Answer;

impl FlagBook for World {
    async fn raise_flag(&self, person: &KeyedRef, flag: Flag, since: Timestamp) -> Answer<()> {
        self.call("flags.raise", |stored| {
            stored.flags.entry(Mark::flags(person)).or_default().entry(flag).or_insert(since);
        })
    }

    async fn lift_flag(&self, person: &KeyedRef, flag: Flag, at: Timestamp) -> Answer<()> {
        self.call("flags.lift", |stored| {
            let mark = Mark::flags(person);
            if let Some(since) = stored.flags.get_mut(&mark).and_then(|row| row.remove(&flag)) {
                stored.lifted.entry(mark).or_default().push(LiftedFlag { flag, since, lifted_at: at });
            }
        })
    }

    async fn lifted_flags(&self, person: &KeyedRef) -> Answer<Vec<LiftedFlag>> {
        self.call("flags.lifted", |stored| stored.lifted.get(&Mark::flags(person)).cloned().unwrap_or_default())
    }

    async fn flags(&self, people: &[KeyedRef]) -> Answer<BTreeSet<Flag>> {
        self.call("flags.read", |stored| {
            let rows = people.iter().filter_map(|person| stored.flags.get(&Mark::flags(person)));
            rows.flat_map(|row| row.keys().copied()).collect()
        })
    }
}
