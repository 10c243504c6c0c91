//! Whether a client prefers a page or JSON: `Accept` as RFC 9110 section 12.5.1 reads it.

use http::{HeaderMap, header};

/// What an answer can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A page for people.
    Html,
    /// `application/json`, or a problem document.
    Json,
}

/// How much a format is wanted. Quality decides; between equals the range that names the format more exactly,
/// so that `application/json, */*` asks for JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Weight {
    /// Thousandths.
    quality: u16,
    /// 3 for the type itself, 2 for `type/*`, 1 for `*/*`, 0 for not named.
    exactness: u8,
}

impl Weight {
    /// The most exact range that matches a format decides its quality, a wider one does not.
    fn take(&mut self, other: Self) {
        if (other.exactness, other.quality) > (self.exactness, self.quality) {
            *self = other;
        }
    }
}

/// The preferred format; `default` when the client does not care, says nothing, or accepts neither. Ranges that
/// cannot be read are left out.
pub fn preferred(headers: &HeaderMap, default: Format) -> Format {
    let mut html = Weight::default();
    let mut json = Weight::default();
    for value in headers.get_all(header::ACCEPT) {
        for (range, quality) in value.to_str().unwrap_or_default().split(',').filter_map(weighted) {
            if let Some(exactness) = names_html(&range) {
                html.take(Weight { quality, exactness });
            }
            if let Some(exactness) = names_json(&range) {
                json.take(Weight { quality, exactness });
            }
        }
    }
    if html.quality == 0 && json.quality == 0 {
        return default;
    }
    match html.cmp(&json) {
        std::cmp::Ordering::Greater => Format::Html,
        std::cmp::Ordering::Less => Format::Json,
        std::cmp::Ordering::Equal => default,
    }
}

fn names_html(range: &str) -> Option<u8> {
    match range {
        "text/html" => Some(3),
        "text/*" => Some(2),
        "*/*" => Some(1),
        _ => None,
    }
}

fn names_json(range: &str) -> Option<u8> {
    match range {
        "application/*" => Some(2),
        "*/*" => Some(1),
        other => {
            let (_, subtype) = other.split_once('/')?;
            (subtype == "json" || subtype.ends_with("+json")).then_some(3)
        }
    }
}

/// One media range in lower case without its parameters, and its quality.
fn weighted(range: &str) -> Option<(String, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let media_type = parts.next()?.to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    Some((media_type, quality.map_or(Some(1000), thousandths)?))
}

/// `0`, `1`, or either with up to three decimals, at most 1.
fn thousandths(quality: &str) -> Option<u16> {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    if !matches!(whole, "0" | "1") || fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u16 = format!("{whole}{fraction:0<3}").parse().ok()?;
    (value <= 1000).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(accept: &[&str]) -> HeaderMap {
        accept.iter().map(|value| (header::ACCEPT, value.parse().unwrap())).collect()
    }

    #[test]
    fn the_client_chooses() {
        use Format::{Html, Json};
        let cases: [(&[&str], Format); 27] = [
            (&["text/html"], Html),
            (&["TEXT/HTML;charset=utf-8"], Html),
            (&["text/*"], Html),
            (&["application/json"], Json),
            (&["application/problem+json"], Json),
            (&["*/json"], Json),
            (&["application/*"], Json),
            (&["Application/JSON; Q=0.4"], Json),
            // What browsers send, and what common clients of APIs send.
            (&["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"], Html),
            (&["application/json, text/plain, */*"], Json),
            (&["application/json, */*;q=0.5"], Json),
            // Qualities.
            (&["text/html;q=0.8, application/json"], Json),
            (&["text/html;q=0.8, application/json;q=0.7"], Html),
            (&["text/html;q=0.8, application/json;q=0.801"], Json),
            (&["application/json;q=0.9, text/html;level=1;q=1.000"], Html),
            (&["text/html ; q=0.2 , application/problem+json ; q=0.3"], Json),
            // Zero refuses, and the more exact range decides.
            (&["text/html;q=0, */*"], Json),
            (&["*/*, application/json;q=0"], Html),
            (&["text/html;q=0.1, text/*;q=0.9, application/json;q=0.5"], Json),
            (&["*/*;q=0.9, application/*;q=0.1"], Html),
            // Several lines are one list.
            (&["text/html;q=0.3", "application/json;q=0.6"], Json),
            (&["image/png", "text/html"], Html),
            // What cannot be read does not count.
            (&["application/json;q=2, text/html;q=0.1"], Html),
            (&["text/html;q=abc, application/json;q=0.1"], Json),
            (&["text/html;q=0.1234, application/json;q=0.1"], Json),
            (&["text/html;q=1.001, application/json;q=0.1"], Json),
            (&["text/html;q=-1, application/json;q=.1, application/json;q=0.1,,;,/"], Json),
        ];
        for (accept, expected) in cases {
            for default in [Html, Json] {
                assert_eq!(preferred(&with(accept), default), expected, "{accept:?}");
            }
        }
    }

    #[test]
    fn without_a_preference_the_default_holds() {
        let cases: [&[&str]; 8] = [
            &[],
            &[""],
            &["*/*"],
            &["image/png"],
            &["text/html, application/json"],
            &["*/*;q=0"],
            &["nonsense"],
            &["text/html;q=0"],
        ];
        for accept in cases {
            for default in [Format::Html, Format::Json] {
                assert_eq!(preferred(&with(accept), default), default, "{accept:?}");
            }
        }
    }
}
