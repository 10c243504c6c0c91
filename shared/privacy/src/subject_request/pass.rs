//! A number that only who reads a mailbox knows, in the one letter that says that it gets no more of them today: whoever enters it
//! gets their code all the same. It shows nothing and opens nothing; a code does.
//!
//! Derived from the address and the day, so it is stored nowhere. It is good on the day it was sent and the next.

use jiff::Timestamp;

use crate::keys::SubjectKeys;

/// How many digits it has: more than a code, so that the one is not taken for the other.
pub const DIGITS: usize = 16;

/// The number itself. Never printed, never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass(String);

crate::redacted!(Pass);

impl Pass {
    /// That of an address on a day, counted in days of UTC; `address` as counters name it. `None` when the ring has no key.
    #[must_use]
    pub fn of(keys: &SubjectKeys, address: &str, day: i64) -> Option<Self> {
        let number = keys.number(&format!("pass#{day}#{address}"))? % 10_u64.pow(16);
        let groups = [12, 8, 4, 0].map(|below| format!("{:04}", number / 10_u64.pow(below) % 10_000));
        Some(Self(groups.join(" ")))
    }

    /// The digits in fours, for the letter that carries them.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether what somebody entered as a code has the form of one.
    #[must_use]
    pub fn has_form(text: &str) -> bool {
        let digits = text.chars().filter(|character| !character.is_whitespace());
        text.len() <= 2 * DIGITS && digits.clone().all(|digit| digit.is_ascii_digit()) && digits.count() == DIGITS
    }

    /// Whether this is what somebody entered for an address, today or yesterday.
    #[must_use]
    pub fn is_entered(keys: &SubjectKeys, address: &str, text: &str, now: Timestamp) -> bool {
        let digits = |text: &str| text.chars().filter(|character| !character.is_whitespace()).collect::<String>();
        // By keyed hashes of both, which tell nothing by the time that comparing takes.
        let masked = |text: &str| keys.limit(&format!("entered#{}", digits(text)));
        let is = |day: i64| Self::of(keys, address, day).is_some_and(|pass| masked(&pass.0) == masked(text));
        Self::has_form(text) && (is(day_of(now)) | is(day_of(now) - 1))
    }
}

/// The day of counters: of UTC, since 1970.
#[must_use]
pub fn day_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(24 * 60 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_good_for_one_address_today_and_tomorrow() {
        let keys = SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap();
        let now: Timestamp = "2026-03-05T12:00:00Z".parse().unwrap();
        let pass = Pass::of(&keys, "email#mia@example.com", day_of(now)).unwrap();
        assert_eq!(pass.expose().len(), DIGITS + 3);
        assert!(!format!("{pass:?}").contains(&pass.expose()[..4]));
        let is_entered = |address: &str, text: &str, hours: i64| {
            Pass::is_entered(&keys, address, text, now + jiff::SignedDuration::from_hours(hours))
        };
        for text in [pass.expose(), &pass.expose().replace(' ', "")] {
            assert!(is_entered("email#mia@example.com", text, 0) && is_entered("email#mia@example.com", text, 24));
            assert!(!is_entered("email#mia@example.com", text, 48) && !is_entered("email#mia@example.com", text, -24));
            assert!(!is_entered("email#tim@example.com", text, 0));
        }
        for text in ["", "123456", "1234567890123456", &pass.expose()[1..], "１２３４５６７８９０１２３４５６"]
        {
            assert!(!is_entered("email#mia@example.com", text, 0), "{text}");
        }
    }
}
