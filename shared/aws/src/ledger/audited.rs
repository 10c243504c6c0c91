//! What the audit trail tells of the ledger: which rows, what they say, what of them counts. The images come from the ledger's
//! stream, in DynamoDB's JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use privacy::audit::{Change, Image, Row};
use privacy::fault::Fault;
use privacy::obligation::PlanHash;
use privacy::purge::Progress;
use serde_json::{Map, Value};

use super::{HEAD, bundle_rows, holds, images, outcomes, purges, requests, rows, staff_acts};
use crate::attributes::{Item, get_text, unreadable};

/// Who has a row, when it is looked at next, and where an upload is: it says nothing of what was done. Nor does who is waited for
/// and since when, which the row of the processors tells.
const NOT_COUNTED: [&str; 9] =
    ["pk", "sk", "worker", "leased_until", "next_action_at", "due_shard", "upload", "gone_at", "awaited"];

/// What is done with the rows of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Every change is told.
    Yes,
    /// No change is, for the reason given.
    No(&'static str),
    /// Nobody has said: a change is told as unreadable.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Head,
    Earlier,
    Plan,
    Outcome,
    Processors,
    Asked,
    Trail,
    Bundle,
    Book,
    InForce,
    Watermark,
    Leftover,
    Staff,
    LeftOut(&'static str),
    Unknown,
}

const CHECKPOINT: &str = "a checkpoint on the way to what the head says";
const LINK: &str = "finds rows that are told themselves";

impl Place {
    fn of(pk: &str, sk: &str) -> Self {
        match pk.split_once('#').map_or(pk, |(kind, _)| kind) {
            "obligation" => match sk.split_once('#').map_or(sk, |(kind, _)| kind) {
                HEAD => Self::Head,
                "earlier" => Self::Earlier,
                "plan" => Self::Plan,
                "outcome" => Self::Outcome,
                "processors" => Self::Processors,
                "asked" => Self::Asked,
                "trail" => Self::Trail,
                "bundle" => Self::Bundle,
                "scope" => Self::LeftOut(CHECKPOINT),
                "subject" => Self::LeftOut(LINK),
                "receipt" => Self::LeftOut("the receipt itself stands in a chain of its own"),
                "verification" => Self::LeftOut("what it proves is told by its request"),
                "words" => Self::LeftOut("what a person wrote with a request, which is told itself"),
                _ => Self::Unknown,
            },
            "export" if sk == "bundle" => Self::Bundle,
            "export" if sk.starts_with(staff_acts::NOTED) => Self::Staff,
            "staff-acts" => Self::Staff,
            "holds" if pk == holds::BOOK => Self::Book,
            "holds" => Self::InForce,
            "purge" if sk == "watermark" => Self::Watermark,
            "purge" if sk.starts_with("left#") => Self::Leftover,
            "purge" if sk == "run" => Self::LeftOut("when a run ended; what it did is told by each class"),
            "purge" if sk == "due-run" => Self::LeftOut("when a run ended; what it did is told by each obligation"),
            "purge" if sk.starts_with(purges::PROOF) => {
                Self::LeftOut("when a sentence was last proven; what proved it is told by each obligation")
            }
            "replay" => {
                Self::LeftOut("a walk over rows that are told themselves; who asked for it is told by staff's acts")
            }
            "hold-changes" => Self::LeftOut("counts what the book tells"),
            "asked-by" | "routed-to" | "waiting" | "pending" => Self::LeftOut(LINK),
            "chain" => Self::LeftOut("where a chain ends; nothing is done by it"),
            _ => Self::Unknown,
        }
    }
}

/// Whether the changes of a row are told, by its key.
#[must_use]
pub fn is_told(partition: &str, sort: &str) -> Told {
    match Place::of(partition, sort) {
        Place::LeftOut(reason) => Told::No(reason),
        Place::Unknown => Told::Unknown,
        Place::Head
        | Place::Earlier
        | Place::Plan
        | Place::Outcome
        | Place::Processors
        | Place::Asked
        | Place::Trail
        | Place::Bundle
        | Place::Book
        | Place::InForce
        | Place::Watermark
        | Place::Leftover
        | Place::Staff => Told::Yes,
    }
}

/// A record of the stream: `{"eventID":…,"dynamodb":{"ApproximateCreationDateTime":…,"Keys":…,"OldImage":…,"NewImage":…}}`.
/// `None` for a row that is not told. A row that cannot be read is a change all the same.
///
/// # Errors
/// [`Fault`] for what is no record of a stream at all.
pub fn change_of_record(record: &Value) -> Result<Option<Change>, Fault> {
    let text = |path: &str| record.pointer(path).and_then(Value::as_str);
    let (pk, sk) = (text("/dynamodb/Keys/pk/S"), text("/dynamodb/Keys/sk/S"));
    let (Some(pk), Some(sk), Some(event)) = (pk, sk, text("/eventID")) else {
        return Err(Fault::park("stream.read", "not a change of a row"));
    };
    let place = Place::of(pk, sk);
    if matches!(place, Place::LeftOut(_)) {
        return Ok(None);
    }
    let seconds = record.pointer("/dynamodb/ApproximateCreationDateTime").and_then(seconds);
    let at = seconds.ok_or_else(|| Fault::park("stream.read", "a change without its time"))?;
    let image = |path: &str| record.pointer(path).and_then(Value::as_object).map(|image| image_of(place, image));
    Ok(Some(Change {
        event: event.to_owned(),
        at,
        key: format!("{pk}\n{sk}"),
        before: image("/dynamodb/OldImage"),
        after: image("/dynamodb/NewImage"),
    }))
}

/// Whole seconds, told as a number with or without a fraction.
fn seconds(value: &Value) -> Option<Timestamp> {
    let whole = value.to_string();
    let whole = whole.split(['.', 'e', 'E']).next()?;
    Timestamp::from_second(whole.parse().ok()?).ok()
}

fn image_of(place: Place, image: &Map<String, Value>) -> Image {
    let row = images::item(image).and_then(|item| row_of(place, &item)).ok();
    // In the order of their names, whatever order they came in.
    let counted: BTreeMap<&str, String> = image
        .iter()
        .filter(|(name, _)| !NOT_COUNTED.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), canonical(value)))
        .collect();
    Image { row, counted: format!("{counted:?}") }
}

