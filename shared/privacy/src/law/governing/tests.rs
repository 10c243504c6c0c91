use std::collections::BTreeMap;

use super::*;
use crate::law::dates::Receipt;
use crate::law::tests::{law, problem};

#[test]
fn everybody_has_a_date_for_everything_they_may_ask() {
    let law = law();
    let receipt = Receipt { received_at: "2026-01-31T12:00:00Z".parse().unwrap(), person_zone: None, paused_days: 0 };
    let mut table = String::new();
    for regime in law.model().regime.keys() {
        let mut kinds: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
        for kind in Kind::ALL {
            let governing = law.governing_row(regime, kind).unwrap();
            assert_eq!(governing.basis == Basis::Own, governing.row.regime_name == regime, "{regime} {kind:?}");
            let legal_due = governing.row.dates(&receipt).unwrap().legal_due.due_by;
            let date = format!("{} {}", legal_due.date, legal_due.time_zone);
            kinds.entry((governing.basis.as_str(), date)).or_default().push(kind.as_str());
        }
        for ((basis, date), kinds) in kinds {
            table.push_str(&format!("{regime}: {}: {date} {basis}\n", kinds.join(" ")));
        }
    }
    expect_test::expect_file!["table.txt"].assert_eq(&table);
}

#[test]
fn the_categories_of_data_are_told_no_later_than_the_data_itself() {
    let law = law();
    for received_at in ["2026-01-31T12:00:00Z", "2026-03-05T12:00:00Z"] {
        let receipt = Receipt { received_at: received_at.parse().unwrap(), person_zone: None, paused_days: 0 };
        for regime in law.model().regime.keys() {
            let due =
                |kind| law.governing_row(regime, kind).unwrap().row.dates(&receipt).unwrap().legal_due.due_by.date;
            let (know, access) = (due(Kind::Know), due(Kind::Access));
            assert!(know <= access, "{regime} {received_at}: {know} is later than {access}");
        }
    }
}

#[test]
fn what_a_law_does_not_give_is_answered_by_the_row_of_the_fallback() {
    let law = law();
    let cases = [
        ("EU_GDPR", Kind::Access, "EU_GDPR", Basis::Own),
        ("CA_QC", Kind::Access, "CA_QC_LAW25", Basis::Own),
        ("EU_GDPR", Kind::Limit, "UNKNOWN", Basis::FallbackUnknown),
        ("AU_APP12", Kind::Erasure, "UNKNOWN", Basis::FallbackUnknown),
        ("CA_CCPA", Kind::Appeal, "UNKNOWN", Basis::NoRight),
        ("US_UT", Kind::Appeal, "UNKNOWN", Basis::NoRight),
        ("US_IA", Kind::Correction, "UNKNOWN", Basis::NoRight),
        ("UNKNOWN", Kind::Appeal, "UNKNOWN", Basis::Own),
    ];
    for (regime, kind, row, basis) in cases {
        let governing = law.governing_row(regime, kind).unwrap();
        assert_eq!((governing.row.regime_name, governing.basis), (row, basis), "{regime} {kind:?}");
    }
    assert_eq!(law.governing_row("ATLANTIS", Kind::Access).unwrap_err().to_string(), "no regime ATLANTIS");
}

#[test]
fn a_fallback_that_does_not_answer_everything_is_not_built() {
    let problem = problem("regimes = [\"UNKNOWN\"]", "\"complaint\"]", "\"know\"]");
    assert!(problem.contains("UNKNOWN has a second deadline for know"), "{problem}");
    let problem = self::problem("regimes = [\"UNKNOWN\"]", ", \"complaint\"]", "]");
    assert!(problem.contains("[rights]: UNKNOWN has no deadline for complaint"), "{problem}");
}
