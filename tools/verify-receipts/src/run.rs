//! The command from its arguments to its exit code.

use std::io::{Read, Write};

use crate::arguments::{self, Arguments, Asked};
use crate::{public_key, reference, report};

/// Everything is as it was signed.
pub(crate) const GOOD: u8 = 0;
/// Something is not.
pub(crate) const BROKEN: u8 = 1;
/// Nothing could be said: a wrong argument, or a folder that cannot be read.
pub(crate) const UNCHECKED: u8 = 2;

pub(crate) fn run(
    arguments: impl Iterator<Item = String>,
    input: &mut impl Read,
    out: &mut impl Write,
    err: &mut impl Write,
) -> u8 {
    let checked = match Arguments::parse(arguments) {
        Ok(Asked::Check(arguments)) => report::check(&arguments, out),
        Ok(Asked::PublicKey) => public_key::tell(input, out),
        Ok(Asked::Reference(principal)) => reference::tell(&principal, input, out),
        Ok(Asked::Help) => write!(out, "{}", arguments::USAGE).map(|()| true).map_err(Into::into),
        Err(invalid) => Err(invalid.into()),
    };
    match checked {
        Ok(true) => GOOD,
        Ok(false) => BROKEN,
        // Nobody is left to tell if this cannot be written either.
        Err(error) => writeln!(err, "verify-receipts: {error}").map_or(UNCHECKED, |()| UNCHECKED),
    }
}
