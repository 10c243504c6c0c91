//! Rows that stem from several connections: the shape of `shared` in a record class, and its rules.
//!
//! A pointer row in the inbox of a connection names a shared row of the tenant. The shared row keeps, in its attribute
//! [`SOURCES`], one number per pointer; erasing a pointer takes that number out, and the row goes with the last one.

use serde::{Deserialize, Serialize};

use super::model::{Class, EraseRule, Model};
use super::pattern::Pattern;
use super::validate::{InvalidPolicy, invalid};

/// The attribute of a shared row that holds what each source contributed: a map from source to number.
pub const SOURCES: &str = "sources";

/// Where the row stands that a pointer names.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    /// Name of a store that belongs to the tenant.
    pub store: String,
    /// Pattern of the partition key: the tenant's range of that store.
    pub partition: String,
    /// Pattern of the sort key: the key of a class in that store.
    pub sort: String,
    /// Pattern of the pointer's own entry in the map of sources: no other pointer's.
    pub source: String,
    /// The attribute that adds the sources up, if there is one.
    pub total: Option<String>,
}

pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    for (name, class) in &model.class {
        validate_class(class, model).map_err(|problem| invalid(format!("class.{name}"), problem))?;
    }
    Ok(())
}

fn validate_class(class: &Class, model: &Model) -> Result<(), String> {
    let shared = match (&class.shared, class.erase) {
        (Some(shared), EraseRule::Source) => shared,
        (None, EraseRule::Delete | EraseRule::DeleteAllVersions) => return Ok(()),
        (Some(_), EraseRule::Delete | EraseRule::DeleteAllVersions) | (None, EraseRule::Source) => {
            return Err("`erase = \"source\"` and `shared` go together".to_owned());
        }
    };
    if model.store.get(&class.store).is_none_or(|store| store.connection.is_none()) {
        return Err("only a row of a connection can be a source".to_owned());
    }
    let range = model.store.get(&shared.store).and_then(|store| store.tenant.as_ref());
    if range.and_then(|range| range.partition.as_ref()) != Some(&shared.partition) {
        return Err(
            "`shared` must lie in the tenant's range of a table, which the end of the account empties".to_owned()
        );
    }
    let owner = model.class.values().find(|other| other.store == shared.store && other.key == shared.sort);
    let owner = owner.ok_or("no record class has the key that `shared` names")?;
    for attribute in [Some(SOURCES), shared.total.as_deref()].into_iter().flatten() {
        if !owner.attributes.iter().any(|known| known == attribute) {
            return Err(format!("the class of the shared row has no attribute `{attribute}`"));
        }
    }
    let slots = |text: &str| -> Result<Vec<String>, String> {
        let pattern = Pattern::parse(text).map_err(|error| error.to_string())?;
        Ok(pattern.slots().map(str::to_owned).collect())
    };
    let (key, sort, source) = (slots(&class.key)?, slots(&shared.sort)?, slots(&shared.source)?);
    if !sort.iter().all(|slot| key.contains(slot)) {
        return Err("`shared.sort` names what the key of the pointer does not say".to_owned());
    }
    let named = |slot: &String| sort.contains(slot) || source.contains(slot);
    let is_known = |slot: &String| slot == "connection" || key.contains(slot);
    if !source.iter().any(|slot| slot == "connection") || !source.iter().all(is_known) || !key.iter().all(named) {
        return Err("`shared.source` must name the connection and what else tells its pointers apart".to_owned());
    }
    Ok(())
}
