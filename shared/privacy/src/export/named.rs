//! Numbers in free text that only the words before them tell: nothing in the form of a passport's, a licence's or an account's says
//! what it is, nor in that of a telephone without its prefix.

use super::patterns::is_space;

/// What is shown in place of a number, and what it is called before it, in words of their own.
const KINDS: [(&str, &[&str]); 4] = [
    ("[passport number]", &[" passport", " passeport", " pasaporte", " reisepass"]),
    (
        "[driving licence number]",
        &[
            " driver s license",
            " driver s licence",
            " drivers license",
            " drivers licence",
            " driver license",
            " driver licence",
            " driving license",
            " driving licence",
            " führerschein",
        ],
    ),
    (
        "[identity number]",
        &[" national id", " identity card", " id card", " personalausweis", " tax id", " government id"],
    ),
    (
        "[bank account number]",
        &[
            " account number",
            " account no",
            " account nr",
            " bank account",
            " routing number",
            " sort code",
            " kontonummer",
        ],
    ),
];
/// What may stand between the name and the number.
const FILL: [&str; 8] = ["number", "numbers", "no", "nr", "num", "is", "was", "the"];
/// Groups are taken together up to so many digits.
const DIGITS_MAX: usize = 12;
/// No number is longer, with its hyphens.
const LENGTH_MAX: usize = 30;

/// How long the number is that `rest` begins with, and what is shown instead, if what stands before says that it is one.
pub(super) fn beginning(rest: &str, before: &str) -> Option<(usize, &'static str)> {
    let length = length(rest)?;
    let words = words_before(before);
    let fill = words.iter().rev().take_while(|word| FILL.contains(&word.as_str())).count();
    let kind = (0..=fill).find_map(|left_out| {
        let called = format!(" {}", words.get(..words.len() - left_out)?.join(" "));
        KINDS.into_iter().find(|(_, names)| names.iter().any(|name| called.ends_with(name)))
    });
    kind.map(|(shown, _)| (length, shown))
}

/// The last words before, in small letters.
pub(super) fn words_before(before: &str) -> Vec<String> {
    let from = before.char_indices().rev().nth(39).map_or(0, |(at, _)| at);
    let near = before.get(from..).unwrap_or_default().to_lowercase();
    let words = near.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Whether the words before say that it is a telephone: `Tel. 612 345 678`, `her phone number is 612345678`.
pub(super) fn says_telephone(before: &str) -> bool {
    const NAMES: [&str; 14] = [
        "tel",
        "telephone",
        "phone",
        "mobile",
        "cell",
        "whatsapp",
        "call",
        "fax",
        "telefon",
        "handy",
        "telefono",
        "teléfono",
        "móvil",
        "téléphone",
    ];
    const BETWEEN: [&str; 13] =
        ["number", "no", "nr", "num", "is", "was", "the", "on", "at", "me", "him", "her", "them"];
    let words = words_before(before);
    let named = words.iter().rev().map(String::as_str).find(|word| !BETWEEN.contains(word));
    named.is_some_and(|word| NAMES.contains(&word))
}

/// Letters of ASCII and digits, with hyphens or not, five digits at least; digits alone in groups, too.
fn length(rest: &str) -> Option<usize> {
    let (mut end, mut digits, mut has_letters) = (0, 0, false);
    for (at, character) in rest.char_indices() {
        let is_digit = |next: char| next.is_ascii_digit();
        let goes_on = || rest.get(at + character.len_utf8()..).is_some_and(|next| next.starts_with(is_digit));
        match character {
            '0'..='9' => digits += 1,
            'a'..='z' | 'A'..='Z' => has_letters = true,
            '-' if at < LENGTH_MAX => continue,
            _ if is_space(character) && !has_letters && (1..DIGITS_MAX).contains(&digits) && goes_on() => continue,
            _ => break,
        }
        end = at + 1;
        if end > LENGTH_MAX {
            return None;
        }
    }
    (digits >= 5).then_some(end)
}
