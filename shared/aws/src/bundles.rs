//! The bucket of bundles: `bundles/<name>.zip` is one bundle, `progress/<name>` what the next worker needs to go on with it,
//! `progress/<name>-<digest>` a leaf of its directory.
//! An upload in parts is seen by nobody before it is complete, and completing it does not replace a bundle that is there.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::abort_multipart_upload::AbortMultipartUploadError;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier};
use privacy::export::download::LINK_LIFETIME;
use privacy::export::ports::{BundleEraser, BundleKey, BundleLinks, BundleStore, Link, Part};
use privacy::fault::Fault;
use privacy::ports::Answer;

use crate::connection::Connection;
use crate::faults::fault;

/// S3 behind the ports of bundles.
#[derive(Clone, Debug)]
pub struct BundleBucket {
    client: Client,
    bucket: String,
}

impl BundleBucket {
    /// The bundles in this bucket.
    #[must_use]
    pub fn new(connection: &Connection, bucket: String) -> Self {
        Self { client: connection.s3(), bucket }
    }

    /// Every version and delete marker of what begins with a name. Names are of one length: none begins with another's.
    async fn versions(&self, prefix: &str) -> Answer<Vec<ObjectIdentifier>> {
        let (mut found, mut from) = (Vec::new(), (None, None));
        loop {
            let list = self.client.list_object_versions().bucket(&self.bucket).prefix(prefix);
            let (key_marker, version_marker) = from;
            let list = list.set_key_marker(key_marker).set_version_id_marker(version_marker);
            let answer = list.send().await.map_err(fault("bundles.versions"))?;
            let versions = answer.versions().iter().map(|version| (version.key(), version.version_id()));
            let markers = answer.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
            for (named, version) in versions.chain(markers) {
                let version = version.map(str::to_owned);
                let identifier = ObjectIdentifier::builder().set_key(named.map(str::to_owned)).set_version_id(version);
                found.push(identifier.build().map_err(|error| Fault::park("bundles.versions", error))?);
            }
            if !answer.is_truncated().unwrap_or_default() {
                return Ok(found);
            }
            from = (answer.next_key_marker().map(str::to_owned), answer.next_version_id_marker().map(str::to_owned));
        }
    }

    /// The names of every upload of one object that is not complete.
    async fn uploads(&self, key: &str) -> Answer<Vec<String>> {
        let (mut found, mut from) = (Vec::new(), (None, None));
        loop {
            let list = self.client.list_multipart_uploads().bucket(&self.bucket).prefix(key);
            let (key_marker, upload_marker) = from;
            let list = list.set_key_marker(key_marker).set_upload_id_marker(upload_marker);
            let answer = list.send().await.map_err(fault("bundles.uploads"))?;
            let of_object = answer.uploads().iter().filter(|upload| upload.key() == Some(key));
            found.extend(of_object.filter_map(|upload| upload.upload_id().map(str::to_owned)));
            if !answer.is_truncated().unwrap_or_default() {
                return Ok(found);
            }
            from = (answer.next_key_marker().map(str::to_owned), answer.next_upload_id_marker().map(str::to_owned));
        }
    }

    async fn erase_versions(&self, prefix: &str) -> Answer<u64> {
        let versions = self.versions(prefix).await?;
        for chunk in versions.chunks(1_000) {
            let delete = Delete::builder().set_objects(Some(chunk.to_vec())).quiet(true).build();
            let delete = delete.map_err(|error| Fault::park("bundles.erase", error))?;
            let call = self.client.delete_objects().bucket(&self.bucket).delete(delete);
            call.send().await.map_err(fault("bundles.erase"))?;
        }
        // What a listing still finds, not what the deletes have answered.
        Ok(self.versions(prefix).await?.len() as u64)
    }
}

/// The tag of a part: its entity tag and its checksum, both of which completing needs.
fn tag(entity: Option<&str>, checksum: Option<&str>) -> Answer<String> {
    let entity = entity.ok_or_else(|| Fault::park("bundles.part", "a part without an entity tag"))?;
    Ok(format!("{entity} {}", checksum.unwrap_or_default()))
}

fn completed(part: &Part) -> CompletedPart {
    let (entity, checksum) = part.tag.rsplit_once(' ').unwrap_or((&part.tag, ""));
    let checksum = Some(checksum).filter(|checksum| !checksum.is_empty()).map(str::to_owned);
    CompletedPart::builder().part_number(part.number).e_tag(entity).set_checksum_crc32(checksum).build()
}

