//! Bytes that grow in pieces of one length: nothing is copied to make room, and what one file gives back fits the next one, so
//! memory is the same for little and for much.

/// How long a piece is.
const PIECE_BYTES: usize = 16 << 10;

/// Bytes in order, in pieces that are full but for the last.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    pieces: Vec<Vec<u8>>,
    bytes: usize,
}

crate::redacted!(Pieces);

impl Pieces {
    /// How many bytes.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds bytes at the end.
    pub fn extend(&mut self, mut bytes: &[u8]) {
        self.bytes += bytes.len();
        while !bytes.is_empty() {
            if self.pieces.last().is_none_or(|last| last.len() >= PIECE_BYTES) {
                self.pieces.push(Vec::with_capacity(PIECE_BYTES));
            }
            let Some(last) = self.pieces.last_mut() else { return };
            let (now, later) = bytes.split_at(bytes.len().min(PIECE_BYTES - last.len()));
            last.extend_from_slice(now);
            bytes = later;
        }
    }

    /// The pieces in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.pieces.iter().map(Vec::as_slice)
    }
}

impl From<&[u8]> for Pieces {
    fn from(bytes: &[u8]) -> Self {
        let mut pieces = Self::default();
        pieces.extend(bytes);
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_are_the_same_however_the_bytes_came() {
        let bytes: Vec<u8> = (0..40_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        let mut grown = Pieces::default();
        for some in bytes.chunks(7) {
            grown.extend(some);
        }
        assert_eq!(grown, Pieces::from(bytes.as_slice()));
        assert_eq!((grown.bytes(), grown.iter().count()), (bytes.len(), 3));
        assert_eq!(grown.iter().flatten().copied().collect::<Vec<u8>>(), bytes);
    }
}
