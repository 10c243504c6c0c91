//! The shape of `[letters]` and `[messenger.<name>]`: how businesses are written to, and what carries a message to an account
//! of a platform.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{Model, StoreKind};
use super::pattern::Pattern;
use super::processor::Method;
use super::processor_rules::{check_address, ensure};
use super::validate::InvalidPolicy;

/// How businesses are written to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letters {
    /// Where a business says who answers for privacy there. None: no business is written to.
    pub tenant_contact: Option<TenantContact>,
    /// For businesses: where they say what is to be done with a request.
    #[serde(default)]
    pub tenant_answer: String,
}

/// An attribute of a row of each tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantContact {
    /// A store of kind `table`.
    pub store: String,
    /// Its partition, with the placeholder `{tenant}`.
    pub partition: String,
    /// Its sort key.
    pub key: String,
    /// An e-mail address.
    pub attribute: String,
}

/// An interface that takes messages to accounts of platforms.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messenger {
    /// For people.
    pub title: String,
    /// The platforms whose accounts it reaches; none: those that no other one names.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// The name under which its base URL and its secret are configured.
    pub parameter: String,
    /// The hosts that the base URL may name, in full.
    pub hosts: Vec<String>,
    /// Sent with every request, as they are.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Sent with every request; `{secret}` stands for the configured secret.
    pub secret_headers: BTreeMap<String, String>,
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// A JSON body with the placeholders `{platform}`, `{handle}` and `{text}` in its texts.
    pub body: Value,
    /// Statuses that mean: it is on its way.
    pub accepted: Vec<u16>,
    /// Statuses that mean: no message can reach this account.
    pub unreachable: Vec<u16>,
}

/// The placeholders of a message, all of which its body names.
pub const PLACEHOLDERS: [&str; 3] = ["platform", "handle", "text"];

impl Model {
    /// What reaches accounts of a platform: the one that names it, else the one that names none.
    #[must_use]
    pub fn messenger_for(&self, platform: &str) -> Option<(&str, &Messenger)> {
        let names = |messenger: &&Messenger| messenger.platforms.iter().any(|name| name == platform);
        let named = self.messenger.iter().find(|(_, messenger)| names(messenger));
        let other = || self.messenger.iter().find(|(_, messenger)| messenger.platforms.is_empty());
        named.or_else(other).map(|(name, messenger)| (name.as_str(), messenger))
    }
}

/// Checks both sections.
///
/// # Errors
/// The first [`InvalidPolicy`] found.
pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    let invalid = |problem| InvalidPolicy { place: "letters".to_owned(), problem };
    check_letters(model).map_err(invalid)?;
    for (name, messenger) in &model.messenger {
        let invalid = |problem| InvalidPolicy { place: format!("messenger.{name}"), problem };
        check_messenger(messenger).map_err(invalid)?;
    }
    let for_the_rest = model.messenger.values().filter(|messenger| messenger.platforms.is_empty()).count();
    let mut named: Vec<&String> = model.messenger.values().flat_map(|messenger| &messenger.platforms).collect();
    named.sort();
    let is_once = named.windows(2).all(|pair| matches!(pair, [one, other] if one != other));
    ensure(for_the_rest <= 1 && is_once, "two of them reach the same platform")
        .map_err(|problem| InvalidPolicy { place: "messenger".to_owned(), problem })
}

fn check_letters(model: &Model) -> Result<(), String> {
    let Some(TenantContact { store, partition, key, attribute }) = &model.letters.tenant_contact else { return Ok(()) };
    let kind = model.store.get(store).map(|store| store.kind);
    ensure(kind == Some(StoreKind::Table), "`store` is not a table of this file")?;
    let pattern = Pattern::parse(partition).map_err(|error| error.to_string())?;
    ensure(
        pattern.slots().eq(["tenant"]),
        "`partition` names `{tenant}` and nothing else: it is one row per business",
    )?;
    ensure(!key.is_empty() && !key.contains(['{', '}']), "`key` is one sort key, without placeholder")?;
    let is_listed = model.class.values().any(|class| class.store == *store && class.attributes.contains(attribute));
    ensure(is_listed, "no record class of its store has such an attribute")?;
    ensure(!model.letters.tenant_answer.is_empty(), "`tenant_answer` is empty: how do they say what is to be done?")
}

fn check_messenger(messenger: &Messenger) -> Result<(), String> {
    let Messenger { title, parameter, hosts, headers, secret_headers, path, body, accepted, unreachable, .. } =
        messenger;
    ensure(!title.is_empty(), "`title` is empty")?;
    check_address(parameter, hosts, headers, secret_headers)?;
    let is_path = path.starts_with('/') && !path.starts_with("//") && !path.contains(['{', '}', '#', ' ', '\\']);
    ensure(is_path, "`path` begins with one `/` and has no placeholder: addresses of people stand in no URL")?;
    let text = body.to_string();
    for placeholder in PLACEHOLDERS {
        ensure(text.contains(&format!("{{{placeholder}}}")), &format!("`body` does not name `{{{placeholder}}}`"))?;
    }
    let is_success = |status: &u16| (200..300).contains(status);
    ensure(!accepted.is_empty() && accepted.iter().all(is_success), "`accepted` are statuses from 200 to 299")?;
    let is_final = |status: &u16| (400..500).contains(status) && ![401, 403, 408, 425, 429].contains(status);
    ensure(unreachable.iter().all(is_final), "`unreachable` are statuses of 4xx that say something of the account")
}
