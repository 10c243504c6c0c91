//! The real adapters, and the naive variants of what they do: without a variant every call goes through unchanged.

mod receipts;
mod stores;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use privacy::deadline::DueBy;
use privacy::fault::Fault;
use privacy::ids::TenantId;
use privacy::ingest_gate::Mark;
use privacy::keys::KeyedRef;
use privacy::legal_hold::{HoldId, LegalHold};
use privacy::obligation::{Head, NewObligation, ObligationId, Outcome};
use privacy::plan::Plan;
use privacy::policy::retained::Exception;
use privacy::ports::{Advance, Answer, CancelUntil, Cancelled, DueIndex, Intake, Lease, Leased, Ledger, Opened};
use privacy::scope::{Place, Scope};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::vault::Vault;

pub use self::receipts::Certified;
use crate::naive::Naive;
use crate::world::World;

/// What a naive variant remembers across visits.
#[derive(Debug, Default)]
pub struct Memory {
    unheld: Mutex<BTreeSet<(String, String)>>,
    sent: Mutex<BTreeSet<(String, String)>>,
    unraised: Mutex<BTreeMap<Mark, Timestamp>>,
    certified: Mutex<BTreeSet<(ObligationId, u32, u32)>>,
    pub(crate) guessed: Mutex<BTreeMap<usize, u32>>,
}

/// The adapters of one process, for one obligation.
#[derive(Debug)]
pub struct Spoiled<'a> {
    /// The real ledger.
    pub ledger: &'a LedgerTable,
    /// The real vault.
    pub vault: &'a Vault,
    /// For what only a naive variant would write.
    pub client: &'a Client,
    /// Which variant, if any, and what it remembers.
    pub world: &'a World,
    /// What is worked on.
    pub id: String,
}

impl Spoiled<'_> {
    fn is(&self, naive: Naive) -> bool {
        self.world.naive == Some(naive)
    }

    fn covering(&self, covers_until: Timestamp) -> Timestamp {
        if self.is(Naive::IgnoresCover) { "9999-01-01T00:00:00Z".parse().unwrap() } else { covers_until }
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

impl Intake for Spoiled<'_> {
    async fn cancel(&self, id: &ObligationId, until: CancelUntil, now: Timestamp) -> Answer<Cancelled> {
        self.ledger.cancel(id, until, now).await
    }

    async fn note_return(&self, id: &ObligationId, now: Timestamp) -> Answer<()> {
        self.ledger.note_return(id, now).await
    }

    async fn open(&self, new: &NewObligation) -> Answer<Opened> {
        if self.is(Naive::ReadThenWriteDedupe) && self.ledger.head(&new.id).await?.is_none() {
            let gone = self.client.delete_item().table_name("ledger").key("pk", text(&new.id.partition()));
            let gone = gone.key("sk", text("head")).send().await;
            gone.map_err(|_| Fault::retry("naive", "not written"))?;
            return self.ledger.open(new).await;
        }
        let opened = self.ledger.open(new).await?;
        if self.is(Naive::ChainedDates) && opened != Opened::New {
            let moved = self.client.update_item().table_name("ledger").key("pk", text(&new.id.partition()));
            let moved = moved.key("sk", text("head")).update_expression("SET due_date = :date");
            let moved = moved.expression_attribute_values(":date", text(&new.due_by.date.to_string()));
            moved.send().await.map_err(|_| Fault::retry("naive", "not written"))?;
        }
        Ok(opened)
    }

    async fn reopen(&self, finished: &Head, new: &NewObligation) -> Answer<bool> {
        self.ledger.reopen(finished, new).await
    }
}

impl Ledger for Spoiled<'_> {
    async fn lease(&self, lease: &Lease, now: Timestamp, until: Timestamp) -> Answer<Leased> {
        self.ledger.lease(lease, now, until).await
    }

    async fn release(&self, lease: &Lease) -> Answer<()> {
        Ledger::release(self.ledger, lease).await
    }

    async fn advance(&self, lease: &Lease, advance: &Advance) -> Answer<Option<Head>> {
        self.ledger.advance(lease, advance).await
    }

    async fn bring_forward(&self, lease: &Lease, due_by: &DueBy) -> Answer<()> {
        self.ledger.bring_forward(lease, due_by).await
    }
    async fn widen(&self, lease: &Lease, covers_until: Timestamp) -> Answer<()> {
        self.ledger.widen(lease, covers_until).await
    }

    async fn note_retained(&self, lease: &Lease, codes: &[Exception]) -> Answer<()> {
        self.ledger.note_retained(lease, codes).await
    }

    async fn begin(&self, lease: &Lease, now: Timestamp) -> Answer<Option<Head>> {
        self.ledger.begin(lease, now).await
    }

    async fn is_cancelled(&self, id: &ObligationId) -> Answer<bool> {
        self.ledger.is_cancelled(id).await
    }

    async fn holds(&self, tenant: &TenantId) -> Answer<Vec<LegalHold>> {
        let key = (self.id.clone(), tenant.as_str().to_owned());
        if self.is(Naive::HoldOnlyAtPlan) && self.world.memory.unheld.lock().unwrap().contains(&key) {
            return Ok(Vec::new());
        }
        let mut holds = self.ledger.holds(tenant).await?;
        if self.is(Naive::IgnoresWideHolds) {
            holds.retain(|hold| hold.scope.connection.is_some());
        }
        if holds.is_empty() {
            self.world.memory.unheld.lock().unwrap().insert(key);
        }
        Ok(holds)
    }

    async fn awaited_bundles(&self, tenant: &TenantId) -> Answer<Vec<ObligationId>> {
        self.ledger.awaited_bundles(tenant).await
    }

    async fn wait_for(&self, id: &ObligationId, hold: &HoldId) -> Answer<()> {
        self.ledger.wait_for(id, hold).await
    }

    async fn scopes(&self, head: &Head) -> Answer<Vec<Scope>> {
        self.ledger.scopes(head).await
    }

    async fn earlier_places(&self, head: &Head) -> Answer<Vec<Place>> {
        self.ledger.earlier_places(head).await
    }

    async fn hand_on(&self, head: &Head, subjects: &[KeyedRef]) -> Answer<()> {
        self.ledger.hand_on(head, subjects).await
    }

    async fn handed_on(&self, head: &Head) -> Answer<Vec<KeyedRef>> {
        self.ledger.handed_on(head).await
    }

    async fn save_scope(&self, head: &Head, scope: &Scope) -> Answer<()> {
        self.ledger.save_scope(head, scope).await
    }

    async fn save_plan(&self, head: &Head, plan: &Plan) -> Answer<()> {
        self.ledger.save_plan(head, plan).await
    }

    async fn save_outcomes(&self, head: &Head, outcomes: &[(String, Outcome)]) -> Answer<()> {
        self.ledger.save_outcomes(head, outcomes).await
    }
}
