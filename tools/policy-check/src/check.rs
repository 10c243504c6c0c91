//! Looks through every store, a page at a time and no faster than asked, and counts what the map does not know.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use jiff::Timestamp;
use privacy::fault::{Fault, Turn};
use privacy::ids::Platform;
use privacy::ports::Record;
use privacy_aws::inventory::{Inventory, Row, Rows, RowsAfter};

use crate::Failed;
use crate::known::{Kind, Known, Owner, Unexpired};
use crate::outputs::{Names, Physical};
use crate::registry::Registry;
use crate::shape;

/// The largest page that is asked for.
const PAGE: u32 = 1_000;
/// How often a page is asked for while its store is busy, and the wait in between.
const TRIES: u32 = 6;
const WAIT: Duration = Duration::from_secs(1);

/// What is not classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A whole table or bucket.
    Store,
    /// A key of a row or of an object.
    Key,
    /// An attribute.
    Attribute,
    /// A row that is older than the first day of its class: no purge ever looks for it.
    Older,
    /// A row in a shard of its period that no purge looks into.
    Shard,
    /// A row or an object of a platform whose records its store never holds.
    Platform,
    /// A row that is dated before or after the period in which it stands.
    Misdated,
    /// A row that the expiry of its table was to take, and has not.
    Overdue,
    /// A row of a period whose registry has no line for its connection: no purge finds it.
    Unlisted,
}

/// Something that the map does not know, without its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What it is.
    pub what: What,
    /// Shape of the key, or class and name of the attribute.
    pub name: String,
}

/// What one store came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreReport {
    /// Its name in the policy.
    pub store: String,
    /// How many rows or object versions it holds; `None`: it could not be looked at, because nobody said what it is called.
    pub seen: Option<u64>,
    /// Whether people's data lives in it.
    pub is_required: bool,
    /// What is not classified, and how often.
    pub findings: BTreeMap<Finding, u64>,
}

/// The connections of platforms that some store excludes.
type Platforms = BTreeMap<Owner, Platform>;

/// A check to make.
#[derive(Debug)]
pub struct Check<'a> {
    /// What there is.
    pub inventory: &'a Inventory,
    /// What there may be.
    pub known: &'a Known,
    /// Items a second.
    pub pace: u32,
    /// Whether words of unknown keys are shown.
    pub shows_words: bool,
    /// What time it is.
    pub now: Timestamp,
}

