//! Other people in a bundle: each becomes a token that is the same throughout that bundle and says nothing outside of it.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How many people get a token of their own. Whoever comes after them is [`SOMEBODY`]: memory is bounded.
const PEOPLE_MAX: usize = 100_000;
/// Whoever has no token of their own.
const SOMEBODY: &str = "another person";

/// Whom the bundle has named so far, by a digest of what they are known by.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct People {
    tokens: HashMap<u64, Token>,
    people: u32,
    agents: u32,
}

/// What somebody is called in the bundle.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Token {
    Person(u32),
    /// Who wrote for a business.
    Agent(u32),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(number) => write!(f, "person-{number}"),
            Self::Agent(number) => write!(f, "agent-{number}"),
        }
    }
}

impl People {
    /// The token of somebody: `person-1`, or `agent-1` of whom the bundle knows to have written for a business.
    pub fn token(&mut self, known_by: &str) -> String {
        self.named(known_by, false).map_or_else(|| SOMEBODY.to_owned(), |token| token.to_string())
    }

    /// The token of whoever has a telephone number: the same however it is written, abroad or at home.
    pub fn number(&mut self, written: &str, digits: &str) -> String {
        if self.tokens.contains_key(&digest(written)) {
            return self.token(written);
        }
        self.token(&format!("number\n{}", subscriber(digits)))
    }

    /// The token of somebody who wrote for a business: `agent-1`.
    pub fn agent(&mut self, known_by: &str) -> String {
        self.named(known_by, true).map_or_else(|| SOMEBODY.to_owned(), |token| token.to_string())
    }

    /// The token of somebody, by which another name of theirs is known from now on.
    pub fn alias(&mut self, known_by: &str, also: &str) -> String {
        self.link(known_by, also, false);
        self.token(known_by)
    }

    /// Another name of somebody who wrote for a business.
    pub fn agent_alias(&mut self, known_by: &str, also: &str) {
        self.link(known_by, also, true);
    }

    fn link(&mut self, known_by: &str, also: &str, is_agent: bool) {
        if let Some(token) = self.named(known_by, is_agent)
            && self.tokens.len() < 2 * PEOPLE_MAX
        {
            self.tokens.entry(digest(also)).or_insert(token);
        }
    }

    /// Whoever was met as somebody stays that: one name is one token throughout.
    fn named(&mut self, known_by: &str, is_agent: bool) -> Option<Token> {
        let digest = digest(known_by);
        if let Some(known) = self.tokens.get(&digest) {
            return Some(*known);
        }
        if self.tokens.len() >= PEOPLE_MAX {
            return None;
        }
        let count = if is_agent { &mut self.agents } else { &mut self.people };
        *count += 1;
        let token = if is_agent { Token::Agent(*count) } else { Token::Person(*count) };
        self.tokens.insert(digest, token);
        Some(token)
    }
}

/// Short enough to keep many, long enough that two people in one bundle do not meet.
fn digest(known_by: &str) -> u64 {
    let digest = Sha256::digest(canonical(known_by).as_bytes());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// What two writings of one name have in common.
fn canonical(text: &str) -> String {
    text.trim().trim_start_matches('@').to_lowercase()
}

/// How many digits at the end of a telephone number are the same in every writing of it.
const SUBSCRIBER: usize = 8;

fn subscriber(digits: &str) -> &str {
    digits.get(digits.len().saturating_sub(SUBSCRIBER)..).unwrap_or(digits)
}

/// What the person of a bundle is known by: it is theirs, and stays.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own(BTreeSet<String>);

crate::redacted!(Own);

impl Own {
    /// Something else that is theirs.
    pub fn know(&mut self, text: &str) {
        let text = canonical(text);
        if !text.is_empty() {
            self.0.insert(text);
        }
    }

    /// Whether it is theirs.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.contains(&canonical(text))
    }

    /// Whether a telephone number is theirs, in whatever form: `030 1234567` is `+49 30 1234567`.
    #[must_use]
    pub fn is_number(&self, digits: &str) -> bool {
        let is_same = |known: &String| {
            let known: String = known.chars().filter(char::is_ascii_digit).collect();
            let least = known.len().min(digits.len());
            let (known, given) = (known.trim_start_matches('0'), digits.trim_start_matches('0'));
            least >= SUBSCRIBER
                && (known.ends_with(given) || given.ends_with(known))
                && known.len().min(given.len()) + 1 >= SUBSCRIBER
        };
        self.0.iter().filter(|known| !known.contains(char::is_alphabetic)).any(is_same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_the_same_throughout_and_nobody_else() {
        let mut people = People::default();
        assert_eq!(people.token("@Ben"), "person-1");
        assert_eq!(people.token("cleo"), "person-2");
        assert_eq!(people.token("ben "), "person-1");
        assert_eq!(people.alias("cleo", "Cleo Smith"), "person-2");
        assert_eq!(people.token("cleo smith"), "person-2");
        assert!(!serde_json::to_string(&people).unwrap().contains("ben"));
    }

    #[test]
    fn who_writes_for_a_business_is_an_agent_throughout() {
        let mut people = People::default();
        assert_eq!((people.token("ben"), people.agent("u1")), ("person-1".to_owned(), "agent-1".to_owned()));
        people.agent_alias("u1", "@Uma");
        assert_eq!((people.agent("uma"), people.token("@uma")), ("agent-1".to_owned(), "agent-1".to_owned()));
        assert_eq!((people.agent("u2"), people.token("cleo")), ("agent-2".to_owned(), "person-2".to_owned()));
    }

    #[test]
    fn what_is_their_own_is_known_however_it_is_written() {
        let mut own = Own::default();
        own.know("@Mia.Tea");
        own.know(" ");
        assert!(own.is("mia.tea") && own.is(" @MIA.TEA") && !own.is("") && !own.is("mia"));
    }
}
