//! A ZIP archive that is written from front to back, without looking back and without a clock.
//!
//! Crates that write ZIP keep the state of a stream to themselves; ours is a list and two numbers, so that a worker whose time
//! ends between two files hands over to the next one. Tables are deflated into what waits to be taken, objects are stored as
//! they stream by. Every file has the same date, so the same content is the same archive, byte for byte.
//!
//! The list is for the directory at the end. It is taken away in leaves, and given back to
//! [`Archive::list`] one by one: what is in memory does not grow with the number of files.

mod deflate;

use crate::hex::hex;
use flate2::Crc;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::deflate::deflate;

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END64: u32 = 0x0606_4b50;
const LOCATOR64: u32 = 0x0706_4b50;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// Checksum and sizes follow the content.
const STREAMED: u16 = 1 << 3;
/// The first of January 1980, the earliest day that the format knows.
const DATE: u16 = 0x0021;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const MAX32: u64 = 0xffff_ffff;
const MAX16: u64 = 0xffff;
/// How many files are listed in memory; few in our own tests, so that they reach it.
const LISTED_MAX: usize = if cfg!(test) { 2 } else { 4_096 };
/// Room for what waits to be taken, reserved once: a part of an upload, a table, and some.
const PENDING_BYTES: usize = 10 << 20;

/// A file that is in the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its path, with `/`.
    pub name: String,
    /// Its length in bytes, unpacked.
    pub bytes: u64,
    /// Its SHA-256 in hex, unpacked.
    pub sha256: String,
    is_streamed: bool,
    method: u16,
    crc: u32,
    packed: u64,
    at: u64,
}

/// A file whose content streams by.
#[derive(Debug)]
pub struct Streamed {
    name: String,
    at: u64,
    crc: Crc,
    sha256: Sha256,
    bytes: u64,
}

/// An archive in the making: what is in it and in no leaf yet, and the bytes that nobody has taken yet.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Archive {
    entries: Vec<Entry>,
    /// How many files are in leaves.
    listed: u64,
    offset: u64,
    #[serde(skip)]
    pending: Vec<u8>,
}

crate::redacted!(Archive);

impl Archive {
    /// What is in it and in no leaf, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Takes a leaf of the directory, once there is one: to be kept, and given back to [`Self::list`] at the end.
    pub fn take_leaf(&mut self) -> Option<Vec<u8>> {
        if self.entries.len() < LISTED_MAX {
            return None;
        }
        let leaf = serde_json::to_vec(&self.entries).ok()?;
        self.listed += self.entries.len() as u64;
        self.entries.clear();
        Some(leaf)
    }

    /// What a leaf lists, if it is one.
    #[must_use]
    pub fn read_leaf(leaf: &[u8]) -> Option<Vec<Entry>> {
        serde_json::from_slice(leaf).ok()
    }

