//! The real adapters, and the naive variants of what they do: without a variant every call goes through unchanged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use jiff::Timestamp;
use privacy::data_map::{KeyRange, SharedRow};
use privacy::deadline::DueBy;
use privacy::fault::Fault;
use privacy::ids::{Platform, TenantId};
use privacy::ingest_gate::Mark;
use privacy::keys::KeyedRef;
use privacy::legal_hold::{HoldId, LegalHold};
use privacy::obligation::{Head, NewObligation, ObligationId, Outcome};
use privacy::plan::Plan;
use privacy::policy::retained::Exception;
use privacy::ports::{
    Advance, Answer, CancelUntil, Cancelled, Connected, Connections, Detached, Disarmed, DueIndex, Intake, Lease,
    Leased, Ledger, Opened, Page, Read, Record, SharedRows, Stores, Suppressions,
};
use privacy::scope::{Link, Place, Reach, Scope};
use privacy_aws::ledger::LedgerTable;
use privacy_aws::vault::Vault;

use crate::naive::{self, Naive};

/// What a naive variant remembers across visits.
#[derive(Debug, Default)]
pub struct Memory {
    unheld: Mutex<BTreeSet<(String, String)>>,
    sent: Mutex<BTreeSet<(String, String)>>,
    unraised: Mutex<BTreeMap<Mark, Timestamp>>,
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
    /// Which variant, if any.
    pub naive: Option<Naive>,
    /// What it remembers.
    pub memory: &'a Memory,
    /// What is worked on.
    pub id: String,
}

impl Spoiled<'_> {
    fn is(&self, naive: Naive) -> bool {
        self.naive == Some(naive)
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
        if self.is(Naive::HoldOnlyAtPlan) && self.memory.unheld.lock().unwrap().contains(&key) {
            return Ok(Vec::new());
        }
        let holds = self.ledger.holds(tenant).await?;
        if holds.is_empty() {
            self.memory.unheld.lock().unwrap().insert(key);
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

impl Stores for Spoiled<'_> {
    async fn page(
        &self,
        store: &str,
        range: &KeyRange,
        after: Option<&Record>,
        limit: Option<u16>,
        read: Read,
    ) -> Answer<Page> {
        if self.is(Naive::NoVerificationRead) && read == Read::Strong {
            return Ok(Page::default());
        }
        let wide = match range {
            KeyRange::Bucket { prefix } if self.is(Naive::BeginningWithoutSeparator) => {
                KeyRange::Bucket { prefix: prefix.trim_end_matches('/').to_owned() }
            }
            _ => range.clone(),
        };
        let mut page = self.vault.page(store, &wide, after, limit, read).await?;
        if self.is(Naive::BatchWithoutUnprocessed) {
            let sent = self.memory.sent.lock().unwrap();
            let KeyRange::Table { partition, .. } = range else { return Ok(page) };
            page.records.retain(|record| !sent.contains(&(format!("{store} {partition}"), record.key.clone())));
        }
        Ok(page)
    }

    async fn erase(&self, store: &str, range: &KeyRange, records: &[Record]) -> Answer<Vec<Record>> {
        let (KeyRange::Table { partition, .. }, true) = (range, self.is(Naive::BatchWithoutUnprocessed)) else {
            return self.vault.erase(store, range, records).await;
        };
        for chunk in records.chunks(25) {
            let key =
                |record: &Record| DeleteRequest::builder().key("pk", text(partition)).key("sk", text(&record.key));
            let delete = |record: &Record| WriteRequest::builder().delete_request(key(record).build().unwrap()).build();
            let batch = self.client.batch_write_item().request_items(store, chunk.iter().map(delete).collect());
            batch.send().await.map_err(|_| Fault::retry("naive", "not deleted"))?;
            let sent = chunk.iter().map(|record| (format!("{store} {partition}"), record.key.clone()));
            self.memory.sent.lock().unwrap().extend(sent);
        }
        Ok(Vec::new())
    }
}

impl SharedRows for Spoiled<'_> {
    async fn detach(&self, rows: &[SharedRow]) -> Answer<Vec<Detached>> {
        self.vault.detach(rows).await
    }

    async fn sources(&self, store: &str, partition: &str, rows: &[String]) -> Answer<Vec<Vec<String>>> {
        self.vault.sources(store, partition, rows).await
    }
}

impl Connections for Spoiled<'_> {
    async fn of_tenant(&self, tenant: &TenantId) -> Answer<Vec<Connected>> {
        self.vault.of_tenant(tenant).await
    }

    async fn reach(&self, link: &KeyedRef) -> Answer<Vec<Reach>> {
        let mut reaches = self.vault.reach(link).await?;
        if self.is(Naive::IgnoresCover) {
            reaches.iter_mut().for_each(|reach| reach.since = Timestamp::UNIX_EPOCH);
        }
        Ok(reaches)
    }

    async fn disarm(&self, place: &Place, covers_until: Timestamp, now: Timestamp) -> Answer<Disarmed> {
        self.vault.disarm(place, self.covering(covers_until), now).await
    }

    async fn connected_at(&self, place: &Place) -> Answer<Option<Timestamp>> {
        if self.is(Naive::IgnoresCover) { Ok(None) } else { self.vault.connected_at(place).await }
    }

    async fn platform_of(&self, place: &Place) -> Answer<Option<Platform>> {
        self.vault.platform_of(place).await
    }

    async fn unlink(&self, links: &[Link]) -> Answer<()> {
        self.vault.unlink(links).await
    }

    async fn erase_linked(&self, store: &str, range: &KeyRange, linked: &[(Record, Link)]) -> Answer<()> {
        self.vault.erase_linked(store, range, linked).await
    }

    async fn take_out(&self, connection: &Place, until: Timestamp, rows: &[Record], links: &[Link]) -> Answer<bool> {
        if self.is(Naive::LinksBeforeRows) {
            self.vault.unlink(links).await?;
            naive::linger().await;
            let (partition, begins_with) = (format!("connection#{connection}"), String::new());
            self.vault.erase("connections", &KeyRange::Table { partition, begins_with }, rows).await?;
        }
        self.vault.take_out(connection, until, rows, links).await
    }
}

impl Suppressions for Spoiled<'_> {
    async fn raise(&self, mark: &Mark, covers_until: Timestamp) -> Answer<()> {
        if self.is(Naive::DeleteBeforeSuppress) {
            self.memory.unraised.lock().unwrap().insert(mark.clone(), covers_until);
            return Ok(());
        }
        self.vault.raise(mark, covers_until).await
    }

    async fn date(&self, mark: &Mark, expires_at: Timestamp) -> Answer<()> {
        let unraised = self.memory.unraised.lock().unwrap().get(mark).copied();
        if let Some(covers_until) = unraised {
            self.vault.raise(mark, covers_until).await?;
        }
        if self.is(Naive::MarksEndWithErasure) {
            let row = self.client.delete_item().table_name("suppression").key("pk", text(mark.as_str()));
            return row.send().await.map(drop).map_err(|_| Fault::retry("naive", "not deleted"));
        }
        self.vault.date(mark, expires_at).await
    }
}
