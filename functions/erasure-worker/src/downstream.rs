//! Processors and receipts for the engine. Their secrets are read when they are needed: what is ours is erased before, whether
//! or not they can be had.

use std::sync::Arc;

use jiff::Timestamp;
use privacy::data_map::DataMap;
use privacy::erasure::{Aftermath, Proof, Reached};
use privacy::fault::Fault;
use privacy::keys::SubjectKeys;
use privacy::obligation::{Head, PlanHash};
use privacy::ports::Answer;
use privacy::processors::Report;
use privacy::receipt::SigningKey;
use privacy::scope::Scope;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::LedgerTable;
use privacy_aws::receipts::ReceiptBucket;
use privacy_aws::secret::{Keep, Secret};
use privacy_edge::clock::SystemClock;
use privacy_processors::{HttpProcessors, Patience, Settings};
use tokio::sync::Mutex;

use crate::config::DownstreamConfig;

/// Processors made of a reading of their settings.
type Built = (Arc<Settings>, Arc<HttpProcessors>);

/// What follows an erasure.
#[derive(Debug)]
pub(crate) struct Downstream {
    subject_keys: Secret<SubjectKeys>,
    signing_key: Secret<SigningKey>,
    settings: Secret<Settings>,
    built: Mutex<Option<Built>>,
    receipts: ReceiptBucket,
}

fn parse_subject_keys(text: &str) -> Result<SubjectKeys, Fault> {
    SubjectKeys::parse(text).map_err(|error| Fault::park("secret.subject-keys", error))
}

fn parse_signing_key(text: &str) -> Result<SigningKey, Fault> {
    SigningKey::parse(text).map_err(|error| Fault::park("secret.receipt-key", error))
}

fn parse_settings(text: &str) -> Result<Settings, Fault> {
    Settings::parse(text).map_err(|error| Fault::park("secret.processors", error))
}

fn parse_local_settings(text: &str) -> Result<Settings, Fault> {
    Settings::parse_for_test_stack(text).map_err(|error| Fault::park("secret.processors", error))
}

impl Downstream {
    pub(crate) fn new(connection: &Connection, config: &DownstreamConfig) -> Self {
        let settings = if config.is_local_allowed { parse_local_settings } else { parse_settings };
        Self {
            subject_keys: Secret::new(connection, config.subject_keys_arn.clone(), Keep::GROWING, parse_subject_keys),
            signing_key: Secret::new(connection, config.receipt_key_arn.clone(), Keep::GROWING, parse_signing_key),
            settings: Secret::new(connection, config.processors_arn.clone(), Keep::GROWING, settings),
            built: Mutex::new(None),
            receipts: ReceiptBucket::new(connection, config.receipts_bucket.clone()),
        }
    }

    /// The processors as they are configured now.
    async fn processors(&self, map: &DataMap) -> Answer<Arc<HttpProcessors>> {
        let settings = self.settings.get().await?;
        let mut built = self.built.lock().await;
        if let Some((of, processors)) = built.as_ref()
            && Arc::ptr_eq(of, &settings)
        {
            return Ok(Arc::clone(processors));
        }
        let processors = HttpProcessors::new(map.model(), &settings, Patience::WORK);
        let processors = Arc::new(processors.map_err(|error| Fault::park("processors.configure", error))?);
        for invalid in processors.unusable() {
            tracing::error!(outcome = "misconfigured", cause = %invalid, "a processor cannot be asked");
        }
        *built = Some((settings, Arc::clone(&processors)));
        Ok(processors)
    }
}

/// [`Downstream`] at work on one obligation.
#[derive(Debug)]
pub(crate) struct AtWork<'a> {
    pub(crate) downstream: &'a Downstream,
    pub(crate) ledger: &'a LedgerTable,
    pub(crate) map: &'a DataMap,
}

impl AtWork<'_> {
    /// Everything that processors and receipts need.
    async fn ready(&self) -> Answer<(Arc<HttpProcessors>, Arc<SubjectKeys>, Arc<SigningKey>)> {
        let Downstream { subject_keys, signing_key, .. } = self.downstream;
        Ok((self.downstream.processors(self.map).await?, subject_keys.get().await?, signing_key.get().await?))
    }

    fn proof<'p>(
        &'p self,
        (processors, subject_keys, signing_key): &'p (Arc<HttpProcessors>, Arc<SubjectKeys>, Arc<SigningKey>),
    ) -> Proof<'p, HttpProcessors, LedgerTable, ReceiptBucket, SystemClock> {
        Proof {
            processors,
            ledger: self.ledger,
            store: &self.downstream.receipts,
            clock: &SystemClock,
            map: self.map,
            subject_keys,
            signing_key,
        }
    }
}

impl Aftermath for AtWork<'_> {
    async fn settle(
        &self,
        head: &Head,
        reached: Reached<'_>,
        confirmed_since: Option<Timestamp>,
        stop_at: Timestamp,
    ) -> Answer<Report> {
        let ready = self.ready().await?;
        self.proof(&ready).settle(head, reached, confirmed_since, stop_at).await
    }

    async fn certify(
        &self,
        head: &Head,
        verified: (Timestamp, &PlanHash),
        scopes: &[Scope],
        report: &Report,
    ) -> Answer<()> {
        let ready = self.ready().await?;
        self.proof(&ready).certify(head, verified, scopes, report).await
    }
}
