//! Segments of a path, as they are meant.

/// A segment with its percent-encoded bytes decoded; `None` where that is no text. What encodes nothing stands for itself: the
/// gateway hands over paths that it has decoded, other senders of events do not.
#[must_use]
pub fn decoded(segment: &str) -> Option<String> {
    percent_encoding::percent_decode_str(segment).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_means_what_it_encodes_and_else_itself() {
        for (segment, meant) in [
            ("google", Some("google")),
            ("Google%20Ads", Some("Google Ads")),
            ("Google Ads", Some("Google Ads")),
            ("a+b", Some("a+b")),
            ("%c3%A4", Some("ä")),
            ("a%2Fb", Some("a/b")),
            ("100%25", Some("100%")),
            ("100%", Some("100%")),
            ("", Some("")),
            ("%zz", Some("%zz")),
            ("%é", Some("%é")),
            ("%ff", None),
        ] {
            assert_eq!(decoded(segment).as_deref(), meant, "{segment}");
        }
    }
}
