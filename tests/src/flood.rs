//! A tenant with as much data as wanted, made while it is read: what an export holds in memory is then its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use privacy::accept_termination::{Termination, accept_termination};
use privacy::data_map::{DataMap, KeyRange};
use privacy::export::job::ExportJob;
use privacy::export::make_bundle::{Exporter, Made};
use privacy::export::ports::{BundleKey, BundleStore, Contents, Objects, Part, Row, Rows};
use privacy::ids::{Platform, TenantId};
use privacy::keys::KeyedRef;
use privacy::law::Law;
use privacy::memory::World;
use privacy::ports::{Answer, Clock, Connected, Connections, Disarmed};
use privacy::scope::{Link, Place, Reach};
use serde_json::Value;

use crate::demo;

/// Rows in one page: a mebibyte.
const PAGE: u64 = 1_024;
/// What a row holds, in bytes.
pub const ROW_BYTES: u64 = 1_000;

/// A vault of as many messages as wanted.
#[derive(Clone, Copy, Debug)]
pub struct Flood {
    /// How many.
    pub rows: u64,
}

impl Flood {
    fn row(number: u64) -> Row {
        // Not the same text over and over: it would deflate to nothing.
        let words = ["order", "tea", "when", "does", "it", "ship", "thanks", "blue", "return", "size"];
        let mut seed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut text = String::with_capacity(1_100);
        while text.len() < 900 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            text.push_str(words[usize::try_from(seed % 10).unwrap()]);
            text.push_str(&format!(" {} ", seed >> 48));
        }
        let attributes = BTreeMap::from([
            ("tenant_id".to_owned(), Value::from("alder")),
            ("contact_id".to_owned(), Value::from(format!("p{}", number / 100))),
            ("text".to_owned(), Value::from(text)),
        ]);
        Row { key: format!("contact#p{:09}#message#2026-02-01T00:00:00.000Z#m{number:09}", number / 100), attributes }
    }
}

impl Contents for Flood {
    async fn rows(&self, store: &str, _range: &KeyRange, after: Option<&str>) -> Answer<Rows> {
        if store != "conversations" {
            return Ok(Rows::default());
        }
        let first = after.and_then(|key| key.rsplit_once('m')?.1.parse::<u64>().ok()).map_or(0, |last| last + 1);
        let last = (first + PAGE).min(self.rows);
        let rows: Vec<Row> = (first..last).map(Self::row).collect();
        let next = rows.last().filter(|_| last < self.rows).map(|row| row.key.clone());
        Ok(Rows { rows, next })
    }

    async fn objects(&self, _store: &str, _prefix: &str, _after: Option<&str>) -> Answer<Objects> {
        Ok(Objects::default())
    }

    async fn read(&self, _store: &str, _key: &str, _from: u64, _bytes: u64) -> Answer<Option<Vec<u8>>> {
        Ok(None)
    }
}

impl Connections for Flood {
    async fn of_tenant(&self, _tenant: &TenantId) -> Answer<Vec<Connected>> {
        Ok(Vec::new())
    }

    async fn reach(&self, _link: &KeyedRef) -> Answer<Vec<Reach>> {
        Ok(Vec::new())
    }

    async fn disarm(&self, _place: &Place, _covers_until: Timestamp, _now: Timestamp) -> Answer<Disarmed> {
        Ok(Disarmed::Missing)
    }

    async fn connected_at(&self, _place: &Place) -> Answer<Option<Timestamp>> {
        Ok(None)
    }

    async fn platform_of(&self, _place: &Place) -> Answer<Option<Platform>> {
        Ok(None)
    }

    async fn unlink(&self, _links: &[Link], _connection: Option<&Place>) -> Answer<()> {
        Ok(())
    }
}

/// A bucket that counts what comes and keeps none of it.
#[derive(Debug, Default)]
struct Drain(AtomicU64);

impl BundleStore for Drain {
    async fn begin(&self, _key: &BundleKey) -> Answer<String> {
        Ok("upload".to_owned())
    }

    async fn part(&self, _key: &BundleKey, _upload: &str, number: i32, bytes: Vec<u8>) -> Answer<Part> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(Part { number, tag: bytes.len().to_string() })
    }

    async fn complete(&self, _key: &BundleKey, _upload: &str, _parts: &[Part]) -> Answer<bool> {
        Ok(true)
    }

    async fn abort(&self, _key: &BundleKey, _upload: &str) -> Answer<()> {
        Ok(())
    }

    async fn keep(&self, _key: &BundleKey, _progress: Vec<u8>) -> Answer<()> {
        Ok(())
    }

    async fn kept(&self, _key: &BundleKey) -> Answer<Option<Vec<u8>>> {
        Ok(None)
    }
}

/// Exports an account of so many messages; how long its bundle is.
pub async fn export(rows: u64) -> u64 {
    let world = World::new("2026-03-05T12:00:00Z".parse().unwrap(), 100);
    let (map, law, keys): (DataMap, Law, _) = (demo::map(), Law::built_in().unwrap(), demo::keys());
    let tenant = TenantId::parse("alder").unwrap();
    let termination = Termination { tenant: tenant.clone(), ended_at: Some(world.now()), time_zone: "UTC".to_owned() };
    let counted = termination.count(world.now()).unwrap();
    accept_termination(&world, &world, &map, &counted).await.unwrap();
    let drain = Drain::default();
    let exporter = Exporter {
        ledger: &world,
        queue: &world,
        vault: &Flood { rows },
        bundles: &drain,
        clock: &world,
        map: &map,
        law: &law,
        keys: &keys,
    };
    let stop_at = world.now() + SignedDuration::from_hours(1);
    let made = exporter.make(&ExportJob::Tenant(tenant), "w", stop_at).await.unwrap();
    let sent = drain.0.load(Ordering::Relaxed);
    assert_eq!(made, Made::Whole { bytes: sent });
    sent
}

/// The most memory that this process has had, in KiB: of Linux, zero elsewhere.
#[must_use]
pub fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// Milliseconds of processor time that this process has used, its own and the system's for it; of Linux.
#[must_use]
pub fn cpu_millis() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) * 10
}