impl Check<'_> {
    /// Every store of the map, and every table and bucket that is in none.
    ///
    /// # Errors
    /// [`Failed::Store`], [`Failed::Report`]
    pub async fn all(&self, names: &Names, progress: &mut (impl Write + Send)) -> Result<Vec<StoreReport>, Failed> {
        let mut reports = Vec::new();
        let mut platforms = Platforms::new();
        for store in self.known.stores() {
            let mut report = StoreReport {
                store: store.to_owned(),
                seen: None,
                is_required: self.known.is_required(store),
                findings: BTreeMap::new(),
            };
            let looked = match names.get(store) {
                Some(Physical::Table(name)) => self.table(name, (&mut report, &mut platforms), progress).await,
                Some(Physical::Bucket(name)) => self.bucket(name, (&mut report, &platforms), progress).await,
                None => Ok(Ok(())),
            };
            looked?.map_err(|fault| Failed::Store(store.to_owned(), fault.chain()))?;
            reports.push(report);
        }
        reports.sort_by(|one, other| one.store.cmp(&other.store));
        for store in names.stores().filter(|name| !self.known.stores().any(|known| known == *name)) {
            let finding = Finding { what: What::Store, name: store.to_owned() };
            reports.push(StoreReport {
                store: store.to_owned(),
                seen: Some(0),
                is_required: false,
                findings: BTreeMap::from([(finding, 1)]),
            });
        }
        Ok(reports)
    }

    async fn table(
        &self,
        name: &str,
        (report, platforms): (&mut StoreReport, &mut Platforms),
        progress: &mut (impl Write + Send),
    ) -> std::io::Result<Result<(), Fault>> {
        let mut after: Option<RowsAfter> = None;
        let mut registry = Registry::default();
        loop {
            let page = again(async || self.inventory.rows(name, self.page(), after.clone()).await).await;
            let Rows { rows, next } = match page {
                Ok(page) => page,
                Err(fault) => return Ok(Err(fault)),
            };
            for row in &rows {
                self.row(row, report, platforms);
                self.note_platform(row, &report.store, platforms);
                registry.see(self.known.kind(&report.store, Some(&row.partition), row.sort.as_deref()), row);
            }
            self.rest(rows.len(), report, progress).await?;
            after = next;
            if after.is_none() {
                break;
            }
        }
        for (class, rows) in registry.unlisted(|listed| self.known.is_to_be_listed(listed, self.now)) {
            let name = format!("{class}: no line of the registry lists its connection, no purge finds it");
            report.findings.insert(Finding { what: What::Unlisted, name }, rows);
        }
        Ok(Ok(()))
    }

    async fn bucket(
        &self,
        name: &str,
        (report, platforms): (&mut StoreReport, &Platforms),
        progress: &mut (impl Write + Send),
    ) -> std::io::Result<Result<(), Fault>> {
        let mut after: Option<Record> = None;
        loop {
            let page = again(async || self.inventory.keys(name, self.page(), after.clone()).await).await;
            let (keys, next) = match page {
                Ok(page) => page,
                Err(fault) => return Ok(Err(fault)),
            };
            for key in &keys {
                match self.known.kind(&report.store, None, Some(key)) {
                    Some(kind) => {
                        let owner = kind.owner(None, Some(key));
                        self.judge_platform(kind, [owner.and_then(|owner| platforms.get(&owner)), None], report);
                    }
                    None => note(report, What::Key, self.shape(key)),
                }
            }
            self.rest(keys.len(), report, progress).await?;
            after = next;
            if after.is_none() {
                return Ok(Ok(()));
            }
        }
    }

    /// Remembers a connection of a platform that some store excludes.
    fn note_platform(&self, row: &Row, store: &str, platforms: &mut Platforms) {
        let Some(platform) = row.platform.as_ref().filter(|platform| self.known.is_excluded(platform)) else { return };
        if let Some(owner) = self.known.connection(store, &row.partition) {
            platforms.insert(owner, platform.clone());
        }
    }

    /// Names what stands in a store that never holds records of the platform of its connection, or of the one that it says itself.
    fn judge_platform(&self, kind: &Kind, platforms: [Option<&Platform>; 2], report: &mut StoreReport) {
        let excluded = |platform| self.known.excluded(&report.store, platform);
        if let Some(name) = platforms.into_iter().flatten().find_map(excluded) {
            note(report, What::Platform, format!("{}: of {name}, whose records never stand here", kind.name));
        }
    }

    fn row(&self, row: &Row, report: &mut StoreReport, platforms: &Platforms) {
        let sort = row.sort.as_deref();
        match self.known.kind(&report.store, Some(&row.partition), sort) {
            Some(kind) => {
                for attribute in kind.unknown(&row.attributes) {
                    note(report, What::Attribute, format!("{}: {}", kind.name, shape::of_attribute(attribute)));
                }
                if let Some(class) = kind.before_since(&row.partition, sort) {
                    note(report, What::Older, format!("{class}: dated before its `since`, no purge looks there"));
                }
                if let Some(class) = kind.beyond_shards(&row.partition) {
                    note(report, What::Shard, format!("{class}: in a shard beyond its `shards`, no purge looks there"));
                }
                let owner = kind.owner(Some(&row.partition), sort);
                let of_connection = owner.and_then(|owner| platforms.get(&owner));
                self.judge_platform(kind, [of_connection, row.platform.as_ref()], report);
                if let Some(class) = kind.misdated(&row.partition, sort) {
                    note(report, What::Misdated, format!("{class}: dated outside the period in which it stands"));
                }
                if let Some(unexpired) = kind.unexpired(row.expires_at, self.now) {
                    let how = match unexpired {
                        Unexpired::Overdue => "expired more than 2 days ago, and the table has not taken it",
                        Unexpired::Never => "does not say when it expires, and nothing else ends it",
                    };
                    note(report, What::Overdue, format!("{}: {how}", kind.name));
                }
            }
            None => {
                let sort = sort.map_or(String::new(), |sort| format!(" | {}", self.sort_shape(sort)));
                note(report, What::Key, format!("{}{sort}", self.shape(&row.partition)));
            }
        }
    }

    fn shape(&self, key: &str) -> String {
        shape::of_key(key, |word| self.known.is_word(word))
    }

    /// Partitions and objects begin with whose they are; what only words say stands in sort keys.
    fn sort_shape(&self, key: &str) -> String {
        shape::of_key(key, |word| self.known.is_word(word) || (self.shows_words && shape::is_plain(word)))
    }

    fn page(&self) -> i32 {
        i32::try_from(self.pace.min(PAGE)).unwrap_or(i32::MAX)
    }

    /// Counts a page, says how far the check has come, and waits as long as the page was worth.
    async fn rest(
        &self,
        items: usize,
        report: &mut StoreReport,
        progress: &mut (impl Write + Send),
    ) -> std::io::Result<()> {
        let items = u32::try_from(items).unwrap_or(u32::MAX);
        let seen = report.seen.unwrap_or_default() + u64::from(items);
        report.seen = Some(seen);
        writeln!(progress, "  {}: {seen}", report.store)?;
        tokio::time::sleep(Duration::from_secs(1) * items / self.pace.max(1)).await;
        Ok(())
    }
}

fn note(report: &mut StoreReport, what: What, name: String) {
    *report.findings.entry(Finding { what, name }).or_default() += 1;
}

/// Asks again while the store is busy.
async fn again<T>(ask: impl AsyncFn() -> Result<T, Fault>) -> Result<T, Fault> {
    for _ in 1..TRIES {
        match ask().await {
            Err(Fault { turn: Turn::Retry, .. }) => tokio::time::sleep(WAIT).await,
            answer => return answer,
        }
    }
    ask().await
}
