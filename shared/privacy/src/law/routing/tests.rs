use super::*;
use crate::law::tests::law;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn utc(date: &str) -> DueBy {
    DueBy { date: date.parse().unwrap(), time_zone: "UTC".to_owned() }
}

#[test]
fn a_request_that_a_business_decides_is_on_its_way_in_two_weekdays() {
    let cases = [
        ("2026-03-02T00:00:00Z", "2026-03-04", ["2026-03-09", "2026-03-16", "2026-03-23"]),
        ("2026-03-06T23:59:59Z", "2026-03-10", ["2026-03-13", "2026-03-20", "2026-03-27"]),
        ("2026-03-07T12:00:00Z", "2026-03-10", ["2026-03-14", "2026-03-21", "2026-03-28"]),
        // Holidays give us no more time.
        ("2026-12-24T12:00:00Z", "2026-12-28", ["2026-12-31", "2027-01-07", "2027-01-14"]),
    ];
    for (received_at, due, reminders) in cases {
        let dates = law().processor_dates(at(received_at)).unwrap();
        assert_eq!((dates.reply_due, dates.forward_due), (utc(due), utc(due)), "{received_at}");
        assert_eq!(dates.reminders_on, reminders.map(utc), "{received_at}");
    }
}

#[test]
fn a_child_s_data_rests_at_once_and_is_gone_in_ten_days() {
    for (reported_at, erase_due) in [("2026-02-20T23:30:00Z", "2026-03-02"), ("2028-02-20T00:00:00Z", "2028-03-01")] {
        let dates = law().child_dates(at(reported_at)).unwrap();
        assert_eq!(dates, ChildDates { quarantine_by: at(reported_at), erase_due: utc(erase_due) });
    }
}

#[test]
fn a_clock_that_is_missing_or_ends_otherwise_gives_no_date() {
    let mut model = law().model().clone();
    let hours = model.clock["CHILD_QUARANTINE"].clone();
    model.clock.insert("PROCESSOR_REPLY".to_owned(), hours);
    model.clock.remove("CHILD_ERASURE");
    let law = Law::new(model).unwrap();
    let error = law.processor_dates(at("2026-03-02T00:00:00Z")).unwrap_err();
    assert_eq!(error, NoRoutingDate::Shape("PROCESSOR_REPLY"));
    let error = law.child_dates(at("2026-03-02T00:00:00Z")).unwrap_err();
    assert_eq!(error.to_string(), "no rule of its own for the regime `CHILD_ERASURE`");
}
