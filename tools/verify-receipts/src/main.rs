//! Checks a folder of receipts, or the audit trail, offline, with nothing but the public key.

mod arguments;
mod folder;
mod public_key;
mod reference;
mod report;
mod run;
mod seen;

use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    ExitCode::from(run::run(arguments, &mut io::stdin().lock(), &mut io::stdout().lock(), &mut io::stderr().lock()))
}

#[cfg(test)]
mod tests;
