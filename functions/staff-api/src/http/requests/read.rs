//! What staff write about a request. A member that nobody knows is refused: a slip of the pen must not change what is meant.

use std::collections::BTreeMap;

use jiff::Timestamp;
use privacy::accept_request::Ask;
use privacy::close_request::Closure;
use privacy::correct_residence::Home;
use privacy::decide_part::{Decision as Decided, Word};
use privacy::ids::{InstructionId, InvalidId, TenantId};
use privacy::ingest_gate::Flag;
use privacy::instant;
use privacy::keys::SubjectKeys;
use privacy::law::denial::DenialReason;
use privacy::legal_hold::Note;
use privacy::lift_flag::Lift;
use privacy::obligation::ObligationId;
use privacy::order_bundle::{Order, OrderReason};
use privacy::review_proof::{Comparison, Reading};
use privacy::subject_request::findings::{Correction, Decision, EvidenceId, FieldName};
use privacy::subject_request::review::Outcome;
use privacy::subject_request::{Channel, Contact, InvalidText, PointKind, PointValue, Sha256Hex, Words};
use privacy_edge::asked::{agent, person_name, short};
use privacy_edge::decision;
use privacy_edge::json::{Members, bare, within};
use privacy_edge::problem::Problem;

use super::query::kind;

/// Every member of a request that staff note.
const ASKED: [&str; 13] = [
    "kind",
    "email",
    "residence",
    "connected_account",
    "agent",
    "about_child",
    "appeal_of",
    "declaration",
    "details",
    "has_account",
    "channel",
    "received_at",
    "why",
];
/// Why a request stands in the list that staff gave no reason for.
const NOTED: &str = "noted by staff";

/// What is said about an act, on one line: it is printed where people read it.
fn note(text: &str) -> Result<Note, InvalidId> {
    if text.chars().any(char::is_control) { Err(InvalidId) } else { Note::parse(text) }
}

pub(super) fn why(members: &Members, name: &'static str) -> Result<Note, Problem> {
    members.parse(name, within(Note::CHARACTERS_MAX, note))?.ok_or(Problem::BadMember(name))
}

fn needed<T>(value: Option<T>, name: &'static str) -> Result<T, Problem> {
    value.ok_or(Problem::BadMember(name))
}

/// A request by mail, phone or letter has come before it is noted; only what is typed for somebody may come now.
pub(super) fn ask(members: &Members, now: Timestamp) -> Result<(Ask, Note), Problem> {
    members.only(&ASKED)?;
    // As the API is described. Elsewhere `null` is absent; here hardly anything is needed, so that much would pass for a request.
    if let Some(name) = members.null_among(&ASKED) {
        return Err(Problem::BadMember(name));
    }
    let channel = members.parse("channel", channel)?.unwrap_or(Channel::Email);
    let received_at = members.parse("received_at", |text| text.parse::<Timestamp>().map(instant::to_millis))?;
    if received_at.is_none() && channel != Channel::Web {
        return Err(Problem::BadMember("received_at"));
    }
    let ask = Ask {
        kind: needed(members.parse("kind", |text| kind(text).ok_or(InvalidText))?, "kind")?,
        contact: Contact { email: members.email("email")?, account: members.connected_account()? },
        residence: members.parse("residence", |text| short(text).map(|words| words.expose().to_owned()))?,
        has_account: members.flag("has_account")?,
        data_points: BTreeMap::new(),
        declaration: members.parse("declaration", person_name)?,
        agent: agent(members)?,
        about_child: members.flag("about_child")?,
        appeal_of: members.parse("appeal_of", bare(reference))?,
        details: members.parse("details", within(Words::CHARACTERS_MAX, Words::parse))?,
        channel,
        received_at,
    };
    ask.check(now).map_err(|invalid| Problem::BadMember(invalid.member()))?;
    let why = match members.parse("why", within(Note::CHARACTERS_MAX, note))? {
        Some(why) => why,
        None => note(NOTED).map_err(|_| Problem::BadMember("why"))?,
    };
    Ok((ask, why))
}

fn channel(text: &str) -> Result<Channel, InvalidText> {
    Ok(match text {
        "email" | "e-mail" => Channel::Email,
        "phone" => Channel::Phone,
        "letter" => Channel::Letter,
        "web" => Channel::Web,
        _ => return Err(InvalidText),
    })
}

