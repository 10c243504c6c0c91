//! The request as JSON, for programs.

use jiff::Timestamp;
use jiff::civil::Date;
use privacy::instant;
use privacy::obligation::Outcome;
use privacy::show_request::{ClassOutcome, EarlierRequest, KeptRecord, Look, RequestView};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    confirmation_code: &'a str,
    state: &'static str,
    received_at: String,
    due_by: Due<'a>,
    covers_until: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<String>,
    second_looks: Vec<SecondLook>,
    removed: Vec<Removed<'a>>,
    outcomes: Vec<Ended<'a>>,
    kept: Vec<Kept<'a>>,
    earlier: Vec<Earlier>,
}

#[derive(Serialize)]
struct Due<'a> {
    date: Date,
    time_zone: &'a str,
}

#[derive(Serialize)]
struct SecondLook {
    due_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
}

#[derive(Serialize)]
struct Removed<'a> {
    class: &'a str,
    title: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct Ended<'a> {
    class: &'a str,
    title: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

#[derive(Serialize)]
struct Kept<'a> {
    class: &'a str,
    title: &'a str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_for: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    elsewhere: bool,
}

#[derive(Serialize)]
struct Earlier {
    received_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<String>,
}

/// The whole document. Instants are RFC 3339 in UTC with milliseconds; absent means not yet.
///
/// # Errors
/// None that these shapes can meet; passed on all the same.
pub(crate) fn document(view: &RequestView) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Document {
        confirmation_code: view.id.as_str(),
        state: view.state.name(),
        received_at: instant::to_text(view.received_at),
        due_by: Due { date: view.due_by.date, time_zone: &view.due_by.time_zone },
        covers_until: instant::to_text(view.covers_until),
        erased_at: text(view.erased_at),
        completed_at: text(view.completed_at),
        retry_at: text(view.retry_at),
        second_looks: view.looks.iter().map(second_look).collect(),
        removed: view.outcomes.iter().filter_map(removed).collect(),
        outcomes: view.outcomes.iter().map(ended).collect(),
        kept: view.kept.iter().map(kept).collect(),
        earlier: view.earlier.iter().map(earlier).collect(),
    })
}

fn text(at: Option<Timestamp>) -> Option<String> {
    at.map(instant::to_text)
}

fn second_look(look: &Look) -> SecondLook {
    SecondLook { due_at: instant::to_text(look.due_at), done_at: text(look.done_at) }
}

fn removed(of: &ClassOutcome) -> Option<Removed<'_>> {
    match of.outcome {
        Outcome::Removed { count } | Outcome::Held { removed: count @ 1.., .. } => {
            Some(Removed { class: &of.class, title: &of.title, count })
        }
        Outcome::Held { removed: 0, .. }
        | Outcome::NothingFound
        | Outcome::Failed { .. }
        | Outcome::Retained { .. } => None,
    }
}

fn ended(of: &ClassOutcome) -> Ended<'_> {
    let ended = |outcome| Ended {
        class: &of.class,
        title: &of.title,
        outcome,
        count: None,
        held: None,
        retry_at: None,
        code: None,
    };
    match of.outcome {
        Outcome::Removed { count } => Ended { count: Some(count), ..ended("removed") },
        Outcome::NothingFound => ended("nothing-found"),
        Outcome::Held { removed, held } => Ended { count: Some(removed), held: Some(held), ..ended("held") },
        Outcome::Failed { retry_at } => Ended { retry_at: Some(instant::to_text(retry_at)), ..ended("failed") },
        Outcome::Retained { code } => Ended { code: Some(code.as_str()), ..ended("retained") },
    }
}

fn kept(record: &KeptRecord) -> Kept<'_> {
    let KeptRecord { class, title, reason, until, retained, is_elsewhere } = record;
    let keep_for = retained.as_ref().map(|retained| retained.keep_for.0.to_string());
    Kept {
        class,
        title,
        reason,
        until: *until,
        code: retained.as_ref().map(|retained| retained.code.as_str()),
        keep_for,
        elsewhere: *is_elsewhere,
    }
}

