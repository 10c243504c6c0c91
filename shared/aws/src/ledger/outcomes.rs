//! Outcomes of record classes, and the exceptions by which some stay, as they are stored.

use aws_sdk_dynamodb::types::AttributeValue;
use privacy::fault::Fault;
use privacy::obligation::Outcome;
use privacy::policy::retained::Exception;

use crate::attributes::{Item, at, get_at, get_number, get_text, get_texts, number, text, unreadable};

fn exception(code: &str) -> Option<Exception> {
    Exception::ALL.into_iter().find(|known| known.as_str() == code)
}

pub(super) fn exceptions(item: &Item) -> Result<Vec<Exception>, Fault> {
    let codes = get_texts(item, "retained")?;
    codes.iter().map(|code| exception(code).ok_or_else(|| unreadable("retained"))).collect()
}

pub(super) fn outcome_value(outcome: &Outcome) -> AttributeValue {
    let entries = match outcome {
        Outcome::Removed { count } => vec![("kind", text("removed")), ("count", number(count))],
        Outcome::NothingFound => vec![("kind", text("nothing-found"))],
        Outcome::Held { removed, held } => {
            vec![("kind", text("held")), ("removed", number(removed)), ("held", number(held))]
        }
        Outcome::Failed { retry_at } => vec![("kind", text("failed")), ("retry_at", at(*retry_at))],
        Outcome::Retained { code } => vec![("kind", text("retained")), ("code", text(code.as_str()))],
    };
    AttributeValue::M(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(super) fn outcome(value: &AttributeValue) -> Result<Outcome, Fault> {
    let entries = value.as_m().map_err(|_| unreadable("outcomes"))?;
    match get_text(entries, "kind")? {
        "removed" => Ok(Outcome::Removed { count: get_number(entries, "count")? }),
        "nothing-found" => Ok(Outcome::NothingFound),
        "held" => Ok(Outcome::Held { removed: get_number(entries, "removed")?, held: get_number(entries, "held")? }),
        "failed" => Ok(Outcome::Failed { retry_at: get_at(entries, "retry_at")? }),
        "retained" => {
            let code = exception(get_text(entries, "code")?).ok_or_else(|| unreadable("outcomes"))?;
            Ok(Outcome::Retained { code })
        }
        _ => Err(unreadable("outcomes")),
    }
}

/// Every outcome of a row, by class.
pub(super) fn outcomes_of(row: &Item) -> Result<Vec<(String, Outcome)>, Fault> {
    let outcomes = row.get("outcomes").and_then(|value| value.as_m().ok()).ok_or_else(|| unreadable("outcomes"))?;
    let outcomes = outcomes.iter().map(|(class, value)| Ok((class.clone(), outcome(value)?)));
    let mut outcomes = outcomes.collect::<Result<Vec<(String, Outcome)>, Fault>>()?;
    outcomes.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(outcomes)
}
