//! Versioned buckets: every version and delete marker is listed and erased; an empty listing is the proof.

use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::ports::{Answer, Page, Record};

use super::Vault;
use crate::faults::fault;

/// What S3 takes in one call.
const BATCH: usize = 1_000;
/// How often versions that S3 could not delete are sent again.
const TRIES: u32 = 4;

impl Vault {
    pub(super) async fn bucket_page(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&Record>,
        limit: Option<u16>,
    ) -> Answer<Page> {
        let mut list = self.s3.list_object_versions().bucket(bucket).prefix(prefix).set_max_keys(limit.map(i32::from));
        if let Some(after) = after {
            list = list.key_marker(&after.key).set_version_id_marker(after.version.clone());
        }
        let answer = list.send().await.map_err(fault("objects.list"))?;
        let record = |key: Option<&str>, version: Option<&str>, modified: Option<&DateTime>| {
            let written_at = modified.and_then(|at| Timestamp::new(at.secs(), 0).ok());
            key.map(|key| Record { key: key.to_owned(), version: version.map(str::to_owned), written_at })
        };
        let versions = answer.versions().iter();
        let versions = versions.filter_map(|one| record(one.key(), one.version_id(), one.last_modified()));
        let markers = answer.delete_markers().iter();
        let markers = markers.filter_map(|one| record(one.key(), one.version_id(), one.last_modified()));
        let next = if answer.is_truncated().unwrap_or_default() {
            record(answer.next_key_marker(), answer.next_version_id_marker(), None)
        } else {
            None
        };
        Ok(Page { records: versions.chain(markers).collect(), next })
    }

    pub(super) async fn erase_versions(&self, bucket: &str, records: &[Record]) -> Answer<Vec<Record>> {
        let mut left = Vec::new();
        for chunk in records.chunks(BATCH) {
            let mut wanted = chunk.to_vec();
            for _ in 0..TRIES {
                wanted = self.erase_once(bucket, &wanted).await?;
                if wanted.is_empty() {
                    break;
                }
            }
            left.extend(wanted);
        }
        Ok(left)
    }

    /// One call; answers with what S3 says it could not delete.
    async fn erase_once(&self, bucket: &str, records: &[Record]) -> Answer<Vec<Record>> {
        let mut objects = Vec::with_capacity(records.len());
        for record in records {
            let object = ObjectIdentifier::builder().key(&record.key).set_version_id(record.version.clone()).build();
            objects.push(object.map_err(|error| Fault::park("objects.erase", error))?);
        }
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
        let delete = delete.map_err(|error| Fault::park("objects.erase", error))?;
        let answer =
            self.s3.delete_objects().bucket(bucket).delete(delete).send().await.map_err(fault("objects.erase"))?;
        let refused = answer.errors().iter();
        let record = |error: &aws_sdk_s3::types::Error| {
            let version = error.version_id().map(str::to_owned);
            error.key().map(|key| Record { key: key.to_owned(), version, written_at: None })
        };
        Ok(refused.filter_map(record).collect())
    }
}
