//! Rows of the ledger as its stream tells them: DynamoDB's JSON.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use privacy::fault::Fault;
use privacy::obligation::Head;
use serde_json::{Map, Value};

use super::{HEAD, rows};
use crate::attributes::{Item, unreadable};

/// The obligation behind an image; `None` for the other rows of the ledger.
///
/// # Errors
/// [`Fault`]: a row that no version of this code has written.
pub fn head_of_image(image: &Map<String, Value>) -> Result<Option<Head>, Fault> {
    let key = |name: &str| image.get(name).and_then(|value| value.get("S")).and_then(Value::as_str);
    if key("sk") != Some(HEAD) || !key("pk").is_some_and(|pk| pk.starts_with("obligation#")) {
        return Ok(None);
    }
    rows::head(&item(image)?).map(Some)
}

pub(super) fn item(image: &Map<String, Value>) -> Result<Item, Fault> {
    image.iter().map(|(name, value)| Ok((name.clone(), attribute(value).ok_or_else(|| unreadable(name))?))).collect()
}

/// The types that rows of the ledger have.
fn attribute(value: &Value) -> Option<AttributeValue> {
    let (kind, value) = value.as_object()?.iter().next()?;
    match kind.as_str() {
        "S" => Some(AttributeValue::S(value.as_str()?.to_owned())),
        "N" => Some(AttributeValue::N(value.as_str()?.to_owned())),
        "BOOL" => Some(AttributeValue::Bool(value.as_bool()?)),
        "L" => Some(AttributeValue::L(value.as_array()?.iter().map(attribute).collect::<Option<_>>()?)),
        "M" => {
            let entries = value.as_object()?.iter().map(|(name, value)| Some((name.clone(), attribute(value)?)));
            Some(AttributeValue::M(entries.collect::<Option<HashMap<_, _>>>()?))
        }
        _ => None,
    }
}
