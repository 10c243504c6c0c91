//! Other people in a bundle: each becomes a token that is the same throughout that bundle and says nothing outside of it.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How many people get a token of their own. Whoever comes after them is [`SOMEBODY`]: memory is bounded.
const PEOPLE_MAX: usize = 100_000;
/// Whoever has no token of their own.
const SOMEBODY: &str = "another person";

/// Whom the bundle has named so far, by a digest of what they are known by.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct People {
    tokens: HashMap<u64, u32>,
    count: u32,
}

impl People {
    /// The token of somebody: `person-1`.
    pub fn token(&mut self, known_by: &str) -> String {
        self.number(known_by).map_or_else(|| SOMEBODY.to_owned(), |number| format!("person-{number}"))
    }

    /// The token of somebody, by which another name of theirs is known from now on.
    pub fn alias(&mut self, known_by: &str, also: &str) -> String {
        if let Some(number) = self.number(known_by)
            && self.tokens.len() < 2 * PEOPLE_MAX
        {
            self.tokens.entry(digest(also)).or_insert(number);
        }
        self.token(known_by)
    }

    fn number(&mut self, known_by: &str) -> Option<u32> {
        let digest = digest(known_by);
        if let Some(known) = self.tokens.get(&digest) {
            return Some(*known);
        }
        if self.tokens.len() >= PEOPLE_MAX {
            return None;
        }
        self.count += 1;
        self.tokens.insert(digest, self.count);
        Some(self.count)
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

/// What the person of a bundle is known by: it is theirs, and stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own(BTreeSet<String>);

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
    fn what_is_their_own_is_known_however_it_is_written() {
        let mut own = Own::default();
        own.know("@Mia.Tea");
        own.know(" ");
        assert!(own.is("mia.tea") && own.is(" @MIA.TEA") && !own.is("") && !own.is("mia"));
    }
}
