//! Staff: a hold comes and goes.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use privacy::hold_data::{place_hold, release_hold};
use privacy::ids::TenantId;
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::ports::Clock;
use privacy_aws::connection::Patience;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;

use crate::actors::{ledger, queue};
use crate::oracle::{About, Connected, HOLD_TAKES_EFFECT, Held};
use crate::process::{Process, true_time};
use crate::world::World;

/// What a hold covers.
fn scope(connections: &[Connected], about: About) -> HoldScope {
    let of_tenant = |tenant: &str| HoldScope::of_tenant(TenantId::parse(tenant).unwrap());
    match about {
        About::Connection(connection) => {
            let known = &connections[connection];
            HoldScope { connection: known.place(None).connection().cloned(), ..of_tenant(&known.tenant) }
        }
        About::Tenant(tenant) => of_tenant(tenant),
        About::Person(_) => panic!("no hold is of a person"),
    }
}

/// Staff who place and release holds.
#[derive(Debug)]
pub struct Staff {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    queue: SqsQueue,
}

impl Staff {
    /// Staff with a process of their own.
    #[must_use]
    pub fn new(world: &Arc<World>) -> Self {
        let process = Process::new("staff", &world.cloud);
        let connection = process.connection(Patience::REQUEST);
        Self { ledger: ledger(&connection), queue: queue(&connection), process, world: Arc::clone(world) }
    }

    /// Places a hold on a connection or a tenant until somebody has the answer; its number for the oracle.
    pub async fn place(&self, about: About) -> usize {
        let cloud = &self.process.cloud;
        let (scope, index) = {
            let mut oracle = cloud.oracle.lock().unwrap();
            let number = oracle.holds.len();
            let id = format!("hold-number-{number}");
            oracle.holds.push(Held { id, about, placed: None, released: None });
            (scope(&oracle.connections, about), number)
        };
        let note = |text: &str| Note::parse(text).unwrap();
        let now = true_time(cloud);
        let hold = LegalHold {
            id: HoldId::parse(&format!("hold-number-{index}")).unwrap(),
            scope,
            reason: note("a dispute"),
            approver: note("counsel"),
            proof: Some(note("file 7")),
            placed_at: privacy::instant::to_millis(now),
            review_by: (now + SignedDuration::from_hours(24 * 60)).to_zoned_datetime(jiff::tz::TimeZone::UTC).date(),
        };
        loop {
            self.process.note(&format!("places a hold on {about:?}"));
            let placed = self.process.alive(place_hold(&self.ledger, self.world.map, &hold, now)).await;
            if matches!(placed, Some(Ok(()))) {
                break;
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        self.process.note("the hold is placed");
        cloud.oracle.lock().unwrap().holds[index].placed = Some(cloud.elapsed());
        let cloud = Arc::clone(cloud);
        tokio::spawn(async move {
            tokio::time::sleep(HOLD_TAKES_EFFECT).await;
            cloud.oracle.lock().unwrap().takes_effect(index, &cloud.account);
        });
        index
    }

    /// Releases a hold until somebody has the answer.
    pub async fn release(&self, index: usize) {
        let cloud = &self.process.cloud;
        let id = {
            let mut oracle = cloud.oracle.lock().unwrap();
            oracle.holds[index].released = Some(cloud.elapsed());
            HoldId::parse(&oracle.holds[index].id).unwrap()
        };
        loop {
            cloud.stir();
            self.process.note("releases a hold");
            let now = self.process.now();
            let released = release_hold(&self.ledger, &self.ledger, &self.queue, &id, now);
            if matches!(self.process.alive(released).await, Some(Ok(_))) {
                return;
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    }
}
