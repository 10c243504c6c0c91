//! What is recognised in free text by its form: numbers that are never disclosed, secrets, and what other people are known by.

use super::iban;
use super::named;
use super::numbers::{self, digit, goes_on};
use super::people::{Own, People};
use super::redact::{Counts, Reason};

/// A piece of text that is replaced.
enum Found {
    /// By its type.
    Type(Reason, &'static str),
    /// By the token of a person.
    Person,
    /// By the token of whoever has this address, however it is written.
    Address(String),
    /// By the token of whoever has this telephone number, in digits.
    Number(String),
}

/// Whose bundle it is, for what is personal. Without: other people stay, as in the bundle of the business they wrote to.
pub(super) struct Persons<'a> {
    pub(super) people: &'a mut People,
    pub(super) own: &'a Own,
}

/// The text without what is not disclosed.
pub(super) fn clean(text: &str, mut persons: Option<Persons<'_>>, counts: &mut Counts) -> String {
    let mut clean = String::with_capacity(text.len());
    // What stands before belongs to what begins here, unless it was replaced.
    let (mut start, mut at) = (0, 0);
    // Where the run of characters around here ends: looked for once, however many things could begin inside it.
    let mut word_end = 0;
    while let Some((before, rest)) = text.get(start..at).zip(text.get(at..))
        && let Some(first) = rest.chars().next()
    {
        if at >= word_end {
            word_end = at + run(rest);
        }
        let word = text.get(at..word_end).unwrap_or_default().trim_end_matches(['.', '-', '=']);
        let found = can_start(first, before.chars().next_back())
            .then(|| find(rest, word, before, persons.as_ref().map(|persons| persons.own)))
            .flatten();
        let Some((length, found)) = found else {
            clean.push(first);
            at += first.len_utf8();
            continue;
        };
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
            (Found::Address(address), Some(persons)) => {
                counts.add(Reason::OtherPeople);
                clean.push_str(&persons.people.token(&address));
            }
            (Found::Number(digits), Some(persons)) => {
                counts.add(Reason::OtherPeople);
                clean.push_str(&persons.people.number(piece, &digits));
            }
            (Found::Person | Found::Address(_) | Found::Number(_), None) => clean.push_str(piece),
        }
        at += piece.len();
        start = at;
    }
    clean
}

/// Whether something can begin here. Scripts without spaces set numbers and names right behind a word.
fn can_start(first: char, before: Option<char>) -> bool {
    match before {
        Some(before) if before.is_ascii_alphanumeric() => false,
        Some(before) if before.is_alphanumeric() => "@+(".contains(first) || digit(first).is_some(),
        Some(_) | None => true,
    }
}

/// What begins here, and how long it is in bytes.
fn find(rest: &str, word: &str, before: &str, own: Option<&Own>) -> Option<(usize, Found)> {
    let first = rest.chars().next()?;
    if let Some((length, shown)) = named::beginning(rest, before) {
        return Some((length, Found::Type(Reason::NeverDisclosed, shown)));
    }
    if (digit(first).is_some() || "+(".contains(first))
        && let Some(found) = number(rest, before, own)
    {
        return Some(found);
    }
    if !first.is_alphanumeric() && !"@$_".contains(first) {
        return None;
    }
    let typed = |reason, name| Some((word.len(), Found::Type(reason, name)));
    if let Some(length) = iban::beginning(rest) {
        return Some((length, Found::Type(Reason::NeverDisclosed, "[bank account number]")));
    }
    if is_password_hash(word) || is_digest(word) || is_keyed(word) {
        return typed(Reason::Secret, "[hash]");
    }
    if is_token(word) {
        return typed(Reason::Secret, "[access token]");
    }
    let own = own?;
    if let Some(address) = email(rest) {
        return (!own.is(address)).then_some((address.len(), Found::Person));
    }
    if let Some((length, address)) = spelled_out(rest) {
        return (!own.is(&address)).then_some((length, Found::Address(address)));
    }
    let handle = word.strip_prefix('@')?.split(['@', '/', '=', '$']).next()?.trim_end_matches('.');
    (!handle.is_empty() && !own.is(handle)).then_some((handle.len() + 1, Found::Person))
}

/// How long the run of characters is that addresses, handles and secrets are made of.
fn run(rest: &str) -> usize {
    let allowed = |character: char| character.is_alphanumeric() || "@._-+/$=".contains(character);
    rest.find(|character| !allowed(character)).unwrap_or(rest.len())
}

