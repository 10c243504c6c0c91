use proptest::prelude::*;

use super::*;

#[test]
fn rules_print_as_they_were_written() {
    for text in [
        "months:1 tz:Europe/Brussels roll:none",
        "min(months:1,days:30) tz:Europe/Brussels roll:none",
        "chain(min(months:1,days:30),chain(bdays:2,years:0)) cal:WEEKDAYS tz:UTC",
        "chain(hours:24,hours:48)",
        "chain(hours:24,days:1) tz:Asia/Kolkata",
        "min(hours:72,days:3) tz:Etc/GMT+5 roll:DE",
        "bdays:10 cal:US_FED tz:America/Los_Angeles",
        "months:1 tz:Europe/London roll:EW pause_days:11",
        "years:7 tz:UTC anchor:2026-12-31",
        "days:45 tz:America/Los_Angeles #verified 2026-05-20",
        "days:45 #",
        "days:45 ## one # two",
        "hours:72",
    ] {
        let rule = Rule::parse(text).unwrap();
        assert_eq!(rule.to_string(), text);
        assert_eq!(Rule::try_from(String::from(rule.clone())), Ok(rule));
    }
}

#[test]
fn spaces_and_the_order_of_tokens_do_not_matter() {
    let cases = [
        ("  days:45\troll:none   tz:UTC  ", "days:45 tz:UTC roll:none"),
        ("min( months:1 , days:30 ) tz:UTC", "min(months:1,days:30) tz:UTC"),
        ("days:1#note", "days:1 #note"),
        ("days:007", "days:7"),
        ("anchor:2026-01-01", "bad rule at `anchor:2026-01-01`: not a way to count"),
    ];
    for (text, expected) in cases {
        let printed = Rule::parse(text).map_or_else(|error| error.to_string(), |rule| rule.to_string());
        assert_eq!(printed, expected, "{text}");
    }
}

#[test]
fn a_bad_rule_is_refused_by_the_piece_that_is_bad() {
    let nested = format!("{}days:1{}", "min(".repeat(17), ",days:1)".repeat(17));
    let cases = [
        ("", "(end)"),
        ("   ", "(end)"),
        ("# only a note", "(end)"),
        ("30 days", "30"),
        ("weeks:2", "weeks:2"),
        ("Days:2", "Days:2"),
        ("days", "days"),
        ("days:", "days:"),
        ("days:-1", "days:-1"),
        ("days:+1", "days:+1"),
        ("days:1.5", "days:1.5"),
        ("days:30x", "days:30x"),
        ("days:100000", "days:100000"),
        ("days:99999999999999999999", "days:99999999999999999999"),
        ("days:٣", "days:٣"),
        ("bdays:0", "bdays:0"),
        ("min(days:1)", ")"),
        ("min(days:1,days:2", "(end)"),
        ("min(days:1,days:2,days:3)", ",days:3)"),
        ("min(days:1;days:2)", ";days:2)"),
        ("max(days:1,days:2)", "max(days:1,days:2)"),
        ("min(days:1,weeks:2) tz:UTC", "weeks:2)"),
        ("min(days:1,days:2)tz:UTC", "min(days:1,days:2)tz:UTC"),
        (nested.as_str(), "min(days:1,days:1),days:1),days:1),days:"),
        ("chain(days:1,hours:2)", "chain(days:1,hours:2)"),
        ("chain(min(hours:1,days:1),hours:2)", "chain(min(hours:1,days:1),hours:2)"),
        ("days:1 days:2", "days:2"),
        ("days:1 tz:", "tz:"),
        ("days:1 tz:Europe\\Brussels", "tz:Europe\\Brussels"),
        ("days:1 tz:UTC tz:UTC", "tz:UTC"),
        ("days:1 roll:weekend", "roll:weekend"),
        ("days:1 roll:US_FED", "roll:US_FED"),
        ("bdays:1 cal:DE", "cal:DE"),
        ("days:1 cal:US_FED", "cal:US_FED"),
        ("days:1 pause_days:-3", "pause_days:-3"),
        ("days:1 pause_days:+3", "pause_days:+3"),
        ("days:1 pause_days:", "pause_days:"),
        ("hours:1 pause_days:3", "pause_days:3"),
        ("days:1 anchor:2026-02-30", "anchor:2026-02-30"),
        ("days:1 anchor:20260101", "anchor:20260101"),
        ("days:1 anchor:2026-01-01T12:00:00", "anchor:2026-01-01T12:00:00"),
        ("hours:1 anchor:2026-01-01", "anchor:2026-01-01"),
        ("days:1 color:red", "color:red"),
        ("days:1 nonsense", "nonsense"),
    ];
    for (text, token) in cases {
        assert_eq!(Rule::parse(text).map_err(|error| error.token), Err(token.to_owned()), "{text}");
    }
}

