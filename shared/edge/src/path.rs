//! Segments of a path, as they are meant.

/// A segment with its percent-encoded bytes decoded; `None` where they are none, or no text.
#[must_use]
pub fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, after) = match (first, tail) {
            (b'%', [high, low, after @ ..]) => (digit(*high)? << 4 | digit(*low)?, after),
            (b'%', _) => return None,
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_means_what_it_encodes_and_nothing_else_is_guessed() {
        for (segment, meant) in [
            ("google", Some("google")),
            ("Google%20Ads", Some("Google Ads")),
            ("a+b", Some("a+b")),
            ("%c3%A4", Some("ä")),
            ("a%2Fb", Some("a/b")),
            ("100%25", Some("100%")),
            ("", Some("")),
            ("100%", None),
            ("%2", None),
            ("%zz", None),
            ("%+1", None),
            ("%é", None),
            ("%ff", None),
        ] {
            assert_eq!(decoded(segment).as_deref(), meant, "{segment}");
        }
    }
}
