//! Checks a folder of receipts offline, with nothing but the public key.

mod arguments;
mod folder;
mod report;
mod seen;

use std::io::{self, Write};
use std::process::ExitCode;

use arguments::{Arguments, Asked};

/// Everything is as it was signed.
const GOOD: u8 = 0;
/// Something is not.
const BROKEN: u8 = 1;
/// Nothing could be said: a wrong argument, or a folder that cannot be read.
const UNCHECKED: u8 = 2;

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    ExitCode::from(run(arguments, &mut io::stdout().lock(), &mut io::stderr().lock()))
}

fn run(arguments: impl Iterator<Item = String>, out: &mut impl Write, err: &mut impl Write) -> u8 {
    let checked = match Arguments::parse(arguments) {
        Ok(Asked::Check(arguments)) => report::check(&arguments, out),
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

#[cfg(test)]
mod tests;
