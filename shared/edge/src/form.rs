//! Fields of a form body, urlencoded or multipart.

use std::collections::BTreeMap;

use futures_util::stream;
use http::{HeaderMap, header};
use lambda_http::Body;

use crate::problem::Problem;

/// What a body may weigh. Real callbacks are under 1 KiB.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// What JSON may weigh in which people write: four thousand characters of any script, escaped, and the rest of a request.
pub const WRITTEN_BYTES_MAX: usize = 64 * 1024;
/// What a form may weigh. More than fits into its fields: what is too long for one comes back to be shortened, and is not lost.
/// Escaped for a page, and all else beside it, it stays below the six megabytes that a function may answer.
pub const FORM_BYTES_MAX: usize = 512 * 1024;

/// The value of the one field `name`.
///
/// # Errors
/// [`Problem::TooLarge`], [`Problem::UnsupportedMediaType`], or [`Problem::BadRequest`] when there is not exactly
/// one such field.
pub async fn single_field(headers: &HeaderMap, body: &Body, name: &str) -> Result<String, Problem> {
    let bytes: &[u8] = body;
    if bytes.len() > BODY_BYTES_MAX {
        return Err(Problem::TooLarge);
    }
    single(values(headers, bytes, &[name]).await?.into_iter().map(|(_, value)| value))
}

/// Every field of a form that people write in, urlencoded or multipart, that has one of these names; the first value of each.
/// Others are ignored.
///
/// # Errors
/// As [`single_field`], but for fields that are missing or stand twice.
pub async fn fields(
    headers: &HeaderMap,
    body: &Body,
    names: &[&'static str],
) -> Result<BTreeMap<&'static str, String>, Problem> {
    let bytes: &[u8] = body;
    if bytes.len() > FORM_BYTES_MAX {
        return Err(Problem::TooLarge);
    }
    let mut fields = BTreeMap::new();
    for (name, value) in values(headers, bytes, names).await? {
        fields.entry(name).or_insert(value);
    }
    Ok(fields)
}

/// Whether a body says that it is a form.
#[must_use]
pub fn is_form(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    ["application/x-www-form-urlencoded", "multipart/form-data"].contains(&essence.as_str())
}

/// Every value of these fields, in their order in the body.
async fn values<'a>(headers: &HeaderMap, bytes: &[u8], names: &[&'a str]) -> Result<Vec<(&'a str, String)>, Problem> {
    // A body without a type is read as what every sender of a form sends.
    let media_type = match headers.get(header::CONTENT_TYPE) {
        Some(value) => value.to_str().map_err(|_| Problem::UnsupportedMediaType)?,
        None => "application/x-www-form-urlencoded",
    };
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-www-form-urlencoded" => {
            let known = |key: &str| names.iter().copied().find(|name| *name == key);
            let pairs = form_urlencoded::parse(bytes);
            Ok(pairs.filter_map(|(key, value)| Some((known(&key)?, value.into_owned()))).collect())
        }
        "multipart/form-data" => multipart_values(media_type, bytes, names).await.ok_or(Problem::BadRequest),
        _ => Err(Problem::UnsupportedMediaType),
    }
}

fn single(mut values: impl Iterator<Item = String>) -> Result<String, Problem> {
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value),
        (Some(_), Some(_)) | (None, _) => Err(Problem::BadRequest),
    }
}

async fn multipart_values<'a>(media_type: &str, bytes: &[u8], names: &[&'a str]) -> Option<Vec<(&'a str, String)>> {
    let boundary = multer::parse_boundary(media_type).ok()?;
    let chunk: Result<Vec<u8>, std::convert::Infallible> = Ok(bytes.to_vec());
    let mut parts = multer::Multipart::new(stream::iter([chunk]), boundary);
    let mut values = Vec::new();
    while let Some(part) = parts.next_field().await.ok()? {
        let name = names.iter().copied().find(|name| part.name() == Some(name));
        if let Some(name) = name {
            // Forms are UTF-8; to read any other charset a function would carry the tables of all.
            let charset = part.content_type().and_then(|of| of.get_param("charset"));
            if charset.is_some_and(|charset| charset != "utf-8" && charset != "us-ascii") {
                return None;
            }
            values.push((name, String::from_utf8_lossy(&part.bytes().await.ok()?).into_owned()));
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(media_type: Option<&str>, body: &str) -> Result<String, Problem> {
        let mut headers = HeaderMap::new();
        if let Some(media_type) = media_type {
            headers.insert(header::CONTENT_TYPE, media_type.parse().unwrap());
        }
        single_field(&headers, &Body::from(body.as_bytes().to_vec()), "signed_request").await
    }

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

    #[tokio::test]
    async fn exactly_one_field_is_taken() {
        let cases = [
            (FORM, "signed_request=a.b", Ok("a.b")),
            (Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8"), "x=1&signed_request=a.b%3D", Ok("a.b=")),
            (None, "signed_request=a.b", Ok("a.b")),
            (FORM, "", Err(Problem::BadRequest)),
            (FORM, "x=1", Err(Problem::BadRequest)),
            (FORM, "signed_request=a&signed_request=a", Err(Problem::BadRequest)),
            (FORM, "{\"signed_request\":\"a.b\"}", Err(Problem::BadRequest)),
            (Some("application/json"), "{\"signed_request\":\"a.b\"}", Err(Problem::UnsupportedMediaType)),
            (Some("text/plain"), "signed_request=a.b", Err(Problem::UnsupportedMediaType)),
            (Some("multipart/form-data"), "signed_request=a.b", Err(Problem::BadRequest)),
        ];
        for (media_type, body, expected) in cases {
            assert_eq!(read(media_type, body).await, expected.map(str::to_owned), "{media_type:?} {body}");
        }
    }

    #[tokio::test]
    async fn multipart_is_tolerated() {
        let part = |name: &str, value: &str| {
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let media_type = Some("multipart/form-data; boundary=X");
        let one = format!("{}{}--X--\r\n", part("other", "1"), part("signed_request", "a.b"));
        assert_eq!(read(media_type, &one).await, Ok("a.b".to_owned()));
        let two = format!("{}{}--X--\r\n", part("signed_request", "a.b"), part("signed_request", "a.b"));
        assert_eq!(read(media_type, &two).await, Err(Problem::BadRequest));
        let typed = |charset: &str| {
            let head =
                "--X\r\nContent-Disposition: form-data; name=\"signed_request\"\r\nContent-Type: text/plain; charset=";
            format!("{head}{charset}\r\n\r\na.b\r\n--X--\r\n")
        };
        for charset in ["utf-8", "UTF-8", "us-ascii"] {
            assert_eq!(read(media_type, &typed(charset)).await, Ok("a.b".to_owned()), "{charset}");
        }
        assert_eq!(read(media_type, &typed("utf-16")).await, Err(Problem::BadRequest));
        let cut = part("signed_request", "a.b");
        assert_eq!(read(media_type, &cut[..cut.len() - 4]).await, Err(Problem::BadRequest));
    }

    #[tokio::test]
    async fn several_fields_are_taken_by_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
        let body = Body::from("kind=access&email=a%40example.com&kind=erasure&other=1");
        let fields = fields(&headers, &body, &["kind", "email", "details"]).await.unwrap();
        assert_eq!(fields, BTreeMap::from([("kind", "access".to_owned()), ("email", "a@example.com".to_owned())]));
        assert!(is_form(&headers) && !is_form(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_large_body_is_refused_unread() {
        let body = format!("signed_request={}", "a".repeat(BODY_BYTES_MAX));
        assert_eq!(read(FORM, &body).await, Err(Problem::TooLarge));
    }
}
