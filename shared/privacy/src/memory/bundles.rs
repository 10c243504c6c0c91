//! Bundles in the making, in memory.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::World;
use crate::export::ports::{BundleEraser, BundleKey, BundleLinks, BundleStore, Link, Part};
use crate::fault::Fault;
use crate::hex::first_hex;
use crate::ports::Answer;

fn tag_of(bytes: &[u8]) -> String {
    first_hex(&Sha256::digest(bytes), 8)
}

impl BundleStore for World {
    async fn begin(&self, key: &BundleKey) -> Answer<String> {
        self.call("bundles.begin", |stored| {
            stored.exports.begun += 1;
            let upload = format!("{}-{}", key.object(), stored.exports.begun);
            stored.exports.uploads.insert(upload.clone(), BTreeMap::new());
            upload
        })
    }

    async fn part(&self, _key: &BundleKey, upload: &str, number: i32, bytes: Vec<u8>) -> Answer<Option<Part>> {
        self.call("bundles.part", |stored| {
            let parts = stored.exports.uploads.get_mut(upload)?;
            let tag = tag_of(&bytes);
            parts.insert(number, bytes);
            Some(Part { number, tag })
        })
    }

    async fn complete(&self, key: &BundleKey, upload: &str, parts: &[Part]) -> Answer<bool> {
        let completed = self.call("bundles.complete", |stored| {
            if stored.exports.visible.get(&key.object()).is_some_and(|versions| !versions.is_empty()) {
                return Ok(false);
            }
            let uploaded = stored.exports.uploads.get(upload).ok_or("no such upload")?;
            let mut whole = Vec::new();
            for part in parts {
                let bytes = uploaded.get(&part.number).ok_or("no such part")?;
                if tag_of(bytes) != part.tag {
                    return Err("another part has its number");
                }
                whole.extend_from_slice(bytes);
            }
            stored.exports.uploads.remove(upload);
            stored.exports.visible.entry(key.object()).or_default().push(whole);
            Ok(true)
        });
        completed?.map_err(|cause| Fault::retry("bundles.complete", cause))
    }

    async fn abort(&self, _key: &BundleKey, upload: &str) -> Answer<()> {
        self.call("bundles.abort", |stored| drop(stored.exports.uploads.remove(upload)))
    }

    async fn keep(&self, object: &str, content: Vec<u8>) -> Answer<()> {
        self.call("bundles.keep", |stored| {
            stored.exports.visible.entry(object.to_owned()).or_default().push(content);
        })
    }

    async fn kept(&self, object: &str) -> Answer<Option<Vec<u8>>> {
        self.call("bundles.kept", |stored| stored.exports.visible.get(object)?.last().cloned())
    }
}

impl BundleEraser for World {
    async fn erase(&self, key: &BundleKey) -> Answer<u64> {
        if self.stored().broken_store.as_deref() == Some("bundles") {
            return Ok(1);
        }
        self.call("bundles.erase", |stored| {
            stored.exports.visible.remove(&key.object());
            stored.exports.visible.retain(|object, _| !object.starts_with(&key.progress()));
            stored.exports.uploads.retain(|upload, _| !upload.starts_with(&key.object()));
            0
        })
    }
}

impl BundleLinks for World {
    async fn link(&self, key: &BundleKey) -> Answer<Link> {
        self.call("bundles.link", |_| Link::new(format!("https://bundles.example/{}", key.object())))
    }
}
