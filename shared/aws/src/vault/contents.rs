//! What rows and objects hold, page by page and piece by piece, for exports.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_s3::operation::get_object::GetObjectError;
use privacy::data_map::KeyRange;
use privacy::export::ports::{Contents, Object, Objects, Row, Rows};
use privacy::fault::Fault;
use privacy::ports::Answer;
use serde_json::Value;

use super::Vault;
use super::batch::Key;
use crate::attributes::{Item, get_text, text};
use crate::faults::fault;

/// How deep a value may lie inside others: DynamoDB takes 32.
const DEPTH_MAX: u32 = 40;

impl Contents for Vault {
    async fn rows(&self, store: &str, range: &KeyRange, after: Option<&str>) -> Answer<Rows> {
        let KeyRange::Table { partition, begins_with } = range else {
            return Err(Fault::park("contents.rows", "a bucket has no rows"));
        };
        let query = self.dynamodb.query().table_name(self.physical(store)?).consistent_read(true);
        let query = query.expression_attribute_values(":partition", text(partition));
        let mut query = if begins_with.is_empty() {
            query.key_condition_expression("pk = :partition")
        } else {
            let condition = "pk = :partition AND begins_with(sk, :beginning)";
            query.key_condition_expression(condition).expression_attribute_values(":beginning", text(begins_with))
        };
        if let Some(after) = after {
            query = query.set_exclusive_start_key(Some(Key { partition, sort: after }.item()));
        }
        let answer = query.send().await.map_err(fault("contents.rows"))?;
        let next = answer.last_evaluated_key().map(|key| get_text(key, "sk").map(str::to_owned)).transpose()?;
        let rows: Result<Vec<Row>, Fault> = answer.items.unwrap_or_default().into_iter().map(row).collect();
        Ok(Rows { rows: rows?, next })
    }

    async fn objects(&self, store: &str, prefix: &str, after: Option<&str>) -> Answer<Objects> {
        let list = self.s3.list_objects_v2().bucket(self.physical(store)?).prefix(prefix);
        let list = list.set_start_after(after.map(str::to_owned));
        let answer = list.send().await.map_err(fault("contents.objects"))?;
        let object = |object: &aws_sdk_s3::types::Object| {
            let bytes = u64::try_from(object.size().unwrap_or_default()).unwrap_or_default();
            object.key().map(|key| Object { key: key.to_owned(), bytes })
        };
        let objects: Vec<Object> = answer.contents().iter().filter_map(object).collect();
        let has_more = answer.is_truncated().unwrap_or_default();
        let next = objects.last().filter(|_| has_more).map(|object| object.key.clone());
        Ok(Objects { objects, next })
    }

    async fn read(&self, store: &str, key: &str, from: u64, bytes: u64) -> Answer<Option<Vec<u8>>> {
        let last = from.saturating_add(bytes).saturating_sub(1);
        let get = self.s3.get_object().bucket(self.physical(store)?).key(key).range(format!("bytes={from}-{last}"));
        match get.send().await {
            Ok(object) => {
                let body = object.body.collect().await;
                let body = body.map_err(|_| Fault::retry("contents.read", "the answer could not be read"))?;
                Ok(Some(body.into_bytes().into()))
            }
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => Ok(None),
            Err(error) => Err(fault("contents.read")(error)),
        }
    }
}

fn row(mut item: Item) -> Result<Row, Fault> {
    let key = get_text(&item, "sk")?.to_owned();
    for name in ["pk", "sk"] {
        item.remove(name);
    }
    let attributes: BTreeMap<String, Value> = item.into_iter().map(|(name, stored)| (name, value(stored, 0))).collect();
    Ok(Row { key, attributes })
}

/// An attribute as JSON. Numbers keep every digit; bytes are told by their number.
fn value(stored: AttributeValue, depth: u32) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    let texts = |texts: Vec<String>| Value::Array(texts.into_iter().map(Value::String).collect());
    match stored {
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::N(number) => self::number(number),
        AttributeValue::Bool(flag) => Value::Bool(flag),
        AttributeValue::L(values) => Value::Array(values.into_iter().map(|inner| value(inner, depth + 1)).collect()),
        AttributeValue::M(members) => {
            let members: BTreeMap<String, AttributeValue> = members.into_iter().collect();
            Value::Object(members.into_iter().map(|(name, inner)| (name, value(inner, depth + 1))).collect())
        }
        AttributeValue::Ss(set) => texts(set),
        AttributeValue::Ns(set) => Value::Array(set.into_iter().map(number).collect()),
        AttributeValue::B(bytes) => Value::String(format!("[{} bytes]", bytes.as_ref().len())),
        AttributeValue::Bs(set) => texts(set.iter().map(|bytes| format!("[{} bytes]", bytes.as_ref().len())).collect()),
        AttributeValue::Null(_) | _ => Value::Null,
    }
}

/// A whole number as a number; any other as its text, which loses no digit.
fn number(text: String) -> Value {
    text.parse::<i64>().map_or_else(|_| Value::String(text), Value::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_attribute_becomes_json_without_losing_a_digit() {
        let inner = AttributeValue::M([("b".to_owned(), AttributeValue::N("1.10".to_owned()))].into());
        for (stored, expected) in [
            (AttributeValue::N("-7".to_owned()), json!(-7)),
            (AttributeValue::N("12345678901234567890.5".to_owned()), json!("12345678901234567890.5")),
            (AttributeValue::L(vec![inner, AttributeValue::Null(true)]), json!([{"b": "1.10"}, null])),
            (AttributeValue::Ss(vec!["x".to_owned()]), json!(["x"])),
            (AttributeValue::B(vec![1, 2].into()), json!("[2 bytes]")),
        ] {
            assert_eq!(value(stored, 0), expected);
        }
    }
}
