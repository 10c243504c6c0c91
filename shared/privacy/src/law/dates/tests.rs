use super::*;
use crate::clock::model::Kind;
use crate::law::Law;

pub(crate) fn receipt(received_at: &str) -> Receipt {
    Receipt { received_at: received_at.parse().unwrap(), person_zone: None, paused_days: 0 }
}

fn dates(regime: &str, kind: Kind, receipt: &Receipt) -> RequestDates {
    Law::built_in().unwrap().row(regime, kind).unwrap().dates(receipt).unwrap()
}

fn day(set: &SetDate) -> String {
    set.due_by.date.to_string()
}

#[test]
fn each_regime_sets_its_four_dates() {
    use Kind::{Access, Appeal, Complaint, ConsentWithdrawal, Erasure, OptOut};
    // Regime, kind, receipt; ack, target, legal, rolled.
    let cases = [
        // Policy: 30 days; law: a month.
        ("EU_GDPR", Access, "2026-07-31T12:00:00Z", "2026-07-31", "2026-08-25", "2026-08-30", "2026-08-31"),
        ("EU_GDPR", Access, "2026-01-31T12:00:00Z", "2026-01-31", "2026-02-23", "2026-02-28", "2026-03-02"),
        ("EU_GDPR", Erasure, "2026-03-05T12:00:00Z", "2026-03-05", "2026-03-30", "2026-04-04", "2026-04-06"),
        ("UK_GDPR", Access, "2026-11-25T12:00:00Z", "2026-11-25", "2026-12-20", "2026-12-25", "2026-12-29"),
        ("UK_GDPR", Complaint, "2026-06-19T12:00:00Z", "2026-07-19", "2026-07-14", "2026-07-19", "2026-07-19"),
        ("CH_FADP", Access, "2026-01-31T12:00:00Z", "2026-01-31", "2026-02-25", "2026-03-02", "2026-03-02"),
        ("CA_CCPA", Access, "2026-01-01T20:00:00Z", "2026-01-15", "2026-01-29", "2026-02-15", "2026-02-15"),
        ("CA_CCPA", Erasure, "2026-12-18T18:00:00Z", "2027-01-05", "2027-01-15", "2027-02-01", "2027-02-01"),
        ("CA_CCPA", OptOut, "2026-12-15T18:00:00Z", "2026-12-15", "2027-01-02", "2027-01-07", "2027-01-07"),
        ("US_VA", Access, "2026-02-14T18:00:00Z", "2026-02-14", "2026-03-14", "2026-03-31", "2026-03-31"),
        ("US_VA", Appeal, "2026-07-01T18:00:00Z", "2026-07-01", "2026-07-29", "2026-08-30", "2026-08-30"),
        ("US_IA", Access, "2026-10-03T18:00:00Z", "2026-10-03", "2026-10-31", "2027-01-01", "2027-01-01"),
        ("US_RI", ConsentWithdrawal, "2026-02-20T18:00:00Z", "2026-02-20", "2026-03-02", "2026-03-07", "2026-03-07"),
        ("BR_LGPD", Access, "2026-02-20T15:00:00Z", "2026-02-20", "2026-03-02", "2026-03-07", "2026-03-07"),
        ("KR_PIPA", Erasure, "2026-02-20T15:00:00Z", "2026-02-21", "2026-02-26", "2026-03-03", "2026-03-03"),
        ("META_CALLBACK", Erasure, "2028-01-31T12:00:00Z", "2028-01-31", "2028-02-25", "2028-03-01", "2028-03-01"),
        ("UNKNOWN", Access, "2026-01-30T12:00:00Z", "2026-02-13", "2026-02-23", "2026-02-28", "2026-02-28"),
        ("UNKNOWN", Access, "2026-07-31T12:00:00Z", "2026-08-14", "2026-08-25", "2026-08-30", "2026-08-30"),
    ];
    for (regime, kind, received_at, ack, target, legal, rolled) in cases {
        let dates = dates(regime, kind, &receipt(received_at));
        let got = [day(&dates.ack_due), day(&dates.target_due), day(&dates.legal_due)];
        assert_eq!(got, [ack, target, legal], "{regime} {kind:?} {received_at}");
        assert_eq!(day(&dates.legal_due_rolled.unwrap()), rolled, "{regime} {kind:?} {received_at}");
    }
}

