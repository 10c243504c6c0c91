//! Processors and receipts for the engine. The secrets of each are read when it is needed: what is ours is erased, and known to be
//! gone, whether or not they can be had.

use std::sync::Arc;

use jiff::Timestamp;
use privacy::data_map::DataMap;
use privacy::erasure::{self, Aftermath, Certifying, Reached};
use privacy::fault::{Fault, Turn};
use privacy::keys::SubjectKeys;
use privacy::obligation::{Head, PlanHash};
use privacy::ports::Answer;
use privacy::processors::{Finding, Processors, Reply, Report, Settling, Target};
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

    /// The processors as they are configured now. While that cannot be read, each is one that does not work out: what is ours is
    /// known to be gone all the same.
    async fn processors(&self, map: &DataMap) -> Configured {
        match self.read_processors(map).await {
            Ok(processors) => Configured::Read(processors),
            Err(fault) => {
                let cause = fault.chain();
                tracing::error!(outcome = "misconfigured", cause, "no processor can be asked");
                Configured::Unread { turn: fault.turn, cause }
            }
        }
    }

    async fn read_processors(&self, map: &DataMap) -> Answer<Arc<HttpProcessors>> {
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

/// The HTTP processors, or why there are none.
#[derive(Debug)]
enum Configured {
    Read(Arc<HttpProcessors>),
    Unread { turn: Turn, cause: String },
}

impl Configured {
    fn get(&self) -> Answer<&HttpProcessors> {
        match self {
            Self::Read(processors) => Ok(processors),
            Self::Unread { turn: Turn::Retry, cause } => Err(Fault::retry("processors.settings", cause.clone())),
            Self::Unread { turn: Turn::Park, cause } => Err(Fault::park("processors.settings", cause.clone())),
        }
    }
}

impl Processors for Configured {
    async fn ask(&self, name: &str, target: &Target) -> Answer<Reply> {
        self.get()?.ask(name, target).await
    }

    async fn confirm(&self, name: &str, target: &Target) -> Answer<Finding> {
        self.get()?.confirm(name, target).await
    }
}

/// [`Downstream`] at work on one obligation.
#[derive(Debug)]
pub(crate) struct AtWork<'a> {
    pub(crate) downstream: &'a Downstream,
    pub(crate) ledger: &'a LedgerTable,
    pub(crate) map: &'a DataMap,
}

impl Aftermath for AtWork<'_> {
    async fn settle(
        &self,
        head: &Head,
        reached: Reached<'_>,
        confirmed_since: Option<Timestamp>,
        stop_at: Timestamp,
    ) -> Answer<Report> {
        let Self { downstream, ledger, map } = *self;
        let processors = &downstream.processors(map).await;
        let settling = Settling { processors, ledger, clock: &SystemClock, map };
        erasure::settle(&settling, head, reached, confirmed_since, stop_at).await
    }

    async fn certify(
        &self,
        head: &Head,
        verified: (Timestamp, &PlanHash),
        scopes: &[Scope],
        report: &Report,
    ) -> Answer<()> {
        let Self { downstream: Downstream { subject_keys, signing_key, receipts, .. }, ledger, map } = *self;
        let (subject_keys, signing_key) = (subject_keys.get().await?, signing_key.get().await?);
        let (subject_keys, signing_key) = (&*subject_keys, &*signing_key);
        let certifying = Certifying { ledger, store: receipts, clock: &SystemClock, map, subject_keys, signing_key };
        certifying.certify(head, verified, scopes, report).await
    }
}
