//! Bytes as lower-case hex digits.

use data_encoding::HEXLOWER;

/// All of them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// The first of them: a digest that is cut to name something.
pub(crate) fn first_hex(bytes: &[u8], count: usize) -> String {
    hex(bytes.get(..count).unwrap_or(bytes))
}
