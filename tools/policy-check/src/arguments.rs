//! What the command was asked to do.

use std::fs;

use crate::outputs::{Names, Physical};

/// Printed by `--help`.
pub(crate) const USAGE: &str = "\
policy-check [--outputs <file>] [--table <store>=<name>]... [--bucket <store>=<name>]... [options]

  --outputs           JSON of a stack's outputs: of `aws cloudformation describe-stacks`, or {\"InboxTableName\": \"...\"}
  --table, --bucket   a store of the policy and what it is called; may be given again
  --policy            the policy file; policy.toml
  --items-per-second  how fast to read at most; 1000
  --words             shows lower-case words of unknown sort keys instead of *: only where no key holds a name

Region, credentials and endpoint come from the environment (AWS_REGION, AWS_ACCESS_KEY_ID, ...).
0 everything is classified   1 something is not   2 not everything could be checked
";

/// How many items to read in a second, unless asked otherwise.
const PACE: u32 = 1_000;

/// Arguments that cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum Invalid {
    /// Nothing to check.
    #[error("give --outputs, --table or --bucket; see --help")]
    Missing,
    /// Not an argument.
    #[error("{0} is not an argument, or lacks its value; see --help")]
    Unknown(String),
    /// Outputs that cannot be read.
    #[error("--outputs {0}: {1}")]
    Outputs(String, String),
}

/// A check to make.
#[derive(Debug)]
pub struct Arguments {
    /// Path of the policy file.
    pub policy: String,
    /// What the stores are called.
    pub names: Names,
    /// Items a second.
    pub pace: u32,
    /// Whether words of unknown keys are shown.
    pub shows_words: bool,
}

/// What is wanted.
#[derive(Debug)]
pub enum Asked {
    /// The usage.
    Help,
    /// A check.
    Check(Box<Arguments>),
}

impl Arguments {
    /// # Errors
    /// [`Invalid`]
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Asked, Invalid> {
        let mut parsed =
            Self { policy: "policy.toml".to_owned(), names: Names::default(), pace: PACE, shows_words: false };
        while let Some(argument) = arguments.next() {
            let unknown = || Invalid::Unknown(argument.clone());
            let mut value = || arguments.next().ok_or_else(unknown);
            match argument.as_str() {
                "--help" => return Ok(Asked::Help),
                "--words" => parsed.shows_words = true,
                "--policy" => parsed.policy = value()?,
                "--items-per-second" => {
                    parsed.pace = value()?.parse().ok().filter(|pace| *pace > 0).ok_or_else(unknown)?;
                }
                "--table" => parsed.names.insert(&value()?, Physical::Table).ok_or_else(unknown)?,
                "--bucket" => parsed.names.insert(&value()?, Physical::Bucket).ok_or_else(unknown)?,
                "--outputs" => {
                    let path = value()?;
                    let refuse = |problem: String| Invalid::Outputs(path.clone(), problem);
                    let text = fs::read_to_string(&path).map_err(|error| refuse(error.to_string()))?;
                    let names = Names::of_outputs(&text);
                    parsed.names.extend(names.ok_or_else(|| refuse("not the outputs of a stack".to_owned()))?);
                }
                _ => return Err(unknown()),
            }
        }
        if parsed.names.is_empty() { Err(Invalid::Missing) } else { Ok(Asked::Check(Box::new(parsed))) }
    }
}