fn reference(text: &str) -> Result<ObligationId, InvalidText> {
    let id = ObligationId::parse(text.trim()).map_err(|_| InvalidText)?;
    if id.is_request() { Ok(id) } else { Err(InvalidText) }
}

/// What staff looked at.
#[derive(Debug)]
pub(super) enum Verification {
    Proof(Reading),
    /// Believed, with whom staff name as the child.
    CredibleChild(Option<Contact>),
    NoCredibleChild,
}

pub(super) fn verification(members: &Members) -> Result<Verification, Problem> {
    let proof = needed(members.parse("proof", |text| Ok::<_, InvalidText>(text.to_owned()))?, "proof")?;
    let document = || needed(members.parse("document_sha256", bare(Sha256Hex::parse))?, "document_sha256");
    match proof.as_str() {
        "data-points" => {
            members.only(&["proof", "held", "named", "why"])?;
            let (held, named) = (points(members, "held")?, points(members, "named")?);
            if held.is_empty() {
                return Err(Problem::BadMember("held"));
            }
            Ok(Verification::Proof(Reading::Record(Comparison { held, named })))
        }
        "agent-permission" => {
            members.only(&["proof", "document_sha256", "why"])?;
            Ok(Verification::Proof(Reading::Permission(document()?)))
        }
        "power-of-attorney" => {
            members.only(&["proof", "document_sha256", "why"])?;
            Ok(Verification::Proof(Reading::PowerOfAttorney(document()?)))
        }
        "child-report" => child_report(members),
        _ => Err(Problem::BadMember("proof")),
    }
}

fn child_report(members: &Members) -> Result<Verification, Problem> {
    members.only(&["proof", "finding", "child", "why"])?;
    let credible = |text: &str| match text {
        "credible" => Ok(true),
        "not-credible" => Ok(false),
        _ => Err(InvalidText),
    };
    let is_credible = needed(members.parse("finding", credible)?, "finding")?;
    match (is_credible, members.object("child")?) {
        (true, child) => Ok(Verification::CredibleChild(child.as_ref().map(named).transpose()?)),
        (false, None) => Ok(Verification::NoCredibleChild),
        (false, Some(_)) => Err(Problem::BadMember("child")),
    }
}

/// By whom staff know the child: an address, an account, or both.
fn named(child: &Members) -> Result<Contact, Problem> {
    let bad = |_| Problem::BadMember("child");
    child.only(&["email", "connected_account"]).map_err(bad)?;
    let email = child.email("email").map_err(bad)?;
    let account = child.connected_account().map_err(bad)?;
    if email.is_none() && account.is_none() { Err(Problem::BadMember("child")) } else { Ok(Contact { email, account }) }
}

/// Data points by their kinds. What stands in them is compared here and goes no further.
fn points(members: &Members, name: &'static str) -> Result<BTreeMap<PointKind, PointValue>, Problem> {
    let bad = |_| Problem::BadMember(name);
    let Some(given) = members.object(name)? else { return Ok(BTreeMap::new()) };
    given.only(&PointKind::ALL.map(PointKind::as_str)).map_err(bad)?;
    let mut points = BTreeMap::new();
    for kind in PointKind::ALL {
        points.extend(given.parse(kind.as_str(), PointValue::parse).map_err(bad)?.map(|value| (kind, value)));
    }
    Ok(points)
}

/// What staff note about a question to the person; without an instant it was just now.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pause {
    Asked(Option<Timestamp>),
    Answered(Option<Timestamp>),
}

pub(super) fn pause(members: &Members) -> Result<Pause, Problem> {
    members.only(&["event", "at", "why"])?;
    let at = members.parse("at", |text| text.parse::<Timestamp>().map(instant::to_millis))?;
    let event = |text: &str| match text {
        "asked" => Ok(Pause::Asked(at)),
        "answered" => Ok(Pause::Answered(at)),
        _ => Err(InvalidText),
    };
    needed(members.parse("event", event)?, "event")
}

/// Where the person lives, as it is said.
pub(super) fn residence(members: &Members) -> Result<Words, Problem> {
    members.only(&["residence", "why"])?;
    needed(members.parse("residence", short)?, "residence")
}