/// One text for one value: the members of maps in the order of their names.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<&str, String> =
                members.iter().map(|(name, value)| (name.as_str(), canonical(value))).collect();
            format!("{members:?}")
        }
        Value::Array(values) => format!("{:?}", values.iter().map(canonical).collect::<Vec<_>>()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

fn row_of(place: Place, item: &Item) -> Result<Row, Fault> {
    let id = || rows::id_of(item);
    let request = || number_after_hash(item);
    Ok(match place {
        Place::Head => Row::Obligation(Box::new(rows::head(item)?)),
        Place::Earlier => Row::Earlier { obligation: id()?, request: request()? },
        Place::Plan => {
            let hash = PlanHash::from_stored(get_text(item, "hash")?.to_owned());
            Row::Plan { obligation: id()?, request: request()?, hash, counts: rows::counts(item, "counts")? }
        }
        Place::Outcome => {
            Row::Outcomes { obligation: id()?, request: request()?, outcomes: outcomes::outcomes_of(item)? }
        }
        Place::Processors => {
            let settlement = serde_json::from_str(get_text(item, "settlement")?);
            let settlement = settlement.map_err(|_| unreadable("settlement"))?;
            Row::Processors { obligation: id()?, request: request()?, settlement }
        }
        Place::Asked => {
            let request = requests::request_of(item)?;
            Row::Request { id: request.id, version: request.version }
        }
        Place::Trail => Row::Deed { id: id()?, version: request()?, act: Box::new(requests::act_of(item)?) },
        Place::Bundle => Row::Bundle { job: bundle_rows::job_of(item)?, bundle: bundle_rows::bundle_of(item)? },
        Place::Book => {
            let booked = holds::booked(item)?;
            let (hold, tenant) = (booked.hold.id, booked.hold.scope.tenant);
            Row::Hold { hold, tenant, is_released: booked.released_at.is_some() }
        }
        Place::InForce => {
            let hold = holds::hold(item)?;
            Row::HoldInForce { hold: hold.id, tenant: hold.scope.tenant }
        }
        Place::Watermark => {
            let mut progress = Progress::default();
            purges::read_watermark(item, &mut progress)?;
            Row::Watermark { class: class_of(item)?, progress }
        }
        Place::Leftover => Row::Leftover { class: class_of(item)?, leftover: purges::leftover(item)? },
        Place::Staff => Row::Staff(staff_acts::act_of(item)?),
        Place::LeftOut(_) | Place::Unknown => return Err(unreadable("sk")),
    })
}

/// The number behind the kind: `plan#000001`.
fn number_after_hash(item: &Item) -> Result<u32, Fault> {
    let number = get_text(item, "sk")?.split('#').nth(1).and_then(|number| number.parse().ok());
    number.ok_or_else(|| unreadable("sk"))
}

fn class_of(item: &Item) -> Result<String, Fault> {
    get_text(item, "pk")?.strip_prefix("purge#").map(str::to_owned).ok_or_else(|| unreadable("pk"))
}
