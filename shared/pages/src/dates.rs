//! Dates and numbers written out for people. A no-break space keeps a day and its month on one line.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use maud::{Markup, html};
use privacy::deadline::DueBy;
use privacy::instant;

/// `23 November 2026, 18:25 UTC`, without markup.
#[must_use]
pub fn spoken_moment(at: Timestamp) -> String {
    at.strftime("%-d\u{a0}%B %Y, %H:%M UTC").to_string()
}

/// `23 November 2026`, without markup.
#[must_use]
pub fn spoken_day(date: Date) -> String {
    date.strftime("%-d\u{a0}%B %Y").to_string()
}

/// `23 November 2026, 18:25 UTC`
pub fn moment(at: Timestamp) -> Markup {
    html! { time datetime=(instant::to_text(at)) { (spoken_moment(at)) } }
}

/// `23 November 2026`
pub fn day(date: Date) -> Markup {
    html! { time datetime=(date) { (spoken_day(date)) } }
}

/// `the end of 23 December 2026 (UTC)`: a promise holds for the whole of its last day.
pub fn end_of(due_by: &DueBy) -> Markup {
    html! { "the end of " (day(due_by.date)) " (" (due_by.time_zone) ")" }
}

/// `7 years`
pub fn span(span: &Span) -> String {
    let parts = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (i64::from(span.get_weeks()), "week"),
        (i64::from(span.get_days()), "day"),
        (i64::from(span.get_hours()), "hour"),
    ];
    let named = parts.iter().filter(|(count, _)| *count != 0);
    let texts = named.map(|(count, unit)| format!("{count}\u{a0}{unit}{}", if *count == 1 { "" } else { "s" }));
    texts.collect::<Vec<_>>().join(" and ")
}

/// `1,234,567`
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_out_and_readable_by_machines() {
        let at: Timestamp = "2026-11-03T08:05:59.120Z".parse().unwrap();
        let spaced = |markup: Markup| markup.into_string().replace('\u{a0}', " ");
        assert_eq!(
            spaced(moment(at)),
            r#"<time datetime="2026-11-03T08:05:59.120Z">3 November 2026, 08:05 UTC</time>"#
        );
        let due_by = DueBy { date: "2026-12-23".parse().unwrap(), time_zone: "UTC".to_owned() };
        assert_eq!(spaced(end_of(&due_by)), r#"the end of <time datetime="2026-12-23">23 December 2026</time> (UTC)"#);
    }

    #[test]
    fn spans_are_written_out() {
        for (text, expected) in
            [("P7Y", "7 years"), ("P12M", "12 months"), ("P1D", "1 day"), ("P1Y6M", "1 year and 6 months")]
        {
            assert_eq!(span(&text.parse().unwrap()).replace('\u{a0}', " "), expected);
        }
    }

    #[test]
    fn long_numbers_are_grouped() {
        for (count, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")]
        {
            assert_eq!(grouped(count), expected);
        }
    }
}
