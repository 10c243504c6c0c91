//! Bank account numbers in text.

use super::patterns::is_space;

/// The international bank account number that `rest` begins with, in groups of four or not, as long as those of its country, whose
/// check digits are right. In small letters words look like the beginning of one: there it is in whole groups, and has ten digits.
pub(super) fn beginning(rest: &str) -> Option<usize> {
    let begins = |(at, character): (usize, char)| match at {
        0 | 1 => character.is_ascii_alphabetic(),
        _ => character.is_ascii_digit(),
    };
    if rest.chars().take(4).count() < 4 || !rest.char_indices().take(4).all(begins) {
        return None;
    }
    let is_large = rest.bytes().take(2).all(|letter| letter.is_ascii_uppercase());
    let belongs = |letter: char| {
        letter.is_ascii_digit() || if is_large { letter.is_ascii_uppercase() } else { letter.is_ascii_alphabetic() }
    };
    let (mut compact, mut group, mut longest) = (String::new(), 0, None);
    for (at, character) in rest.char_indices() {
        if belongs(character) {
            compact.push(character.to_ascii_uppercase());
            group += 1;
            let goes_on = || rest.get(at + 1..).is_some_and(|after| after.starts_with(char::is_alphanumeric));
            let is_whole = is_large || (!goes_on() && has_ten_digits(&compact));
            if is_whole && has_length_of_country(&compact) && is_mod_97(&compact) {
                longest = Some(at + 1);
            }
        } else if !is_space(character) || compact.len() >= 34 || (!is_large && group != 4) {
            break;
        } else {
            group = 0;
        }
    }
    longest
}

/// How long the numbers of each country are, by the registry of ISO 13616.
const IBAN_LENGTHS: [(usize, &str); 18] = [
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FK FO GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ DZ ES MD PK RO SA SE SK TN VG"),
    (25, "AO CV GW LY MZ PT ST"),
    (26, "IR IS TR"),
    (27, "BF BI CF CG CM DJ FR GA GQ GR IT KM MC MG MR SM TD"),
    (28, "AL AZ BJ BY CI CY DO GT HN HU LB MA ML NE NI PL SN SV TG"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

fn has_length_of_country(compact: &str) -> bool {
    let of = |(length, countries): &(usize, &str)| {
        *length == compact.len()
            && compact.get(..2).is_some_and(|country| countries.split(' ').any(|one| one == country))
    };
    IBAN_LENGTHS.iter().any(of)
}

fn has_ten_digits(compact: &str) -> bool {
    compact.bytes().filter(u8::is_ascii_digit).count() >= 10
}

fn is_mod_97(compact: &str) -> bool {
    let (Some(head), Some(tail)) = (compact.get(..4), compact.get(4..)) else { return false };
    let values = tail.chars().chain(head.chars()).filter_map(|character| character.to_digit(36));
    values.fold(0, |rest, value| if value > 9 { (rest * 100 + value) % 97 } else { (rest * 10 + value) % 97 }) == 1
}
