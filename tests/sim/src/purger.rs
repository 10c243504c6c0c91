//! What purges by date, wired as its function wires it.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span};
use privacy::data_map::DataMap;
use privacy::ports::Clock;
use privacy::purge::{Bounds, ClassReport, PeriodClass, PurgeLedger, RunReport, purge_periods};
use privacy_aws::connection::Patience;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::vault::Vault;
use serde_json::{Value, json};

use crate::actors::{ledger, vault};
use crate::cast::Actor;
use crate::machinery::INVOCATION;
use crate::naive::Naive;
use crate::oracle::Kind;
use crate::process::{Process, true_time};
use crate::world::{World, map};

/// How often it runs, where something is due; while a replay waits for it, as often as its schedule says.
const EVERY: Duration = Duration::from_secs(6 * 3_600);
const EVERY_IN_REPLAY: Duration = Duration::from_secs(3_600);
/// How often it runs for what holds keep and is listed.
const HELD_EVERY: Duration = Duration::from_secs(10 * 86_400);
/// Nothing is begun when less than this is left of an invocation; as the sweeper says.
const LAST_CHUNK: SignedDuration = SignedDuration::from_secs(28);
/// Of whom there are records. The last one is held by nobody.
const TENANTS: [&str; 3] = ["alder", "birch", "cedar"];

/// The record classes that go by their date. Those of which there are records begin with the first of them, as if it had run every day
/// until then.
fn count(is_in_days: bool) -> Vec<PeriodClass> {
    let mut model = map().model().clone();
    for kind in Kind::ALL {
        let class = model.class.get_mut(kind.class()).unwrap();
        class.purge.as_mut().unwrap().since = kind.days()[0];
        model.store.get_mut(kind.table()).unwrap().period.as_mut().unwrap().shards = kind.shards();
        if is_in_days && kind == Kind::Invoice {
            let years = Some(Span::new().days(7 * 365));
            (class.clock.floor, class.clock.ceiling) = (years, years);
        }
    }
    PeriodClass::all(&DataMap::new(model).unwrap()).unwrap()
}

/// All that go by their date.
pub(crate) fn classes() -> &'static [PeriodClass] {
    static CLASSES: LazyLock<Vec<PeriodClass>> = LazyLock::new(|| count(false));
    &CLASSES
}

/// Those that have records.
fn with_records(naive: Option<Naive>) -> &'static [PeriodClass] {
    static ALL: LazyLock<[Vec<PeriodClass>; 2]> = LazyLock::new(|| {
        let has_records = |class: &PeriodClass| Kind::ALL.iter().any(|kind| kind.class() == class.name);
        [false, true].map(|is_in_days| count(is_in_days).into_iter().filter(has_records).collect())
    });
    &ALL[usize::from(naive == Some(Naive::YearsOf365Days))]
}

/// A record of a day.
fn row(kind: Kind, tenant: &str, day: Date, (shard, hour, number): (u8, i8, u64)) -> Value {
    let at = privacy::instant::to_text(TimeZone::UTC.to_timestamp(day.at(hour, 0, 0, 0)).unwrap());
    let text = |text: &str| json!({"S": text});
    let key = |partition: &str| json!({"pk": text(&format!("{partition}#{day}#{shard}")), "sk": text(&format!("{tenant}#{at}#{number}"))});
    let (mut row, attributes) = match kind {
        Kind::Log => (key("log"), [("event", "sign-in"), ("outcome", "refused")]),
        Kind::Invoice => (key("billing"), [("kind", "invoice"), ("currency", "EUR")]),
    };
    row["tenant_id"] = text(tenant);
    for (name, value) in attributes {
        row[name] = text(value);
    }
    row
}

/// What purges by date, on its schedule. Runs in which nothing is due are left out: they change nothing.
#[derive(Debug)]
pub struct Purger {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    vault: Vault,
    ran_at: Duration,
}

impl Purger {
    /// A sweeper with its own process.
    #[must_use]
    pub fn new(world: &Arc<World>) -> Self {
        let process = Process::new("purger", &world.cloud);
        let connection = process.connection(Patience::WORK);
        let (ledger, vault) = (ledger(&connection), vault(&connection));
        Self { ledger, vault, process, world: Arc::clone(world), ran_at: Duration::ZERO }
    }

