//! What the audit trail calls somebody of staff, for whoever may read the secret of the subject keys: current key version only,
//! which is the one that the chain of today stands under.

use std::error::Error;
use std::io::{Read, Write};

use privacy::keys::SubjectKeys;

/// A secret is one short object, a root for each version.
const SECRET_BYTES_MAX: u64 = 10_000;

/// Reads the secret and prints the references of a principal and of its role. No error repeats what was read.
pub(crate) fn tell(principal: &str, input: &mut impl Read, out: &mut impl Write) -> Result<bool, Box<dyn Error>> {
    let mut secret = String::new();
    input.take(SECRET_BYTES_MAX).read_to_string(&mut secret)?;
    let (principal, role) = SubjectKeys::parse(secret.trim())?.audit_staff(principal).ok_or("no key")?;
    writeln!(out, "principal {principal}")?;
    if let Some(role) = role {
        writeln!(out, "role      {role}")?;
    }
    Ok(true)
}
