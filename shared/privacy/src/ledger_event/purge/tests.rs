use std::collections::BTreeSet;

use super::*;
use crate::purge::PurgePlan;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn leftover(by: &[&str], look_at: &str) -> Leftover {
    Leftover {
        starts_at: at("2025-03-01T00:00:00Z"),
        look_at: at(look_at),
        by: by.iter().map(|id| HoldId::parse(id).unwrap()).collect(),
        held: if by.is_empty() { 0 } else { 3 },
        kept: 0,
    }
}

fn kinds(events: &[PurgeEvent]) -> Vec<&'static str> {
    events.iter().map(|event| event.kind.name()).collect()
}

#[test]
fn a_period_is_told_when_holds_keep_it_and_when_they_do_no_more() {
    let of = |before: Option<&Leftover>, after: Option<&Leftover>| leftover_events("security-logs", before, after);
    let second_look = leftover(&[], "2026-03-03T00:00:00Z");
    let held = leftover(&["hold-one-1"], "2026-03-04T00:00:00Z");
    let held_on = leftover(&["hold-one-1"], "2026-03-05T00:00:00Z");
    let held_twice = leftover(&["hold-one-1", "hold-two-2"], "2026-03-06T00:00:00Z");
    assert_eq!(kinds(&of(None, Some(&second_look))), [""; 0], "looked at once more, as every period is");
    assert_eq!(kinds(&of(Some(&second_look), None)), [""; 0]);
    assert_eq!(kinds(&of(None, Some(&held))), ["held"]);
    assert_eq!(kinds(&of(Some(&second_look), Some(&held))), ["held"]);
    assert_eq!(kinds(&of(Some(&held), Some(&held_on))), [""; 0], "still the same");
    assert_eq!(kinds(&of(Some(&held_on), Some(&held_twice))), ["held"], "by another hold, too");
    assert_eq!(kinds(&of(Some(&held), Some(&second_look))), ["released"]);
    assert_eq!(kinds(&of(Some(&held), None)), ["released"], "its row goes with what it kept");
    let again = leftover(&["hold-one-1"], "2026-04-01T00:00:00Z");
    assert_ne!(of(None, Some(&held))[0].event_id, of(None, Some(&again))[0].event_id, "held anew is another fact");
    assert_eq!(of(None, Some(&held)), of(None, Some(&held)), "the same fact has the same id");
}

#[test]
fn a_class_is_told_when_it_is_late_when_it_has_caught_up_and_when_it_is_halted() {
    let late = Progress { late_since: Some(at("2026-03-10T12:00:00Z")), ..Progress::default() };
    let fine = Progress::default();
    let plan = |records: u64| PurgePlan::new("security-logs", 5, records, at("2026-03-10T00:00:00Z"));
    let halted = |records: u64| Progress { halted: Some(plan(records)), ..late.clone() };
    let of = |before: Option<&Progress>, after: &Progress| kinds(&class_events("security-logs", before, after));
    assert_eq!(of(None, &fine), [""; 0]);
    assert_eq!(of(None, &late), ["late"]);
    assert_eq!(of(Some(&fine), &late), ["late"]);
    assert_eq!(of(Some(&late), &late), [""; 0], "however often it was swept");
    assert_eq!(of(Some(&late), &fine), ["caught-up"]);
    assert_eq!(of(Some(&late), &halted(7)), ["halted"]);
    assert_eq!(of(Some(&halted(7)), &halted(7)), [""; 0]);
    assert_eq!(of(Some(&halted(7)), &halted(8)), ["halted"], "another plan is another fact");
    assert_eq!(of(Some(&halted(8)), &late), [""; 0]);
}

#[test]
fn an_event_of_a_purge_names_classes_and_references_only() {
    let held = leftover(&["hold-of-mia"], "2026-03-04T00:00:00Z");
    let held = leftover_events("security-logs", None, Some(&held)).remove(0);
    let late = Progress { late_since: Some(at("2026-03-10T12:00:00Z")), ..Progress::default() };
    let late = class_events("security-logs", None, &late).remove(0);
    let text = serde_json::to_string_pretty(&held).unwrap();
    assert!(!text.contains("mia"));
    expect_test::expect![[r#"
        {
          "version": 1,
          "event_id": "695999d40ead5296a78de09bc827714f",
          "kind": "held",
          "class": "security-logs",
          "period_starts_at": "2025-03-01T00:00:00.000Z",
          "records": 3,
          "hold_refs": [
            "dbe51844c179"
          ]
        }"#]]
    .assert_eq(&text);
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../../docs/purge-event.schema.json")).unwrap();
    let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let members = [held, late].map(|event| names(&serde_json::to_value(event).unwrap())).into_iter();
    assert_eq!(members.flatten().collect::<BTreeSet<_>>(), names(&schema["properties"]));
    assert_eq!(schema["required"], serde_json::json!(["version", "event_id", "kind", "class"]));
    assert_eq!(schema["properties"]["kind"]["enum"], serde_json::json!(PurgeKind::ALL.map(PurgeKind::name)));
}
