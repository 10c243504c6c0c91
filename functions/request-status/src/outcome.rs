//! What came of a request, part by part: what was done, what was not and why, and where to turn. Codes and names of fields, in plain
//! words; nothing of a person, and nothing that staff wrote.

use maud::{Markup, html};
use privacy::clock::model::Kind;
use privacy::ingest_gate::Flag;
use privacy::show_asked::{AskedView, FieldState};
use privacy::subject_request::review::Outcome;
use privacy_pages::kinds;

use crate::ways;

/// The section; nothing where there is nothing to say yet.
pub(crate) fn section(view: &AskedView, base: &str) -> Markup {
    let ending = ending(view);
    html! {
        @if ending.is_some() || !view.fields.is_empty() {
            section aria-labelledby="outcome" {
                h2 #outcome { @if view.closed.is_some() { "What came of it" } @else { "How far it is" } }
                @if let Some(words) = ending { p { (words) } }
                @if !view.fields.is_empty() {
                    ul { @for field in &view.fields { li { strong { (field.name) } ": " (field_words(field.state)) } } }
                }
            }
        }
        @if !view.refused.is_empty() {
            section aria-labelledby="refused" {
                h2 #refused { "What we did not do, and why" }
                ul { @for part in &view.refused { li { @if part.text.is_empty() { "A part was refused." } @else { (part.text) } } } }
            }
        }
        @if !view.ways.is_empty() {
            section aria-labelledby="turn" {
                h2 #turn { @if view.closed.is_some() { "If you do not agree" } @else { "Where you can turn" } }
                (ways::ways_on(&view.ways, &view.id, base))
            }
        }
    }
}

/// Of a report about a child that staff believe.
const OF_CHILD: &str = "We believe this report about a child. Whatever we may hold of that child is used no more and is deleted; no copy of it is given to anybody, and nothing else is done with it, whatever was asked for.";
const OF_CHILD_DONE: &str = "We have acted on this report about a child. Whatever we may hold of that child is used no more and is deleted; no copy of it was given to anybody, and nothing else was done with it, whatever was asked for.";

/// How it ended, where staff decided that, and how it goes on where that is not what was asked for.
fn ending(view: &AskedView) -> Option<&'static str> {
    let outcome = match (view.outcome, view.kind) {
        (Some(outcome), Kind::Appeal | Kind::Complaint) => outcome,
        (_, _) if view.is_of_child => return Some(if view.closed.is_some() { OF_CHILD_DONE } else { OF_CHILD }),
        (_, _) if view.is_taken_back => return Some(kinds::TAKEN_BACK),
        (Some(outcome), _) => outcome,
        (None, _) => return None,
    };
    Some(match (view.kind, outcome) {
        (Kind::Appeal, Outcome::Upheld) => {
            "You were right: we work on your first request again. Its own page shows how it goes on."
        }
        (Kind::Appeal, _) => "We looked at it again, and our first answer stays.",
        (Kind::Complaint, Outcome::Upheld) => "You were right to complain.",
        (Kind::Complaint, Outcome::Rejected) => "We looked into it, and did not find that we did something wrong.",
        (Kind::Complaint, _) => "We looked into your complaint.",
        (Kind::Objection, _) => {
            let lifts = |flag| view.lifted.contains(&flag);
            kinds::objection(view.accepted == Some(true), lifts(Flag::NoMarketing), lifts(Flag::Objected))
        }
        (_, Outcome::PartlyRetained) => "We did what you asked, but for a part.",
        (_, _) => "We did what you asked.",
    })
}

const fn field_words(state: FieldState) -> &'static str {
    match state {
        FieldState::Open => "we are looking at it.",
        FieldState::Instructed => "whoever keeps it was told to correct it, and has not confirmed it yet.",
        FieldState::Applied => "corrected.",
        FieldState::Refused => "not corrected: we found that it is right as it is.",
    }
}

#[cfg(test)]
mod tests {
    use privacy::show_asked::{FieldView, PartState, PartView, RefusedView, WayOn};
    use privacy_pages::checks::check_page;

    use super::*;
    use crate::samples::asked;
    use crate::{asked as page, asked_json, samples};

    fn closed(kind: Kind, outcome: Outcome) -> AskedView {
        let at = "2026-11-25T08:00:00Z".parse().unwrap();
        AskedView { kind, outcome: Some(outcome), closed: Some((at, None)), ..asked("partly-retained") }
    }

    fn read(view: &AskedView) -> (String, serde_json::Value) {
        let now = "2026-11-26T08:00:00Z".parse().unwrap();
        let page = page::status(view, &samples::company(), "https://privacy.example", now);
        check_page(view.state, &page);
        (page, serde_json::from_str(&asked_json::document(view).unwrap()).unwrap())
    }

