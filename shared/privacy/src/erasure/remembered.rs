//! Keys found while counting, kept for erasing, so that they need not be read again. The keys of a place begin alike and come in order:
//! of each is kept what tells it from the one before, a few bytes where rows are numbered or dated, the end of the key where it is random.

use jiff::Timestamp;

use crate::ports::{Page, Record};

/// What the keys of one visit may take, in bytes: some 500,000 that are numbered, or 100,000 that end in a random id. Of more, the
/// rest is read again.
pub(super) const REMEMBERED_BYTES: usize = 4 * 1024 * 1024;

/// Stands for the length of a version that there is not.
const NO_VERSION: u16 = u16::MAX;

/// Records in key order, packed; taken out from the front.
#[derive(Debug, Default)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    /// The key that was packed last.
    packed: String,
    /// Where the next record begins, and the key before it.
    at: usize,
    taken: Vec<u8>,
}

impl Packed {
    /// These as well, unless all together take more than so many bytes.
    pub(super) fn with(mut self, records: &[Record], bytes_max: usize) -> Option<Self> {
        for record in records {
            self.pack(record)?;
            if self.bytes.len() > bytes_max {
                return None;
            }
        }
        Some(self)
    }

    /// What they take.
    pub(super) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The next records, in order, and no more than so many.
    pub(super) fn page(&mut self, most: usize) -> Page {
        let records: Vec<Record> = std::iter::from_fn(|| self.unpack()).take(most).collect();
        let next = records.last().filter(|_| self.at < self.bytes.len()).cloned();
        Page { records, next }
    }

    /// `None`: a key or a version that no service has, longer than 65,534 bytes.
    fn pack(&mut self, record: &Record) -> Option<()> {
        let shared = record.key.bytes().zip(self.packed.bytes()).take_while(|(one, other)| one == other).count();
        let rest = record.key.as_bytes().get(shared..)?;
        let version = record.version.as_deref().unwrap_or_default();
        let version_len = match record.version {
            Some(_) => u16::try_from(version.len()).ok().filter(|len| *len < NO_VERSION)?,
            None => NO_VERSION,
        };
        for len in [u16::try_from(shared).ok()?, u16::try_from(rest.len()).ok()?, version_len] {
            self.bytes.extend(len.to_le_bytes());
        }
        self.bytes.extend(rest);
        self.bytes.extend(version.as_bytes());
        self.bytes.push(u8::from(record.written_at.is_some()));
        if let Some(at) = record.written_at {
            self.bytes.extend(at.as_nanosecond().to_le_bytes());
        }
        self.packed.clone_from(&record.key);
        Some(())
    }

    fn unpack(&mut self) -> Option<Record> {
        let mut left = self.bytes.get(self.at..)?;
        let shared = u16::from_le_bytes(take(&mut left)?);
        let rest = u16::from_le_bytes(take(&mut left)?);
        let version = u16::from_le_bytes(take(&mut left)?);
        let (rest, after) = left.split_at_checked(usize::from(rest))?;
        self.taken.truncate(usize::from(shared));
        self.taken.extend(rest);
        let (version, mut left) = match version {
            NO_VERSION => (None, after),
            len => {
                let (version, left) = after.split_at_checked(usize::from(len))?;
                (Some(String::from_utf8(version.to_vec()).ok()?), left)
            }
        };
        let [is_dated] = take(&mut left)?;
        let written_at = match is_dated {
            0 => None,
            _ => Some(Timestamp::from_nanosecond(i128::from_le_bytes(take(&mut left)?)).ok()?),
        };
        self.at = self.bytes.len() - left.len();
        Some(Record { key: String::from_utf8(self.taken.clone()).ok()?, version, written_at })
    }
}

/// The next bytes.
fn take<const N: usize>(left: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = left.split_first_chunk()?;
    *left = rest;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(key: &str) -> Record {
        Record { key: key.to_owned(), version: None, written_at: None }
    }

    #[test]
    fn what_is_packed_comes_out_as_it_was_and_in_order() {
        let dated = Some("2026-03-10T12:00:00.000000001Z".parse().unwrap());
        let records = [
            record(""),
            record("contact#p1"),
            Record { version: Some("v1".to_owned()), ..record("contact#p1#avatar") },
            Record { version: Some(String::new()), written_at: dated, ..record("contact#p1#avatar") },
            Record { written_at: dated, ..record("contact#p1#Zoë") },
            // The same bytes but for the end of one character, and a key that is a part of the one before.
            record("contact#p1#Zoè"),
            record("contact"),
            record("contact"),
        ];
        for most in 1..=records.len() + 1 {
            let mut packed = Packed::default().with(&records[..3], 1_000).unwrap().with(&records[3..], 1_000).unwrap();
            let mut out = Vec::new();
            loop {
                let page = packed.page(most);
                assert!(page.records.len() <= most && !page.records.is_empty());
                out.extend(page.records);
                if page.next.is_none() {
                    break;
                }
                assert_eq!(page.next.as_ref(), out.last());
            }
            assert_eq!(out, records, "{most} at once");
        }
        assert_eq!(Packed::default().page(10), Page::default());
    }

    #[test]
    fn a_hundred_thousand_keys_find_room_with_random_ends_too_and_no_more_than_that_is_kept() {
        for what in ["numbered", "random"] {
            // As long as an id of 128 bits, and as little alike as one.
            let random = |number: u64| u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            let end = |number| match what {
                "random" => format!("{:032x}", random(number)),
                _ => format!("x{number:07}"),
            };
            let mut keys: Vec<String> = (0..100_000)
                .map(|number| format!("contact#p1#signal#2026-02-01T00:00:00.000Z#{}", end(number)))
                .collect();
            keys.sort_unstable();
            let records: Vec<Record> = keys.iter().map(|key| record(key)).collect();
            let packed = Packed::default().with(&records, REMEMBERED_BYTES);
            let bytes = packed.as_ref().map(Packed::len);
            println!("{what}: {bytes:?} bytes");
            assert!(packed.is_some_and(|mut packed| packed.page(usize::MAX).records == records), "{what}");
            assert!(Packed::default().with(&records, bytes.unwrap() - 1).is_none());
        }
        assert!(Packed::default().with(&[record(&"k".repeat(70_000))], REMEMBERED_BYTES).is_none());
    }
}
