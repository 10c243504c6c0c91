//! A tenant's account ends, perhaps comes back, perhaps ends again.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use privacy::accept_termination::{Reactivated, Termination, accept_termination, reactivate};
use privacy::ids::TenantId;
use privacy::obligation::ObligationId;
use privacy::ports::Clock;
use privacy_aws::connection::Patience;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;

use crate::actors::{ledger, queue};
use crate::cast::Actor;
use crate::oracle::{About, Ask};
use crate::process::Process;
use crate::product::Product;
use crate::world::World;

/// The tenant whose account may end.
pub const TENANT: &str = "birch";
/// The phase that takes what came through platforms: nothing goes before so many days after the end (policy section 13.4).
const PHASE: &str = "platforms";
const STARTS_AFTER: SignedDuration = SignedDuration::from_hours(27 * 24);
/// Its last day.
const WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often somebody without an answer asks again.
const TRIES: u32 = 6;

/// The dashboard, of a tenant.
#[derive(Debug)]
pub struct Dashboard {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    queue: SqsQueue,
}

impl Dashboard {
    /// A dashboard with its own process.
    #[must_use]
    pub fn new(world: &Arc<World>) -> Self {
        let process = Process::new("dashboard", &world.cloud);
        let connection = process.connection(Patience::REQUEST);
        Self { ledger: ledger(&connection), queue: queue(&connection), process, world: Arc::clone(world) }
    }

    fn tenant() -> TenantId {
        TenantId::parse(TENANT).unwrap()
    }

    /// The account ends now; said again until it is acknowledged. After a return it has to say when that was decided.
    pub async fn end(&self, decided_at: Option<Timestamp>) {
        for attempt in 0..TRIES {
            if self.end_once(decided_at).await {
                return;
            }
            tokio::time::sleep(Duration::from_secs(60 << attempt)).await;
        }
    }

    async fn end_once(&self, decided_at: Option<Timestamp>) -> bool {
        let cloud = &self.process.cloud;
        cloud.stir();
        self.world.enters(Actor::Ends);
        let now = self.process.now();
        let ended_at = decided_at.unwrap_or(now);
        let day = ended_at.to_zoned_datetime(jiff::tz::TimeZone::UTC).start_of_day().unwrap().timestamp();
        let starts_at = day + STARTS_AFTER;
        let ended = Termination { tenant: Self::tenant(), ended_at: None, decided_at, time_zone: "UTC".to_owned() };
        // A clock that has jumped back since takes the decision for one of the future, and refuses it: nothing is stored.
        let Ok(counted) = ended.count(now) else {
            self.process.note("the end is refused: decided later than now");
            return false;
        };
        let index = {
            let mut oracle = cloud.oracle.lock().unwrap();
            oracle.asks.push(Ask {
                id: ObligationId::of_termination(&Self::tenant(), PHASE).as_str().to_owned(),
                about: About::Tenant(TENANT),
                covers_until: starts_at,
                starts_at: Some(starts_at),
                received_at: now,
                is_acknowledged: false,
                is_withdrawn: false,
                by_mail: false,
                last_day: None,
            });
            oracle.asks.len() - 1
        };
        self.process.note("the account ends");
        let accepted = accept_termination(&self.ledger, &self.queue, self.world.map, &counted);
        let Some(Ok(clocked)) = self.process.alive(accepted).await else { return false };
        let answered = clocked.iter().find(|clocked| clocked.phase == PHASE).unwrap();
        self.process.note(&format!("acknowledged, {PHASE} from {} on", answered.starts_on));
        let mut oracle = cloud.oracle.lock().unwrap();
        let promised = match decided_at {
            Some(_) => starts_at,
            None => promised(&oracle.asks[..index], starts_at, answered.accepted.starts_at.unwrap()),
        };
        let ask = &mut oracle.asks[index];
        // Beside an end that is not over it stands in rows of its own.
        answered.accepted.id.as_str().clone_into(&mut ask.id);
        ask.covers_until = promised;
        ask.starts_at = Some(promised);
        ask.last_day = Some((promised - STARTS_AFTER + WITHIN).to_zoned_datetime(jiff::tz::TimeZone::UTC).date());
        ask.is_acknowledged = true;
        true
    }

