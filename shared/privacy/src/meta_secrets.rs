//! The app secrets that sign Meta's callbacks: per app one current and, while it rotates, one previous.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Deserialize;

use crate::identity::Namespace;

/// The secret is not `{"facebook": {"current": …, "previous"?: …}, …}`. Says nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAppSecrets {
    /// Not the JSON shape.
    #[error("app secrets: not a JSON object of {{current, previous}} objects by namespace")]
    Shape,
    /// No app has a secret: nothing could ever verify.
    #[error("app secrets: no app has a secret")]
    Empty,
}

#[derive(Deserialize)]
struct Entry {
    current: Option<SecretString>,
    previous: Option<SecretString>,
}

/// Every secret that may sign a callback, with the namespace it vouches for.
#[derive(Debug)]
pub struct AppSecrets(Vec<(Namespace, SecretString)>);

impl AppSecrets {
    /// Reads `{"facebook": {"current": "…", "previous": "…"}, "instagram": {…}}`; `previous` and whole
    /// namespaces are optional, and `null` or an empty secret is none.
    ///
    /// # Errors
    /// [`InvalidAppSecrets`]
    pub fn parse(json: &str) -> Result<Self, InvalidAppSecrets> {
        use secrecy::ExposeSecret;
        let entries: BTreeMap<String, Option<Entry>> =
            serde_json::from_str(json).map_err(|_| InvalidAppSecrets::Shape)?;
        let mut secrets = Vec::new();
        for (name, entry) in entries {
            let namespace = Namespace::parse(&name).map_err(|_| InvalidAppSecrets::Shape)?;
            let secrets_of = entry.map(|entry| [entry.current, entry.previous]);
            for secret in secrets_of.into_iter().flatten().flatten() {
                if !secret.expose_secret().is_empty() {
                    secrets.push((namespace.clone(), secret));
                }
            }
        }
        if secrets.is_empty() { Err(InvalidAppSecrets::Empty) } else { Ok(Self(secrets)) }
    }

    /// Each secret with its namespace.
    pub fn iter(&self) -> impl Iterator<Item = (&Namespace, &SecretString)> {
        self.0.iter().map(|(namespace, secret)| (namespace, secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previous_and_namespaces_are_optional() {
        let count = |json: &str| AppSecrets::parse(json).map(|secrets| secrets.0.len());
        assert_eq!(count(r#"{"facebook":{"current":"a","previous":"b"},"instagram":{"current":"c"}}"#), Ok(3));
        assert_eq!(count(r#"{"facebook":{"current":"a","previous":null}}"#), Ok(1));
        assert_eq!(count(r#"{"facebook":{"current":"","previous":"b"}}"#), Ok(1));
        assert_eq!(count(r#"{"facebook":{"current":"a"},"instagram":null}"#), Ok(1));
        assert_eq!(count(r#"{"instagram":null}"#), Err(InvalidAppSecrets::Empty));
        assert_eq!(count("{}"), Err(InvalidAppSecrets::Empty));
        assert_eq!(count(r#"{"facebook":{"current":""}}"#), Err(InvalidAppSecrets::Empty));
        assert_eq!(count(r#"{"facebook":"a"}"#), Err(InvalidAppSecrets::Shape));
        assert_eq!(count("not json"), Err(InvalidAppSecrets::Shape));
    }

    #[test]
    fn secrets_never_print() {
        let secrets = AppSecrets::parse(r#"{"facebook":{"current":"sesame"}}"#).unwrap();
        assert!(!format!("{secrets:?}").contains("sesame"));
    }
}