/// A card, a social security number, a telephone number.
fn number(rest: &str, before: &str, own: Option<&Own>) -> Option<(usize, Found)> {
    if let Some(length) = numbers::social_security(rest, before) {
        return Some((length, Found::Type(Reason::NeverDisclosed, "[social security number]")));
    }
    if !goes_on(before)
        && let Some(length) = card(rest)
    {
        return Some((length, Found::Type(Reason::NeverDisclosed, "[payment card number]")));
    }
    let own = own?;
    let telephone = numbers::telephone(rest, before)?;
    let is_own = rest.get(..telephone.length).is_some_and(|text| own.is(text)) || own.is_number(&telephone.digits);
    (!is_own).then_some((telephone.length, Found::Number(telephone.digits)))
}

/// Whether a number is one of a payment card.
pub(super) fn is_card(number: &str) -> bool {
    card(number).is_some()
}

/// The longest beginning of 13 to 19 digits, in groups or not, whose check digit is right.
fn card(rest: &str) -> Option<usize> {
    let (mut digits, mut longest): (Vec<u32>, _) = (Vec::new(), None);
    let mut group = 0;
    for (at, character) in rest.char_indices() {
        match digit(character) {
            Some(value) => {
                digits.push(value);
                group += 1;
                let end = at + character.len_utf8();
                let goes_on = rest.get(end..).is_some_and(|after| after.starts_with(|next| digit(next).is_some()));
                if !goes_on && (13..=19).contains(&digits.len()) && is_luhn(&digits) {
                    longest = Some(end);
                }
            }
            // Dates and amounts have dots after two or three digits, instants after ten.
            None if character == '.' && !(4..=6).contains(&group) => break,
            None if (is_space(character) || "-.\u{2011}".contains(character)) && digits.len() < 19 => group = 0,
            None => break,
        }
    }
    longest
}

/// A space that may stand between groups, also one at which no line breaks.
pub(super) fn is_space(character: char) -> bool {
    " \u{a0}\u{2007}\u{202f}".contains(character)
}

