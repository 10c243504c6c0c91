//! A tenant with as much data as wanted, made while it is read: what an export holds in memory is then its own. What it keeps
//! for the next worker lies in files, not in its process.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use privacy::accept_termination::{Termination, accept_termination};
use privacy::data_map::{DataMap, KeyRange};
use privacy::export::job::ExportJob;
use privacy::export::make_bundle::{Exporter, Made};
use privacy::export::ports::{BundleEraser, BundleKey, BundleStore, Contents, Object, Objects, Part, Row, Rows};
use privacy::ids::{Platform, TenantId};
use privacy::keys::KeyedRef;
use privacy::law::Law;
use privacy::memory::World;
use privacy::ports::{Answer, Clock, Connected, Connections, Disarmed, Record};
use privacy::scope::{Link, Place, Reach};
use serde_json::Value;

use crate::{demo, repository};

/// Rows in one page: a mebibyte.
const PAGE: u64 = 1_024;
/// What a row holds, in bytes.
const ROW_BYTES: u64 = 1_000;
/// What a file holds, in bytes.
const FILE_BYTES: u64 = 1_024;
/// Files in one page of a listing.
const LISTED: u64 = 1_000;
/// How long one invocation may go on: ten pages or three thousand files.
const VISIT: SignedDuration = SignedDuration::from_secs(600);

/// Time that goes by with what is read.
#[derive(Debug)]
struct Reading(AtomicI64);

impl Reading {
    fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for Reading {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// A vault of as many messages and files as wanted.
#[derive(Debug)]
struct Flood<'a> {
    rows: u64,
    files: u64,
    clock: &'a Reading,
}

impl Flood<'_> {
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

impl Contents for Flood<'_> {
    async fn rows(&self, store: &str, _range: &KeyRange, after: Option<&str>) -> Answer<Rows> {
        if store != "conversations" {
            return Ok(Rows::default());
        }
        self.clock.pass(60_000);
        let first = after.and_then(|key| key.rsplit_once('m')?.1.parse::<u64>().ok()).map_or(0, |last| last + 1);
        let last = (first + PAGE).min(self.rows);
        let rows: Vec<Row> = (first..last).map(Self::row).collect();
        let next = rows.last().filter(|_| last < self.rows).map(|row| row.key.clone());
        Ok(Rows { rows, next })
    }

    async fn objects(&self, store: &str, _prefix: &str, after: Option<&str>) -> Answer<Objects> {
        if store != "files" {
            return Ok(Objects::default());
        }
        let number = |key: &str| key.rsplit_once("/f")?.1.parse::<u64>().ok();
        let first = after.and_then(number).map_or(0, |last| last + 1);
        let last = (first + LISTED).min(self.files);
        let object = |number| Object { key: format!("alder/p{:09}/t1/f{number:09}", number / 10), bytes: FILE_BYTES };
        let objects: Vec<Object> = (first..last).map(object).collect();
        let next = objects.last().filter(|_| last < self.files).map(|object| object.key.clone());
        Ok(Objects { objects, next })
    }

    async fn read(&self, _store: &str, key: &str, _from: u64, bytes: u64) -> Answer<Option<Vec<u8>>> {
        self.clock.pass(200);
        Ok(Some(key.bytes().cycle().take(usize::try_from(bytes).unwrap()).collect()))
    }
}

impl Connections for Flood<'_> {
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

    async fn unlink(&self, _links: &[Link]) -> Answer<()> {
        Ok(())
    }

    async fn erase_linked(&self, _: &str, _: &KeyRange, _linked: &[(Record, Link)]) -> Answer<()> {
        Ok(())
    }

    async fn take_out(&self, _: &Place, _: Timestamp, _rows: &[Record], _links: &[Link]) -> Answer<bool> {
        Ok(true)
    }
}

/// A bucket that counts what comes and keeps none of it, but what the next worker needs: that lies in files.
#[derive(Debug)]
struct Drain {
    bytes: AtomicU64,
    aside: PathBuf,
}

impl Drain {
    fn new() -> Self {
        let aside = std::env::temp_dir().join(format!("export-memory-{}", std::process::id()));
        std::fs::create_dir_all(&aside).unwrap();
        Self { bytes: AtomicU64::default(), aside }
    }

    fn file(&self, object: &str) -> PathBuf {
        self.aside.join(object.replace('/', "-"))
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.aside));
    }
}

