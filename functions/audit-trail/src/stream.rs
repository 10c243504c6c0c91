//! Translates between the ledger's stream and the trail. A row that cannot be read is recorded as such; a batch that could not be
//! appended comes again, and what of it stands already is recognised.

use lambda_runtime::LambdaEvent;
use privacy::audit::{ActKind, Recorded, Trail, record};
use privacy::fault::Fault;
use privacy::keys::SubjectKeys;
use privacy::ports::Clock;
use privacy::receipt::SigningKey;
use privacy_aws::connection::Connection;
use privacy_aws::ledger::change_of_record;
use privacy_aws::receipts::ReceiptBucket;
use privacy_aws::secret::{Keep, Secret};
use privacy_edge::clock::SystemClock;
use privacy_edge::metrics;
use serde::Deserialize;
use serde_json::Value;

/// What DynamoDB's stream delivers: the records of one shard, in order.
#[derive(Deserialize)]
pub(crate) struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

privacy::redacted!(Batch);

/// What this function reads from its environment.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) bucket: String,
    pub(crate) subject_keys_arn: String,
    pub(crate) receipt_key_arn: String,
}

/// Records.
#[derive(Debug)]
pub(crate) struct Recorder {
    store: ReceiptBucket,
    subject_keys: Secret<SubjectKeys>,
    signing_key: Secret<SigningKey>,
    trail: Trail,
}

fn parse_subject_keys(text: &str) -> Result<SubjectKeys, Fault> {
    SubjectKeys::parse(text).map_err(|error| Fault::park("secret.subject-keys", error))
}

fn parse_signing_key(text: &str) -> Result<SigningKey, Fault> {
    SigningKey::parse(text).map_err(|error| Fault::park("secret.receipt-key", error))
}

impl Recorder {
    pub(crate) fn new(connection: &Connection, config: Config) -> Self {
        Self {
            store: ReceiptBucket::audit(connection, config.bucket),
            subject_keys: Secret::new(connection, config.subject_keys_arn, Keep::GROWING, parse_subject_keys),
            signing_key: Secret::new(connection, config.receipt_key_arn, Keep::GROWING, parse_signing_key),
            trail: Trail::default(),
        }
    }

    pub(crate) async fn record(&self, event: &LambdaEvent<Batch>) -> Result<(), Fault> {
        let request_id = event.context.request_id.as_str();
        let keys = self.subject_keys.get().await?;
        let mut changes: Vec<Recorded> = Vec::new();
        let mut unreadable = 0;
        for told in &event.payload.records {
            match change_of_record(told) {
                Ok(change) => changes.extend(change.and_then(|change| record(&keys, &change))),
                Err(fault) => {
                    unreadable += 1;
                    tell_unreadable(request_id, told, &fault.chain());
                }
            }
        }
        for change in changes.iter().filter(|change| change.acts.contains(&ActKind::Unreadable)) {
            unreadable += 1;
            tracing::error!(
                "request.id" = request_id,
                row = change.row.0.as_str(),
                outcome = "unreadable",
                "a row of the ledger cannot be read: the trail says so"
            );
        }
        metrics::emit(SystemClock.now(), &[("AuditUnreadable", unreadable)]);
        let chain =
            keys.audit_chain().ok_or_else(|| Fault::park("audit.chain", "the ring of subject keys is empty"))?;
        let key = self.signing_key.get().await?;
        let appended = self.trail.append((&self.store, &SystemClock, &key), &chain, &changes).await?;
        let (new, known) = (appended.new, appended.known);
        if new + known > 0 {
            tracing::info!("request.id" = request_id, outcome = "recorded", new, known, "acts were recorded");
        }
        Ok(())
    }
}

fn tell_unreadable(request_id: &str, told: &Value, cause: &str) {
    let position = told.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str).unwrap_or_default();
    tracing::error!(
        "request.id" = request_id,
        position,
        outcome = "unreadable",
        cause,
        "what the stream brought is no change of a row"
    );
}

#[cfg(test)]
mod tests;
