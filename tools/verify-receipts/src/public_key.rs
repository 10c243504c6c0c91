//! The public half of a signing key, for whoever may read the secret.

use std::error::Error;
use std::io::{Read, Write};

use privacy::receipt::SigningKey;

/// A secret is one short object.
const SECRET_BYTES_MAX: u64 = 1_000;

/// Reads the secret and prints the public key. No error repeats what was read.
pub(crate) fn tell(input: &mut impl Read, out: &mut impl Write) -> Result<bool, Box<dyn Error>> {
    let mut secret = String::new();
    input.take(SECRET_BYTES_MAX).read_to_string(&mut secret)?;
    writeln!(out, "{}", SigningKey::parse(secret.trim())?.public_hex())?;
    Ok(true)
}
