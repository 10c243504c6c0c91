//! Instants as they are stored: RFC 3339 in UTC with exactly milliseconds, so that text order is time order.

use jiff::Timestamp;

/// The instant cut to whole milliseconds, the resolution of every stored instant.
#[must_use]
pub fn to_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// `2026-01-31T12:00:00.000Z`
#[must_use]
pub fn to_text(at: Timestamp) -> String {
    format!("{:.3}", to_millis(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_order_is_time_order() {
        let instants =
            ["1970-01-01T00:05:21Z", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.001Z", "2026-01-31T12:00:01Z"];
        let texts: Vec<String> = instants.iter().map(|at| to_text(at.parse().unwrap())).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[1], "2026-01-31T12:00:00.000Z");
    }
}
