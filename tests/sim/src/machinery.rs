//! What works by itself, wired as its function wires it.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use privacy::erasure::{Certifying, Engine, Proof, Worked};
use privacy::fault::Fault;
use privacy::message::Work;
use privacy::ports::{Clock, WorkQueue};
use privacy_aws::connection::Patience;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::queue::SqsQueue;
use privacy_aws::receipts::ReceiptBucket;
use privacy_aws::vault::Vault;

use crate::actors::{ledger, queue, vault};
use crate::cloud::OUTAGE_FROM;
use crate::process::Process;
use crate::seen;
use crate::spoiled::{Certified, Spoiled};
use crate::world::World;

/// What the functions have; as the template says.
pub(crate) const INVOCATION: Duration = Duration::from_secs(120);
/// No chunk begins when less than this is left; as the worker says.
const LAST_CHUNK: SignedDuration = SignedDuration::from_secs(40);

/// An erasure worker.
#[derive(Debug)]
pub struct Worker {
    process: Process,
    world: Arc<World>,
    ledger: LedgerTable,
    vault: Vault,
    queue: SqsQueue,
    receipts: ReceiptBucket,
    client: aws_sdk_dynamodb::Client,
}

impl Worker {
    /// A worker with its own process.
    #[must_use]
    pub fn new(name: &str, world: &Arc<World>) -> Self {
        let process = Process::new(name, &world.cloud);
        let connection = process.connection(Patience::WORK);
        Self {
            ledger: ledger(&connection),
            vault: vault(&connection),
            queue: queue(&connection),
            receipts: ReceiptBucket::new(&connection, "receipts".to_owned()),
            client: connection.dynamodb(),
            process,
            world: Arc::clone(world),
        }
    }

    /// Takes messages for ever.
    pub async fn run(self) {
        let cloud = Arc::clone(&self.process.cloud);
        let back_at = cloud.workers_back_at();
        let mut deliveries = 0_u64;
        loop {
            if cloud.elapsed() > OUTAGE_FROM && cloud.elapsed() < back_at {
                tokio::time::sleep(back_at - cloud.elapsed()).await;
                self.process.note("the workers are back");
            }
            while cloud.is_stopped() {
                tokio::time::sleep(Duration::from_secs(20)).await;
            }
            let Some((id, body, receives)) = cloud.queue.receive(|count| cloud.draw(|rng| rng.usize(..count))) else {
                cloud.queue.wait().await;
                continue;
            };
            deliveries += 1;
            self.process.note(&format!("receives {body}, time {receives}"));
            let work = Work::from_body(&body).unwrap();
            let worker = format!("{}/{deliveries}", self.process.name);
            let handled = self.process.alive(tokio::time::timeout(INVOCATION, self.handle(&work, &worker))).await;
            match handled {
                Some(Ok(Ok(worked))) => {
                    if matches!(worked, Worked::Held { .. }) {
                        cloud.saw(seen::HOLD);
                    }
                    self.process.note(&format!("comes to {worked:?}"));
                    cloud.queue.delete(id);
                }
                Some(Ok(Err(fault))) => self.process.note(&format!("stops: {}", fault.chain())),
                Some(Err(_)) => self.process.note("runs out of its invocation"),
                None => self.process.note("has died"),
            }
        }
    }

    async fn handle(&self, work: &Work, worker: &str) -> Result<Worked, Fault> {
        let (world, clock) = (&self.world, &self.process);
        let spoiled = Spoiled {
            ledger: &self.ledger,
            vault: &self.vault,
            client: &self.client,
            world,
            id: work.obligation.as_str().to_owned(),
        };
        let proof = Proof {
            processors: &world.vendors,
            certifying: Certifying {
                ledger: &self.ledger,
                store: &self.receipts,
                clock,
                map: world.map,
                subject_keys: world.keys,
                signing_key: &world.signing_key,
            },
        };
        let aftermath = Certified { real: proof, world };
        let engine = Engine {
            ledger: &spoiled,
            vault: &spoiled,
            aftermath: &aftermath,
            clock,
            map: world.map,
            second_looks: world.looks,
        };
        let stop_at = clock.now() + SignedDuration::from_secs(120) - LAST_CHUNK;
        let worked = engine.work(&work.obligation, worker, stop_at).await?;
        if matches!(worked, Worked::Again | Worked::Resurfaced { .. }) {
            self.queue.send(work).await?;
        }
        Ok(worked)
    }
}
