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
        self.capture(key).is_some()
    }

    /// What stands for each placeholder of a key, in order; `None` when the key is not of this pattern.
    #[must_use]
    pub fn capture<'a>(&'a self, key: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let mut rest = key;
        let mut found = Vec::new();
        for part in &self.0 {
            match part {
                Part::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
                Part::Slot(name) => {
                    let end = rest.find(SEPARATORS).unwrap_or(rest.len());
                    let (value, tail) = rest.split_at_checked(end).filter(|(value, _)| !value.is_empty())?;
                    found.push((name.as_str(), value));
                    rest = tail;
                }
            }
        }
        rest.is_empty().then_some(found)
    }
}

/// Whether some key is of both patterns: segment by segment, a placeholder stands for anything.
#[must_use]
pub fn overlap(one: &str, other: &str) -> bool {
    let segments = |text: &str| text.split(SEPARATORS).map(str::to_owned).collect::<Vec<_>>();
    let separators = |text: &str| text.matches(SEPARATORS).collect::<String>();
    let (ours, theirs) = (segments(one), segments(other));
    let fits = |(one, other): (&String, &String)| one.contains('{') || other.contains('{') || one == other;
    separators(one) == separators(other) && ours.len() == theirs.len() && ours.iter().zip(&theirs).all(fits)
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
    fn a_key_says_what_its_placeholders_stand_for() {
        let pattern = Pattern::parse("contact#{contact}#signal#{instant}#{signal}").unwrap();
        let captured = pattern.capture("contact#a#signal#2026-01-31T12:00:00.000Z#9").unwrap();
        assert_eq!(captured, [("contact", "a"), ("instant", "2026-01-31T12:00:00.000Z"), ("signal", "9")]);
        assert_eq!(pattern.capture("contact#a#score"), None);
    }

    #[test]
    fn patterns_overlap_when_some_key_is_of_both() {
        let cases = [
            ("profile", "profile", true),
            ("contact#{contact}#profile", "contact#{person}#profile", true),
            ("contact#{contact}#profile", "contact#{contact}#{kind}", true),
            ("contact#{contact}#profile", "contact#{contact}#score", false),
            ("contact#{contact}#profile", "contact#{contact}#profile#{version}", false),
            ("{tenant}/{file}", "{tenant}#{file}", false),
        ];
        for (one, other, expected) in cases {
            assert_eq!((overlap(one, other), overlap(other, one)), (expected, expected), "{one} and {other}");
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
