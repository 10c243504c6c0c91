//! How much memory the engine needs, however large a connection is.

use std::sync::{Mutex, PoisonError};

use super::visits::Ticking;
use super::*;
use crate::data_map::{KeyRange, SharedRow};
use crate::ids::{Platform, TenantId};
use crate::ports::{Answer, Connected, Detached, Disarmed, Page, Read, Record, SharedRows};
use crate::scope::{Link, Reach};

/// Keys in one page.
const PAGE: u64 = 1_000;

/// A connection of so many signals that stand nowhere: a page of them is made when it is asked for, so that what grows is the
/// engine's. Deletes go from the head of the range, so what is left is a range of numbers.
struct Vast<'w> {
    world: &'w World,
    left: Mutex<std::ops::Range<u64>>,
    /// What every key ends in.
    end: &'w str,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    is_erasing: bool,
    /// Pages that were read while a chunk went, and all.
    meanwhile: usize,
    pages: usize,
    chunks: Vec<usize>,
}

fn number(record: &Record) -> u64 {
    record.key.rsplit_once('x').unwrap().1.trim_end_matches('z').parse().unwrap()
}

impl Vast<'_> {
    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> std::sync::MutexGuard<'_, std::ops::Range<u64>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SharedRows for Vast<'_> {
    async fn detach(&self, rows: &[SharedRow]) -> Answer<Vec<Detached>> {
        self.world.detach(rows).await
    }

    async fn sources(&self, store: &str, partition: &str, rows: &[String]) -> Answer<Vec<Vec<String>>> {
        self.world.sources(store, partition, rows).await
    }
}

impl Stores for Vast<'_> {
    async fn page(
        &self,
        store: &str,
        range: &KeyRange,
        after: Option<&Record>,
        limit: Option<u16>,
        read: Read,
    ) -> Answer<Page> {
        if store != "inbox" {
            return self.world.page(store, range, after, limit, read).await;
        }
        {
            let mut seen = self.seen();
            seen.pages += 1;
            seen.meanwhile += usize::from(seen.is_erasing);
        }
        let left = self.left().clone();
        let from = after.map_or(left.start, |after| number(after) + 1).max(left.start);
        let to = (from + limit.map_or(PAGE, u64::from)).min(left.end);
        let key = |number| format!("contact#p1#signal#2026-02-01T00:00:00.000Z#x{number:07}{}", self.end);
        let record = |number| Record { key: key(number), version: None, written_at: None };
        let records: Vec<Record> = (from..to).map(record).collect();
        let next = records.last().filter(|_| to < left.end).cloned();
        Ok(Page { records, next })
    }

    async fn erase(&self, store: &str, range: &KeyRange, records: &[Record]) -> Answer<Vec<Record>> {
        if store != "inbox" {
            return self.world.erase(store, range, records).await;
        }
        self.seen().chunks.push(records.len());
        self.seen().is_erasing = true;
        tokio::task::yield_now().await;
        self.seen().is_erasing = false;
        let mut left = self.left();
        for record in records {
            assert_eq!(number(record), left.start, "from the head, each once");
            left.start += 1;
        }
        Ok(Vec::new())
    }
}

impl Connections for Vast<'_> {
    async fn of_tenant(&self, tenant: &TenantId) -> Answer<Vec<Connected>> {
        Connections::of_tenant(self.world, tenant).await
    }
    async fn reach(&self, link: &KeyedRef) -> Answer<Vec<Reach>> {
        self.world.reach(link).await
    }
    async fn disarm(&self, place: &Place, covers_until: Timestamp, now: Timestamp) -> Answer<Disarmed> {
        self.world.disarm(place, covers_until, now).await
    }
    async fn connected_at(&self, place: &Place) -> Answer<Option<Timestamp>> {
        self.world.connected_at(place).await
    }
    async fn platform_of(&self, place: &Place) -> Answer<Option<Platform>> {
        self.world.platform_of(place).await
    }
    async fn unlink(&self, links: &[Link]) -> Answer<()> {
        self.world.unlink(links).await
    }
    async fn erase_linked(&self, store: &str, range: &KeyRange, linked: &[(Record, Link)]) -> Answer<()> {
        self.world.erase_linked(store, range, linked).await
    }
    async fn take_out(&self, connection: &Place, until: Timestamp, rows: &[Record], links: &[Link]) -> Answer<bool> {
        self.world.take_out(connection, until, rows, links).await
    }
}

