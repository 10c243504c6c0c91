//! Compares the data map with what tables and buckets really hold, and names what it does not know: names and shapes, with a
//! count beside each, never a value.

mod arguments;
mod check;
mod known;
mod outputs;
mod registry;
mod report;
mod shape;

use std::fs;
use std::io::Write;

use privacy::policy::{Model, validate::validate};
use privacy::ports::Clock;
use privacy_aws::inventory::Inventory;
use privacy_edge::clock::SystemClock;
use privacy_edge::connect;

pub use arguments::{Arguments, Asked, Invalid};
pub use check::{Check, Finding, StoreReport, What};
pub use known::{Kind, Known, Unexpired};
pub use outputs::{Names, Physical};
pub use report::write_report;

/// Everything is as the map says.
pub const GOOD: u8 = 0;
/// Something is not classified.
pub const UNCLASSIFIED: u8 = 1;
/// Nothing, or not everything, could be said.
pub const UNCHECKED: u8 = 2;

/// Why nothing could be said.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The arguments.
    #[error(transparent)]
    Arguments(#[from] Invalid),
    /// The policy file.
    #[error("{0}: {1}")]
    Policy(String, String),
    /// The environment: region and credentials.
    #[error(transparent)]
    Environment(#[from] privacy_edge::env::BadEnvironment),
    /// A pattern that validation would have refused.
    #[error(transparent)]
    Unusable(#[from] privacy::data_map::UnusablePolicy),
    /// A table or bucket that could not be read.
    #[error("{0}: {1}")]
    Store(String, String),
    /// The report could not be written.
    #[error("the report could not be written: {0}")]
    Report(#[from] std::io::Error),
}

/// Runs the command and answers with its exit code.
pub async fn run(
    arguments: impl Iterator<Item = String>,
    out: &mut (impl Write + Send),
    err: &mut (impl Write + Send),
) -> u8 {
    match checked(arguments, out, err).await {
        Ok(code) => code,
        // Nobody is left to tell if this cannot be written either.
        Err(failed) => writeln!(err, "policy-check: {failed}").map_or(UNCHECKED, |()| UNCHECKED),
    }
}

async fn checked(
    arguments: impl Iterator<Item = String>,
    out: &mut (impl Write + Send),
    err: &mut (impl Write + Send),
) -> Result<u8, Failed> {
    let arguments = match Arguments::parse(arguments)? {
        Asked::Help => return write!(out, "{}", arguments::USAGE).map(|()| GOOD).map_err(Failed::from),
        Asked::Check(arguments) => arguments,
    };
    let known = Known::of(&policy(&arguments.policy)?)?;
    let inventory = Inventory::new(&connect::connect()?);
    let check = Check {
        inventory: &inventory,
        known: &known,
        pace: arguments.pace,
        shows_words: arguments.shows_words,
        now: SystemClock.now(),
    };
    let reports = check.all(&arguments.names, err).await?;
    Ok(write_report(&reports, out)?)
}

fn policy(path: &str) -> Result<Model, Failed> {
    let refuse = |problem: String| Failed::Policy(path.to_owned(), problem);
    let text = fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let model: Model = toml::from_str(&text).map_err(|error| refuse(error.to_string()))?;
    validate(&model).map_err(|error| refuse(error.to_string()))?;
    Ok(model)
}