impl BundleStore for BundleBucket {
    async fn begin(&self, key: &BundleKey) -> Answer<String> {
        let create = self.client.create_multipart_upload().bucket(&self.bucket).key(key.object());
        let created = create.content_type("application/zip").send().await.map_err(fault("bundles.begin"))?;
        created.upload_id.ok_or_else(|| Fault::park("bundles.begin", "an upload without a name"))
    }

    async fn part(&self, key: &BundleKey, upload: &str, number: i32, bytes: Vec<u8>) -> Answer<Option<Part>> {
        let call = self.client.upload_part().bucket(&self.bucket).key(key.object()).upload_id(upload);
        match call.part_number(number).body(ByteStream::from(bytes)).send().await {
            Ok(sent) => Ok(Some(Part { number, tag: tag(sent.e_tag(), sent.checksum_crc32())? })),
            Err(error) if error.code() == Some("NoSuchUpload") => Ok(None),
            Err(error) => Err(fault("bundles.part")(error)),
        }
    }

    async fn complete(&self, key: &BundleKey, upload: &str, parts: &[Part]) -> Answer<bool> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.iter().map(completed).collect())).build();
        let call = self.client.complete_multipart_upload().bucket(&self.bucket).key(key.object()).upload_id(upload);
        match call.multipart_upload(parts).if_none_match("*").send().await {
            Ok(_) => Ok(true),
            Err(error) if is_taken(&error) => {
                self.abort(key, upload).await?;
                Ok(false)
            }
            Err(error) => Err(fault("bundles.complete")(error)),
        }
    }

    async fn abort(&self, key: &BundleKey, upload: &str) -> Answer<()> {
        let call = self.client.abort_multipart_upload().bucket(&self.bucket).key(key.object()).upload_id(upload);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(AbortMultipartUploadError::is_no_such_upload)
                    || has_status(&error, 404) =>
            {
                Ok(())
            }
            Err(error) => Err(fault("bundles.abort")(error)),
        }
    }

    async fn keep(&self, object: &str, content: Vec<u8>) -> Answer<()> {
        let put = self.client.put_object().bucket(&self.bucket).key(object);
        put.body(ByteStream::from(content)).send().await.map(drop).map_err(fault("bundles.keep"))
    }

    async fn kept(&self, object: &str) -> Answer<Option<Vec<u8>>> {
        match self.client.get_object().bucket(&self.bucket).key(object).send().await {
            Ok(object) => {
                let body = object.body.collect().await;
                let body = body.map_err(|_| Fault::retry("bundles.kept", "the answer could not be read"))?;
                Ok(Some(body.into_bytes().into()))
            }
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(fault("bundles.kept")(error)),
        }
    }
}

fn has_status<E>(error: &SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>, status: u16) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == status)
}

fn is_taken<E>(error: &SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>) -> bool {
    has_status(error, 412)
}

impl BundleEraser for BundleBucket {
    async fn erase(&self, key: &BundleKey) -> Answer<u64> {
        for upload in self.uploads(&key.object()).await? {
            self.abort(key, &upload).await?;
        }
        let uploads = self.uploads(&key.object()).await?.len() as u64;
        Ok(uploads + self.erase_versions(&key.object()).await? + self.erase_versions(&key.progress()).await?)
    }
}

impl BundleLinks for BundleBucket {
    async fn link(&self, key: &BundleKey) -> Answer<Link> {
        let lifetime = Duration::from_secs(LINK_LIFETIME.as_secs().unsigned_abs());
        let config = PresigningConfig::expires_in(lifetime).map_err(|error| Fault::park("bundles.link", error))?;
        let get = self.client.get_object().bucket(&self.bucket).key(key.object());
        let get = get.response_content_disposition("attachment; filename=\"your-data.zip\"");
        // Nothing is sent: the link is signed here.
        let link = get.response_cache_control("no-store").presigned(config).await.map_err(fault("bundles.link"))?;
        Ok(Link::new(link.uri().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_carries_what_completing_needs() {
        let part = |entity, checksum| Part { number: 3, tag: tag(Some(entity), checksum).unwrap() };
        let whole = completed(&part("\"abc\"", Some("AAAA==")));
        assert_eq!(
            (whole.part_number(), whole.e_tag(), whole.checksum_crc32()),
            (Some(3), Some("\"abc\""), Some("AAAA=="))
        );
        let bare = completed(&part("\"abc\"", None));
        assert_eq!((bare.e_tag(), bare.checksum_crc32()), (Some("\"abc\""), None));
        assert!(tag(None, None).is_err());
    }
}
