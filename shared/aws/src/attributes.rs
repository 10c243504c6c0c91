//! Reading and writing attributes of rows. A row that cannot be read is parked, named by its attribute only.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::ids::{ConnectionId, ContactId, TenantId, UserId};
use privacy::instant;
use privacy::scope::{Ids, Place};

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn at(value: Timestamp) -> AttributeValue {
    text(instant::to_text(value))
}

pub(crate) fn unreadable(attribute: &str) -> Fault {
    Fault::park("row.read", format!("attribute {attribute} is missing or of another type"))
}

pub(crate) fn get_text<'a>(item: &'a Item, name: &str) -> Result<&'a str, Fault> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or_else(|| unreadable(name))
}

pub(crate) fn get_number<T: std::str::FromStr>(item: &Item, name: &str) -> Result<T, Fault> {
    let number = item.get(name).and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok());
    number.ok_or_else(|| unreadable(name))
}

pub(crate) fn get_at(item: &Item, name: &str) -> Result<Timestamp, Fault> {
    get_text(item, name)?.parse().map_err(|_| unreadable(name))
}

pub(crate) fn find_at(item: &Item, name: &str) -> Result<Option<Timestamp>, Fault> {
    if item.contains_key(name) { get_at(item, name).map(Some) } else { Ok(None) }
}

pub(crate) fn get_texts(item: &Item, name: &str) -> Result<Vec<String>, Fault> {
    let values = item.get(name).and_then(|value| value.as_l().ok()).ok_or_else(|| unreadable(name))?;
    values.iter().map(|value| value.as_s().cloned().map_err(|_| unreadable(name))).collect()
}

pub(crate) fn texts<T: ToString>(values: &[T]) -> AttributeValue {
    AttributeValue::L(values.iter().map(|value| text(value.to_string())).collect())
}

/// A text attribute, parsed, if the row has it.
pub(crate) fn find_parsed<T, E>(
    item: &Item,
    name: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, Fault> {
    match item.get(name) {
        Some(_) => parse(get_text(item, name)?).map(Some).map_err(|_| unreadable(name)),
        None => Ok(None),
    }
}

/// The attributes that name a place.
pub(crate) fn place_facts(place: &Place) -> Vec<(&'static str, AttributeValue)> {
    let mut facts = vec![("tenant_id", text(place.tenant.as_str()))];
    let ids = [("connection_id", "connection"), ("contact_id", "contact"), ("user_id", "user")];
    facts.extend(ids.into_iter().filter_map(|(name, part)| Some((name, text(place.id(part)?)))));
    facts
}

/// The place that a row names by `tenant_id`, and perhaps `connection_id`, `contact_id` or `user_id`.
pub(crate) fn get_place(item: &Item) -> Result<Place, Fault> {
    let ids = Ids {
        tenant: find_parsed(item, "tenant_id", TenantId::parse)?.ok_or_else(|| unreadable("tenant_id"))?,
        connection: find_parsed(item, "connection_id", ConnectionId::parse)?,
        contact: find_parsed(item, "contact_id", ContactId::parse)?,
        user: find_parsed(item, "user_id", UserId::parse)?,
    };
    Place::try_from(ids).map_err(|_| unreadable("user_id"))
}