    /// How long it is so far, taken or not.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.offset
    }

    /// The bytes that nobody has taken yet.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// Puts back what nobody had taken when the rest of the state was stored.
    pub fn resume(&mut self, pending: &[u8]) {
        self.pending.clear();
        self.reserve();
        self.pending.extend_from_slice(pending);
    }

    /// Takes the next `bytes` bytes, once there are that many.
    pub fn take(&mut self, bytes: usize) -> Option<Vec<u8>> {
        let taken = self.pending.get(..bytes)?.to_vec();
        self.pending.drain(..bytes);
        Some(taken)
    }

    /// Takes whatever is left.
    pub fn take_rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pending)
    }

    /// Adds a whole file, whose content is read twice.
    pub fn add<'a>(&mut self, name: &str, content: impl Iterator<Item = &'a [u8]> + Clone) {
        let (mut crc, mut sha256, mut bytes) = (Crc::new(), Sha256::new(), 0_u64);
        for piece in content.clone() {
            crc.update(piece);
            sha256.update(piece);
            bytes += piece.len() as u64;
        }
        let mut entry = Entry {
            name: name.to_owned(),
            bytes,
            sha256: hex(&sha256.finalize()),
            is_streamed: false,
            method: DEFLATED,
            crc: crc.sum(),
            packed: 0,
            at: self.offset,
        };
        self.reserve();
        // The header says how long the packed content is: it is written over when that is known.
        let begins = self.pending.len();
        let header = local(name, UTF8, DEFLATED, Some(&entry));
        self.pending.extend_from_slice(&header);
        let content_begins = self.pending.len();
        let is_packed = deflate(content.clone(), &mut self.pending).is_some();
        entry.packed = (self.pending.len() - content_begins) as u64;
        if !is_packed || entry.packed >= bytes {
            self.pending.truncate(content_begins);
            content.for_each(|piece| self.pending.extend_from_slice(piece));
            (entry.method, entry.packed) = (STORED, bytes);
        }
        let header = local(name, UTF8, entry.method, Some(&entry));
        self.pending.splice(begins..content_begins, header);
        self.offset += (self.pending.len() - begins) as u64;
        self.entries.push(entry);
    }

    /// Begins a file whose content comes in pieces; it is to be ended before another one begins.
    pub fn begin(&mut self, name: &str) -> Streamed {
        let at = self.offset;
        let header = local(name, UTF8 | STREAMED, STORED, None);
        self.push(&header);
        Streamed { name: name.to_owned(), at, crc: Crc::new(), sha256: Sha256::new(), bytes: 0 }
    }

    /// Adds a piece to the file that was begun.
    pub fn write(&mut self, file: &mut Streamed, piece: &[u8]) {
        file.crc.update(piece);
        file.sha256.update(piece);
        file.bytes += piece.len() as u64;
        self.push(piece);
    }

    /// Ends the file that was begun. Files of 4 GiB and more are nobody's to add.
    pub fn end(&mut self, file: Streamed) {
        let Streamed { name, at, crc, sha256, bytes } = file;
        let crc = crc.sum();
        let mut fields = Fields::default();
        fields.u32(DESCRIPTOR).u32(crc).u32(low32(bytes)).u32(low32(bytes));
        self.push(&fields.0);
        let sha256 = hex(&sha256.finalize());
        self.entries.push(Entry { name, bytes, sha256, is_streamed: true, method: STORED, crc, packed: bytes, at });
    }

    /// Writes the directory of the files of a leaf, in their order, before [`Self::finish`].
    pub fn list(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.central(entry);
        }
    }

    /// Writes the rest of the directory, which began at `begins`, and closes the archive.
    pub fn finish(&mut self, begins: u64) {
        let entries = std::mem::take(&mut self.entries);
        self.list(&entries);
        self.entries = entries;
        let (length, count) = (self.offset - begins, self.listed + self.entries.len() as u64);
        let mut end = Fields::default();
        if count >= MAX16 || begins >= MAX32 || length >= MAX32 {
            let at = self.offset;
            end.u32(END64).u64(44).u16(45).u16(45).u32(0).u32(0);
            end.u64(count).u64(count).u64(length).u64(begins);
            end.u32(LOCATOR64).u32(0).u64(at).u32(1);
        }
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        end.u32(END).u16(0).u16(0).u16(count).u16(count).u32(low32(length)).u32(low32(begins)).u16(0);
        self.push(&end.0);
    }

    fn central(&mut self, entry: &Entry) {
        let is_far = entry.at >= MAX32;
        let flags = if entry.is_streamed { UTF8 | STREAMED } else { UTF8 };
        let mut fields = Fields::default();
        fields.u32(CENTRAL).u16(45).u16(if is_far { 45 } else { 20 }).u16(flags).u16(entry.method).u16(0).u16(DATE);
        fields.u32(entry.crc).u32(low32(entry.packed)).u32(low32(entry.bytes)).u16(low16(&entry.name));
        fields.u16(if is_far { 12 } else { 0 }).u16(0).u16(0).u16(0).u32(0).u32(low32(entry.at));
        fields.0.extend_from_slice(entry.name.as_bytes());
        if is_far {
            fields.u16(1).u16(8).u64(entry.at);
        }
        self.push(&fields.0);
    }

    fn push(&mut self, bytes: &[u8]) {
        self.reserve();
        self.pending.extend_from_slice(bytes);
        self.offset += bytes.len() as u64;
    }

    fn reserve(&mut self) {
        if self.pending.capacity() == 0 {
            self.pending.reserve_exact(PENDING_BYTES);
        }
    }
}

/// What stands before a file.
fn local(name: &str, flags: u16, method: u16, known: Option<&Entry>) -> Vec<u8> {
    let (crc, packed, bytes) = known.map_or((0, 0, 0), |entry| (entry.crc, entry.packed, entry.bytes));
    let mut fields = Fields::default();
    fields.u32(LOCAL).u16(20).u16(flags).u16(method).u16(0).u16(DATE);
    fields.u32(crc).u32(low32(packed)).u32(low32(bytes)).u16(low16(name)).u16(0);
    fields.0.extend_from_slice(name.as_bytes());
    fields.0
}

/// Little-endian numbers one after the other.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }
}

/// All ones where 32 bits do not hold it: it stands in the extension then.
fn low32(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn low16(name: &str) -> u16 {
    u16::try_from(name.len()).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests;