fn is_luhn(digits: &[u32]) -> bool {
    let doubled =
        |(place, digit): (usize, &u32)| if place % 2 == 1 { digit * 2 - 9 * u32::from(*digit > 4) } else { *digit };
    let is_one_digit = digits.windows(2).all(|pair| pair.first() == pair.last());
    !is_one_digit && digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
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

/// How the tokens of Meta, GitHub, Stripe, Slack, AWS, Google and OpenAI begin.
const TOKENS: [&str; 17] = [
    "EAA",
    "IGQ",
    "IGAA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "sk_live_",
    "sk_test_",
    "whsec_",
    "xoxb-",
    "xoxp-",
    "ya29.",
    "AIza",
    "sk-",
];

/// What programs sign in with.
fn is_token(word: &str) -> bool {
    let is_signed = word.starts_with("eyJ") && word.matches('.').count() == 2;
    is_signed || is_key_id(word) || (word.len() >= 20 && TOKENS.iter().any(|beginning| word.starts_with(beginning)))
}

/// The id of an access key of AWS: 20 capitals and digits.
fn is_key_id(word: &str) -> bool {
    let is_of_id = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    ["AKIA", "ASIA"].iter().any(|beginning| word.starts_with(beginning))
        && word.get(..20).is_some_and(|id| id.bytes().all(is_of_id))
}

/// How the `@` of an address is written where programs look for addresses.
const AT: [&str; 6] = [" (at) ", "(at)", " [at] ", "[at]", " {at} ", "{at}"];

/// The address that `rest` begins with in such words: how long it is, and the address.
fn spelled_out(rest: &str) -> Option<(usize, String)> {
    let (local, _) = rest.char_indices().take(LOCAL_MAX).find(|(_, letter)| " ([{".contains(*letter))?;
    let is_written =
        |sign: &&&str| rest.get(local..local + sign.len()).is_some_and(|written| written.eq_ignore_ascii_case(sign));
    let sign = AT.iter().find(is_written)?;
    let domain: String = rest.get(local + sign.len()..)?.chars().take(DOMAIN_MAX).collect();
    let joined = format!("{}@{domain}", rest.get(..local)?);
    let address = email(&joined).filter(|address| address.len() > local)?;
    Some((address.len() - 1 + sign.len(), address.to_owned()))
}

/// No part of an address before its `@` is longer: RFC 5321 has 64 bytes.
const LOCAL_MAX: usize = 65;
/// No domain is longer: RFC 1035.
const DOMAIN_MAX: usize = 255;

/// The e-mail address that `rest` begins with, in letters of any script. What joins two of them, as `/`, belongs to neither.
fn email(rest: &str) -> Option<&str> {
    // Marks that are written on the letter before.
    let is_letter = |letter: char| letter.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&letter);
    let mut letters = rest.char_indices().take(LOCAL_MAX);
    let (local, _) = letters.find(|(_, letter)| !is_letter(*letter) && !"._-+'%&".contains(*letter))?;
    let domain = rest.get(local..)?.strip_prefix('@').filter(|_| local > 0)?;
    let length = domain.find(|letter| !is_letter(letter) && !".-".contains(letter)).unwrap_or(domain.len());
    let domain = domain.get(..length)?.trim_end_matches(['.', '-']);
    let mut parts = domain.rsplit('.');
    // `2@10.50` is a price.
    let has_top = parts.next().is_some_and(|top| top.chars().any(char::is_alphabetic));
    let is_domain = has_top && parts.clone().count() > 0 && parts.all(|part| !part.is_empty());
    if is_domain { rest.get(..local + 1 + domain.len()) } else { None }
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
            ("078-05-1120 12 May", "[social security number] 12 May"),
            ("card-4111111111111111", "card-[payment card number]"),
            ("part 900-05-1120", "part 900-05-1120"),
            ("to DE89 3704 0044 0532 0130 00 please", "to [bank account number] please"),
            ("GB82WEST12345698765432", "[bank account number]"),
            ("DE00 3704 0044 0532 0130 00", "DE00 3704 0044 0532 0130 00"),
            ("v1-y3fjn7qjk3aklpndekaqfvgtp7dozi2s", "[hash]"),
            ("5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8", "[hash]"),
            ("$2b$12$abcdefghijklmnopqrstuv", "[hash]"),
            ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "Bearer [access token]"),
            ("key sk_live_0123456789abcdef", "key [access token]"),
            ("4111.1111.1111.1111", "[payment card number]"),
            ("4111\u{a0}1111\u{a0}1111\u{a0}1111", "[payment card number]"),
            ("4111\u{202f}1111\u{202f}1111\u{202f}1111.", "[payment card number]."),
            ("3782.822463.10005", "[payment card number]"),
            ("41.11.11.11.11.11.11.11", "41.11.11.11.11.11.11.11"),
            ("4.111.111.111.111.111 EUR", "4.111.111.111.111.111 EUR"),
            ("de89 3704 0044 0532 0130 00 please", "[bank account number] please"),
            ("gb82west12345698765432", "[bank account number]"),
            ("de89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00", "[bank account number]"),
            ("DE89\u{a0}3704\u{a0}0044\u{a0}0532\u{a0}0130\u{a0}00", "[bank account number]"),
            ("de00 3704 0044 0532 0130 00", "de00 3704 0044 0532 0130 00"),
            ("gb82west12345698765432x", "gb82west12345698765432x"),
            ("De89 3704 0044 0532 0130 00", "[bank account number]"),
            (
                "1718000000.123456 1718000003.123456 1718000006.123456",
                "1718000000.123456 1718000003.123456 1718000006.123456",
            ),
            ("key ASIAIOSFODNN7EXAMPLE!", "key [access token]!"),
            ("ASIA-PACIFIC-MARKETING, ASIA/Pacific/Singapore", "ASIA-PACIFIC-MARKETING, ASIA/Pacific/Singapore"),
            ("IGQVJabcdefghijklmnop", "[access token]"),
            ("IGAAabcdefghijklmnopq", "[access token]"),
            ("EAAabcdefghijklmnopqr", "[access token]"),
            ("github_pat_11ABCDEFG0123456789", "[access token]"),
            ("gho_0123456789abcdefgh", "[access token]"),
            ("IGQ is short, gho_ too, github_pat_", "IGQ is short, gho_ too, github_pat_"),
            ("2026-02-01T09:00:00.000Z and 20260201", "2026-02-01T09:00:00.000Z and 20260201"),
            ("", ""),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn nine_digits_behind_their_name_and_cards_in_other_digits_are_known() {
        for (text, expected) in [
            ("SSN 078051120.", "SSN [social security number]."),
            ("my Social Security number is: 078051120", "my Social Security number is: [social security number]"),
            ("ssn#078 051 120, ssn:078.05.1120", "ssn#[social security number], ssn:[social security number]"),
            ("SSN \u{660}\u{667}\u{668}\u{660}\u{665}\u{661}\u{661}\u{662}\u{660}", "SSN [social security number]"),
            (
                "SSN 2190999991, ssn of 219099999, security 219099999",
                "SSN 2190999991, ssn of 219099999, security 219099999",
            ),
            ("lesson 219099999, SSN 219099999th", "lesson 219099999, SSN 219099999th"),
            (
                "\u{664}\u{661}\u{661}\u{661} \u{661}\u{661}\u{661}\u{661} \u{661}\u{661}\u{661}\u{661} \u{661}\u{661}\u{661}\u{661}!",
                "[payment card number]!",
            ),
            (
                "カード\u{ff14}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}\u{ff11}です",
                "カード[payment card number]です",
            ),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn numbers_of_documents_and_accounts_are_known_by_what_they_are_called() {
        for (text, expected) in [
            ("passport X1234567, thanks", "passport [passport number], thanks"),
            ("My passport number is: C01X00T47.", "My passport number is: [passport number]."),
            ("my driver's license is D123-4567-8901", "my driver's license is [driving licence number]"),
            ("Driving licence no. MORGA753116SM9IJ!", "Driving licence no. [driving licence number]!"),
            ("driver\u{2019}s licence D1234567", "driver\u{2019}s licence [driving licence number]"),
            ("account no: 12345678", "account no: [bank account number]"),
            ("account number 1234 5678 9012 please", "account number [bank account number] please"),
            (
                "routing number 021000021, sort code 12-34-56",
                "routing number [bank account number], sort code [bank account number]",
            ),
            ("bank account 4155552671", "bank account [bank account number]"),
            ("national id 4711000111", "national id [identity number]"),
            ("Reisepass Nr. C01X00T47", "Reisepass Nr. [passport number]"),
            ("passport office 1234567", "passport office 1234567"),
            ("passport valid until 2027-05", "passport valid until 2027-05"),
            ("passport no 7 of 12", "passport no 7 of 12"),
            ("account 12345678, licence 12345678", "account 12345678, licence 12345678"),
            ("passports 1234567, xpassport 1234567", "passports 1234567, xpassport 1234567"),
            ("passport of Mia", "passport of Mia"),
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
            ("ömer@example.org, мария@пример.рф", "person-1, person-2"),
            ("o\u{308}mer@example.org", "person-1"),
            ("a@x.org/b@y.org", "person-1/person-2"),
            ("a@x.org;b@y.org a@x.org.", "person-1;person-2 person-1."),
            ("mailto:ben@x.org?cc=cleo@x.org", "mailto:person-1?cc=person-2"),
            ("请联系@ben，mia@example.com，电话0171 2345678。", "请联系person-1，mia@example.com，电话person-2。"),
            ("2@10.50 each", "2@10.50 each"),
            ("ben (at) example.org, cleo[AT]x.org.", "person-1, person-2."),
            ("ben@example.org is ben {at} example.org", "person-1 is person-1"),
            ("I am mia (at) example.com", "I am mia (at) example.com"),
            ("open (at) nine, (at) x.org, ben at x.org", "open (at) nine, (at) x.org, ben at x.org"),
            ("mine: 030 1234567, +49301234567, 0049 30/1234567", "mine: 030 1234567, +49301234567, 0049 30/1234567"),
            ("0171 2345678, or +49 171 2345678/0172 3456789", "person-1, or person-1/person-2"),
            ("(415) 555-2671 (at 4155552672)", "person-1 (at person-2)"),
            (
                "order 4155552671 of 01.02.2026 09:30: 1 234 567 EUR",
                "order 4155552671 of 01.02.2026 09:30: 1 234 567 EUR",
            ),
        ] {
            check(text, expected);
        }
    }

    /// A text of a size that a row can have, of nothing but beginnings.
    #[test]
    fn a_hostile_text_takes_no_longer_than_it_is_long() {
        for piece in ["a/", "a.", "@", "1 ", "eyJ-", "0.", "a@", "ö'", "(1", "$2"] {
            let text = piece.repeat(200_000 / piece.len());
            let (mut people, own, mut counts) = (People::default(), Own::default(), Counts::default());
            let persons = Persons { people: &mut people, own: &own };
            assert!(!clean(&text, Some(persons), &mut counts).is_empty());
        }
    }

    #[test]
    fn without_a_person_only_secrets_go() {
        let mut counts = Counts::default();
        let text = "ben@example.org paid with 4111111111111111";
        assert_eq!(clean(text, None, &mut counts), "ben@example.org paid with [payment card number]");
    }
}