fn earlier(request: &EarlierRequest) -> Earlier {
    Earlier { received_at: instant::to_text(request.received_at), erased_at: text(request.erased_at) }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use privacy::data_map::DataMap;

    use super::*;
    use crate::samples;

    fn pretty(view: &RequestView) -> String {
        let value: serde_json::Value = serde_json::from_str(&document(view).unwrap()).unwrap();
        serde_json::to_string_pretty(&value).unwrap()
    }

    /// Without the classes that only repeat a shape.
    fn short(mut view: RequestView, classes: &[&str]) -> RequestView {
        view.outcomes.retain(|outcome| classes.contains(&outcome.class.as_str()));
        view.kept.truncate(1);
        view
    }

    #[test]
    fn what_is_not_yet_known_is_absent() {
        expect![[r#"{"confirmation_code":"k7w3hq2mz5yt4n6rbd7cxa2fjv3ps5eo","state":"received","received_at":"2026-11-23T18:21:07.500Z","due_by":{"date":"2026-12-23","time_zone":"UTC"},"covers_until":"2026-11-23T18:21:05.000Z","second_looks":[],"removed":[],"outcomes":[],"kept":[{"class":"requests","title":"The record that this request was made and answered","reason":"The law asks us to be able to show it. It holds dates, counts and the code of this page, not your platform id."}],"earlier":[]}"#]].assert_eq(&document(&short(samples::received(), &[])).unwrap());
    }

    #[test]
    fn a_request_being_verified_says_everything() {
        let view =
            RequestView { earlier: samples::again().earlier, ..short(samples::verifying(), &["signals", "drafts"]) };
        expect![[r#"
            {
              "confirmation_code": "k7w3hq2mz5yt4n6rbd7cxa2fjv3ps5eo",
              "covers_until": "2026-11-23T18:21:05.000Z",
              "due_by": {
                "date": "2026-12-23",
                "time_zone": "UTC"
              },
              "earlier": [
                {
                  "erased_at": "2026-03-02T09:04:00.000Z",
                  "received_at": "2026-03-02T09:00:00.000Z"
                }
              ],
              "erased_at": "2026-11-23T18:25:12.345Z",
              "kept": [
                {
                  "class": "requests",
                  "reason": "The law asks us to be able to show it. It holds dates, counts and the code of this page, not your platform id.",
                  "title": "The record that this request was made and answered",
                  "until": "2028-11-23"
                }
              ],
              "outcomes": [
                {
                  "class": "drafts",
                  "outcome": "nothing-found",
                  "title": "Suggested replies"
                },
                {
                  "class": "signals",
                  "count": 12480,
                  "outcome": "removed",
                  "title": "Mentions, comments and direct messages"
                }
              ],
              "received_at": "2026-11-23T18:21:07.500Z",
              "removed": [
                {
                  "class": "signals",
                  "count": 12480,
                  "title": "Mentions, comments and direct messages"
                }
              ],
              "second_looks": [
                {
                  "done_at": "2026-11-23T18:41:02.000Z",
                  "due_at": "2026-11-23T18:40:12.345Z"
                },
                {
                  "due_at": "2026-11-30T18:25:12.345Z"
                },
                {
                  "due_at": "2026-12-23T18:25:12.345Z"
                }
              ],
              "state": "verifying"
            }"#]].assert_eq(&pretty(&view));
    }

    #[test]
    fn a_failed_part_says_when_it_is_tried_again() {
        expect![[r#"
            {
              "confirmation_code": "k7w3hq2mz5yt4n6rbd7cxa2fjv3ps5eo",
              "covers_until": "2026-11-23T18:21:05.000Z",
              "due_by": {
                "date": "2026-12-23",
                "time_zone": "UTC"
              },
              "earlier": [],
              "kept": [
                {
                  "class": "requests",
                  "reason": "The law asks us to be able to show it. It holds dates, counts and the code of this page, not your platform id.",
                  "title": "The record that this request was made and answered"
                }
              ],
              "outcomes": [
                {
                  "class": "avatars",
                  "outcome": "failed",
                  "retry_at": "2026-11-23T19:25:00.000Z",
                  "title": "Profile pictures, every stored version"
                }
              ],
              "received_at": "2026-11-23T18:21:07.500Z",
              "removed": [],
              "retry_at": "2026-11-23T19:25:00.000Z",
              "second_looks": [],
              "state": "failed"
            }"#]].assert_eq(&pretty(&short(samples::failed(), &["avatars"])));
    }

    #[test]
    fn what_the_law_wants_kept_has_its_code_and_its_span() {
        let document: serde_json::Value =
            serde_json::from_str(&document(&short(samples::partly_retained(), &["billing-records"])).unwrap()).unwrap();
        assert_eq!(document["state"], "partly-retained");
        expect![[r#"
            [
              [
                {
                  "class": "billing-records",
                  "code": "LEGAL_OBLIGATION",
                  "outcome": "retained",
                  "title": "Invoices, credit notes and payments"
                }
              ],
              [
                {
                  "class": "billing-records",
                  "code": "LEGAL_OBLIGATION",
                  "keep_for": "P7Y",
                  "reason": "Tax law asks us to keep what was invoiced and paid, with the name and address that it was billed to. It is used for nothing else.",
                  "title": "Invoices, credit notes and payments"
                }
              ],
              []
            ]"#]].assert_eq(
            &serde_json::to_string_pretty(&serde_json::json!([
                document["outcomes"],
                document["kept"],
                document["removed"]
            ]))
            .unwrap(),
        );
    }

    #[test]
    fn what_a_processor_keeps_says_that_it_is_kept_there() {
        let document: serde_json::Value =
            serde_json::from_str(&document(&samples::partly_retained()).unwrap()).unwrap();
        let kept = document["kept"].as_array().unwrap();
        let elsewhere: Vec<_> = kept.iter().filter(|kept| kept.get("elsewhere").is_some()).collect();
        assert_eq!(elsewhere.len(), 1);
        assert_eq!((&elsewhere[0]["class"], &elsewhere[0]["elsewhere"]), (&"payments".into(), &true.into()));
        assert_eq!((elsewhere[0].get("until"), elsewhere[0].get("keep_for")), (None, None));
    }

    #[test]
    fn every_class_of_the_data_map_has_its_outcome() {
        let document: serde_json::Value = serde_json::from_str(&document(&samples::completed()).unwrap()).unwrap();
        assert_eq!(document["outcomes"].as_array().unwrap().len(), DataMap::built_in().unwrap().model().class.len());
        assert_eq!(document["removed"].as_array().unwrap().len(), 7);
        assert_eq!(document["completed_at"], "2026-12-23T18:27:40.000Z");
    }
}