#[test]
fn every_date_carries_the_rule_that_gives_it_again() {
    let law = Law::built_in().unwrap();
    let received_at = "2026-05-05T12:00:00Z";
    for row in &law.model().deadline {
        for (regime, kind) in row.regimes.iter().flat_map(|name| row.kinds.iter().map(move |kind| (name, *kind))) {
            let dates = dates(regime, kind, &receipt(received_at));
            for set in [&dates.ack_due, &dates.target_due, &dates.legal_due, dates.legal_due_rolled.as_ref().unwrap()] {
                let rule = Rule::parse(&set.rule).unwrap();
                assert_eq!(rule.time_zone(), Some(set.due_by.time_zone.as_str()), "{regime} {}", set.rule);
                let again = rule.due(received_at.parse().unwrap(), law.holidays()).unwrap();
                assert_eq!(again.to_string(), day(set), "{regime} {}", set.rule);
            }
        }
    }
    let dates = dates("UK_GDPR", Kind::Access, &Receipt { paused_days: 10, ..receipt(received_at) });
    assert_eq!(dates.ack_due.rule, "days:0 tz:Europe/London");
    assert_eq!(dates.target_due.rule, "days:25 tz:Europe/London #the target: min(28, legal days - 5)");
    assert_eq!(dates.legal_due.rule, "min(months:1,days:30) tz:Europe/London");
    assert_eq!(dates.legal_due_rolled.unwrap().rule, "months:1 tz:Europe/London roll:EW pause_days:10");
}

#[test]
fn a_pause_moves_the_date_that_is_shown_and_no_other() {
    let (still, paused) =
        (receipt("2026-05-05T12:00:00Z"), Receipt { paused_days: 10, ..receipt("2026-05-05T12:00:00Z") });
    for (regime, shown) in [("EU_GDPR", "2026-06-15"), ("UK_GDPR", "2026-06-15"), ("CA_CCPA", "2026-06-19")] {
        let (still, paused) = (dates(regime, Kind::Access, &still), dates(regime, Kind::Access, &paused));
        assert_eq!(day(paused.legal_due_rolled.as_ref().unwrap()), shown, "{regime}");
        assert_eq!(RequestDates { legal_due_rolled: still.legal_due_rolled.clone(), ..paused }, still, "{regime}");
    }
}

#[test]
fn waiting_is_counted_without_its_last_day() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let cases = [
        ("2026-05-07T09:00:00Z", "2026-05-17T17:00:00Z", 10),
        ("2026-05-07T09:00:00Z", "2026-05-07T17:00:00Z", 0),
        // Two dates in London, an hour apart.
        ("2026-05-07T22:30:00Z", "2026-05-07T23:30:00Z", 1),
        // Clock changes make no day longer: 28 March to 30 March is two days.
        ("2026-03-28T23:30:00Z", "2026-03-30T00:30:00Z", 2),
        ("2026-05-17T17:00:00Z", "2026-05-07T09:00:00Z", 0),
    ];
    for (asked_at, answered_at, days) in cases {
        assert_eq!(elapsed_days(at(asked_at), at(answered_at), "Europe/London"), Ok(days), "{asked_at}");
    }
}

