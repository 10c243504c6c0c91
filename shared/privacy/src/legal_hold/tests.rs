mod placing;
mod scope;
mod whole;

use super::*;
use crate::memory::{built_in_map, place, user_place};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-10T12:00:00Z")
}

fn hold() -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse("alder").unwrap(),
            connection: None,
            contact: None,
            user: None,
            classes: BTreeSet::new(),
            from: None,
            until: None,
        },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: now(),
        review_by: "2026-06-08".parse().unwrap(),
    }
}

#[test]
fn what_people_wrote_about_it_is_never_printed() {
    let printed = format!("{:?}", hold());
    for word in ["court", "counsel", "file 7"] {
        assert!(!printed.contains(word), "{printed}");
    }
    assert!(Note::parse(" ").is_err() && Note::parse(&"x".repeat(501)).is_err());
    assert!(Note::parse(&"ж".repeat(500)).is_ok() && Note::parse(&"ж".repeat(501)).is_err(), "characters");
    assert!(HoldId::parse("Hold#0001").is_err() && HoldId::parse("short").is_err());
}