    #[test]
    fn every_end_is_said_and_none_says_what_is_not_so() {
        for (kind, outcome, accepted, words) in [
            (Kind::Appeal, Outcome::Upheld, None, "You were right: we work"),
            (Kind::Appeal, Outcome::Rejected, None, "our first answer stays"),
            (Kind::Complaint, Outcome::Upheld, None, "You were right to complain"),
            (Kind::Complaint, Outcome::Rejected, None, "did not find"),
            (Kind::Complaint, Outcome::Answered, None, "We looked into your complaint"),
            (Kind::Objection, Outcome::Completed, Some(true), "We accept your objection"),
            (Kind::Objection, Outcome::PartlyRetained, Some(false), "goes on"),
            (Kind::Restriction, Outcome::PartlyRetained, None, "but for a part"),
            (Kind::Restriction, Outcome::Completed, None, "We did what you asked."),
        ] {
            let (page, json) = read(&AskedView { accepted, ..closed(kind, outcome) });
            assert!(page.contains("What came of it") && page.contains(words), "{kind:?} {outcome:?}");
            assert_eq!(json["outcome"], outcome.as_str());
            assert_eq!(page.contains("used no more"), accepted == Some(true), "{kind:?} {outcome:?}");
        }
    }

    #[test]
    fn what_the_person_wants_no_more_is_not_said_to_be_done() {
        let at: jiff::Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        for outcome in [None, Some(Outcome::Completed)] {
            let state = PartState::Done;
            let parts = vec![PartView { asked_at: at, state, is_reached: true, reason: None }];
            let view =
                AskedView { kind: Kind::Restriction, outcome, parts, closed: Some((at, None)), ..asked("completed") };
            let (page, json) = read(&view);
            assert!(!page.contains("not in force") && page.contains("Done, as a business wanted it."), "{page}");
            assert!(json.get("lifted").is_none());
            let (page, json) = read(&AskedView { is_taken_back: true, lifted: vec![Flag::Restricted], ..view });
            assert!(page.contains("you do not want it any more, so it is not in force."), "{page}");
            assert!(!page.contains("We did what you asked") && !page.contains("Done, as a business"), "{page}");
            assert_eq!(json["lifted"], serde_json::json!(["restricted"]));
        }
        for (lifted, accepted, words) in [
            (Flag::NoMarketing, true, "You told us that marketing may go on."),
            (Flag::NoMarketing, false, "You told us that marketing may go on, too."),
            (Flag::Objected, true, "the rest of your objection any more, so it is not in force"),
        ] {
            let view = AskedView {
                accepted: Some(accepted),
                lifted: vec![lifted],
                ..closed(Kind::Objection, Outcome::Completed)
            };
            let (page, _) = read(&view);
            assert!(page.contains(words) && !page.contains("nor for marketing"), "{lifted:?}: {page}");
            assert_eq!(page.contains("Marketing to you has stopped"), lifted == Flag::Objected, "{page}");
        }
    }

    #[test]
    fn whatever_a_believed_report_about_a_child_asks_for_page_and_document_say_that_it_deletes() {
        let at: jiff::Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        for kind in Kind::ALL {
            for (outcome, closed) in
                [(None, None), (None, Some((at, None))), (Some(Outcome::Completed), Some((at, None)))]
            {
                let is_told = outcome.is_some() && matches!(kind, Kind::Appeal | Kind::Complaint);
                let view = AskedView { kind, outcome, closed, is_of_child: true, ..asked("in-progress") };
                let (page, json) = read(&view);
                assert_eq!(
                    page.contains("Whatever we may hold of that child"),
                    !is_told,
                    "{kind:?} {outcome:?}: {page}"
                );
                assert!(!page.contains("We did what you asked") && !page.contains("Get your data"), "{kind:?}: {page}");
                assert_eq!(json["carried_out_as"], "erasure", "{kind:?}");
                let (page, json) = read(&AskedView { is_of_child: false, ..view });
                assert!(!page.contains("that child") && json.get("carried_out_as").is_none(), "{kind:?}");
            }
        }
    }

    #[test]
    fn every_field_and_part_has_its_state_its_reason_and_where_to_turn() {
        let states = [FieldState::Open, FieldState::Instructed, FieldState::Applied, FieldState::Refused];
        let field = |state: FieldState| FieldView { name: format!("field_{}", state.name()), state };
        let refused = [("legal-obligation", "A law has us <b>keep</b> it."), ("gone-from-the-file", "")];
        let refused = refused.map(|(code, text)| RefusedView { code: code.to_owned(), text: text.to_owned() });
        let authority =
            WayOn::Authority { title: "An authority".to_owned(), url: "https://authority.example".to_owned() };
        let view = AskedView {
            fields: states.map(field).to_vec(),
            refused: refused.to_vec(),
            ways: vec![WayOn::Appeal, authority],
            ..closed(Kind::Correction, Outcome::PartlyRetained)
        };
        let (page, json) = read(&view);
        for words in [
            "<strong>field_open</strong>: we are looking at it.",
            "has not confirmed it yet",
            "<strong>field_applied</strong>: corrected.",
            "found that it is right as it is",
            "A law has us &lt;b&gt;keep&lt;/b&gt; it.",
            "A part was refused.",
            "If you do not agree",
            "Ask us to look again",
            "https://authority.example",
        ] {
            assert!(page.contains(words), "{words} in {page}");
        }
        assert_eq!(json["corrections"][1], serde_json::json!({"field": "field_instructed", "decision": "instructed"}));
        assert_eq!(json["refused_parts"][0]["reason"], "legal-obligation");
        assert_eq!(json["refused_parts"][1], serde_json::json!({"reason": "gone-from-the-file"}));
        assert_eq!(json["ways_on"][0]["way"], "appeal");
    }
}
