//! Keys and names without what could be a value: what the map itself says stays, everything else becomes `*`.

const SEPARATORS: [char; 2] = ['#', '/'];

/// The words of a pattern: `contact` and `signal` of `contact#{contact}#signal#{instant}`.
pub(crate) fn words_of(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split(SEPARATORS).filter(|word| !word.is_empty() && !word.contains(['{', '}']))
}

/// A key segment by segment: `contact#v1-abc#signal#…` becomes `contact#*#signal#*`.
pub(crate) fn of_key(key: &str, is_shown: impl Fn(&str) -> bool) -> String {
    let mut shape = String::new();
    for segment in key.split_inclusive(SEPARATORS) {
        let (word, separator) = match segment.strip_suffix(SEPARATORS) {
            Some(word) => (word, segment.get(word.len()..).unwrap_or_default()),
            None => (segment, ""),
        };
        shape.push_str(if word.is_empty() || is_shown(word) { word } else { "*" });
        shape.push_str(separator);
    }
    shape
}

/// A word in lower case: not an id, but perhaps somebody's name.
pub(crate) fn is_plain(word: &str) -> bool {
    word.len() <= 32 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// The name of an attribute, unless it looks like a value: an address, a number, an id.
pub(crate) fn of_attribute(name: &str) -> &str {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || b"_-".contains(&byte);
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_name = name.len() <= 64 && digits <= 3 && name.bytes().all(|byte| is_letter(byte) || byte.is_ascii_digit());
    if is_name && !name.is_empty() { name } else { "*" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_keeps_what_the_map_says_and_nothing_else() {
        let is_known = |word: &str| ["contact", "signal"].contains(&word);
        let cases = [
            ("contact#v1-abc#signal#2026-01-31T12:00:00.000Z#s1", "contact#*#signal#*#*"),
            ("contact#maren@example.com", "contact#*"),
            ("alder/c1/avatar/a.jpg", "*/*/*/*"),
            ("maren", "*"),
            ("contact##signal#", "contact##signal#"),
            ("", ""),
        ];
        for (key, shape) in cases {
            assert_eq!(of_key(key, is_known), shape, "{key}");
        }
        assert_eq!(of_key("contact#v1-abc#notes", |word| is_known(word) || is_plain(word)), "contact#*#notes");
    }

    #[test]
    fn an_attribute_that_looks_like_a_value_is_not_shown() {
        for name in ["nickname", "address_line2", "X-Trace", "a"] {
            assert_eq!(of_attribute(name), name);
        }
        for value in ["maren@example.com", "10158000000000001", "k1234", "a b", "", "naïve", &"x".repeat(65)] {
            assert_eq!(of_attribute(value), "*", "{value}");
        }
    }
}
