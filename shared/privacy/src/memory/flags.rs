//! Flags in memory.

use std::collections::BTreeSet;

use jiff::{Span, Timestamp};

use super::World;
use crate::deadline;
use crate::ingest_gate::{Flag, FlagBook, LiftedFlag, Mark};
use crate::keys::KeyedRef;
use crate::ports::Answer;

impl FlagBook for World {
    async fn raise_flag(&self, person: &KeyedRef, flag: Flag, since: Timestamp) -> Answer<()> {
        self.call("flags.raise", |stored| {
            let mark = Mark::flags(person);
            if stored.flags_expire.remove(&mark).is_some_and(|expires_at| expires_at <= since) {
                stored.lifted.remove(&mark);
            }
            stored.flags.entry(mark).or_default().entry(flag).or_insert(since);
        })
    }

    async fn lift_flag(
        &self,
        person: &KeyedRef,
        flag: Flag,
        at: Timestamp,
        keep_until: Option<Timestamp>,
    ) -> Answer<()> {
        self.call("flags.lift", |stored| {
            let mark = Mark::flags(person);
            let Some(row) = stored.flags.get_mut(&mark) else { return };
            let Some(since) = row.get(&flag).copied().filter(|since| *since <= at) else { return };
            row.remove(&flag);
            if row.is_empty() {
                stored.flags_expire.extend(keep_until.map(|keep_until| (mark.clone(), keep_until)));
            }
            stored.lifted.entry(mark).or_default().push(LiftedFlag { flag, since, lifted_at: at });
        })
    }

    async fn date_lifted(&self, person: &KeyedRef, keep_for: Span) -> Answer<()> {
        self.call("flags.date", |stored| {
            let mark = Mark::flags(person);
            let stands = stored.flags.get(&mark).is_some_and(|row| !row.is_empty());
            if stands || stored.flags_expire.contains_key(&mark) {
                return;
            }
            let last = stored.lifted.get(&mark).into_iter().flatten().map(|lifted| lifted.lifted_at).max();
            let expires_at = last.and_then(|last| deadline::after(last, keep_for).ok());
            stored.flags_expire.extend(expires_at.map(|expires_at| (mark, expires_at)));
        })
    }

    async fn lifted_flags(&self, person: &KeyedRef, now: Timestamp) -> Answer<Vec<LiftedFlag>> {
        self.call("flags.lifted", |stored| {
            let mark = Mark::flags(person);
            let is_expired = stored.flags_expire.get(&mark).is_some_and(|expires_at| *expires_at <= now);
            let lifted = stored.lifted.get(&mark).filter(|_| !is_expired);
            lifted.cloned().unwrap_or_default()
        })
    }

    async fn flags(&self, people: &[KeyedRef]) -> Answer<BTreeSet<Flag>> {
        self.call("flags.read", |stored| {
            let rows = people.iter().filter_map(|person| stored.flags.get(&Mark::flags(person)));
            rows.flat_map(|row| row.keys().copied()).collect()
        })
    }
}