#[test]
fn a_bare_rule_says_nothing_but_its_count() {
    for bare in ["months:1", "bdays:10 cal:US_FED", "min(hours:1,days:1)"] {
        assert!(Rule::parse(bare).unwrap().is_bare(), "{bare}");
    }
    for more in ["tz:UTC", "roll:none", "pause_days:0", "anchor:2026-12-31", "#"] {
        assert!(!Rule::parse(&format!("days:1 {more}")).unwrap().is_bare(), "{more}");
    }
}

#[test]
fn only_what_counts_business_days_has_a_calendar() {
    for op in ["min(days:1,bdays:2)", "min(bdays:2,days:1)", "chain(days:1,bdays:2)", "chain(bdays:2,years:1)"] {
        assert!(Rule::parse(&format!("{op} cal:US_FED")).is_ok(), "{op}");
    }
    for op in ["min(days:1,months:2)", "chain(days:1,years:2)", "hours:3"] {
        assert!(Rule::parse(&format!("{op} cal:US_FED")).is_err(), "{op}");
    }
}

#[test]
fn what_is_as_long_as_it_may_be_is_read() {
    let zone = "A".repeat(64);
    assert_eq!(Rule::parse(&format!("days:99999 tz:{zone}")).unwrap().time_zone(), Some(zone.as_str()));
    assert!(Rule::parse(&format!("days:99999 tz:{zone}A")).is_err());
    let nested = |depth: usize| format!("{}days:1{}", "min(".repeat(depth), ",days:1)".repeat(depth));
    assert!(Rule::parse(&nested(16)).is_ok() && Rule::parse(&nested(17)).is_err());
    let nested = |depth: usize| format!("{}days:1{}", "min(days:1,".repeat(depth), ")".repeat(depth));
    assert!(Rule::parse(&nested(16)).is_ok() && Rule::parse(&nested(17)).is_err());
}

pub(crate) fn any_op() -> impl Strategy<Value = Op> {
    let n = 0..=COUNT_MAX;
    let leaf = prop_oneof![
        n.clone().prop_map(Op::Months),
        n.clone().prop_map(Op::Days),
        (1..=COUNT_MAX).prop_map(Op::BusinessDays),
        n.clone().prop_map(Op::Hours),
        n.prop_map(Op::Years),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let pair = (inner.clone(), inner);
        prop_oneof![
            pair.clone().prop_map(|(a, b)| Op::Min(Box::new(a), Box::new(b))),
            pair.prop_map(|(a, b)| Op::Chain(Box::new(a), Box::new(b))),
        ]
    })
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let zone = proptest::option::of("[A-Z][a-z]{2,8}/[A-Z][a-z_+-]{2,8}");
    let calendar = proptest::option::of(proptest::sample::select(BusinessCalendar::ALL.to_vec()));
    let roll = proptest::option::of(proptest::sample::select(Roll::ALL.to_vec()));
    let anchor = proptest::option::of((1i16..=9999, 1i8..=12, 1i8..=28));
    let anchor = anchor.prop_map(|date| date.map(|(year, month, day)| Date::new(year, month, day).unwrap()));
    let note = proptest::option::of("\\PC{0,20}".prop_map(|note: String| note.trim().to_owned()));
    (any_op(), calendar, zone, roll, proptest::option::of(0..=COUNT_MAX), anchor, note).prop_map(
        |(op, calendar, time_zone, roll, pause_days, anchor, note)| {
            let is_dated = !op.has_hours();
            Rule {
                calendar: calendar.filter(|_| op.has_business_days()),
                time_zone,
                roll,
                pause_days: pause_days.filter(|_| is_dated),
                anchor: anchor.filter(|_| is_dated),
                note,
                op,
            }
        },
    )
}

fn nests_hours_after_a_date(op: &Op) -> bool {
    match op {
        Op::Months(_) | Op::Days(_) | Op::BusinessDays(_) | Op::Hours(_) | Op::Years(_) => false,
        Op::Min(a, b) => nests_hours_after_a_date(a) || nests_hours_after_a_date(b),
        Op::Chain(a, b) => {
            (a.may_end_at_a_date() && b.has_hours()) || nests_hours_after_a_date(a) || nests_hours_after_a_date(b)
        }
    }
}

proptest! {
    #[test]
    fn a_printed_rule_parses_to_itself(rule in any_rule()) {
        let parsed = Rule::parse(&rule.to_string());
        if nests_hours_after_a_date(&rule.op) {
            prop_assert!(parsed.is_err());
        } else {
            prop_assert_eq!(parsed, Ok(rule));
        }
    }

    #[test]
    fn any_text_is_a_rule_or_an_error(text in "\\PC*") {
        let _ = Rule::parse(&text);
    }

    #[test]
    fn any_text_made_of_pieces_is_a_rule_or_an_error(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "min(", "chain(", "days:", "bdays:", "hours:", "1", "99999", ",", ")", " ", "tz:", "UTC", "roll:", "EW",
                "cal:", "US_FED", "anchor:", "2026-02-28", "pause_days:", "#", "é",
            ]),
            0..24,
        ),
    ) {
        let text: String = pieces.concat();
        if let Ok(rule) = Rule::parse(&text) {
            prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
        }
    }
}
