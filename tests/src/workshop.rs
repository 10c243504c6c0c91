//! The engine over the real adapters of an [`Account`], with vendors in memory.

use jiff::{SignedDuration, Timestamp};
use privacy::data_map::DataMap;
use privacy::erasure::{Certifying, Engine, Proof, Worked};
use privacy::fault::Fault;
use privacy::keys::SubjectKeys;
use privacy::memory::World;
use privacy::obligation::ObligationId;
use privacy::receipt::SigningKey;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::receipts::ReceiptBucket;
use privacy_aws::vault::Vault;

use crate::account::Account;
use crate::demo::{self, Stopped};

/// What receipts are signed with.
#[must_use]
pub fn signing_key() -> SigningKey {
    SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, "7".repeat(64))).unwrap()
}

/// Everything that an engine works with.
#[derive(Debug)]
pub struct Workshop {
    ledger: LedgerTable,
    vault: Vault,
    receipts: ReceiptBucket,
    /// Vendors that hold copies; honest unless told otherwise.
    pub vendors: World,
    map: DataMap,
    subject_keys: SubjectKeys,
    signing_key: SigningKey,
}

impl Workshop {
    /// The workshop of an account, with processors that may be looked at as soon as they are asked.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        Self {
            ledger: demo::ledger(account),
            vault: demo::vault(account),
            receipts: demo::receipts(account),
            vendors: World::new(Timestamp::UNIX_EPOCH, 100),
            map: demo::map().confirming_after(jiff::Span::new()),
            subject_keys: demo::keys(),
            signing_key: signing_key(),
        }
    }

    /// One visit at an instant, with an hour to work.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn work(&self, id: &ObligationId, worker: &str, at: Timestamp) -> Result<Worked, Fault> {
        let clock = Stopped(at);
        let proof = Proof {
            processors: &self.vendors,
            certifying: Certifying {
                ledger: &self.ledger,
                store: &self.receipts,
                clock: &clock,
                map: &self.map,
                subject_keys: &self.subject_keys,
                signing_key: &self.signing_key,
            },
        };
        let engine = Engine {
            ledger: &self.ledger,
            vault: &self.vault,
            aftermath: &proof,
            clock: &clock,
            map: &self.map,
            second_looks: &self.map.model().second_looks.after,
        };
        engine.work(id, worker, at + SignedDuration::from_hours(1)).await
    }
}
