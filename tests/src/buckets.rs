//! A small model of S3 buckets: list versions, delete versions; put under a condition, get. The end-to-end tests run the
//! same code over a whole S3.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// What one upload is of, and its parts by their numbers.
type Upload = (String, BTreeMap<u32, Vec<u8>>);

/// Versions and delete markers of every bucket, path-style.
#[derive(Clone, Debug, Default)]
pub struct Buckets {
    versions: Arc<Mutex<BTreeSet<(String, String, bool)>>>,
    homes: Arc<Mutex<BTreeMap<String, String>>>,
    refused: Arc<Mutex<u32>>,
    page: Arc<Mutex<Option<usize>>>,
    objects: Arc<Mutex<BTreeMap<String, (String, u64)>>>,
    uploads: Arc<Mutex<BTreeMap<String, Upload>>>,
    wholes: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

/// What S3 answers.
pub(crate) struct Answered {
    pub(crate) operation: &'static str,
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) tag: Option<String>,
}

impl Buckets {
    /// Stores a version in one bucket alone.
    pub fn put_in(&self, bucket: &str, key: &str, version: &str) {
        self.homes.lock().unwrap().insert(key.to_owned(), bucket.to_owned());
        self.put(key, version, false);
    }

    /// Stores a version, or a delete marker, that every bucket lists.
    pub fn put(&self, key: &str, version: &str, is_marker: bool) {
        self.versions.lock().unwrap().insert((key.to_owned(), version.to_owned(), is_marker));
    }

    /// Every version and marker.
    #[must_use]
    pub fn dump(&self) -> Vec<String> {
        let versions = self.versions.lock().unwrap();
        versions.iter().map(|(key, version, is_marker)| format!("{key} {version} {is_marker}")).collect()
    }

    /// Pages of so many entries.
    pub fn set_page(&self, entries: usize) {
        *self.page.lock().unwrap() = Some(entries);
    }

    /// Refuses the first version of so many delete calls.
    pub fn refuse(&self, calls: u32) {
        *self.refused.lock().unwrap() = calls;
    }

    /// Every object that was put, by bucket and key.
    #[must_use]
    pub fn objects(&self) -> BTreeMap<String, String> {
        self.objects.lock().unwrap().iter().map(|(key, (body, _))| (key.clone(), body.clone())).collect()
    }

    /// Every object that was uploaded in parts, and how many uploads are not complete.
    #[must_use]
    pub fn uploaded(&self) -> (BTreeMap<String, Vec<u8>>, usize) {
        (self.wholes.lock().unwrap().clone(), self.uploads.lock().unwrap().len())
    }

