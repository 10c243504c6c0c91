//! The ingest gate over the suppression table and the ledger: for the product, before it writes a signal.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{ConditionCheck, KeysAndAttributes, Put, TransactWriteItem};
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::ingest_gate::{
    self, Arrival, Check, Dated, Entry, FlagCheck, KeptIn, Line, Mark, Purpose, Restricted, Suppressed, TokenUse, Whose,
};

use crate::attributes::{Item, at, get_at, get_text, number, place_facts, text};
use crate::connection::Connection;
use crate::faults::fault;
use crate::ledger::HEAD;
use crate::vault::flags_of;

/// Asks the suppression table and the ledger.
#[derive(Clone, Debug)]
pub struct IngestGate {
    client: Client,
    suppression: String,
    ledger: String,
}

impl IngestGate {
    /// A gate over a suppression table and a ledger.
    #[must_use]
    pub fn new(connection: &Connection, suppression: String, ledger: String) -> Self {
        Self { client: connection.dynamodb(), suppression, ledger }
    }

    fn row(&self, check: &Check) -> (&str, Item) {
        let partition = ("pk".to_owned(), text(check.mark.as_str()));
        match check.kept_in {
            KeptIn::Suppression => (&self.suppression, Item::from([partition])),
            KeptIn::Ledger => (&self.ledger, Item::from([partition, ("sk".to_owned(), text(HEAD))])),
        }
    }

    /// The conditions to put into the same `TransactWriteItems` as the write of the signal. This form, and only
    /// this form, cannot lose a race against a running erasure.
    ///
    /// # Errors
    /// [`Fault`] when the SDK refuses to build a condition.
    pub fn conditions(&self, arrival: &Arrival<'_>, now: Timestamp) -> Result<Vec<TransactWriteItem>, Fault> {
        self.conditions_of(ingest_gate::checks(arrival), now)
    }

    /// The same of a record that goes by its date, with the line that its registry needs, written into the table in which it stands. Each
    /// such record carries them, whether or not its line was written before: the purge of its period takes the line, and what comes in
    /// without one is found by nobody.
    ///
    /// # Errors
    /// [`Suppressed`] once its period is purged. [`Fault`] when the SDK refuses to build a condition.
    pub fn dated_conditions(
        &self,
        (arrival, dated): (&Arrival<'_>, &Dated<'_>),
        table: &str,
        now: Timestamp,
    ) -> Result<Result<Vec<TransactWriteItem>, Suppressed>, Fault> {
        if let Err(suppressed) = dated.admit(now) {
            return Ok(Err(suppressed));
        }
        let mut items = self.conditions(arrival, now)?;
        if let Some(Line { partition, key }) = dated.line(arrival.place) {
            let mut row = Item::from([("pk".to_owned(), text(partition)), ("sk".to_owned(), text(key))]);
            let connection = arrival.place.whole_connection();
            let facts = connection.iter().flat_map(place_facts);
            row.extend(facts.map(|(name, value)| (name.to_owned(), value)));
            let put = Put::builder().table_name(table).set_item(Some(row)).build();
            let put = put.map_err(|error| Fault::park("gate.line", error))?;
            items.push(TransactWriteItem::builder().put(put).build());
        }
        Ok(Ok(items))
    }

    /// The conditions to put into the same `TransactWriteItems` as a use of a record that writes something. `dated`: its date, where its
    /// class goes by one.
    ///
    /// # Errors
    /// [`Restricted`] once it must be gone by its date. [`Fault`] when the SDK refuses to build a condition.
    pub fn use_conditions(
        &self,
        purpose: Purpose,
        (record, dated): (&Arrival<'_>, Option<&Dated<'_>>),
        now: Timestamp,
    ) -> Result<Result<Vec<TransactWriteItem>, Restricted>, Fault> {
        if let Some(Err(restricted)) = dated.map(|dated| dated.may_use(purpose, now)) {
            return Ok(Err(restricted));
        }
        self.conditions_of(ingest_gate::use_checks(purpose, record), now).map(Ok)
    }

