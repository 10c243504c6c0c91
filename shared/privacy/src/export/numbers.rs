//! Numbers in free text that are somebody's, by their form alone: nobody says in which country a text was written.
//!
//! What is taken for a telephone number, in any of the usual separators:
//!
//! * `+` or `00` and 8 to 15 digits;
//! * a trunk `0` and 8 to 11 digits more (`0171 2345678`, `06 12 34 56 78`, `01012345678`);
//! * the North American ten digits, with or without `1`, in 3-3-4 groups or in one piece (`415.555.2671`, `4155552671`);
//! * five and five digits as in India (`98765 43210`), and any area code in brackets (`(11) 91234-5678`);
//! * 7 to 12 digits behind a word for a telephone (`tel. 612 345 678`, `call me on 612345678`).
//!
//! What is not: dates, decimals, amounts beside a currency, what somebody calls an order, a ticket or the like. Where a number
//! can be either it is taken for somebody's: a token in the place of an order number costs less than a neighbour's telephone.
//! A number of another country without its `0`, `+` or brackets, and without such a word (`612 345 678`), reads like an amount and
//! stays.

use super::named::{says_telephone, words_before};

/// One telephone number at the beginning of a text.
pub(super) struct Telephone {
    /// How long it is in bytes.
    pub(super) length: usize,
    /// Its digits, as ASCII.
    pub(super) digits: String,
}

/// One group of digits.
struct Group {
    digits: String,
    /// What stands before it.
    gap: String,
    /// Where it ends.
    end: usize,
}

crate::redacted!(Telephone);
crate::redacted!(Group);

/// The most groups that are looked at: `+33 6 12 34 56 78` has six.
const GROUPS_MAX: usize = 9;
const DIGITS_MAX: usize = 15;

/// The telephone number that `rest` begins with, if any. `before` is what stands before it.
pub(super) fn telephone(rest: &str, before: &str) -> Option<Telephone> {
    let groups = groups(rest)?;
    if is_inside(before, &groups) || is_in_fours(before, &groups) || starts_with_date(&groups) {
        return None;
    }
    // The longest that is one: a time or a count may follow after a space.
    (1..=groups.len()).rev().find_map(|count| {
        let groups = groups.get(..count)?;
        let end = groups.last()?.end;
        let after = rest.get(end..)?;
        let is_whole = !after.starts_with(|next: char| next.is_ascii_alphabetic()) && !is_amount(before, after, groups);
        (is_whole && is_telephone(groups, before)).then(|| Telephone { length: end, digits: digits_of(groups) })
    })
}

/// How long the social security number is that `rest` begins with: `123-45-6789`, with numbers that are given out; behind its own
/// name any nine digits.
pub(super) fn social_security(rest: &str, before: &str) -> Option<usize> {
    let groups = groups(rest).filter(|_| !goes_on(before))?;
    if says_social_security(before)
        && let Some(length) = nine_digits(rest, &groups)
    {
        return Some(length);
    }
    let [area, group, serial, after @ ..] = groups.as_slice() else { return None };
    let is_joined = |group: &Group| ["-", " ", "\u{a0}", "\u{2011}"].contains(&group.gap.as_str());
    let has_form = (area.digits.len(), group.digits.len(), serial.digits.len()) == (3, 2, 4)
        && area.gap.is_empty()
        && is_joined(group)
        && is_joined(serial)
        && after.first().is_none_or(|after| after.gap != serial.gap);
    let is_given_out = !["000", "666"].contains(&area.digits.as_str())
        && !area.digits.starts_with('9')
        && group.digits != "00"
        && serial.digits != "0000";
    let is_whole = !rest.get(serial.end..)?.starts_with(|next: char| next.is_ascii_alphabetic());
    (has_form && is_given_out && is_whole).then_some(serial.end)
}

/// How long the groups are that have nine digits together, if no tenth follows.
fn nine_digits(rest: &str, groups: &[Group]) -> Option<usize> {
    let has_nine = |count: &usize| groups.get(..*count).is_some_and(|groups| digits_of(groups).len() == 9);
    let last = groups.get((1..=groups.len()).find(has_nine)? - 1)?;
    let is_whole = !rest.get(last.end..)?.starts_with(|next: char| next.is_ascii_alphabetic());
    is_whole.then_some(last.end)
}

