//! The bucket of reports, put with `If-None-Match: *`: no report is ever replaced. Right: `s3:PutObject` on `sweeps/*`.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use privacy::ports::Answer;
use privacy::purge::Reports;

use crate::connection::Connection;
use crate::faults::fault;

/// S3 behind the reports.
#[derive(Clone, Debug)]
pub struct ReportBucket {
    client: Client,
    bucket: String,
}

impl ReportBucket {
    /// The reports in this bucket.
    #[must_use]
    pub fn new(connection: &Connection, bucket: String) -> Self {
        Self { client: connection.s3(), bucket }
    }
}

impl Reports for ReportBucket {
    async fn store(&self, key: &str, json: &str) -> Answer<bool> {
        let body = ByteStream::from(json.as_bytes().to_vec());
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type("application/json");
        match put.if_none_match("*").body(body).send().await {
            Ok(_) => Ok(true),
            Err(error) if error.raw_response().is_some_and(|response| response.status().as_u16() == 412) => Ok(false),
            Err(error) => Err(fault("reports.store")(error)),
        }
    }
}
