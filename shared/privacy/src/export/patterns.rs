//! What is recognised in free text by its form: numbers that are never disclosed, secrets, and what other people are known by.

use super::people::{Own, People};
use super::redact::{Counts, Reason};

/// A piece of text that is replaced.
enum Found {
    /// By its type.
    Type(Reason, &'static str),
    /// By the token of a person.
    Person,
}

/// Whose bundle it is, for what is personal. Without: other people stay, as in the bundle of the business they wrote to.
pub(super) struct Persons<'a> {
    pub(super) people: &'a mut People,
    pub(super) own: &'a Own,
}

/// The text without what is not disclosed.
pub(super) fn clean(text: &str, mut persons: Option<Persons<'_>>, counts: &mut Counts) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let is_start = !before.is_some_and(char::is_alphanumeric);
        match is_start.then(|| find(rest, before, persons.as_ref().map(|persons| persons.own))).flatten() {
            Some((length, found)) => {
                let piece = rest.get(..length).unwrap_or(rest);
                match (found, &mut persons) {
                    (Found::Type(reason, name), _) => {
                        counts.add(reason);
                        clean.push_str(name);
                    }
                    (Found::Person, Some(persons)) => {
                        counts.add(Reason::OtherPeople);
                        clean.push_str(&persons.people.token(piece));
                    }
                    (Found::Person, None) => clean.push_str(piece),
                }
                before = piece.chars().next_back();
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                clean.push(first);
                before = Some(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    clean
}

/// What begins here, and how long it is in bytes.
fn find(rest: &str, before: Option<char>, own: Option<&Own>) -> Option<(usize, Found)> {
    let first = rest.chars().next()?;
    if (first.is_ascii_digit() || first == '+')
        && let Some(found) = number(rest, before, own)
    {
        return Some(found);
    }
    if !first.is_ascii_alphanumeric() && first != '@' && first != '$' && first != '_' {
        return None;
    }
    let word = word(rest);
    let typed = |reason, name| Some((word.len(), Found::Type(reason, name)));
    if let Some(length) = iban(rest) {
        return Some((length, Found::Type(Reason::NeverDisclosed, "[bank account number]")));
    }
    if is_password_hash(word) || is_digest(word) || is_keyed(word) {
        return typed(Reason::Secret, "[hash]");
    }
    if is_token(word) {
        return typed(Reason::Secret, "[access token]");
    }
    let own = own?;
    if is_email(word) && !own.is(word) {
        return Some((word.len(), Found::Person));
    }
    let handle = word.strip_prefix('@')?.trim_end_matches('.');
    let is_other = !handle.is_empty() && !handle.contains('@') && !own.is(handle);
    is_other.then_some((handle.len() + 1, Found::Person))
}

/// The run of characters that addresses, handles and secrets are made of.
fn word(rest: &str) -> &str {
    let allowed = |character: char| character.is_alphanumeric() || "@._-+/$=".contains(character);
    let length = rest.find(|character| !allowed(character)).unwrap_or(rest.len());
    rest.get(..length).unwrap_or_default().trim_end_matches(['.', '-', '='])
}

/// A run of digits with single separators in between: a card, a social security number, a telephone number.
fn number(rest: &str, before: Option<char>, own: Option<&Own>) -> Option<(usize, Found)> {
    let has_plus = rest.starts_with('+');
    let (mut digits, mut length, mut gap) = (String::new(), 0, 0);
    for (at, character) in rest.char_indices().skip(usize::from(has_plus)) {
        if character.is_ascii_digit() {
            digits.push(character);
            (length, gap) = (at + 1, 0);
        } else if " -.()/".contains(character) && gap < 2 && digits.len() < 20 {
            gap += 1;
        } else {
            break;
        }
    }
    let run = rest.get(..length)?;
    if rest.get(length..)?.starts_with(char::is_alphabetic) || before.is_some_and(|before| "._-/".contains(before)) {
        return None;
    }
    if is_social_security(run) {
        return Some((length, Found::Type(Reason::NeverDisclosed, "[social security number]")));
    }
    if !has_plus && let Some(length) = card(rest) {
        return Some((length, Found::Type(Reason::NeverDisclosed, "[payment card number]")));
    }
    let is_phone = (has_plus && (8..=15).contains(&digits.len())) || (digits.len() == 10 && run.contains(['-', '(']));
    (is_phone && own.is_some_and(|own| !own.is(run) && !own.is(&digits))).then_some((length, Found::Person))
}

/// The longest beginning of 13 to 19 digits, in groups or not, whose check digit is right.
fn card(rest: &str) -> Option<usize> {
    let (mut digits, mut longest): (Vec<u32>, _) = (Vec::new(), None);
    for (at, character) in rest.char_indices() {
        match character.to_digit(10) {
            Some(digit) => {
                digits.push(digit);
                let is_whole =
                    !rest.get(at + 1..).is_some_and(|after| after.starts_with(|next: char| next.is_ascii_digit()));
                if is_whole && (13..=19).contains(&digits.len()) && is_luhn(&digits) {
                    longest = Some(at + 1);
                }
            }
            None if (character == ' ' || character == '-') && digits.len() < 19 => {}
            None => break,
        }
    }
    longest
}

fn is_luhn(digits: &[u32]) -> bool {
    let doubled =
        |(place, digit): (usize, &u32)| if place % 2 == 1 { digit * 2 - 9 * u32::from(*digit > 4) } else { *digit };
    let is_one_digit = digits.windows(2).all(|pair| pair.first() == pair.last());
    !is_one_digit && digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// `123-45-6789`, with numbers that are given out.
fn is_social_security(run: &str) -> bool {
    let parts: Vec<&str> = run.split(['-', ' ']).collect();
    let [area, group, serial] = parts.as_slice() else { return false };
    (area.len(), group.len(), serial.len()) == (3, 2, 4)
        && *area != "000"
        && *area != "666"
        && !area.starts_with('9')
        && *group != "00"
        && *serial != "0000"
}

/// An international bank account number, in groups of four or not, whose check digits are right.
fn iban(rest: &str) -> Option<usize> {
    let begins = |(at, character): (usize, char)| match at {
        0 | 1 => character.is_ascii_uppercase(),
        _ => character.is_ascii_digit(),
    };
    if rest.chars().take(4).count() < 4 || !rest.char_indices().take(4).all(begins) {
        return None;
    }
    let (mut compact, mut longest) = (String::new(), None);
    for (at, character) in rest.char_indices() {
        if character.is_ascii_uppercase() || character.is_ascii_digit() {
            compact.push(character);
            if (15..=34).contains(&compact.len()) && is_mod_97(&compact) {
                longest = Some(at + 1);
            }
        } else if character != ' ' || compact.len() >= 34 {
            break;
        }
    }
    longest
}

fn is_mod_97(compact: &str) -> bool {
    let (Some(head), Some(tail)) = (compact.get(..4), compact.get(4..)) else { return false };
    let values = tail.chars().chain(head.chars()).filter_map(|character| character.to_digit(36));
    values.fold(0, |rest, value| if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 }) == 1
}

fn is_password_hash(word: &str) -> bool {
    ["$2a$", "$2b$", "$2y$", "$argon2", "$6$", "$5$"].iter().any(|beginning| word.starts_with(beginning))
}

fn is_digest(word: &str) -> bool {
    [32, 40, 64, 96, 128].contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// A reference of ours: `v1-` and 32 letters.
fn is_keyed(word: &str) -> bool {
    let Some((version, digest)) = word.split_once('-') else { return false };
    let is_version = version
        .strip_prefix('v')
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    is_version
        && digest.len() == 32
        && digest.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte))
}

/// What programs sign in with.
fn is_token(word: &str) -> bool {
    let is_signed = word.starts_with("eyJ") && word.matches('.').count() == 2;
    let known = ["sk_live_", "sk_test_", "sk-", "xoxb-", "xoxp-", "ghp_", "AKIA", "whsec_", "EAA", "ya29.", "AIza"];
    is_signed || (word.len() >= 20 && known.iter().any(|beginning| word.starts_with(beginning)))
}

fn is_email(word: &str) -> bool {
    let Some((local, domain)) = word.split_once('@') else { return false };
    !local.is_empty()
        && !domain.contains('@')
        && domain.split('.').count() > 1
        && domain.split('.').all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let (mut people, mut own, mut counts) = (People::default(), Own::default(), Counts::default());
        own.know("mia@example.com");
        own.know("mia.tea");
        own.know("+49 30 1234567");
        let persons = Persons { people: &mut people, own: &own };
        assert_eq!(clean(text, Some(persons), &mut counts), expected, "{text}");
        assert_eq!(counts.is_empty(), text == expected, "{text}");
    }

    #[test]
    fn what_is_never_disclosed_is_replaced_by_its_type() {
        for (text, expected) in [
            ("my card is 4111 1111 1111 1111, thanks", "my card is [payment card number], thanks"),
            ("4111-1111-1111-1111", "[payment card number]"),
            ("378282246310005 12/27", "[payment card number] 12/27"),
            ("order 4111 1111 1111 1112", "order 4111 1111 1111 1112"),
            ("SSN 078-05-1120.", "SSN [social security number]."),
            ("part 900-05-1120", "part 900-05-1120"),
            ("to DE89 3704 0044 0532 0130 00 please", "to [bank account number] please"),
            ("GB82WEST12345698765432", "[bank account number]"),
            ("DE00 3704 0044 0532 0130 00", "DE00 3704 0044 0532 0130 00"),
            ("v1-y3fjn7qjk3aklpndekaqfvgtp7dozi2s", "[hash]"),
            ("5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8", "[hash]"),
            ("$2b$12$abcdefghijklmnopqrstuv", "[hash]"),
            ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "Bearer [access token]"),
            ("key sk_live_0123456789abcdef", "key [access token]"),
            ("2026-02-01T09:00:00.000Z and 20260201", "2026-02-01T09:00:00.000Z and 20260201"),
            ("", ""),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn other_people_become_tokens_and_the_person_stays() {
        for (text, expected) in [
            ("write to ben@example.org or @ben_s!", "write to person-1 or person-2!"),
            ("I am mia@example.com, @mia.tea", "I am mia@example.com, @mia.tea"),
            ("call +44 20 7946 0958 or +49 30 1234567", "call person-1 or +49 30 1234567"),
            ("(see @Ben.) and @ben", "(see person-1.) and person-1"),
            ("a@b is no address", "a@b is no address"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn without_a_person_only_secrets_go() {
        let mut counts = Counts::default();
        let text = "ben@example.org paid with 4111111111111111";
        assert_eq!(clean(text, None, &mut counts), "ben@example.org paid with [payment card number]");
    }
}
