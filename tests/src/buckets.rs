//! A small model of versioned S3 buckets: list versions, delete versions. The end-to-end tests run the same code
//! over a whole S3.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

/// Versions and delete markers of every bucket, path-style.
#[derive(Clone, Debug, Default)]
pub struct Buckets {
    versions: Arc<Mutex<BTreeSet<(String, String, bool)>>>,
    refused: Arc<Mutex<u32>>,
    page: Arc<Mutex<Option<usize>>>,
}

impl Buckets {
    /// Stores a version, or a delete marker.
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

    pub(crate) fn operation(method: &str, uri: &str) -> &'static str {
        match (method, uri.contains("versions"), uri.contains("delete")) {
            ("GET", true, _) => "ListObjectVersions",
            ("POST", _, true) => "DeleteObjects",
            other => panic!("no bucket answers {other:?} {uri}"),
        }
    }

    pub(crate) fn answer(&self, method: &str, uri: &str, body: &[u8]) -> (&'static str, u16, String) {
        let operation = Self::operation(method, uri);
        let xml = if operation == "DeleteObjects" { self.delete(body) } else { self.list(uri) };
        (operation, 200, xml)
    }

    fn list(&self, uri: &str) -> String {
        let query = |name: &str| {
            let found =
                uri.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap_or_default();
            found.replace("%2F", "/").replace("%23", "#")
        };
        let after = (query("key-marker"), query("version-id-marker"));
        let limit = query("max-keys").parse().ok().or(*self.page.lock().unwrap()).unwrap_or(1000);
        let versions = self.versions.lock().unwrap();
        let rest: Vec<_> = versions
            .iter()
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