    fn conditions_of(&self, checks: Vec<Check>, now: Timestamp) -> Result<Vec<TransactWriteItem>, Fault> {
        let condition = |check: Check| {
            let (table, key) = self.row(&check);
            let built = ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(key))
                .condition_expression("attribute_not_exists(pk) OR covers_until <= :since OR expires_at <= :now")
                .expression_attribute_values(":since", at(check.since))
                .expression_attribute_values(":now", number(now.as_second()))
                .build();
            let built = built.map_err(|error| Fault::park("gate.condition", error))?;
            Ok(TransactWriteItem::builder().condition_check(built).build())
        };
        checks.into_iter().map(condition).collect()
    }

    /// Reads the marks and judges: to drop early what is clearly unwanted.
    ///
    /// # Errors
    /// [`Fault`] when the marks cannot be read: the caller must not write.
    pub async fn admit(&self, arrival: &Arrival<'_>, now: Timestamp) -> Result<Result<(), Suppressed>, Fault> {
        let entries = self.read(ingest_gate::checks(arrival)).await?;
        Ok(ingest_gate::admit(arrival, &entries, now))
    }

    /// Whether a record that is there may be used so, by strong reads: what an erasure covers and a hold keeps may not. `dated`: its
    /// date, where its class goes by one; what is past that may not be used either, and nothing is read for it.
    ///
    /// # Errors
    /// [`Fault`] when the rows cannot be read: the caller must not use it.
    pub async fn may_use(
        &self,
        purpose: Purpose,
        (record, dated): (&Arrival<'_>, Option<&Dated<'_>>),
        now: Timestamp,
    ) -> Result<Result<(), Restricted>, Fault> {
        if let Some(Err(restricted)) = dated.map(|dated| dated.may_use(purpose, now)) {
            return Ok(Err(restricted));
        }
        let entries = self.read(ingest_gate::use_checks(purpose, record)).await?;
        Ok(ingest_gate::may_use(purpose, record, &entries, now))
    }

    /// Whether the tokens of a connection may be used now, by strong reads: whoever takes tokens out of their row asks first.
    ///
    /// # Errors
    /// [`Fault`] when the rows cannot be read: the caller must not use them.
    pub async fn may_use_tokens(&self, tokens: &TokenUse<'_>, now: Timestamp) -> Result<Result<(), Suppressed>, Fault> {
        let entries = self.read(ingest_gate::token_checks(tokens)).await?;
        Ok(ingest_gate::may_use_tokens(tokens, &entries, now))
    }

    async fn read(&self, checks: Vec<Check>) -> Result<Vec<Entry>, Fault> {
        let mut wanted: HashMap<String, KeysAndAttributes> = HashMap::new();
        for (table, keys) in self.rows(&checks) {
            let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            wanted.insert(table, keys.map_err(|error| Fault::park("gate.read", error))?);
        }
        let mut entries = Vec::new();
        while !wanted.is_empty() {
            let batch = self.client.batch_get_item().set_request_items(Some(wanted));
            let answer = batch.send().await.map_err(fault("gate.read"))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                entries.push(entry(&item)?);
            }
            wanted = answer.unprocessed_keys.unwrap_or_default();
        }
        Ok(entries)
    }

    /// The conditions to put into the same `TransactWriteItems` as a use of data that writes something. `whose` says whom it
    /// is about, and who decides.
    ///
    /// # Errors
    /// [`Fault`] when the SDK refuses to build a condition.
    pub fn processing_conditions(&self, purpose: Purpose, whose: &Whose<'_>) -> Result<Vec<TransactWriteItem>, Fault> {
        let condition = |check: FlagCheck| {
            let names: Vec<String> = (0..check.absent.len()).map(|index| format!("#flag{index}")).collect();
            let absent: Vec<String> = names.iter().map(|name| format!("attribute_not_exists({name})")).collect();
            let mut built = ConditionCheck::builder()
                .table_name(&self.suppression)
                .key("pk", text(check.mark.as_str()))
                .condition_expression(absent.join(" AND "));
            for (name, flag) in names.into_iter().zip(&check.absent) {
                built = built.expression_attribute_names(name, flag.attribute());
            }
            let built = built.build().map_err(|error| Fault::park("gate.condition", error))?;
            Ok(TransactWriteItem::builder().condition_check(built).build())
        };
        ingest_gate::processing_checks(purpose, whose).into_iter().map(condition).collect()
    }

    /// Reads the flags and judges: for a use that writes nothing.
    ///
    /// # Errors
    /// [`Fault`] when the flags cannot be read: the caller must not use the data.
    pub async fn may_process(&self, purpose: Purpose, whose: &Whose<'_>) -> Result<bool, Fault> {
        let mut flags = BTreeSet::new();
        for check in ingest_gate::processing_checks(purpose, whose) {
            let get = self.client.get_item().table_name(&self.suppression).key("pk", text(check.mark.as_str()));
            let answer = get.consistent_read(true).send().await.map_err(fault("gate.read"))?;
            let stands = answer.item.iter().flat_map(flags_of);
            flags.extend(stands.filter(|flag| check.absent.contains(flag)));
        }
        Ok(ingest_gate::may_process(purpose, &flags))
    }

    fn rows(&self, checks: &[Check]) -> HashMap<String, Vec<Item>> {
        let mut rows: HashMap<String, Vec<Item>> = HashMap::new();
        for check in checks {
            let (table, key) = self.row(check);
            rows.entry(table.to_owned()).or_default().push(key);
        }
        rows
    }
}

fn entry(item: &Item) -> Result<Entry, Fault> {
    let expires_at = match item.get("expires_at") {
        Some(_) => Some(crate::attributes::get_number::<i64>(item, "expires_at")?),
        None => None,
    };
    Ok(Entry {
        mark: Mark::from_stored(get_text(item, "pk")?.to_owned()),
        covers_until: get_at(item, "covers_until")?,
        expires_at: expires_at.and_then(|second| Timestamp::from_second(second).ok()),
    })
}
