//! A request that a person made, as JSON.

use privacy::clock::model::Kind;
use privacy::export::ports::Round;
use privacy::instant;
use privacy::show_asked::{AskedView, FieldView, PartState, PartView, RefusedView, WayOn};
use serde_json::{Map, Value, json};

use crate::json;

/// Why a part that a business decides is not done, by the code of `law.toml`.
const NOT_THE_CONTROLLER: &str = "not-the-controller";

/// The whole document: as that of a callback, with what was asked and, once there is one, the erasure behind it.
///
/// # Errors
/// None that these shapes can meet; passed on all the same.
pub(crate) fn document(view: &AskedView) -> Result<String, serde_json::Error> {
    let mut document = match &view.erasure {
        Some(erasure) => serde_json::from_str(&json::document(erasure)?)?,
        None => json!({}),
    };
    let own = json!({
        "confirmation_code": view.id.as_str(),
        "reference": view.id.as_str(),
        "kind": view.kind.as_str(),
        "state": view.state,
        "received_at": instant::to_text(view.received_at),
        "due_by": {"date": view.due_by.date, "time_zone": view.due_by.time_zone, "rule": view.due_rule},
    });
    if let (Some(document), Value::Object(own)) = (document.as_object_mut(), own) {
        document.extend(own);
        if let Some((at, reason)) = &view.closed {
            document.insert("answered_at".to_owned(), instant::to_text(*at).into());
            document.extend(reason.iter().map(|reason| ("denial".to_owned(), reason.clone().into())));
        }
        if let Some(denial) = &view.denial {
            document.insert("denial_reason".to_owned(), denial.text.clone().into());
            document.insert("ways_on".to_owned(), denial.ways.iter().map(way).collect());
        }
        if let Some(role) = view.role {
            document.insert("role".to_owned(), role.name().into());
        }
        if !view.parts.is_empty() {
            document.insert("routed".to_owned(), view.parts.iter().map(part).collect());
        }
        document.extend(outcome(view));
        // What was asked for is not what is done.
        let instead = match (view.is_of_child, view.is_categories_only) {
            (true, _) => Some(Kind::Erasure),
            (false, true) => Some(Kind::Know),
            (false, false) => None,
        };
        document.extend(instead.map(|kind| ("carried_out_as".to_owned(), kind.as_str().into())));
        if !view.bundles.is_empty() {
            document.insert("bundles".to_owned(), view.bundles.iter().map(bundle).collect());
        }
        if !view.flags.is_empty() {
            document.insert("flags".to_owned(), json!(view.flags));
        }
        if let Some(appealed) = &view.appeal_of {
            document.insert("appeal_of".to_owned(), appealed.as_str().into());
        }
        if let Some(at) = view.reopened_at {
            document.insert("reopened_at".to_owned(), instant::to_text(at).into());
        }
        if let Some(since) = view.remade_since {
            document.insert("remade_since".to_owned(), instant::to_text(since).into());
        }
        if let Some(since) = view.paused_since {
            document.insert("paused".to_owned(), json!({"since": instant::to_text(since), "waits_for": "your-answer"}));
        }
        if let Some(extended) = &view.extended {
            document
                .insert("extended".to_owned(), json!({"reason": extended.reason, "first_due": extended.first_legal}));
        }
    }
    Ok(document.to_string())
}

/// One that can be fetched; its number goes with the proof that fetches it.
fn bundle(made: &Round) -> Value {
    let Round { round, made_at, erase_at } = made;
    json!({"bundle": round.to_string(), "made_at": instant::to_text(*made_at), "until": instant::to_text(*erase_at)})
}

/// The part of a business; one that did not answer is refused for that, one that declined for what the business says.
fn part(part: &PartView) -> Value {
    let mut shown = json!({
        "asked_at": instant::to_text(part.asked_at),
        "state": part.state.name(),
        "is_reached": part.is_reached,
    });
    let reason = match part.state {
        PartState::Unanswered => Some(NOT_THE_CONTROLLER),
        PartState::Declined => part.reason.as_deref(),
        PartState::Asked | PartState::Instructed | PartState::Done => None,
    };
    if let (Some(shown), Some(reason)) = (shown.as_object_mut(), reason) {
        shown.insert("reason".to_owned(), reason.into());
    }
    shown
}

/// What came of it, by codes; what does not apply is absent.
fn outcome(view: &AskedView) -> Map<String, Value> {
    let mut members = Map::new();
    if let Some(outcome) = view.outcome {
        members.insert("outcome".to_owned(), outcome.as_str().into());
    }
    if view.withdrawn_at.is_some() {
        members.insert("outcome".to_owned(), "withdrawn".into());
    }
    if let Some(accepted) = view.accepted {
        members.insert("objection".to_owned(), if accepted { "accepted" } else { "refused" }.into());
    }
    let field = |field: &FieldView| json!({"field": field.name, "decision": field.state.name()});
    let refused = |part: &RefusedView| match part.text.as_str() {
        "" => json!({"reason": part.code}),
        text => json!({"reason": part.code, "text": text}),
    };
    for (name, values) in [
        ("corrections", view.fields.iter().map(field).collect::<Vec<_>>()),
        ("refused_parts", view.refused.iter().map(refused).collect()),
        ("ways_on", view.ways.iter().map(way).collect()),
        ("lifted", view.lifted.iter().map(|flag| json!(flag)).collect()),
    ] {
        if !values.is_empty() {
            members.insert(name.to_owned(), values.into());
        }
    }
    members
}

fn way(way: &WayOn) -> Value {
    match way {
        WayOn::Appeal => json!({"way": "appeal"}),
        WayOn::ComplaintToUs => json!({"way": "complaint"}),
        WayOn::Authority { title, url } => json!({"way": "authority", "title": title, "url": url}),
        WayOn::Court { law } => json!({"way": "court", "law": law}),
    }
}
