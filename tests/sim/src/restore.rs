//! Staff restore the data tables from a backup, as `docs/runbooks/restore.md` says: stop, put back, start, replay, and traffic only
//! when the replay is over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use privacy::legal_hold::Note;
use privacy::ports::Clock;
use privacy::replay::{ReplayBook, begin_replay};
use privacy::subject_request::{Actor, By};
use privacy_aws::connection::Patience;
use privacy_aws::ledger::LedgerTable;
use serde_json::{Map, Value, json};

use crate::actors::ledger;
use crate::cast;
use crate::cloud::Cloud;
use crate::naive::Naive;
use crate::oracle::TABLES;
use crate::process::{Process, true_time};
use crate::product::Product;
use crate::seen;
use crate::tenants::Dashboard;
use crate::world::World;

/// What was sent before the stop is carried out by then; the runbook says three minutes.
const STOP: Duration = Duration::from_secs(300);
/// How often staff look whether a replay is over.
const LOOK: Duration = Duration::from_secs(900);
/// How often they do so at most: longer than any outage.
const LOOKS_MAX: u32 = 2_000;

/// The rows of every table that holds data of people.
pub(crate) type Backup = Vec<(&'static str, Vec<Value>)>;

impl Cloud {
    /// The data tables as they are, and as likely as not the marks beside them.
    fn backup(&self) -> Backup {
        let marks = if self.draw(|rng| rng.bool()) { Some("suppression") } else { None };
        TABLES.into_iter().chain(marks).map(|table| (table, self.account.dump(table))).collect()
    }

    /// Puts the tables back as they were.
    fn put_back(&self, backup: &Backup) {
        self.catch_up();
        for (table, items) in backup {
            for row in self.account.dump(table).iter().filter(|row| !items.contains(row)) {
                let names = ["pk", "sk"].into_iter().filter(|name| row.get(name).is_some());
                let key: Value = names.map(|name| (name.to_owned(), row[name].clone())).collect::<Map<_, _>>().into();
                self.on_every_copy("DeleteItem", &json!({"TableName": table, "Key": key}));
            }
            self.put(table, items);
        }
    }

    /// Whether workers and sweeper are stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    /// Whether a replay is awaited: until it is over there is no traffic.
    pub(crate) fn is_replaying(&self) -> bool {
        self.is_replaying.load(Ordering::Relaxed)
    }

    /// Waits until there is traffic.
    pub(crate) async fn open_for_traffic(&self) {
        while self.is_replaying() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Staff who restore.
struct Operator {
    process: Process,
    ledger: LedgerTable,
}

impl Operator {
    async fn replay(&self, world: &World, restored_to: Timestamp) {
        let by = By { actor: Actor::Staff("arn:staff".to_owned()), why: Note::parse("a damaged table").unwrap() };
        loop {
            self.process.note("asks for a replay");
            let begun = begin_replay(&self.ledger, world.map, restored_to, &by, self.process.now());
            if matches!(self.process.alive(begun).await, Some(Ok(_))) {
                return;
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    }

    /// Whether every replay is over, as far as anybody answers.
    async fn is_over(&self) -> bool {
        let replays = self.process.alive(self.ledger.replays()).await;
        matches!(replays, Some(Ok(replays)) if replays.iter().all(|replay| !replay.is_open()))
    }
}

impl World {
    /// The tables are restored to what they were a while ago.
    pub(crate) async fn restore(self: Arc<Self>) {
        let cloud = &self.cloud;
        tokio::time::sleep(self.answers_at().saturating_sub(cloud.elapsed())).await;
        self.pause(0..8_000).await;
        let (restored_to, backup) = (true_time(cloud), cloud.backup());
        self.while_passes().await;
        self.while_passes().await;
        self.put_back_and_replay(restored_to, &backup).await;
    }

    /// An account ends, and once what it covers is due, or gone, the tables are restored to what they were before.
    pub(crate) async fn close_and_restore(self: Arc<Self>) {
        let cloud = &self.cloud;
        self.while_passes().await;
        Dashboard::new(&self).end(None).await;
        self.pause(0..86_400).await;
        tokio::time::sleep(Duration::from_secs(25 * 86_400)).await;
        let (restored_to, backup) = (true_time(cloud), cloud.backup());
        self.pause(3 * 86_400..12 * 86_400).await;
        tokio::time::sleep(self.answers_at().saturating_sub(cloud.elapsed())).await;
        self.put_back_and_replay(restored_to, &backup).await;
    }

    /// Nobody restores while there are no workers, or a processor is out for weeks: a replay would only wait for them.
    fn answers_at(&self) -> Duration {
        let cloud = &self.cloud;
        cloud.workers_back_at().max(Duration::from_secs(cloud.weather.vendor_outage_days * 86_400))
    }

    async fn put_back_and_replay(self: &Arc<Self>, restored_to: Timestamp, backup: &Backup) {
        let cloud = &self.cloud;
        let process = Process::new("operator", cloud);
        let operator = Operator { ledger: ledger(&process.connection(Patience::REQUEST)), process };
        self.enters(cast::Actor::Restores);
        cloud.is_stopped.store(true, Ordering::Relaxed);
        cloud.is_replaying.store(true, Ordering::Relaxed);
        operator.process.note("stops traffic, workers and sweeper");
        tokio::time::sleep(STOP).await;
        let has_residue = {
            let mut oracle = cloud.oracle.lock().unwrap();
            let before = oracle.there(&cloud.account);
            cloud.put_back(backup);
            oracle.restored(&before, &cloud.account)
        };
        if has_residue {
            cloud.saw(seen::RESTORE);
        }
        operator.process.note(&format!("has restored {} tables to {restored_to}", backup.len()));
        cloud.is_stopped.store(false, Ordering::Relaxed);
        if self.naive != Some(Naive::RestoreWithoutReplay) {
            operator.replay(self, restored_to).await;
            for _ in 0..LOOKS_MAX {
                cloud.stir();
                tokio::time::sleep(LOOK).await;
                if operator.is_over().await {
                    break;
                }
            }
        }
        cloud.is_replaying.store(false, Ordering::Relaxed);
        operator.process.note("opens traffic");
        cloud.oracle.lock().unwrap().opens(&cloud.account);
        // What platforms had kept back meanwhile.
        let product = Arc::new(Product::new("product-open", self));
        for person in 0..self.cast.askers {
            Arc::clone(self).burst(Arc::clone(&product), person, 10).await;
        }
    }
}
