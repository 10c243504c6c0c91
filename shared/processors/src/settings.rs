//! What is configured of processors: where each is, and its secret.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;
use serde::Deserialize;

use crate::base_url::BaseUrl;

/// The configuration of processors cannot be used. Says nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSettings {
    /// Not the JSON shape.
    #[error("processors: not a JSON object of {{base_url, secret}} objects by parameter")]
    Shape,
    /// A processor that some route concerns has no settings: it could never confirm.
    #[error("processors: nothing is configured under `{parameter}`")]
    Missing {
        /// Under which name.
        parameter: String,
    },
    /// Not `https://` and one of its hosts, and nothing else.
    #[error("processors: the base URL under `{parameter}` is not https:// and one of its hosts in the policy file")]
    BaseUrl {
        /// Under which name.
        parameter: String,
    },
    /// The secret is empty or cannot stand in a header.
    #[error("processors: the secret under `{parameter}` cannot stand in a header")]
    Secret {
        /// Under which name.
        parameter: String,
    },
    /// The machine has no certificates to check a processor's by.
    #[error("processors: no trusted certificates")]
    Certificates,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    base_url: String,
    secret: SecretString,
}

/// Base URL and secret of each processor, by the `parameter` of the policy file.
#[derive(Clone)]
pub struct Settings {
    entries: BTreeMap<String, Entry>,
    is_local_allowed: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.entries.keys().collect();
        write!(f, "Settings({names:?}, redacted)")
    }
}

impl Settings {
    /// Reads `{"posthog": {"base_url": "https://…", "secret": "…"}, …}`.
    ///
    /// # Errors
    /// [`InvalidSettings::Shape`]
    pub fn parse(json: &str) -> Result<Self, InvalidSettings> {
        let entries = serde_json::from_str(json).map_err(|_| InvalidSettings::Shape)?;
        Ok(Self { entries, is_local_allowed: false })
    }

    /// As [`Settings::parse`], and a base URL may be `http://127.0.0.1:<port>`. For a test stack and nothing else.
    ///
    /// # Errors
    /// [`InvalidSettings::Shape`]
    pub fn parse_for_test_stack(json: &str) -> Result<Self, InvalidSettings> {
        Ok(Self { is_local_allowed: true, ..Self::parse(json)? })
    }

    /// Where one processor is, and its secret.
    pub(crate) fn of(&self, parameter: &str, hosts: &[String]) -> Result<(BaseUrl, &SecretString), InvalidSettings> {
        let missing = || InvalidSettings::Missing { parameter: parameter.to_owned() };
        let entry = self.entries.get(parameter).ok_or_else(missing)?;
        let local = || self.is_local_allowed.then(|| BaseUrl::parse_local(&entry.base_url)).flatten();
        let base = BaseUrl::parse(&entry.base_url, hosts).or_else(local);
        let base = base.ok_or_else(|| InvalidSettings::BaseUrl { parameter: parameter.to_owned() })?;
        Ok((base, &entry.secret))
    }
}
