use std::collections::BTreeSet;

use jiff::Timestamp;

use super::*;
use crate::ids::TenantId;
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn booked(released_at: Option<Timestamp>) -> BookedHold {
    let note = |text: &str| Note::parse(text).unwrap();
    let mut scope = HoldScope::of_tenant(TenantId::parse("tenant-alder").unwrap());
    scope.classes = BTreeSet::from(["billing-records".to_owned()]);
    let hold = LegalHold {
        id: HoldId::parse("hold-of-mia").unwrap(),
        scope,
        reason: note("a court in Bern"),
        approver: note("counsel Zoe"),
        proof: Some(note("file 7")),
        placed_at: at("2026-03-10T12:00:00Z"),
        review_by: "2026-05-01".parse().unwrap(),
    };
    BookedHold { hold, released_at }
}

fn kinds(before: Option<&BookedHold>, after: &BookedHold) -> Vec<&'static str> {
    hold_events(before, after).iter().map(|event| event.kind.name()).collect()
}

#[test]
fn a_hold_is_told_when_it_is_placed_and_when_it_is_released_and_never_again() {
    let (placed, released) = (booked(None), booked(Some(at("2026-04-01T00:00:00Z"))));
    assert_eq!(kinds(None, &placed), ["placed"]);
    assert_eq!(kinds(Some(&placed), &placed), [""; 0], "a row that is written again says nothing");
    assert_eq!(kinds(Some(&placed), &released), ["released"]);
    assert_eq!(kinds(Some(&released), &released), [""; 0]);
    assert_eq!(kinds(None, &released), ["placed", "released"], "a row that nobody saw before tells what it is");
    let told = |before: Option<&BookedHold>| hold_events(before, &released);
    assert_eq!(told(None)[1], told(Some(&placed))[0], "the same fact has the same id");
    assert_ne!(told(None)[0].event_id, told(None)[1].event_id);
}

#[test]
fn an_event_of_a_hold_holds_a_reference_and_dates_and_nothing_else() {
    let (placed, released) = (booked(None), booked(Some(at("2026-04-01T00:00:00Z"))));
    let text = serde_json::to_string_pretty(&hold_events(Some(&placed), &released)[0]).unwrap();
    for secret in ["alder", "mia", "Bern", "Zoe", "file 7"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../../docs/hold-event.schema.json")).unwrap();
    let event: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&schema["properties"]), names(&event));
    assert_eq!(schema["required"].as_array().unwrap().len(), names(&event).len() - 1, "all but `released_at`");
    let kinds = serde_json::json!(HoldKind::ALL.map(HoldKind::name));
    assert_eq!(schema["properties"]["kind"]["enum"], kinds);
    expect_test::expect![[r#"
        {
          "version": 1,
          "event_id": "6d54e0f4fcdc6585c67066df3e60f6d7",
          "kind": "released",
          "hold_ref": "dbe51844c179",
          "classes": [
            "billing-records"
          ],
          "placed_at": "2026-03-10T12:00:00.000Z",
          "review_by": "2026-05-01",
          "released_at": "2026-04-01T00:00:00.000Z"
        }"#]]
    .assert_eq(&text);
}
