//! A ZIP archive that is written from front to back, without looking back and without a clock.
//!
//! Crates that write ZIP keep the state of a stream to themselves; ours is two lists and a number, so that a worker whose time
//! ends between two files hands over to the next one. Small files are deflated in memory, objects are stored as they
//! stream by. Every file has the same date, so the same content is the same archive, byte for byte.

use flate2::{Compress, Compression, Crc, FlushCompress};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

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
const MAX16: usize = 0xffff;

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

/// An archive in the making: what is in it, and the bytes that nobody has taken yet.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Archive {
    entries: Vec<Entry>,
    offset: u64,
    #[serde(skip)]
    pending: Vec<u8>,
}

impl Archive {
    /// What is in it, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
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
    pub fn resume(&mut self, pending: Vec<u8>) {
        self.pending = pending;
    }

    /// Takes the next `bytes` bytes, once there are that many.
    pub fn take(&mut self, bytes: usize) -> Option<Vec<u8>> {
        if self.pending.len() < bytes {
            return None;
        }
        let rest = self.pending.split_off(bytes);
        Some(std::mem::replace(&mut self.pending, rest))
    }

    /// Takes whatever is left.
    pub fn take_rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pending)
    }

    /// Adds a whole file.
    pub fn add(&mut self, name: &str, content: &[u8]) {
        let mut crc = Crc::new();
        crc.update(content);
        let packed = deflate(content).filter(|packed| packed.len() < content.len());
        let (method, body) = packed.as_ref().map_or((STORED, content), |packed| (DEFLATED, packed.as_slice()));
        let entry = Entry {
            name: name.to_owned(),
            bytes: content.len() as u64,
            sha256: hex(&Sha256::digest(content)),
            is_streamed: false,
            method,
            crc: crc.sum(),
            packed: body.len() as u64,
            at: self.offset,
        };
        self.local(name, UTF8, method, Some(&entry));
        self.push(body);
        self.entries.push(entry);
    }

    /// Begins a file whose content comes in pieces; it is to be ended before another one begins.
    pub fn begin(&mut self, name: &str) -> Streamed {
        let at = self.offset;
        self.local(name, UTF8 | STREAMED, STORED, None);
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

    /// Writes the directory that closes the archive.
    pub fn finish(&mut self) {
        let begins = self.offset;
        for entry in std::mem::take(&mut self.entries) {
            self.central(&entry);
            self.entries.push(entry);
        }
        let (length, count) = (self.offset - begins, self.entries.len());
        let mut end = Fields::default();
        if count >= MAX16 || begins >= MAX32 || length >= MAX32 {
            let at = self.offset;
            end.u32(END64).u64(44).u16(45).u16(45).u32(0).u32(0);
            end.u64(count as u64).u64(count as u64).u64(length).u64(begins);
            end.u32(LOCATOR64).u32(0).u64(at).u32(1);
        }
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        end.u32(END).u16(0).u16(0).u16(count).u16(count).u32(low32(length)).u32(low32(begins)).u16(0);
        self.push(&end.0);
    }

    fn local(&mut self, name: &str, flags: u16, method: u16, known: Option<&Entry>) {
        let (crc, packed, bytes) = known.map_or((0, 0, 0), |entry| (entry.crc, entry.packed, entry.bytes));
        let mut fields = Fields::default();
        fields.u32(LOCAL).u16(20).u16(flags).u16(method).u16(0).u16(DATE);
        fields.u32(crc).u32(low32(packed)).u32(low32(bytes)).u16(low16(name)).u16(0);
        fields.0.extend_from_slice(name.as_bytes());
        self.push(&fields.0);
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
        self.pending.extend_from_slice(bytes);
        self.offset += bytes.len() as u64;
    }
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The content deflated, unless that fails, which it does not.
fn deflate(content: &[u8]) -> Option<Vec<u8>> {
    let mut packer = Compress::new(Compression::fast(), false);
    let mut packed = Vec::with_capacity(content.len() / 4 + 64);
    loop {
        let taken = usize::try_from(packer.total_in()).ok()?;
        let status = packer.compress_vec(content.get(taken..)?, &mut packed, FlushCompress::Finish).ok()?;
        if status == flate2::Status::StreamEnd {
            return Some(packed);
        }
        packed.reserve(packed.capacity().max(1024));
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    fn sample() -> Archive {
        let mut archive = Archive::default();
        archive.add("a/words.txt", "many words ".repeat(100).as_bytes());
        let mut streamed = archive.begin("b/ünï.bin");
        archive.write(&mut streamed, b"one");
        archive.write(&mut streamed, b"two");
        archive.end(streamed);
        archive.add("empty", b"");
        archive.add("short", b"x");
        archive
    }

    fn read(bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut files = Vec::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            files.push((file.name().to_owned(), content));
        }
        files
    }

    #[test]
    fn another_implementation_reads_what_was_written() {
        let mut archive = sample();
        archive.finish();
        let files = read(archive.take_rest());
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a/words.txt", "b/ünï.bin", "empty", "short"]);
        assert_eq!(files[0].1, "many words ".repeat(100).as_bytes());
        assert_eq!(
            (files[1].1.as_slice(), files[2].1.as_slice(), files[3].1.as_slice()),
            (&b"onetwo"[..], &b""[..], &b"x"[..])
        );
    }

    #[test]
    fn it_goes_on_where_its_state_was_stored() {
        let mut whole = sample();
        whole.finish();
        let mut first = sample();
        let mut taken = first.take(20).unwrap();
        let stored = (serde_json::to_string(&first).unwrap(), first.pending().to_vec());
        let mut second: Archive = serde_json::from_str(&stored.0).unwrap();
        second.resume(stored.1);
        second.finish();
        taken.extend(second.take_rest());
        assert_eq!(taken, whole.take_rest());
    }

    #[test]
    fn beyond_four_gibibytes_places_stand_in_the_extension() {
        let mut archive = Archive { offset: 5 << 30, ..Archive::default() };
        archive.add("far", b"away");
        archive.finish();
        let bytes = archive.take_rest();
        let has = |number: u32| bytes.windows(4).any(|window| window == number.to_le_bytes());
        assert!(has(END64) && has(LOCATOR64));
        assert!(bytes.windows(8).any(|window| window == (5_u64 << 30).to_le_bytes()));
    }
}
