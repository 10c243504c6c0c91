//! Text to [`Rule`]. Nothing is guessed: what the grammar does not have is refused by name.

use jiff::civil::Date;

use super::rule::{BadRule, BusinessCalendar, Op, Roll, Rule};

/// Longer than any law's period, and short enough to count day by day.
const COUNT_MAX: u32 = 99_999;

/// How deep `min` and `chain` may nest.
const DEPTH_MAX: usize = 16;

const TOKEN_CHARS_MAX: usize = 40;

fn bad(token: &str, problem: &'static str) -> BadRule {
    let token = if token.is_empty() { "(end)" } else { token };
    BadRule { token: token.chars().take(TOKEN_CHARS_MAX).collect(), problem }
}

/// The word that a text begins with.
fn word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

pub(super) fn rule(text: &str) -> Result<Rule, BadRule> {
    let (body, note) = match text.split_once('#') {
        Some((body, note)) => (body, Some(note.trim().to_owned())),
        None => (text, None),
    };
    let body = body.trim();
    let (op, rest) = op(body, 0)?;
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
        return Err(bad(word(body), "a space must follow the count"));
    }
    let mut rule = Rule { op, calendar: None, time_zone: None, roll: None, pause_days: None, anchor: None, note };
    for text in rest.split_whitespace() {
        token(&mut rule, text)?;
    }
    check(&rule)?;
    Ok(rule)
}

fn op(text: &str, depth: usize) -> Result<(Op, &str), BadRule> {
    let text = text.trim_start();
    let (name, rest) = text.split_at(text.find(|letter: char| !letter.is_ascii_lowercase()).unwrap_or(text.len()));
    if let Some(rest) = rest.strip_prefix(':') {
        let (digits, rest) = rest.split_at(rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len()));
        let n = count(digits).ok_or_else(|| bad(word(text), "the count must be a number of up to five digits"))?;
        let op = match name {
            "months" => Op::Months(n),
            "days" => Op::Days(n),
            "bdays" if n == 0 => return Err(bad(word(text), "business days are counted from one on")),
            "bdays" => Op::BusinessDays(n),
            "hours" => Op::Hours(n),
            "years" => Op::Years(n),
            _ => return Err(bad(word(text), "not a way to count")),
        };
        return Ok((op, rest));
    }
    let Some(rest) = rest.strip_prefix('(').filter(|_| matches!(name, "min" | "chain")) else {
        return Err(bad(word(text), "not a way to count"));
    };
    if depth == DEPTH_MAX {
        return Err(bad(word(text), "nested too deeply"));
    }
    let (first, rest) = op(rest, depth + 1)?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(',').ok_or_else(|| bad(word(rest), "a comma must follow"))?;
    let (second, rest) = op(rest, depth + 1)?;
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(')').ok_or_else(|| bad(word(rest), "a closing parenthesis must follow"))?;
    let (first, second) = (Box::new(first), Box::new(second));
    if name == "min" {
        return Ok((Op::Min(first, second), rest));
    }
    if first.may_end_at_a_date() && second.has_hours() {
        return Err(bad(word(text), "hours count from an instant, not from a date"));
    }
    Ok((Op::Chain(first, second), rest))
}

fn count(digits: &str) -> Option<u32> {
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|n| is_plain && *n <= COUNT_MAX)
}

fn token(rule: &mut Rule, text: &str) -> Result<(), BadRule> {
    let (key, value) = text.split_once(':').ok_or_else(|| bad(text, "not a token"))?;
    let is_new = match key {
        "tz" => {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte);
            if value.is_empty() || value.len() > 64 || !value.bytes().all(is_name) {
                return Err(bad(text, "not the name of a time zone"));
            }
            rule.time_zone.replace(value.to_owned()).is_none()
        }
        "roll" => {
            let known = Roll::ALL.into_iter().find(|roll| roll.as_str() == value);
            rule.roll.replace(known.ok_or_else(|| bad(text, "not a way to roll"))?).is_none()
        }
        "cal" => {
            let known = BusinessCalendar::ALL.into_iter().find(|calendar| calendar.as_str() == value);
            rule.calendar.replace(known.ok_or_else(|| bad(text, "not a calendar"))?).is_none()
        }
        "pause_days" => {
            let days = count(value).ok_or_else(|| bad(text, "not a number of up to five digits"))?;
            rule.pause_days.replace(days).is_none()
        }
        "anchor" => {
            // The parser of dates takes more than `2026-12-31`; a rule does not.
            let date: Option<Date> = value.parse().ok().filter(|date: &Date| date.to_string() == value);
            rule.anchor.replace(date.ok_or_else(|| bad(text, "not a date"))?).is_none()
        }
        _ => return Err(bad(text, "not a token")),
    };
    if is_new { Ok(()) } else { Err(bad(text, "given twice")) }
}

/// What each piece allows but their sum does not.
fn check(rule: &Rule) -> Result<(), BadRule> {
    if let Some(calendar) = rule.calendar.filter(|_| !rule.op.has_business_days()) {
        return Err(bad(&format!("cal:{}", calendar.as_str()), "no business days are counted"));
    }
    if let Some(days) = rule.pause_days.filter(|_| rule.op.has_hours()) {
        return Err(bad(&format!("pause_days:{days}"), "hours are not paused"));
    }
    if let Some(date) = rule.anchor.filter(|_| rule.op.has_hours()) {
        return Err(bad(&format!("anchor:{date}"), "hours count from an instant, not from a date"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
