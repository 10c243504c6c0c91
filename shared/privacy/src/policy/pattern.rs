//! Key patterns: literal text and `{name}` placeholders, each standing for one segment without separator.

use std::fmt;

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands as it is.
    Literal(String),
    /// One or more characters, none of them a separator.
    Slot(String),
}

/// `contact#{contact}#signal#{instant}#{signal}`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

/// A pattern that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPattern(pub String);

impl fmt::Display for InvalidPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key pattern `{}`: braces do not pair, or two placeholders touch", self.0)
    }
}

impl std::error::Error for InvalidPattern {}

const SEPARATORS: [char; 2] = ['#', '/'];

impl Pattern {
    /// # Errors
    /// [`InvalidPattern`]
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        let invalid = || InvalidPattern(text.to_owned());
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let (literal, after) = rest.split_at(start);
            let (name, tail) = after.get(1..).and_then(|after| after.split_once('}')).ok_or_else(invalid)?;
            if name.is_empty() || name.contains('{') || (literal.is_empty() && !parts.is_empty()) {
                return Err(invalid());
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(Part::Slot(name.to_owned()));
            rest = tail;
        }
        if rest.contains('}') {
            return Err(invalid());
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        if parts.is_empty() { Err(invalid()) } else { Ok(Self(parts)) }
    }

    /// The names of the placeholders, in order.
    pub fn slots(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Slot(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The key with every placeholder filled, or the name of one that has no value.
    ///
    /// # Errors
    /// The name of the placeholder without a value.
    pub fn fill<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> Result<String, String> {
        let mut key = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => key.push_str(text),
                Part::Slot(name) => key.push_str(value(name).ok_or_else(|| name.clone())?),
            }
        }
        Ok(key)
    }

    /// Whether a key is of this pattern.
    #[must_use]
    pub fn matches(&self, key: &str) -> bool {
        let mut rest = key;
        for part in &self.0 {
            match part {
                Part::Literal(text) => match rest.strip_prefix(text.as_str()) {
                    Some(tail) => rest = tail,
                    None => return false,
                },
                Part::Slot(_) => {
                    let end = rest.find(SEPARATORS).unwrap_or(rest.len());
                    if end == 0 {
                        return false;
                    }
                    rest = rest.get(end..).unwrap_or_default();
                }
            }
        }
        rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_one_pattern_or_of_none() {
        let cases = [
            ("connection", "connection", true),
            ("connection", "connections", false),
            ("link#{link}", "link#v1-abc", true),
            ("link#{link}", "link#", false),
            ("contact#{contact}#score", "contact#v1-a#score", true),
            ("contact#{contact}#score", "contact#a#b#score", false),
            ("contact#{c}#signal#{t}#{s}", "contact#a#signal#2026-01-31T12:00:00.000Z#9", true),
            ("contact#{c}#signal#{t}#{s}", "contact#a#signal#9", false),
            ("{t}/{c}/{p}/avatar/{f}", "alder/c1/p1/avatar/a.jpg", true),
            ("{t}/{c}/{p}/avatar/{f}", "alder/c1/p1/attachment/a.jpg", false),
        ];
        for (pattern, key, expected) in cases {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(key), expected, "{pattern} on {key}");
        }
    }

    #[test]
    fn unreadable_patterns_are_refused() {
        for bad in ["", "{", "a{b", "a}b", "{}", "{a}{b}", "{a{b}}"] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn filling_names_what_is_missing() {
        let pattern = Pattern::parse("{tenant}#{connection}").unwrap();
        assert_eq!(pattern.fill(|name| (name == "tenant").then_some("t")), Err("connection".to_owned()));
        assert_eq!(pattern.fill(|_| Some("x")), Ok("x#x".to_owned()));
    }
}
