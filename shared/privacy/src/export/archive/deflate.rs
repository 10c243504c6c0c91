//! Deflates a file into what waits to be taken: no second copy of it is made.

use flate2::{Compress, Compression, FlushCompress, Status};

/// Room for what deflating gives at once.
const PACKED_BYTES: usize = 64 << 10;

/// The content deflated, after what is there; nothing when that fails, which it does not.
pub(super) fn deflate<'a>(content: impl Iterator<Item = &'a [u8]>, packed: &mut Vec<u8>) -> Option<()> {
    let mut packer = Compress::new(Compression::fast(), false);
    for piece in content {
        let begins = packer.total_in();
        loop {
            let taken = usize::try_from(packer.total_in() - begins).ok()?;
            let rest = piece.get(taken..).filter(|rest| !rest.is_empty());
            let Some(rest) = rest else { break };
            packed.reserve(PACKED_BYTES);
            packer.compress_vec(rest, packed, FlushCompress::None).ok()?;
        }
    }
    loop {
        packed.reserve(PACKED_BYTES);
        if packer.compress_vec(&[], packed, FlushCompress::Finish).ok()? == Status::StreamEnd {
            return Some(());
        }
    }
}
