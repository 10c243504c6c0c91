//! What sweeps by itself, wired as its function wires it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use privacy::obligation::{Head, ObligationId};
use privacy::ports::{Answer, Clock, DUE_SHARDS, Due as Entry, DueIndex, Each, NextAction};
use privacy::replay::sweep_replays;
use privacy::sweep_ledger::{Bounds, Notice, sweep_ledger};
use privacy::sweep_requests::{RequestsSwept, sweep_shard};
use privacy_aws::connection::Patience;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::outbox::Outbox;
use privacy_aws::vault::Vault;

use crate::actors::{STUCK_AFTER, ledger, vault};
use crate::asker::outbox;
use crate::machinery::INVOCATION;
use crate::naive::Naive;
use crate::open::Open;
use crate::process::{BEGINNING, Process};
use crate::purger::classes;
use crate::world::World;

/// When requests of people are looked at again of which nothing came.
const REQUESTS_AGAIN: Duration = Duration::from_secs(20 * 3_600);

/// How long after it is due what a hold keeps is looked at again, while one is in force and none was released.
const HELD_AGAIN: SignedDuration = SignedDuration::from_hours(71);

/// No alarm of a last day is due before.
const NO_ALARM_UNTIL: Duration = Duration::from_secs(20 * 86_400);

/// The next sweep after one that did not come to its end.
const AFTER_DEATH: Duration = Duration::from_secs(300);

/// The sweeper on its schedule. Ticks at which nothing is due are left out: they change nothing.
#[derive(Debug)]
pub struct Sweeper {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    vault: Vault,
    outbox: Outbox,
    /// The parts of the due index in which something was due the last time: a stale read may show it still.
    were_due: BTreeSet<String>,
    /// The same of requests of people.
    were_asked: BTreeSet<String>,
    /// Requests of people are not looked at before: the last look at them changed nothing.
    requests_from: Duration,
}

/// What there is to sweep.
#[derive(Debug, Default)]
struct Agenda {
    /// The parts of the due index to ask for obligations.
    shards: BTreeSet<String>,
    /// Whether to look at replays and obligations.
    are_obligations: bool,
    /// The parts of the due index to ask for requests of people.
    of_requests: BTreeSet<String>,
}

/// What came of a sweep.
enum Swept {
    /// Requests were not looked at.
    Obligations,
    /// Requests were looked at, and some moved.
    Requests,
    /// Requests were looked at, and nothing came of it.
    Nothing,
}

/// The due index. Parts in which nothing is due are not asked: they would change nothing, and are most of them.
struct Due<'a> {
    ledger: &'a LedgerTable,
    shards: &'a BTreeSet<String>,
}

impl DueIndex for Due<'_> {
    async fn due(&self, shard: u8, now: Timestamp, limit: u16) -> Answer<Each<Entry>> {
        if !self.shards.contains(&format!("{shard:02}")) {
            return Ok(Vec::new());
        }
        self.ledger.due(shard, now, limit).await
    }

    async fn head(&self, id: &ObligationId) -> Answer<Option<Head>> {
        self.ledger.head(id).await
    }

    async fn mark_late(&self, id: &ObligationId, since: Timestamp) -> Answer<()> {
        self.ledger.mark_late(id, since).await
    }

    async fn postpone(&self, due: &Entry, next: NextAction) -> Answer<()> {
        self.ledger.postpone(due, next).await
    }
}

impl Sweeper {
    /// A sweeper with its own process.
    #[must_use]
    pub fn new(world: &Arc<World>) -> Self {
        let process = Process::new("sweeper", &world.cloud);
        let connection = process.connection(Patience::WORK);
        Self {
            ledger: ledger(&connection),
            vault: vault(&connection),
            outbox: outbox(&connection),
            process,
            world: Arc::clone(world),
            were_due: BTreeSet::new(),
            were_asked: BTreeSet::new(),
            requests_from: Duration::ZERO,
        }
    }

    /// Sweeps for ever.
    pub async fn run(mut self) {
        let mut has_died = false;
        loop {
            // Sweeps are minutes apart; that most are left out here must not leave a day out after one that died.
            tokio::time::sleep(if has_died { AFTER_DEATH } else { self.interval() }).await;
            has_died = false;
            let agenda = self.agenda();
            let is_idle = !agenda.are_obligations && agenda.of_requests.is_empty();
            if self.process.cloud.is_stopped() || is_idle {
                continue;
            }
            let swept = self.process.alive(tokio::time::timeout(INVOCATION, self.tick(&agenda))).await;
            has_died = !matches!(swept, Some(Ok(_)));
            if let Some(Ok(Swept::Nothing)) = swept
                && self.process.cloud.elapsed() > Duration::from_secs(86_400)
            {
                self.requests_from = self.process.cloud.elapsed() + REQUESTS_AGAIN;
            }
        }
    }

    /// Whether a naive variant keeps an alarm to itself.
    fn is_kept_silent(&self, head: &Head) -> bool {
        let is_last_day = || head.due_by.is_near(jiff::Span::new(), self.process.now());
        self.world.naive == Some(Naive::RingsOnLastDay) && !is_last_day()
    }

