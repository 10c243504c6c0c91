//! What the command was asked to do.

use std::fs;
use std::path::PathBuf;

use privacy::receipt::{InvalidPublicKeys, PublicKeys};

use crate::seen::{self, Seen};

/// Printed by `--help`.
pub(crate) const USAGE: &str = "\
verify-receipts <folder> --key <file or hex>... [--seen <report>] [--json]
verify-receipts --public-key < <secret of the signing key>
verify-receipts --reference <principal> < <secret of the subject keys>

  <folder>  as synced from the bucket: receipts/<chain>/0000000001.json …, head.json; audit/ likewise
  --key     a public key of 64 hex digits, or a file with one to a line; may be given again
  --seen    an earlier --json report: what stood there then must still stand there
  --json    a report for machines
  --public-key  reads the secret of the signing key and prints its public half, which is what others get
  --reference   reads the secret of the subject keys and prints what the audit trail calls an ARN of staff, and its role

0 everything is as it was signed   1 something is not   2 it could not be checked
";

/// Arguments that cannot be followed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Invalid {
    #[error("give a folder and --key; see --help")]
    Missing,
    #[error("{0} is not an argument, or lacks its value; see --help")]
    Unknown(String),
    #[error("--key {0}: {1}")]
    Key(String, InvalidPublicKeys),
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    #[error("--seen {0}: not a report of --json")]
    Seen(String),
}

/// A check to make.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) folder: PathBuf,
    pub(crate) keys: PublicKeys,
    pub(crate) seen: Seen,
    pub(crate) is_json: bool,
}

/// What is wanted.
#[derive(Debug)]
pub(crate) enum Asked {
    Help,
    PublicKey,
    Reference(String),
    Check(Box<Arguments>),
}

impl Arguments {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Asked, Invalid> {
        let (mut folder, mut keys, mut seen, mut is_json) = (None, None::<PublicKeys>, Seen::new(), false);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| Invalid::Unknown(argument.clone()));
            match argument.as_str() {
                "--help" => return Ok(Asked::Help),
                "--public-key" => return Ok(Asked::PublicKey),
                "--reference" => return Ok(Asked::Reference(value()?)),
                "--json" => is_json = true,
                "--key" => {
                    let more = public_keys(&value()?)?;
                    keys = Some(match keys {
                        Some(keys) => keys.with(more),
                        None => more,
                    });
                }
                "--seen" => {
                    let path = value()?;
                    seen = seen::read(&text(&path)?).ok_or(Invalid::Seen(path))?;
                }
                path if !path.starts_with('-') && !path.is_empty() && folder.is_none() => {
                    folder = Some(PathBuf::from(path));
                }
                _ => return Err(Invalid::Unknown(argument)),
            }
        }
        let (Some(folder), Some(keys)) = (folder, keys) else { return Err(Invalid::Missing) };
        Ok(Asked::Check(Box::new(Self { folder, keys, seen, is_json })))
    }
}

fn text(path: &str) -> Result<String, Invalid> {
    fs::read_to_string(path).map_err(|error| Invalid::File(path.to_owned(), error))
}

fn public_keys(value: &str) -> Result<PublicKeys, Invalid> {
    let is_hex = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let list = if is_hex { value.to_owned() } else { text(value)? };
    PublicKeys::parse(&list).map_err(|error| Invalid::Key(value.to_owned(), error))
}