impl BundleStore for Drain {
    async fn begin(&self, _key: &BundleKey) -> Answer<String> {
        Ok("upload".to_owned())
    }

    async fn part(&self, _key: &BundleKey, _upload: &str, number: i32, bytes: Vec<u8>) -> Answer<Option<Part>> {
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(Some(Part { number, tag: bytes.len().to_string() }))
    }

    async fn complete(&self, _key: &BundleKey, _upload: &str, _parts: &[Part]) -> Answer<bool> {
        Ok(true)
    }

    async fn abort(&self, _key: &BundleKey, _upload: &str) -> Answer<()> {
        Ok(())
    }

    async fn keep(&self, object: &str, content: Vec<u8>) -> Answer<()> {
        std::fs::write(self.file(object), content).unwrap();
        Ok(())
    }

    async fn kept(&self, object: &str) -> Answer<Option<Vec<u8>>> {
        Ok(std::fs::read(self.file(object)).ok())
    }
}

impl BundleEraser for Drain {
    async fn erase(&self, _key: &BundleKey) -> Answer<u64> {
        Ok(0)
    }
}

/// What an export came to.
#[derive(Clone, Copy, Debug)]
pub struct Exported {
    /// Messages.
    pub rows: u64,
    /// Files.
    pub files: u64,
    /// How long its bundle is.
    pub bytes: u64,
    /// How many workers had to go on with it.
    pub visits: u32,
}

/// Exports an account of so many mebibytes, half of them messages and half of them files.
pub async fn export(mebibytes: u64) -> Exported {
    let (rows, files) = ((mebibytes << 19) / ROW_BYTES, (mebibytes << 19) / FILE_BYTES);
    let world = World::new("2026-03-05T12:00:00Z".parse().unwrap(), 100);
    let (map, law, keys): (DataMap, Law, _) = (demo::map(), Law::built_in().unwrap(), demo::keys());
    let (tenant, ended_at) = (TenantId::parse("alder").unwrap(), Some(world.now()));
    let termination = Termination { tenant: tenant.clone(), ended_at, decided_at: None, time_zone: "UTC".to_owned() };
    let counted = termination.count(world.now()).unwrap();
    accept_termination(&world, &world, &map, &counted).await.unwrap();
    let clock = Reading(AtomicI64::new(world.now().as_millisecond()));
    let drain = Drain::new();
    let exporter = Exporter {
        ledger: &world,
        queue: &world,
        vault: &Flood { rows, files, clock: &clock },
        bundles: &drain,
        clock: &clock,
        map: &map,
        law: &law,
        keys: &keys,
    };
    let (job, mut visits) = (ExportJob::Tenant(tenant), 1);
    let made = loop {
        match exporter.make(&job, &format!("w{visits}"), clock.now() + VISIT).await.unwrap() {
            Made::Again => visits += 1,
            made => break made,
        }
    };
    let bytes = drain.bytes.load(Ordering::Relaxed);
    assert_eq!(made, Made::Whole { bytes });
    Exported { rows, files, bytes, visits }
}

/// Reads the same account and makes nothing of it: what the data itself costs to make.
pub async fn read(exported: Exported) {
    let clock = Reading(AtomicI64::default());
    let flood = Flood { rows: exported.rows, files: exported.files, clock: &clock };
    let range = KeyRange::Bucket { prefix: String::new() };
    let mut after = None;
    loop {
        after = flood.rows("conversations", &range, after.as_deref()).await.unwrap().next;
        if after.is_none() {
            break;
        }
    }
    for _ in 0..exported.files {
        flood.read("files", "alder/p000000000/t1/f000000000", 0, FILE_BYTES).await.unwrap();
    }
}

/// What this program says when it runs once more with these arguments, in a process of its own, whose allocator is set as
/// `template.yaml` sets the worker's.
#[must_use]
pub fn alone(arguments: &[&str]) -> String {
    let template = repository::read("template.yaml");
    let setting = template.lines().find_map(|line| line.trim().strip_prefix("MALLOC_MMAP_THRESHOLD_: "));
    let mut program = Command::new(std::env::current_exe().unwrap());
    if let Some(setting) = setting {
        program.env("MALLOC_MMAP_THRESHOLD_", setting.trim_matches('\''));
    }
    let ran = program.args(arguments).stderr(Stdio::inherit()).output().unwrap();
    assert!(ran.status.success(), "{}", ran.status);
    String::from_utf8(ran.stdout).unwrap()
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