    fn interval(&self) -> Duration {
        let cloud = &self.process.cloud;
        let elapsed = cloud.elapsed();
        let minutes = if cloud.is_replaying() {
            30
        } else if elapsed < *cloud.busy_until.lock().unwrap() {
            self.world.sweep_minutes
        } else if elapsed < Duration::from_secs(86_400) {
            240
        } else if elapsed < cloud.outage().min(NO_ALARM_UNTIL) {
            4_320
        } else if cloud.is_calm() || elapsed < cloud.outage() {
            1_440
        } else {
            720
        };
        Duration::from_secs(minutes * 60)
    }

    /// What is due, seen past every fault.
    fn agenda(&mut self) -> Agenda {
        let cloud = &self.process.cloud;
        let latest = Timestamp::from_second(BEGINNING).unwrap()
            + SignedDuration::try_from(cloud.elapsed()).unwrap()
            + SignedDuration::from_secs(cloud.weather.jumps_seconds);
        let is_kept = cloud.oracle.lock().unwrap().is_kept_as_it_is(cloud.elapsed()) && !cloud.is_replaying();
        let rests = |head: &Open| if head.is_held && is_kept { HELD_AGAIN } else { SignedDuration::ZERO };
        let is_due = |head: &Open| head.next.is_some_and(|due| due + rests(head) <= latest);
        let due = self.world.open_heads().into_iter().filter(is_due);
        let (requests, obligations): (BTreeSet<String>, BTreeSet<String>) =
            due.map(|head| head.shard).partition(|shard| shard.starts_with("request-"));
        let are_obligations = cloud.is_replaying() || !obligations.is_empty();
        let mut of_requests = BTreeSet::new();
        if !requests.is_empty() && cloud.elapsed() >= self.requests_from {
            of_requests = requests.clone();
            of_requests.append(&mut std::mem::replace(&mut self.were_asked, requests));
        }
        let mut shards = obligations.clone();
        if are_obligations {
            shards.append(&mut std::mem::replace(&mut self.were_due, obligations));
        }
        Agenda { shards, are_obligations, of_requests }
    }

    async fn tick(&self, agenda: &Agenda) -> Swept {
        let cloud = &self.process.cloud;
        self.process.note("sweeps");
        let stop_at = self.process.now() + SignedDuration::from_secs(92);
        // Some at once as the function has it, or one after the other.
        let at_once = if self.world.sweep_minutes == 5 { 8 } else { 1 };
        let bounds = Bounds { stuck_after: STUCK_AFTER, taken_max: 16_000, at_once, stop_at };
        let notice = |notice: Notice<'_>| match notice {
            Notice::Fault(fault) => self.process.note(&format!("a part of the sweep fails: {}", fault.chain())),
            Notice::Alarming { head, why } if !self.is_kept_silent(head) => {
                self.process.note(&format!("ALARM {why} {}", head.id.as_str()));
                let mut oracle = cloud.oracle.lock().unwrap();
                match why {
                    "near-due" | "overdue" => oracle.alarmed(head.id.as_str(), cloud.elapsed()),
                    "processor-late" | "processor-overdue" => {
                        oracle.alarmed_of_vendors(head.id.as_str(), cloud.elapsed())
                    }
                    _ => {}
                }
            }
            Notice::Alarming { .. } => {}
        };
        let map = self.world.map;
        let due = Due { ledger: &self.ledger, shards: &agenda.shards };
        if cloud.is_replaying() {
            let of_policy = (map, classes());
            let swept = sweep_replays(&self.ledger, &self.vault, &self.process, of_policy, stop_at).await;
            self.process.note(&format!("has taken replays further: {swept:?}"));
        }
        if agenda.are_obligations {
            let sweep = sweep_ledger(&due, &self.ledger, &self.outbox, &self.process, map, bounds, notice).await;
            self.process.note(&format!("has swept: {} due, {} sent, {} faults", sweep.due, sweep.sent, sweep.faults));
        }
        if agenda.of_requests.is_empty() {
            return Swept::Obligations;
        }
        let fulfilment = self.world.fulfilment(&self.ledger, &self.vault, &self.outbox);
        let mut swept = RequestsSwept::default();
        let is_due = |shard: &u8| agenda.of_requests.contains(&format!("request-{shard:02}"));
        let is_looked_at = self.world.naive != Some(Naive::NeverAnswers);
        for shard in (0..DUE_SHARDS).filter(|shard| is_looked_at && is_due(shard)) {
            if let Err(fault) = sweep_shard(&fulfilment, &self.process, stop_at, shard, &mut swept).await {
                swept.faults.push(fault);
            }
        }
        self.process.note(&format!("has swept requests: {} answered, {} denied", swept.answered, swept.denied));
        if swept.unacknowledged > 0 {
            self.process.note(&format!("ALARM {} requests were told nothing", swept.unacknowledged));
            cloud.oracle.lock().unwrap().alarmed_of_forms(cloud.elapsed(), swept.unacknowledged);
        }
        if swept.near_legal > 0 {
            self.process.note(&format!("ALARM the last day of {} requests is near, or over", swept.near_legal));
            cloud.oracle.lock().unwrap().alarmed_of_requests(cloud.elapsed(), swept.near_legal);
        }
        let changed = swept.answered + swept.denied + swept.resent + swept.settled + swept.faults.len() as u64;
        if changed == 0 { Swept::Nothing } else { Swept::Requests }
    }
}
