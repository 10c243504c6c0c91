//! Compares spans of the calendar by what they can come to: a month has 28 to 31 days, a year 365 or 366. Two spans are compared from
//! the same starting days, so that a year is as long as twelve months, and `P1M` is neither within `P30D` nor is `P30D` within `P1M`.

use jiff::Span;
use jiff::civil::{Date, DateTime};

/// Every month begins at one of these, and leap days lie at every distance from some of them.
const YEARS: std::ops::Range<i16> = 2020..2029;

/// The first and the last day of every month of nine years.
fn starts() -> impl Iterator<Item = DateTime> {
    let firsts = YEARS.flat_map(|year| (1..=12).filter_map(move |month| Date::new(year, month, 1).ok()));
    firsts.flat_map(|first| [first, first.last_of_month()]).map(|date| date.at(0, 0, 0, 0))
}

/// Whether something holds from whatever day on; not, where a span leads beyond the calendar.
fn always(spans: &[&[&Span]], holds: impl Fn(DateTime) -> Option<bool>) -> bool {
    // What has neither months nor years is as long from every day.
    let is_of_days = |span: &&Span| span.get_months() == 0 && span.get_years() == 0;
    let needed = if spans.iter().copied().flatten().all(is_of_days) { 1 } else { usize::MAX };
    starts().take(needed).all(|start| holds(start).unwrap_or(false))
}

/// Where a sum of spans leads from a start; those after the first may be taken off.
fn end(start: DateTime, plus: &[&Span], minus: &[&Span]) -> Option<DateTime> {
    let added = plus.iter().try_fold(start, |at, span| at.checked_add(**span).ok())?;
    minus.iter().try_fold(added, |at, span| at.checked_sub(**span).ok())
}

/// Whether `one` is never longer than `other`, whatever day it begins on.
pub(super) fn within(one: &Span, other: &Span) -> bool {
    sum_within(&[one], &[], &[other])
}

/// Whether `one` is always shorter than `other`.
pub(super) fn shorter(one: &Span, other: &Span) -> bool {
    always(&[&[one, other]], |start| Some(end(start, &[one], &[])? < end(start, &[other], &[])?))
}

/// Whether both always end on the same day.
pub(super) fn same(one: &Span, other: &Span) -> bool {
    within(one, other) && within(other, one)
}

/// Whether all of `plus` less all of `minus` is never longer than the sum of `others`.
pub(super) fn sum_within(plus: &[&Span], minus: &[&Span], others: &[&Span]) -> bool {
    always(&[plus, minus, others], |start| Some(end(start, plus, minus)? <= end(start, others, &[])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    #[test]
    fn spans_are_compared_by_their_worst_case() {
        let cases = [
            ("P1M", "P30D", false),
            ("P30D", "P1M", false),
            ("P28D", "P1M", true),
            ("P1M", "P31D", true),
            ("P3M", "P90D", false),
            ("P3M", "P92D", true),
            ("P89D", "P3M", true),
            ("P1Y", "P12M", true),
            ("P12M", "P1Y", true),
            ("P1Y", "P360D", false),
            ("P365D", "P1Y", true),
            ("P1Y", "P365D", false),
            ("P7Y", "P2520D", false),
            ("P7Y", "P2557D", true),
            ("PT24H", "P1D", true),
            ("P1D", "PT24H", true),
            ("P6W", "P42D", true),
        ];
        for (one, other, expected) in cases {
            assert_eq!(within(&span(one), &span(other)), expected, "{one} within {other}");
        }
        assert!(shorter(&span("P27D"), &span("P1M")) && !shorter(&span("P28D"), &span("P1M")));
        assert!(same(&span("P24M"), &span("P2Y")) && !same(&span("P1M"), &span("P30D")));
    }
}
