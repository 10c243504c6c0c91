//! Where an entry stands, and what its object and its file are called.

use crate::keys::KeyedRef;

/// What the names of all receipts begin with, and the folder they stand in.
pub const ROOT: &str = "receipts";

/// The same for the audit trail.
pub const AUDIT_ROOT: &str = "audit";

/// The file of a chain's head.
pub const HEAD_NAME: &str = "head.json";

/// Ten digits: names sort as numbers do.
const DIGITS: usize = 10;

/// A place in a chain. It is written once and never again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// A keyed reference of the tenant.
    pub chain: KeyedRef,
    /// From 1.
    pub seq: u64,
}

impl Position {
    /// `receipts/<chain>/0000000001.json`
    #[must_use]
    pub fn object_key(&self) -> String {
        self.key_under(ROOT)
    }

    /// `<root>/<chain>/0000000001.json`
    #[must_use]
    pub fn key_under(&self, root: &str) -> String {
        format!("{root}/{}/{:0DIGITS$}.json", self.chain, self.seq)
    }

    /// `receipts/<chain>/head.json`
    #[must_use]
    pub fn head_key(chain: &KeyedRef) -> String {
        Self::head_key_under(ROOT, chain)
    }

    /// `<root>/<chain>/head.json`
    #[must_use]
    pub fn head_key_under(root: &str, chain: &KeyedRef) -> String {
        format!("{root}/{chain}/{HEAD_NAME}")
    }
}

/// The place that a file's name says, if it is exactly the name of one.
#[must_use]
pub fn seq_of_name(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".json")?;
    let is_digits = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    let seq = digits.parse().ok().filter(|seq| *seq > 0)?;
    is_digits.then_some(seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_others_do_not() {
        let chain = KeyedRef::from_stored("v1-y3fjn7qjk3aklpndekaqfvgtp7dozi2s".to_owned());
        let key = Position { chain: chain.clone(), seq: 42 }.object_key();
        assert_eq!(key, "receipts/v1-y3fjn7qjk3aklpndekaqfvgtp7dozi2s/0000000042.json");
        assert_eq!(seq_of_name(key.rsplit('/').next().unwrap()), Some(42));
        for bad in
            ["head.json", "42.json", "0000000000.json", "+000000042.json", "0000000042.json.bak", "00000000042.json"]
        {
            assert_eq!(seq_of_name(bad), None, "{bad}");
        }
    }
}
