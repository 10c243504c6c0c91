//! What this function reads from its environment.

use jiff::SignedDuration;
use lambda_http::Error;
use privacy_aws::outbox::QueueUrls;
use privacy_edge::env;

/// Everything it needs and nothing else.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) ledger_table: String,
    pub(crate) limits_table: String,
    pub(crate) suppression_table: String,
    pub(crate) queues: QueueUrls,
    pub(crate) bundles_bucket: String,
    pub(crate) subject_keys_arn: String,
    pub(crate) dashboard_keys_arn: String,
    pub(crate) stuck_after: SignedDuration,
    /// Where pages and forms are, without a slash at the end.
    pub(crate) public_base_url: String,
}

impl Config {
    pub(crate) fn read() -> Result<Self, Error> {
        Ok(Self {
            ledger_table: env::required("LEDGER_TABLE")?,
            bundles_bucket: env::required("BUNDLES_BUCKET")?,
            limits_table: env::required("LIMITS_TABLE")?,
            suppression_table: env::required("SUPPRESSION_TABLE")?,
            queues: QueueUrls {
                erasures: env::required("ERASURE_QUEUE_URL")?,
                exports: env::required("EXPORT_QUEUE_URL")?,
                notices: env::required("NOTICE_QUEUE_URL")?,
            },
            subject_keys_arn: env::required("SUBJECT_KEYS_ARN")?,
            dashboard_keys_arn: env::required("DASHBOARD_KEYS_ARN")?,
            stuck_after: env::stuck_after()?,
            public_base_url: env::required("PUBLIC_BASE_URL")?.trim_end_matches('/').to_owned(),
        })
    }
}
