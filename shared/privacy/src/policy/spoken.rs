//! Spans in what people read: `{promise.disconnect}` stands for the span that this section gives. One that is typed could come to say
//! something else than its section, so a file with one does not build.
//!
//! | placeholder | span |
//! |---|---|
//! | `{promise.<route>}`, `{promise.<route>.work}` | `within`, `work_within` of a promise |
//! | `{phase.<name>}` | `within` of a phase of a termination |
//! | `{platform.<name>}` | `erase_within` of a platform |
//! | `{class.<name>}` | the ceiling of a record class, its floor where it has no ceiling |

use std::collections::BTreeMap;

use jiff::Span;

use super::model::{Model, Route};
use super::processor::Settle;
use super::validate::{InvalidPolicy, invalid};

/// Spans as people say them, by their placeholder.
type Spans = BTreeMap<String, String>;

const UNITS: [&str; 5] = ["hour", "day", "week", "month", "year"];

const NUMBERS: [&str; 17] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "fourteen",
    "fifteen", "thirty", "sixty", "ninety",
];

/// Writes the spans into the texts of a file. A text without placeholders stays as it is.
///
/// # Errors
/// [`InvalidPolicy`] for a placeholder that stands for nothing, which the build has ruled out.
pub fn fill(model: &mut Model) -> Result<(), InvalidPolicy> {
    let mut has_any = false;
    each_text(model, |text| {
        has_any |= text.contains('{');
        Ok(())
    })?;
    if !has_any {
        // As the build has left it: a function that starts counts no spans.
        return Ok(());
    }
    let spans = spans(model);
    each_text(model, |text| {
        if text.contains('{') {
            *text = filled(text, &spans)?;
        }
        Ok(())
    })
}

/// Checks the texts of a file as they are written.
pub(super) fn validate(model: &Model) -> Result<(), InvalidPolicy> {
    let spans = spans(model);
    each_text(&mut model.clone(), |text| {
        if let Some(typed) = typed(text) {
            return Err(format!("`{typed}` is typed: name the section that gives it, such as {{promise.disconnect}}"));
        }
        filled(text, &spans).map(drop)
    })
}

fn spans(model: &Model) -> Spans {
    let mut spans = Spans::new();
    let mut put = |name: String, span: &Span| drop(spans.insert(name, spoken(span)));
    for (route, promise) in &model.promise {
        if let Some(counted) = &promise.counted {
            put(format!("promise.{}", Route::as_str(*route)), &counted.within);
            put(format!("promise.{}.work", Route::as_str(*route)), &counted.work_within);
        }
    }
    for (name, phase) in &model.termination.phase {
        put(format!("phase.{name}"), &phase.within);
    }
    for (name, rule) in &model.platform {
        if let Some(span) = &rule.erase_within {
            put(format!("platform.{name}"), span);
        }
    }
    for (name, class) in &model.class {
        if let Some(span) = class.clock.ceiling.as_ref().or(class.clock.floor.as_ref()) {
            put(format!("class.{name}"), span);
        }
    }
    spans
}

fn each_text(model: &mut Model, mut visit: impl FnMut(&mut String) -> Result<(), String>) -> Result<(), InvalidPolicy> {
    let mut at = |section: &str, name: &str, text: &mut String| {
        visit(text).map_err(|problem| invalid(format!("{section}.{name}"), problem))
    };
    for one in &mut model.instructions {
        for step in one.customer.iter_mut().chain(&mut one.person) {
            at("instructions", &one.platform, step)?;
        }
    }
    for (name, rule) in &mut model.platform {
        at("platform", name, &mut rule.terms)?;
    }
    for (name, processor) in &mut model.processor {
        let retains = match &mut processor.settle {
            Settle::Http(http) => http.retains.as_mut(),
            Settle::OwnInfrastructure(_) | Settle::Expires(_) => None,
        };
        retains.map_or(Ok(()), |retains| at("processor", name, &mut retains.reason))?;
    }
    for (name, class) in &mut model.class {
        class.retained.as_mut().map_or(Ok(()), |retained| at("class", name, &mut retained.reason))?;
    }
    model.kept.iter_mut().try_for_each(|(name, kept)| at("kept", name, &mut kept.reason))
}

/// A text with its placeholders replaced.
fn filled(text: &str, spans: &Spans) -> Result<String, String> {
    let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((literal, tail)) = rest.split_once('{') {
        let (name, after) = tail.split_once('}').ok_or("a placeholder is not closed")?;
        let span = spans.get(name).ok_or_else(|| format!("`{{{name}}}` stands for no span of this file"))?;
        whole.push_str(literal);
        whole.push_str(span);
        rest = after;
    }
    whole.push_str(rest);
    Ok(whole)
}

/// The first span that a text names with a number of its own, outside its placeholders.
fn typed(text: &str) -> Option<String> {
    let literals = text.split('{').enumerate();
    let mut literals = literals
        .map(|(index, part)| if index == 0 { part } else { part.split_once('}').map_or("", |(_, after)| after) });
    literals.find_map(|literal| typed_spans(literal).into_iter().next())
}

/// Every span that a text names with a number of its own: `30 days`, `day 30`.
#[must_use]
pub fn typed_spans(text: &str) -> Vec<String> {
    let words: Vec<String> = text
        .split(|char: char| !char.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let named = words.windows(2).filter_map(|pair| match pair {
        [one, other] if is_number(one) && is_unit(other) => Some(format!("{one} {other}")),
        [one, other] if is_unit(one) && is_digits(other) => Some(format!("{one} {other}")),
        _ => None,
    });
    named.collect()
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_number(word: &str) -> bool {
    is_digits(word) || NUMBERS.contains(&word)
}

fn is_unit(word: &str) -> bool {
    UNITS.contains(&word.strip_suffix('s').unwrap_or(word))
}

/// `30 days`, `7 years`; `two days` for 48 hours: one and two are written out.
fn spoken(span: &Span) -> String {
    let hours = i64::from(span.get_hours());
    let days_of_hours = if hours % 24 == 0 && hours > 24 { hours / 24 } else { 0 };
    let parts = [
        (i64::from(span.get_years()), "year"),
        (i64::from(span.get_months()), "month"),
        (i64::from(span.get_weeks()), "week"),
        (i64::from(span.get_days()) + days_of_hours, "day"),
        (hours - days_of_hours * 24, "hour"),
    ];
    let named = parts.iter().filter(|(count, _)| *count != 0);
    let texts = named.map(|(count, unit)| match count {
        1 => format!("one {unit}"),
        2 => format!("two {unit}s"),
        _ => format!("{count} {unit}s"),
    });
    texts.collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_as_people_say_them() {
        let cases = [
            ("P30D", "30 days"),
            ("P7Y", "7 years"),
            ("PT48H", "two days"),
            ("PT24H", "24 hours"),
            ("P6W", "6 weeks"),
            ("P1Y6M", "one year and 6 months"),
        ];
        for (span, text) in cases {
            assert_eq!(spoken(&span.parse().unwrap()), text);
        }
    }

    #[test]
    fn a_number_beside_a_unit_is_found_however_it_is_written() {
        for (text, found) in [
            ("gone within 30 days.", Some("30 days")),
            ("for Two Days at most", Some("two days")),
            ("nothing after day 30", Some("day 30")),
            ("a 7-year term", Some("7 year")),
            ("within {promise.disconnect} days", None),
            ("kept for hours or weeks only, section 13.4", None),
            ("{a} 90\u{a0}days", Some("90 days")),
        ] {
            assert_eq!(typed(text).as_deref(), found, "{text}");
        }
    }
}