    /// The account comes back; said again until there is an answer.
    pub async fn reactivate(&self) -> Option<Reactivated> {
        let stood = self.process.cloud.oracle.lock().unwrap().may_come_back(TENANT);
        let tenant = Self::tenant();
        for attempt in 0..TRIES {
            let now = self.process.now();
            self.process.note("the account is to come back");
            let answered = reactivate(&self.ledger, self.world.map, &tenant, now);
            if let Some(Ok(answered)) = self.process.alive(answered).await {
                self.process.note(&format!("{answered:?}"));
                self.note(&answered, now, (attempt == 0).then_some(stood.as_slice()));
                return Some(answered);
            }
            tokio::time::sleep(Duration::from_secs(60 << attempt)).await;
        }
        None
    }

    /// What an answer promises; `stood`: the ends that stood, as far as no try before has cancelled them.
    fn note(&self, answered: &Reactivated, now: Timestamp, stood: Option<&[usize]>) {
        let mut oracle = self.process.cloud.oracle.lock().unwrap();
        let ends = oracle.asks.iter_mut().filter(|ask| ask.about == About::Tenant(TENANT));
        match answered {
            Reactivated::InTime { cancelled, .. } if cancelled.iter().any(|phase| phase == PHASE) => {
                ends.for_each(|ask| ask.starts_at = Some(Timestamp::MAX));
            }
            // It had begun: it goes, whatever the subscription does.
            Reactivated::InTime { .. } => ends.for_each(|ask| ask.is_withdrawn = !ask.is_acknowledged),
            Reactivated::TooLate => ends.for_each(|ask| {
                ask.is_withdrawn = !ask.is_acknowledged;
                ask.covers_until = ask.covers_until.min(privacy::instant::to_millis(now));
            }),
            Reactivated::NothingEnding => oracle.nothing_ends(stood.unwrap_or_default()),
        }
    }
}

/// From when on the phase begins by the policy, whatever was answered: of the first end that was acknowledged, since no other moves its
/// clock; before that, of this try or of an earlier one that may have been stored without an answer.
fn promised(earlier: &[Ask], own: Timestamp, answered: Timestamp) -> Timestamp {
    let ends = || earlier.iter().filter(|ask| ask.about == About::Tenant(TENANT));
    match ends().find(|ask| ask.is_acknowledged) {
        Some(first) => first.starts_at.unwrap(),
        None if ends().any(|ask| ask.starts_at == Some(answered)) => answered,
        None => own,
    }
}

impl World {
    /// An account ends, comes back, ends again.
    pub(crate) async fn close(self: Arc<Self>) {
        let dashboard = Dashboard::new(&self);
        self.while_passes().await;
        dashboard.end(None).await;
        if self.cloud.draw(|rng| rng.u32(..3) == 0) {
            self.while_passes().await;
            dashboard.end(None).await;
        }
        if self.cloud.draw(|rng| rng.bool()) {
            return;
        }
        self.pause(600..38 * 86_400).await;
        let answered = dashboard.reactivate().await;
        let is_back = matches!(answered, Some(Reactivated::InTime { .. } | Reactivated::TooLate));
        if is_back && self.cloud.draw(|rng| rng.bool()) {
            let product = Product::new("product-back", &self);
            self.pause(0..7_200).await;
            if let Some(connection) = product.connect(TENANT, "back", 2).await {
                for number in 0..2 {
                    self.pause(0..60).await;
                    product.ingest(connection, number).await;
                }
            }
        }
        if matches!(answered, Some(Reactivated::InTime { .. })) && self.cloud.draw(|rng| rng.bool()) {
            self.while_passes().await;
            dashboard.end(Some(dashboard.process.now())).await;
        }
    }
}
