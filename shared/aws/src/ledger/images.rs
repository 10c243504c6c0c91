//! Rows of the ledger as its stream tells them: DynamoDB's JSON.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use privacy::fault::Fault;
use privacy::ledger_event::{Told, class_events, events, hold_events, leftover_events};
use privacy::obligation::Head;
use privacy::purge::Progress;
use serde_json::{Map, Value};

use super::{HEAD, holds, purges, rows};
use crate::attributes::{Item, unreadable};

/// The obligation behind an image; `None` for the other rows of the ledger.
///
/// # Errors
/// [`Fault`]: a row that no version of this code has written.
fn head_of_image(image: &Map<String, Value>) -> Result<Option<Head>, Fault> {
    let key = |name: &str| image.get(name).and_then(|value| value.get("S")).and_then(Value::as_str);
    if key("sk") != Some(HEAD) || !key("pk").is_some_and(|pk| pk.starts_with("obligation#")) {
        return Ok(None);
    }
    rows::head(&item(image)?).map(Some)
}

/// What the change of a row tells others: of an obligation, a legal hold, or a purge. `before` and `after` are DynamoDB's JSON; a row
/// that was removed has no `after`, and tells nobody anything but that a period is held no more.
///
/// # Errors
/// [`Fault`]: a row that no version of this code has written.
pub fn told_by(before: Option<&Map<String, Value>>, after: Option<&Map<String, Value>>) -> Result<Vec<Told>, Fault> {
    let key = |name: &str| after.or(before)?.get(name)?.get("S")?.as_str();
    let (Some(pk), Some(sk)) = (key("pk"), key("sk")) else { return Ok(Vec::new()) };
    if let Some(class) = pk.strip_prefix("purge#") {
        return told_by_purge(class, sk, [before, after]);
    }
    let Some(after) = after else { return Ok(Vec::new()) };
    if pk == holds::BOOK {
        let before = before.map(item).transpose()?.as_ref().map(holds::booked).transpose()?;
        let events = hold_events(before.as_ref(), &holds::booked(&item(after)?)?);
        return Ok(events.into_iter().map(Told::Hold).collect());
    }
    let Some(head) = head_of_image(after)? else { return Ok(Vec::new()) };
    let before = before.map(head_of_image).transpose()?.flatten();
    Ok(events(before.as_ref(), &head).into_iter().map(Told::Obligation).collect())
}

fn told_by_purge(class: &str, sk: &str, images: [Option<&Map<String, Value>>; 2]) -> Result<Vec<Told>, Fault> {
    let rows = images.map(|image| image.map(item).transpose());
    let [before, after] = rows;
    let (before, after) = (before?, after?);
    let events = if sk.starts_with(purges::LEFT) {
        let [before, after] = [before, after].map(|row| row.as_ref().map(purges::leftover).transpose());
        leftover_events(class, before?.as_ref(), after?.as_ref())
    } else if sk == purges::WATERMARK {
        let Some(after) = after else { return Ok(Vec::new()) };
        let progress = |row: &Item| {
            let mut progress = Progress::default();
            purges::read_watermark(row, &mut progress).map(|()| progress)
        };
        class_events(class, before.as_ref().map(progress).transpose()?.as_ref(), &progress(&after)?)
    } else {
        Vec::new()
    };
    Ok(events.into_iter().map(Told::Purge).collect())
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
