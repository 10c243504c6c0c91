//! A request that a person made, as JSON.

use privacy::instant;
use privacy::show_asked::{AskedView, PartView, WayOn};
use serde_json::{Value, json};

use crate::json;

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
            let part =
                |part: &PartView| json!({"asked_at": instant::to_text(part.asked_at), "state": part.state.name()});
            document.insert("routed".to_owned(), view.parts.iter().map(part).collect());
        }
        if !view.flags.is_empty() {
            document.insert("flags".to_owned(), json!(view.flags));
        }
        if let Some(appealed) = &view.appeal_of {
            document.insert("appeal_of".to_owned(), appealed.as_str().into());
        }
        if let Some(extended) = &view.extended {
            document
                .insert("extended".to_owned(), json!({"reason": extended.reason, "first_due": extended.first_legal}));
        }
    }
    Ok(document.to_string())
}

fn way(way: &WayOn) -> Value {
    match way {
        WayOn::Appeal => json!({"way": "appeal"}),
        WayOn::ComplaintToUs => json!({"way": "complaint"}),
        WayOn::Authority { title, url } => json!({"way": "authority", "title": title, "url": url}),
        WayOn::Court { law } => json!({"way": "court", "law": law}),
    }
}