/// What names no place of the law file has to be said in as many words: a slip of the pen would lead to the fallback.
pub(super) fn home(place: &Words) -> Home<'_> {
    if place.expose().eq_ignore_ascii_case("elsewhere") { Home::Elsewhere } else { Home::At(place.expose()) }
}

pub(super) fn denial(members: &Members) -> Result<DenialReason, Problem> {
    members.only(&["reason", "why"])?;
    let reason = members.parse("reason", |text| DenialReason::parse(text).ok_or(InvalidText))?;
    needed(reason, "reason")
}

pub(super) fn route(members: &Members) -> Result<TenantId, Problem> {
    members.only(&["tenant_id", "why"])?;
    needed(members.parse("tenant_id", TenantId::parse)?, "tenant_id")
}

/// A tenant's word; where nothing is said of what, it agrees.
pub(super) fn instruction(members: &Members) -> Result<Word, Problem> {
    members.only(&["tenant_id", "instruction_id", "decision", "reason", "why"])?;
    let tenant = needed(members.parse("tenant_id", TenantId::parse)?, "tenant_id")?;
    let id = needed(members.parse("instruction_id", InstructionId::parse)?, "instruction_id")?;
    Ok(Word { tenant, id, decision: decision::read(members)?.unwrap_or(Decided::Agree) })
}

/// What a field says now is hashed here, with a key, and goes no further.
pub(super) fn corrections(
    members: &Members,
    keys: &SubjectKeys,
    id: &ObligationId,
) -> Result<Vec<Correction>, Problem> {
    members.only(&["fields", "why"])?;
    let bad = |_| Problem::BadMember("fields");
    let fields = members.objects("fields")?;
    if fields.is_empty() {
        return Err(Problem::BadMember("fields"));
    }
    let one = |field: &Members| {
        field.only(&["field", "decision", "evidence", "value"]).map_err(bad)?;
        let name = needed(field.parse("field", FieldName::parse).map_err(bad)?, "fields")?;
        let evidence = field.parse("evidence", EvidenceId::parse).map_err(bad)?;
        let value = field.parse("value", within(Words::CHARACTERS_MAX, Words::parse)).map_err(bad)?;
        let decision = field.parse("decision", |text| Ok::<_, InvalidText>(text.to_owned())).map_err(bad)?;
        let decision = match (decision.as_deref(), evidence, value) {
            (None | Some("open"), None, None) => Decision::Open,
            (Some("instructed"), Some(evidence), value) => {
                Decision::Instructed { evidence, value: value.and_then(|value| keys.evidence(id, value.expose())) }
            }
            (Some("applied"), Some(evidence), value) => {
                Decision::Applied { evidence, value: value.and_then(|value| keys.evidence(id, value.expose())) }
            }
            (Some("refused"), Some(evidence), None) => Decision::Refused { evidence },
            (Some(_) | None, _, _) => return Err(Problem::BadMember("fields")),
        };
        Ok(Correction { field: name, decision })
    };
    fields.iter().map(one).collect()
}

pub(super) fn closure(members: &Members) -> Result<Closure, Problem> {
    members.only(&["outcome", "evidence", "why"])?;
    let outcome = |text: &str| Outcome::ALL.into_iter().find(|known| known.as_str() == text).ok_or(InvalidText);
    let outcome = needed(members.parse("outcome", outcome)?, "outcome")?;
    Ok(Closure { outcome, evidence: needed(members.parse("evidence", EvidenceId::parse)?, "evidence")? })
}

/// Where the word of the person is kept.
pub(super) fn withdrawal(members: &Members) -> Result<EvidenceId, Problem> {
    members.only(&["evidence", "why"])?;
    needed(members.parse("evidence", EvidenceId::parse)?, "evidence")
}

pub(super) fn order(members: &Members) -> Result<Order, Problem> {
    members.only(&["order_id", "reason", "why"])?;
    let id = needed(members.parse("order_id", InstructionId::parse)?, "order_id")?;
    Ok(Order { id, reason: needed(members.parse("reason", OrderReason::parse)?, "reason")? })
}

pub(super) fn lift(members: &Members) -> Result<Lift, Problem> {
    members.only(&["flag", "asked_in", "why"])?;
    let flag = needed(members.parse("flag", Flag::parse)?, "flag")?;
    Ok(Lift { flag, asked_in: members.parse("asked_in", bare(reference))? })
}