/// Whether the words before name it: `SSN 078051120`, `my social security number is 078051120`.
fn says_social_security(before: &str) -> bool {
    const FILL: [&str; 9] = ["number", "numbers", "no", "nr", "num", "is", "was", "s", "the"];
    let words = words_before(before);
    let mut words = words.iter().rev().map(String::as_str).skip_while(|word| FILL.contains(word));
    match words.next() {
        Some("ssn" | "ssns") => true,
        Some("security") => words.next() == Some("social"),
        Some(_) | None => false,
    }
}

/// Whether what stands before is the beginning of the same number.
pub(super) fn goes_on(before: &str) -> bool {
    let mut before = before.chars().rev();
    let is_joint = before.next().is_some_and(|last| "._-/".contains(last));
    is_joint && before.next().is_some_and(|earlier| digit(earlier).is_some())
}

/// The value of a digit of the scripts that people write numbers in.
pub(super) fn digit(character: char) -> Option<u32> {
    let zeros = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    zeros.iter().find_map(|zero| u32::from(character).checked_sub(u32::from(*zero)).filter(|value| *value < 10))
}

fn is_separator(character: char) -> bool {
    " -.()/\u{a0}\u{2009}\u{202f}".contains(character) || ('\u{2010}'..='\u{2013}').contains(&character)
}

fn groups(rest: &str) -> Option<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let (mut gap, mut is_open) = (String::new(), false);
    for (at, character) in rest.char_indices() {
        let end = at + character.len_utf8();
        let is_full = groups.len() == GROUPS_MAX;
        match (digit(character), groups.last_mut()) {
            (Some(value), Some(group)) if is_open => {
                group.digits.extend(char::from_digit(value, 10));
                group.end = end;
            }
            (Some(_), _) if is_full => break,
            (Some(value), _) => {
                let digits = char::from_digit(value, 10).into_iter().collect();
                groups.push(Group { digits, gap: std::mem::take(&mut gap), end });
                is_open = true;
            }
            (None, None) if "+(".contains(character) && gap.len() < 2 => gap.push(character),
            // `) (0)` is the longest that stands between two groups.
            (None, Some(_)) if is_separator(character) && gap.chars().count() < 2 => {
                gap.push(character);
                is_open = false;
            }
            (None, _) => break,
        }
        // Longer than any number: what follows cannot make it one.
        if groups.last().is_some_and(|group| group.digits.len() > 2 * DIGITS_MAX) {
            return None;
        }
    }
    (!groups.is_empty()).then_some(groups)
}

fn digits_of(groups: &[Group]) -> String {
    groups.iter().map(|group| group.digits.as_str()).collect()
}

/// Whether it goes on something: a word, a decimal, a path.
fn is_inside(before: &str, groups: &[Group]) -> bool {
    let mut before = before.chars().rev();
    let (last, earlier) = (before.next(), before.next());
    let is_spoken = groups.len() > 1 || groups.first().is_some_and(|group| group.gap.contains('+'));
    match last {
        // `Tel.0171 2345678` is one, and `report-0171234567` and `1.0171234567` are not.
        Some('.' | '-' | '/' | '_') => !(is_spoken && earlier.is_none_or(char::is_alphabetic)),
        Some(last) => last.is_ascii_alphanumeric() || last == '+',
        None => false,
    }
}

/// Whether it is the rest of something written in groups of four, as a card or a bank account.
fn is_in_fours(before: &str, groups: &[Group]) -> bool {
    let mut before = before.chars().rev();
    let follows = before.next() == Some(' ') && before.by_ref().take_while(|sign| digit(*sign).is_some()).count() == 4;
    let all =
        groups.iter().rev().skip(1).all(|group| group.digits.len() == 4 && [" ", ""].contains(&group.gap.as_str()));
    follows && groups.len() > 2 && all
}

/// `01.02.2026`, `2026-02-01`, `1/2/26`; not `06.12.34.56.78`.
fn starts_with_date(groups: &[Group]) -> bool {
    let [first, second, third, rest @ ..] = groups else { return false };
    let is_one = second.gap == third.gap && [".", "-", "/"].contains(&second.gap.as_str());
    if !is_one || rest.first().is_some_and(|next| next.gap == third.gap) {
        return false;
    }
    let number = |group: &Group| group.digits.parse::<u32>().unwrap_or(u32::MAX);
    let is_day = |group: &Group| group.digits.len() <= 2 && (1..=31).contains(&number(group));
    let is_year = |group: &Group| group.digits.len() == 2 || (1900..=2100).contains(&number(group));
    (is_day(first) && is_day(second) && is_year(third)) || (is_year(first) && is_day(second) && is_day(third))
}

