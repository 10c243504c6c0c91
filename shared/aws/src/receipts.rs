//! The bucket of receipts and of the audit trail. An entry is put with `If-None-Match: *`, so a place is written once; a head with `If-Match`, so
//! it is only replaced by who has read it.
//!
//! Rights: `s3:PutObject` and `s3:GetObject` on `receipts/*` or `audit/*`, and `s3:ListBucket`, without which S3 answers 403 instead of
//! 404 for a place that is free. Nobody needs `s3:DeleteObject`: an entry that is deleted leaves its place open.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use privacy::fault::Fault;
use privacy::keys::KeyedRef;
use privacy::ports::Answer;
use privacy::receipt::{AUDIT_ROOT, ChainStore, Position, Put, ROOT, StoredHead, Tag};

use crate::connection::Connection;
use crate::faults::fault;

/// S3 behind the store of chains.
#[derive(Clone, Debug)]
pub struct ReceiptBucket {
    client: Client,
    bucket: String,
    root: &'static str,
}

impl ReceiptBucket {
    /// The receipts in this bucket.
    #[must_use]
    pub fn new(connection: &Connection, bucket: String) -> Self {
        Self { client: connection.s3(), bucket, root: ROOT }
    }

    /// The audit trail in this bucket.
    #[must_use]
    pub fn audit(connection: &Connection, bucket: String) -> Self {
        Self { client: connection.s3(), bucket, root: AUDIT_ROOT }
    }

    fn put(&self, key: String, file: &str) -> PutObjectFluentBuilder {
        let body = ByteStream::from(file.as_bytes().to_vec());
        self.client.put_object().bucket(&self.bucket).key(key).content_type("application/json").body(body)
    }

    async fn get(&self, action: &'static str, key: String) -> Answer<Option<GetObjectOutput>> {
        match self.client.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(fault(action)(error)),
        }
    }
}

async fn bytes(action: &'static str, object: GetObjectOutput) -> Answer<Vec<u8>> {
    let body = object.body.collect().await.map_err(|_| Fault::retry(action, "the answer could not be read"))?;
    Ok(body.to_vec())
}

fn has_status<E>(error: &SdkError<E, HttpResponse>, statuses: &[u16]) -> bool {
    error.raw_response().is_some_and(|response| statuses.contains(&response.status().as_u16()))
}

impl ChainStore for ReceiptBucket {
    async fn put_entry(&self, position: &Position, file: &str) -> Answer<Put> {
        match self.put(position.key_under(self.root), file).if_none_match("*").send().await {
            Ok(_) => Ok(Put::Stored),
            Err(error) if has_status(&error, &[412]) => Ok(Put::Taken),
            // 409 is a put beside another one: it is not decided yet who has the place.
            Err(error) => Err(fault("chains.put_entry")(error)),
        }
    }

    async fn entry(&self, position: &Position) -> Answer<Option<Vec<u8>>> {
        match self.get("chains.entry", position.key_under(self.root)).await? {
            Some(object) => bytes("chains.entry", object).await.map(Some),
            None => Ok(None),
        }
    }

    async fn head(&self, chain: &KeyedRef) -> Answer<Option<StoredHead>> {
        let Some(object) = self.get("chains.head", Position::head_key_under(self.root, chain)).await? else {
            return Ok(None);
        };
        let tag = object.e_tag().map(|tag| Tag(tag.to_owned()));
        let tag = tag.ok_or_else(|| Fault::park("chains.head", "an object without an entity tag"))?;
        Ok(Some(StoredHead { file: bytes("chains.head", object).await?, tag }))
    }

    async fn put_head(&self, chain: &KeyedRef, file: &str, replaces: Option<&Tag>) -> Answer<bool> {
        let put = self.put(Position::head_key_under(self.root, chain), file);
        let put = match replaces {
            Some(Tag(tag)) => put.if_match(tag),
            None => put.if_none_match("*"),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            // 404: what was to be replaced is gone.
            Err(error) if has_status(&error, &[404, 412]) => Ok(false),
            Err(error) => Err(fault("chains.put_head")(error)),
        }
    }
}