impl Suppressions for Vast<'_> {
    async fn raise(&self, mark: &Mark, covers_until: Timestamp) -> Answer<()> {
        self.world.raise(mark, covers_until).await
    }
    async fn date(&self, mark: &Mark, expires_at: Timestamp) -> Answer<()> {
        self.world.date(mark, expires_at).await
    }
}

/// The most memory that this process has had resident so far, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Disconnects a connection of so many signals, in visits of ninety seconds; how many those were, and what was seen of its store.
async fn disconnect(records: u64, end: &str) -> (u64, Seen) {
    let (world, run) = (World::new(now(), 1_000), Run::new());
    let place = world.connect("alder", "c1", at("2026-01-01T00:00:00Z"), &[]);
    let new = NewObligation {
        id: ObligationId::of_connection(&place),
        route: Route::Disconnect,
        target: Target::Connection { place, platform: Platform::parse("facebook").unwrap() },
        ..request(now())
    };
    world.open(&new).await.unwrap();
    let vault = Vast { world: &world, left: Mutex::new(0..records), end, seen: Mutex::default() };
    let engine = Engine {
        ledger: &world,
        vault: &vault,
        aftermath: &proof(&world, &run.map),
        clock: &Ticking(&world),
        map: &run.map,
        second_looks: &run.looks,
    };
    for visits in 1..200 {
        let stop_at = world.now() + SignedDuration::from_secs(90);
        let worked = engine.work(&new.id, &format!("w{visits}"), stop_at).await.unwrap();
        if let Worked::Erased { removed } = worked {
            assert_eq!((removed["signals"], vault.left().is_empty()), (records, true));
            return (visits, std::mem::take(&mut *vault.seen()));
        }
        assert_eq!(worked, Worked::Again);
    }
    panic!("it never ends");
}

/// What else this process runs takes memory too: so it is measured in a process that runs nothing but this test.
fn runs_alone() -> bool {
    let arguments: Vec<String> = std::env::args().collect();
    arguments.iter().any(|argument| argument == "--exact")
}

#[tokio::test]
async fn memory_is_flat_however_large_a_connection_is() {
    if !runs_alone() {
        let name = "erasure::tests::memory::memory_is_flat_however_large_a_connection_is";
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        assert!(alone.args(["--exact", name]).status().unwrap().success());
        return;
    }
    disconnect(10_000, "").await;
    let small = peak_kib();
    let (visits, _) = disconnect(1_000_000, "").await;
    let large = peak_kib();
    println!("10^4: {small} KiB; 10^6: {large} KiB in {visits} visits");
    assert!(visits > 5, "{visits}");
    // The keys that are remembered, four pages of deletes, and what the allocator keeps. All keys would be over 100 MiB.
    assert!(large - small < 24 * 1024, "{small} KiB, then {large} KiB");
}

#[tokio::test]
async fn what_is_read_again_is_read_while_the_chunk_before_it_goes_and_chunks_are_full() {
    // Too long to be remembered: the keys are read once to be counted, and once more to be erased.
    let (visits, seen) = disconnect(7_500, &"z".repeat(900)).await;
    assert_eq!((visits, &seen.chunks[..]), (1, &[2_000, 2_000, 2_000, 1_500][..]));
    // Of eight pages two come before anything is erased, and the last read finds nothing.
    assert_eq!((seen.meanwhile, seen.pages), (6, 8 + 8 + 1));
}