/// Whether money is meant: a currency beside it, or decimals behind it.
fn is_amount(before: &str, after: &str, groups: &[Group]) -> bool {
    const SIGNS: [char; 6] = ['$', '€', '£', '¥', '₹', '₩'];
    if groups.first().is_some_and(|group| group.gap.contains('+')) {
        return false;
    }
    let next = after.trim_start();
    let word: String = next.chars().take_while(char::is_ascii_alphabetic).take(4).collect();
    let has_decimals = after.strip_prefix(',').is_some_and(|after| after.starts_with(|next| digit(next).is_some()));
    before.trim_end().ends_with(SIGNS)
        || next.starts_with(SIGNS)
        || has_decimals
        || ["EUR", "USD", "GBP", "CHF", "JPY", "KRW", "INR", "BRL"].contains(&word.as_str())
}

fn is_telephone(groups: &[Group], before: &str) -> bool {
    let digits = digits_of(groups);
    let lengths: Vec<usize> = groups.iter().map(|group| group.digits.len()).collect();
    let gaps: String = groups.iter().map(|group| group.gap.as_str()).collect();
    let is_one_piece = groups.len() == 1;
    let is_named_otherwise = || is_one_piece && is_labelled(before);
    if gaps.contains('+') {
        return (8..=DIGITS_MAX).contains(&digits.len());
    }
    if (7..=12).contains(&digits.len()) && says_telephone(before) {
        return true;
    }
    if let Some(abroad) = digits.strip_prefix("00") {
        return !abroad.starts_with('0') && (8..=DIGITS_MAX).contains(&abroad.len()) && !is_named_otherwise();
    }
    if is_bracketed(groups) && (8..=DIGITS_MAX).contains(&digits.len()) {
        return true;
    }
    if digits.starts_with('0') {
        // A book or a decimal begins with a lone zero.
        let begins = lengths.first().is_some_and(|length| *length > 1);
        return begins && (9..=12).contains(&digits.len()) && !is_named_otherwise();
    }
    match lengths.as_slice() {
        [3, 3, 4] => true,
        [1, 3, 3, 4] => digits.starts_with('1'),
        [5, 5] => digits.starts_with(['6', '7', '8', '9']),
        [10] => is_north_american(&digits) && !is_named_otherwise(),
        [11] => digits.strip_prefix('1').is_some_and(is_north_american) && !is_named_otherwise(),
        // As `91234-5678` behind an area code, and what is written with a hyphen anyhow.
        _ => digits.len() == 10 && gaps.contains('-'),
    }
}

/// Whether it begins with an area code in brackets, or with the prefix of one: `(415) 555-2671`, `1 (415) 555-2671`.
fn is_bracketed(groups: &[Group]) -> bool {
    let is_area = |at: usize| {
        let (area, next) = (groups.get(at), groups.get(at + 1));
        area.is_some_and(|area| area.gap.contains('(')) && next.is_some_and(|next| next.gap.starts_with(')'))
    };
    is_area(0) || (is_area(1) && groups.first().is_some_and(|first| ["0", "1"].contains(&first.digits.as_str())))
}

/// An area and an exchange that are given out: neither begins with 0 or 1.
fn is_north_american(digits: &str) -> bool {
    let begins = |at: usize| digits.as_bytes().get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    digits.len() == 10 && begins(0) && begins(3)
}

/// Whether the words before call it something else: `order 4155552671`, `Ticket no. 4155552671`, `#4155552671`.
fn is_labelled(before: &str) -> bool {
    const OTHERWISE: [&str; 15] = [
        "order",
        "invoice",
        "ticket",
        "tracking",
        "parcel",
        "shipment",
        "reference",
        "ref",
        "case",
        "booking",
        "customer",
        "isbn",
        "bestellung",
        "rechnung",
        "commande",
    ];
    const FILL: [&str; 8] = ["number", "no", "nr", "num", "id", "is", "the", "was"];
    if before.trim_end().ends_with('#') {
        return true;
    }
    let words = words_before(before);
    let named = words.iter().rev().map(String::as_str).find(|word| !FILL.contains(word));
    named.is_some_and(|word| OTHERWISE.contains(&word))
}

#[cfg(test)]
mod tests;