    /// What a request asks of a bucket.
    #[must_use]
    pub fn operation(method: &str, uri: &str) -> &'static str {
        match (method, uri.contains("uploads"), uri.contains("uploadId=")) {
            ("POST", true, _) => return "CreateMultipartUpload",
            ("GET", true, _) => return "ListMultipartUploads",
            ("PUT", _, true) => return "UploadPart",
            ("POST", _, true) => return "CompleteMultipartUpload",
            ("DELETE", _, true) => return "AbortMultipartUpload",
            _ => {}
        }
        if method == "GET" && uri.contains("list-type=2") {
            return "ListObjectsV2";
        }
        match (method, uri.contains("versions"), uri.contains("delete")) {
            ("GET", true, _) => "ListObjectVersions",
            ("POST", _, true) => "DeleteObjects",
            ("GET", false, _) => "GetObject",
            ("PUT", false, _) => "PutObject",
            other => panic!("no bucket answers {other:?} {uri}"),
        }
    }

    pub(crate) fn answer(&self, request: &HttpRequest) -> Answered {
        let (uri, body) = (request.uri(), request.body().bytes().unwrap_or_default());
        let operation = Self::operation(request.method(), uri);
        let path = uri.split("//").last().and_then(|rest| rest.split_once('/')).map_or(uri, |(_, path)| path);
        let path = path.split('?').next().unwrap_or_default();
        let (status, body, tag) = match operation {
            "DeleteObjects" => (200, self.delete(body), None),
            "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" | "AbortMultipartUpload" => {
                let is_free = request.headers().get("if-none-match") == Some("*");
                self.upload(operation, path, uri, body, is_free)
            }
            "ListMultipartUploads" => (200, self.open_uploads(uri, path.trim_end_matches('/')), None),
            // What objects hold is asked of whole S3 only.
            "ListObjectsV2" => (200, "<ListBucketResult></ListBucketResult>".to_owned(), None),
            "GetObject" => self.get(path),
            "PutObject" => {
                let header = |name: &str| request.headers().get(name).map(str::to_owned);
                self.put_object(path, body, header("if-none-match"), header("if-match"))
            }
            _ => (200, self.list(uri, path.trim_end_matches('/')), None),
        };
        Answered { operation, status, body, tag }
    }

    fn get(&self, path: &str) -> (u16, String, Option<String>) {
        match self.objects.lock().unwrap().get(path) {
            Some((body, writing)) => (200, body.clone(), Some(format!("\"{writing}\""))),
            None => (404, "<Error><Code>NoSuchKey</Code></Error>".to_owned(), None),
        }
    }

    fn put_object(
        &self,
        path: &str,
        body: &[u8],
        if_none_match: Option<String>,
        if_match: Option<String>,
    ) -> (u16, String, Option<String>) {
        assert!(!body.is_empty() && if_none_match.as_deref().is_none_or(|tag| tag == "*"), "{path}");
        let mut objects = self.objects.lock().unwrap();
        let writing = objects.get(path).map(|(_, writing)| *writing);
        let refuse = |status, code: &str| (status, format!("<Error><Code>{code}</Code></Error>"), None);
        match (if_none_match, if_match, writing) {
            (Some(_), _, Some(_)) => return refuse(412, "PreconditionFailed"),
            (_, Some(_), None) => return refuse(404, "NoSuchKey"),
            (_, Some(tag), Some(writing)) if tag != format!("\"{writing}\"") => {
                return refuse(412, "PreconditionFailed");
            }
            _ => {}
        }
        let writing = writing.unwrap_or_default() + 1;
        objects.insert(path.to_owned(), (String::from_utf8_lossy(body).into_owned(), writing));
        (200, String::new(), Some(format!("\"{writing}\"")))
    }

    fn upload(
        &self,
        operation: &str,
        path: &str,
        uri: &str,
        body: &[u8],
        is_free: bool,
    ) -> (u16, String, Option<String>) {
        let query = |name: &str| {
            let found = uri.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}=")));
            found.unwrap_or_default().to_owned()
        };
        let mut uploads = self.uploads.lock().unwrap();
        if operation == "CreateMultipartUpload" {
            let id = format!("upload-{}", uploads.len() + 1);
            uploads.insert(id.clone(), (path.to_owned(), BTreeMap::new()));
            let xml =
                format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
            return (200, xml, None);
        }
        let id = query("uploadId");
        let Some((_, parts)) = uploads.get_mut(&id) else {
            return (404, "<Error><Code>NoSuchUpload</Code></Error>".to_owned(), None);
        };
        match operation {
            "UploadPart" => {
                let tag = format!("\"{}-{}\"", query("partNumber"), body.len());
                parts.insert(query("partNumber").parse().unwrap(), body.to_vec());
                (200, String::new(), Some(tag))
            }
            "CompleteMultipartUpload" => {
                let mut wholes = self.wholes.lock().unwrap();
                if is_free && wholes.contains_key(path) {
                    return (412, "<Error><Code>PreconditionFailed</Code></Error>".to_owned(), None);
                }
                let asked = String::from_utf8(body.to_vec()).unwrap();
                assert_eq!(asked.matches("<PartNumber>").count(), parts.len(), "{asked}");
                wholes.insert(path.to_owned(), parts.values().flatten().copied().collect());
                uploads.remove(&id);
                (200, "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>".to_owned(), None)
            }
            _ => {
                uploads.remove(&id);
                (204, String::new(), None)
            }
        }
    }

    fn open_uploads(&self, uri: &str, bucket: &str) -> String {
        let prefix = uri.split(['?', '&']).find_map(|pair| pair.strip_prefix("prefix=")).unwrap_or_default();
        let prefix = format!("{bucket}/{}", prefix.replace("%2F", "/"));
        let uploads = self.uploads.lock().unwrap();
        let mut xml = "<ListMultipartUploadsResult>".to_owned();
        for (id, (path, _)) in uploads.iter().filter(|(_, (path, _))| path.starts_with(&prefix)) {
            let key = &path[bucket.len() + 1..];
            write!(xml, "<Upload><Key>{key}</Key><UploadId>{id}</UploadId></Upload>").unwrap();
        }
        xml + "</ListMultipartUploadsResult>"
    }

    fn list(&self, uri: &str, bucket: &str) -> String {
        let query = |name: &str| {
            let found =
                uri.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap_or_default();
            found.replace("%2F", "/").replace("%23", "#")
        };
        let after = (query("key-marker"), query("version-id-marker"));
        let limit = query("max-keys").parse().ok().or(*self.page.lock().unwrap()).unwrap_or(1000);
        let (versions, homes) = (self.versions.lock().unwrap(), self.homes.lock().unwrap());
        let rest: Vec<_> = versions
            .iter()
            .filter(|(key, _, _)| homes.get(key).is_none_or(|home| home == bucket))
            .filter(|(key, version, _)| key.starts_with(&query("prefix")) && (key, version) > (&after.0, &after.1))
            .collect();
        let mut xml = "<ListVersionsResult>".to_owned();
        for (key, version, is_marker) in rest.iter().take(limit) {
            let tag = if *is_marker { "DeleteMarker" } else { "Version" };
            write!(xml, "<{tag}><Key>{key}</Key><VersionId>{version}</VersionId></{tag}>").unwrap();
        }
        if rest.len() > limit {
            let (key, version, _) = rest[limit - 1];
            write!(xml, "<IsTruncated>true</IsTruncated><NextKeyMarker>{key}</NextKeyMarker>").unwrap();
            write!(xml, "<NextVersionIdMarker>{version}</NextVersionIdMarker>").unwrap();
        }
        xml + "</ListVersionsResult>"
    }

    fn delete(&self, body: &[u8]) -> String {
        let body = String::from_utf8(body.to_vec()).unwrap();
        let text = |object: &str, tag: &str| {
            let start = object.find(&format!("<{tag}>")).unwrap() + tag.len() + 2;
            object[start..start + object[start..].find('<').unwrap()].to_owned()
        };
        let mut xml = "<DeleteResult>".to_owned();
        let mut refused = self.refused.lock().unwrap();
        for (index, object) in body.split("<Object>").skip(1).enumerate() {
            let (key, version) = (text(object, "Key"), text(object, "VersionId"));
            if index == 0 && *refused > 0 {
                *refused -= 1;
                write!(
                    xml,
                    "<Error><Key>{key}</Key><VersionId>{version}</VersionId><Code>InternalError</Code></Error>"
                )
                .unwrap();
                continue;
            }
            self.versions.lock().unwrap().retain(|(known, its, _)| (known, its) != (&key, &version));
        }
        xml + "</DeleteResult>"
    }
}