    /// Purges for ever.
    pub async fn run(mut self) {
        let cloud = Arc::clone(&self.process.cloud);
        self.world.pause(0..EVERY.as_secs()).await;
        loop {
            if !cloud.is_stopped() && (self.has_work() || self.is_awaited()) {
                self.world.enters(Actor::Purges);
                self.ran_at = cloud.elapsed();
                let ran = self.process.alive(tokio::time::timeout(INVOCATION, self.purge())).await;
                if !matches!(ran, Some(Ok(true))) {
                    self.process.note("ALARM a purge failed, or something is late");
                    cloud.oracle.lock().unwrap().alarmed_of_purges(cloud.elapsed());
                }
            }
            tokio::time::sleep(if cloud.is_replaying() { EVERY_IN_REPLAY } else { EVERY }).await;
        }
    }

    /// Whether anything is due by a clock that may be ahead, seen past every fault.
    fn has_work(&self) -> bool {
        let cloud = &self.process.cloud;
        let latest = true_time(cloud) + SignedDuration::from_secs(cloud.weather.jumps_seconds);
        let is_looked_at = cloud.elapsed() >= self.ran_at + HELD_EVERY;
        cloud.oracle.lock().unwrap().has_to_purge(&cloud.account, latest, is_looked_at)
    }

    /// Whether a replay waits for it to look at what was listed.
    fn is_awaited(&self) -> bool {
        let cloud = &self.process.cloud;
        let now = privacy::instant::to_text(true_time(cloud));
        let is_listed = |kind: Kind| {
            let values = json!({":class": {"S": format!("purge#{}", kind.class())}, ":left": {"S": "left#"}});
            let listed = json!({
                "TableName": "ledger", "ExpressionAttributeValues": values,
                "KeyConditionExpression": "pk = :class AND begins_with(sk, :left)",
            });
            let (_, answer) = cloud.account.carry_out("Query", listed);
            let mut rows = answer["Items"].as_array().into_iter().flatten();
            rows.any(|row| row["look_at"]["S"].as_str().is_some_and(|look_at| look_at <= now.as_str()))
        };
        cloud.is_replaying() && Kind::ALL.into_iter().any(is_listed)
    }

    /// One run; whether no alarm rings.
    async fn purge(&self) -> bool {
        self.process.note("purges what goes by its date");
        let stop_at = self.process.now() + SignedDuration::try_from(INVOCATION).unwrap() - LAST_CHUNK;
        let bounds = Bounds { stop_at, records_max: 200_000, is_dry_run: false };
        let (map, classes) = (self.world.map, with_records(self.world.naive));
        let report = purge_periods(&self.ledger, &self.vault, &self.process, map, classes, bounds).await;
        for (name, class) in &report.classes {
            let ClassReport { purged, held, late, swept_until, fault, .. } = class;
            let until = swept_until.map_or_else(|| "nowhere".to_owned(), |until| until.to_string());
            self.process
                .note(&format!("has swept {name} up to {until}: {purged} purged, {held} held, {late} late, {fault:?}"));
        }
        if self.world.naive == Some(Naive::PassesFailedPeriods) {
            self.pass_failed(&report, classes).await;
        }
        report.failures() == 0 && report.total(|class| class.late + u64::from(class.ahead)) == 0
    }

    /// Moves the watermark past the period that failed, so that it fails no more.
    async fn pass_failed(&self, report: &RunReport, classes: &[PeriodClass]) {
        let now = self.process.now();
        for class in classes.iter().filter(|class| report.classes[&class.name].fault.is_some()) {
            let swept_until = report.classes[&class.name].swept_until;
            let failed = swept_until.map(|until| class.period(until)).or_else(|| class.first());
            let due = failed.filter(|failed| class.due_at(failed).is_some_and(|due_at| due_at <= now));
            if let Some(until) = due.and_then(|due| due.ends_at()) {
                drop(self.ledger.advance(&class.name, until, now).await);
            }
        }
    }
}

impl World {
    /// What was recorded a year and seven years ago, and since.
    pub(crate) fn furnish_dated(&self) {
        let cloud = &self.cloud;
        for kind in Kind::ALL {
            let mut rows = Vec::new();
            for (tenant, day) in TENANTS.into_iter().flat_map(|tenant| kind.days().map(|day| (tenant, day))) {
                for number in 0..cloud.draw(|rng| rng.u64(0..4)) {
                    let (shard, hour) = cloud.draw(|rng| (rng.u8(..kind.shards()), rng.i8(0..24)));
                    let row = row(kind, tenant, day, (shard, hour, number));
                    cloud.oracle.lock().unwrap().has_dated(kind, tenant, day, &row);
                    rows.push(row);
                }
            }
            cloud.put(kind.table(), &rows);
        }
    }
}
