use super::*;
use crate::clock::model::Kind;
use crate::law::Law;

fn receipt(received_at: &str) -> Receipt {
    Receipt { received_at: received_at.parse().unwrap(), person_zone: None, paused_days: 0 }
}

/// Extends at `now` what was received at `received_at`.
fn extend(regime: &str, kind: Kind, received_at: &str, reason: &str, now: &str) -> Result<RequestDates, NotExtended> {
    let law = Law::built_in().unwrap();
    let row = law.row(regime, kind).unwrap();
    let receipt = receipt(received_at);
    row.extend(&receipt, &row.dates(&receipt).unwrap(), reason, now.parse().unwrap())
}

#[test]
fn new_dates_count_from_the_original_receipt() {
    use Kind::{Access, Appeal};
    // Regime, kind, receipt, decided; legal, rolled, alarm, rule.
    let cases = [
        (
            ("EU_GDPR", Access, "2026-01-31T12:00:00Z", "2026-02-20T12:00:00Z"),
            // Anchored; the alarm goes by the chained reading.
            ("2026-04-30", "2026-04-30", "2026-04-28", "months:3 tz:Europe/Brussels"),
        ),
        (
            ("EU_GDPR", Access, "2026-11-30T12:00:00Z", "2026-12-20T12:00:00Z"),
            ("2027-02-28", "2027-03-01", "2027-02-28", "months:3 tz:Europe/Brussels"),
        ),
        (
            ("UK_GDPR", Access, "2026-01-31T12:00:00Z", "2026-02-20T12:00:00Z"),
            ("2026-04-30", "2026-04-30", "2026-04-28", "months:3 tz:Europe/London"),
        ),
        (
            ("CA_CCPA", Access, "2026-01-01T20:00:00Z", "2026-02-10T20:00:00Z"),
            ("2026-04-01", "2026-04-01", "2026-04-01", "days:90 tz:America/Los_Angeles"),
        ),
        (
            ("US_VA", Access, "2026-02-14T18:00:00Z", "2026-03-01T18:00:00Z"),
            ("2026-05-15", "2026-05-15", "2026-05-15", "days:90 tz:America/New_York"),
        ),
        (
            ("US_IA", Access, "2026-02-14T18:00:00Z", "2026-03-01T18:00:00Z"),
            ("2026-06-29", "2026-06-29", "2026-06-29", "days:135 tz:America/Chicago"),
        ),
        (
            ("US_FL", Access, "2026-02-14T18:00:00Z", "2026-03-01T18:00:00Z"),
            ("2026-04-15", "2026-04-15", "2026-04-15", "days:60 tz:America/New_York"),
        ),
        (
            ("US_CO", Appeal, "2026-07-01T18:00:00Z", "2026-08-01T18:00:00Z"),
            ("2026-10-14", "2026-10-14", "2026-10-14", "days:105 tz:America/Denver"),
        ),
        (
            ("CA_PIPEDA", Access, "2026-01-30T18:00:00Z", "2026-02-10T18:00:00Z"),
            ("2026-03-31", "2026-03-31", "2026-03-31", "days:60 tz:America/Toronto"),
        ),
    ];
    for ((regime, kind, received_at, now), (legal, rolled, alarm, rule)) in cases {
        let dates = extend(regime, kind, received_at, "Many systems", now).unwrap();
        assert_eq!(dates.legal_due.due_by.date.to_string(), legal, "{regime}");
        assert_eq!(dates.legal_due_rolled.unwrap().due_by.date.to_string(), rolled, "{regime}");
        assert_eq!(dates.alarms[4].on.to_string(), alarm, "{regime}");
        assert_eq!(dates.legal_due.rule, rule, "{regime}");
    }
}

#[test]
fn what_is_not_extended_stays() {
    let law = Law::built_in().unwrap();
    let row = law.row("CA_CCPA", Kind::Access).unwrap();
    let receipt = receipt("2026-01-01T20:00:00Z");
    let first = row.dates(&receipt).unwrap();
    let now = "2026-02-10T20:00:00Z".parse().unwrap();
    let dates = row.extend(&receipt, &first, "  Many systems ", now).unwrap();
    assert_eq!(dates.received_date, first.received_date);
    assert_eq!(dates.ack_due, first.ack_due);
    assert_eq!(dates.target_due, first.target_due);
    let first_legal_due = first.legal_due.due_by.date;
    assert_eq!(
        dates.extension,
        Some(Extension { reason: "Many systems".to_owned(), extended_at: now, first_legal_due })
    );
}

#[test]
fn an_extension_is_refused_without_reason_too_late_twice_or_where_there_is_none() {
    use Kind::{Access, Appeal, Erasure, OptOut};
    let received_at = "2026-01-01T20:00:00Z";
    let refused =
        |regime: &str, kind: Kind, reason: &str, now: &str| extend(regime, kind, received_at, reason, now).err();
    for reason in ["", " ", "\t\n"] {
        assert_eq!(refused("CA_CCPA", Access, reason, "2026-02-10T20:00:00Z"), Some(NotExtended::NoReason));
    }
    // The last second of 15 February in Los Angeles, and the first one after it.
    assert_eq!(refused("CA_CCPA", Access, "Many systems", "2026-02-16T07:59:59Z"), None);
    let too_late = Some(NotExtended::TooLate("2026-02-15".parse().unwrap()));
    assert_eq!(refused("CA_CCPA", Access, "Many systems", "2026-02-16T08:00:00Z"), too_late);
    // By policy the first legal date is 31 January, though the law has 1 February.
    let too_late = Some(NotExtended::TooLate("2026-01-31".parse().unwrap()));
    assert_eq!(refused("EU_GDPR", Access, "Many systems", "2026-01-31T22:59:59Z"), None);
    assert_eq!(refused("EU_GDPR", Access, "Many systems", "2026-01-31T23:00:00Z"), too_late);
    for (regime, kind) in [
        ("CA_CCPA", OptOut),
        ("CH_FADP", Access),
        ("BR_LGPD", Access),
        ("CA_QC_LAW25", Access),
        ("KR_PIPA", Erasure),
        ("META_CALLBACK", Erasure),
        ("UNKNOWN", Access),
        ("US_VA", Appeal),
    ] {
        let none = Some(NotExtended::NoExtension(regime.to_owned()));
        assert_eq!(refused(regime, kind, "Many systems", "2026-01-02T20:00:00Z"), none, "{regime}");
    }
    let law = Law::built_in().unwrap();
    let row = law.row("CA_CCPA", Access).unwrap();
    let once = extend("CA_CCPA", Access, received_at, "Many systems", "2026-02-10T20:00:00Z").unwrap();
    let now = "2026-02-11T20:00:00Z".parse().unwrap();
    assert_eq!(row.extend(&receipt(received_at), &once, "More systems", now).err(), Some(NotExtended::Twice));
}