#[test]
fn the_alarms_ring_days_before_and_on_the_day() {
    let alarms = |regime: &str, kind: Kind, receipt: &Receipt| {
        dates(regime, kind, receipt).alarms.map(|alarm| format!("{:?} {}", alarm.kind, alarm.on))
    };
    assert_eq!(
        alarms("CA_CCPA", Kind::Access, &receipt("2026-01-01T20:00:00Z")),
        ["Ack 2026-01-15", "TargetNear 2026-01-22", "Target 2026-01-29", "LegalNear 2026-02-12", "Legal 2026-02-15"]
    );
    assert_eq!(
        alarms("EU_GDPR", Kind::Access, &receipt("2026-07-31T12:00:00Z")),
        ["Ack 2026-07-31", "TargetNear 2026-08-18", "Target 2026-08-25", "LegalNear 2026-08-27", "Legal 2026-08-30"]
    );
    // Ten days: the first alarm would lie before the receipt.
    assert_eq!(
        alarms("KR_PIPA", Kind::Erasure, &receipt("2026-02-20T12:00:00Z")),
        ["Ack 2026-02-20", "TargetNear 2026-02-20", "Target 2026-02-25", "LegalNear 2026-02-27", "Legal 2026-03-02"]
    );
    let dates = dates("CA_CCPA", Kind::Access, &receipt("2026-01-01T20:00:00Z"));
    assert_eq!(dates.alarms[4].at.to_string(), "2026-02-15T08:00:00Z");
    assert_eq!(dates.legal_due.due_by.at().unwrap().to_string(), "2026-02-16T07:59:59Z");
}

#[test]
fn alarms_count_business_days_without_holidays() {
    let of = |regime: &str, kind: Kind| dates(regime, kind, &receipt("2026-12-15T18:00:00Z"));
    let opt_out = of("CA_CCPA", Kind::OptOut);
    assert_eq!((day(&opt_out.legal_due), opt_out.alarms[4].on.to_string()), ("2027-01-07".into(), "2027-01-05".into()));
    let know = of("CA_CCPA", Kind::Know);
    assert_eq!((day(&know.ack_due), know.alarms[0].on.to_string()), ("2026-12-30".into(), "2026-12-29".into()));
    // Whoever lives in California without saying so.
    let unknown = of("UNKNOWN", Kind::Limit);
    assert_eq!((day(&unknown.legal_due), unknown.alarms[4].on.to_string()), ("2027-01-14".into(), "2027-01-05".into()));
}

#[test]
fn alarms_go_by_the_zone_whose_date_is_earlier() {
    // 1 March in Brussels and Auckland, 28 February in Los Angeles.
    let received_at = "2026-03-01T07:00:00Z";
    let of = |zone: Option<&str>| {
        let receipt = Receipt { person_zone: zone.map(str::to_owned), ..receipt(received_at) };
        let dates = dates("EU_GDPR", Kind::Access, &receipt);
        (dates.received_date.to_string(), day(&dates.legal_due), dates.alarms[4].on.to_string())
    };
    let expect = |received: &str, legal: &str, alarm: &str| (received.to_owned(), legal.to_owned(), alarm.to_owned());
    assert_eq!(of(None), expect("2026-03-01", "2026-03-31", "2026-03-31"));
    assert_eq!(of(Some("Pacific/Auckland")), expect("2026-03-01", "2026-03-31", "2026-03-31"));
    assert_eq!(of(Some("America/Los_Angeles")), expect("2026-03-01", "2026-03-31", "2026-03-28"));
    let nowhere = Receipt { person_zone: Some("Nowhere".to_owned()), ..receipt(received_at) };
    let law = Law::built_in().unwrap();
    let error = law.row("EU_GDPR", Kind::Access).unwrap().dates(&nowhere).unwrap_err();
    assert_eq!(error.to_string(), "unknown time zone `Nowhere`");
}

#[test]
fn a_year_without_a_table_costs_the_shown_date_only() {
    let uk = dates("UK_GDPR", Kind::Access, &receipt("2027-12-10T12:00:00Z"));
    assert_eq!(day(&uk.legal_due), "2028-01-09");
    let error = uk.legal_due_rolled.unwrap_err();
    assert_eq!(error.to_string(), "the calendar EW does not know the year 2028");
    // No federal table: the strict reading, and the date says so.
    let opt_out = dates("CA_CCPA", Kind::OptOut, &receipt("2036-12-29T18:00:00Z"));
    assert_eq!(opt_out.legal_due.rule, "bdays:15 cal:WEEKDAYS tz:America/Los_Angeles");
    assert_eq!(day(&opt_out.legal_due), "2037-01-19");
    assert_eq!(opt_out.alarms[4].on, opt_out.legal_due.due_by.date);
    assert!(opt_out.legal_due_rolled.is_err());
}
