//! A JSON object as a request body. Members that nobody asks for are ignored; `null` counts as absent.

use http::{HeaderMap, header};
use lambda_http::Body;
use privacy::ids::{InvalidId, Platform};
use privacy::subject_request::{ConnectedAccount, EmailAddress, Handle};
use serde_json::{Map, Value};

use crate::form::{BODY_BYTES_MAX, WRITTEN_BYTES_MAX};
use crate::problem::Problem;

/// The members of a body. Not printable: they are somebody's.
pub struct Members(Map<String, Value>);

privacy::redacted!(Members);

/// Characters as they were sent, as openapi.yaml counts them: blanks that go when they are parsed are among them.
const EMAIL_MAX: usize = 254;
const PLATFORM_MAX: usize = 64;
const HANDLE_MAX: usize = 101;

/// A text that a member cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a text that this member cannot hold")]
pub struct BadText;

/// What refuses more characters as they were sent, and parses any other text.
pub fn within<T, E>(
    characters_max: usize,
    parse: impl Fn(&str) -> Result<T, E>,
) -> impl Fn(&str) -> Result<T, BadText> {
    move |text| if text.chars().count() > characters_max { Err(BadText) } else { parse(text).map_err(|_| BadText) }
}

/// What refuses blanks around a word of a list or of a pattern, which a form may have.
pub fn bare<T, E>(parse: impl Fn(&str) -> Result<T, E>) -> impl Fn(&str) -> Result<T, BadText> {
    move |text| if text.trim().len() < text.len() { Err(BadText) } else { parse(text).map_err(|_| BadText) }
}

/// A platform as people and programs write it.
///
/// # Errors
/// [`InvalidId`]
pub fn platform(text: &str) -> Result<Platform, InvalidId> {
    Platform::parse(&text.trim().to_ascii_lowercase())
}

impl Members {
    /// # Errors
    /// [`Problem::TooLarge`], [`Problem::UnsupportedMediaType`], [`Problem::BadRequest`] when it is not an object.
    pub fn read(headers: &HeaderMap, body: &Body) -> Result<Self, Problem> {
        Self::read_within(BODY_BYTES_MAX, headers, body)
    }

    /// As [`Members::read`], of a body in which people write.
    ///
    /// # Errors
    /// As [`Members::read`].
    pub fn read_written(headers: &HeaderMap, body: &Body) -> Result<Self, Problem> {
        Self::read_within(WRITTEN_BYTES_MAX, headers, body)
    }

    fn read_within(bytes_max: usize, headers: &HeaderMap, body: &Body) -> Result<Self, Problem> {
        let bytes: &[u8] = body;
        if bytes.len() > bytes_max {
            return Err(Problem::TooLarge);
        }
        let media_type = match headers.get(header::CONTENT_TYPE) {
            Some(value) => value.to_str().map_err(|_| Problem::UnsupportedMediaType)?,
            None => "application/json",
        };
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Problem::UnsupportedMediaType);
        }
        serde_json::from_slice(bytes).map(Self).map_err(|_| Problem::BadRequest)
    }

    /// As [`Members::read`]; no body at all is an object without members.
    ///
    /// # Errors
    /// As [`Members::read`].
    pub fn read_or_empty(headers: &HeaderMap, body: &Body) -> Result<Self, Problem> {
        if body.is_empty() { Ok(Self(Map::new())) } else { Self::read(headers, body) }
    }

    /// Refuses members that nobody asks for, where one that is misspelt would change what is meant.
    ///
    /// # Errors
    /// [`Problem::BadRequest`]
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        if self.0.keys().all(|name| known.contains(&name.as_str())) { Ok(()) } else { Err(Problem::BadRequest) }
    }

    /// The first of these that says `null`, which elsewhere counts as absent.
    #[must_use]
    pub fn null_among(&self, known: &[&'static str]) -> Option<&'static str> {
        known.iter().copied().find(|name| matches!(self.0.get(*name), Some(Value::Null)))
    }

    /// A text member, parsed; `None` when it is absent.
    ///
    /// # Errors
    /// [`Problem::BadMember`] when it is not text or cannot be parsed.
    pub fn parse<T, E>(&self, name: &'static str, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => parse(text).map(Some).map_err(|_| Problem::BadMember(name)),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err(Problem::BadMember(name))
            }
        }
    }

    /// An e-mail address; `None` when it is absent.
    ///
    /// # Errors
    /// [`Problem::BadMember`]
    pub fn email(&self, name: &'static str) -> Result<Option<EmailAddress>, Problem> {
        self.parse(name, within(EMAIL_MAX, EmailAddress::parse))
    }

    /// A `connected_account`; `None` when it is absent.
    ///
    /// # Errors
    /// [`Problem::BadMember`], also when only half of it is there.
    pub fn connected_account(&self) -> Result<Option<ConnectedAccount>, Problem> {
        let bad = Problem::BadMember("connected_account");
        let Some(account) = self.object("connected_account")? else { return Ok(None) };
        let platform = account.parse("platform", within(PLATFORM_MAX, platform)).ok().flatten();
        let handle = account.parse("handle", within(HANDLE_MAX, Handle::parse)).ok().flatten();
        platform.zip(handle).map(|(platform, handle)| Some(ConnectedAccount { platform, handle })).ok_or(bad)
    }

    /// A member that is an object; `None` when it is absent.
    ///
    /// # Errors
    /// [`Problem::BadMember`] when it is something else.
    pub fn object(&self, name: &'static str) -> Result<Option<Self>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(members)) => Ok(Some(Self(members.clone()))),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                Err(Problem::BadMember(name))
            }
        }
    }

    /// A member that is a list of objects; empty when it is absent.
    ///
    /// # Errors
    /// [`Problem::BadMember`] when it is something else.
    pub fn objects(&self, name: &'static str) -> Result<Vec<Self>, Problem> {
        let object = |value: &Value| value.as_object().cloned().map(Self);
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                values.iter().map(object).collect::<Option<_>>().ok_or(Problem::BadMember(name))
            }
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                Err(Problem::BadMember(name))
            }
        }
    }

    /// A member that is true or false; false when it is absent.
    ///
    /// # Errors
    /// [`Problem::BadMember`] when it is something else.
    pub fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                Err(Problem::BadMember(name))
            }
        }
    }

    /// A member that is a list of texts; empty when it is absent.
    ///
    /// # Errors
    /// [`Problem::BadMember`] when it is something else.
    pub fn texts(&self, name: &'static str) -> Result<Vec<String>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(values)) => {
                let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().ok_or(Problem::BadMember(name))
            }
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                Err(Problem::BadMember(name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(media_type: Option<&str>, body: &str) -> Result<Members, Problem> {
        let mut headers = HeaderMap::new();
        if let Some(media_type) = media_type {
            headers.insert(header::CONTENT_TYPE, media_type.parse().unwrap());
        }
        Members::read(&headers, &Body::from(body))
    }

    #[test]
    fn an_object_is_read_and_nothing_else() {
        assert!(read(Some("Application/JSON; charset=utf-8"), "{}").is_ok());
        assert!(read(None, "{}").is_ok());
        for body in ["", "[]", "1", "{", "{\"a\":1,}"] {
            assert_eq!(read(None, body).err(), Some(Problem::BadRequest), "{body}");
        }
        assert!(Members::read_or_empty(&HeaderMap::new(), &Body::Empty).is_ok());
        assert!(Members::read_or_empty(&HeaderMap::new(), &Body::from("[]")).is_err());
        assert_eq!(read(Some("text/plain"), "{}").err(), Some(Problem::UnsupportedMediaType));
        let large = format!("{{\"a\":\"{}\"}}", "a".repeat(BODY_BYTES_MAX));
        assert_eq!(read(None, &large).err(), Some(Problem::TooLarge));
    }

    #[test]
    fn a_member_is_parsed_named_when_bad_and_never_printed() {
        let members = read(None, r#"{"n": "7", "text": "seven", "null": null, "number": 7}"#).unwrap();
        let parse = |name| members.parse(name, str::parse::<u8>);
        assert_eq!(parse("n"), Ok(Some(7)));
        assert_eq!((parse("null"), parse("absent")), (Ok(None), Ok(None)));
        assert_eq!(parse("text"), Err(Problem::BadMember("text")));
        assert_eq!(parse("number"), Err(Problem::BadMember("number")));
        assert!(!format!("{members:?}").contains("seven"));
    }

    #[test]
    fn objects_and_flags_are_what_they_say() {
        let members = read(None, r#"{"agent": {"email": "a"}, "yes": true, "text": "true", "null": null}"#).unwrap();
        assert!(members.object("agent").unwrap().is_some());
        assert!(members.object("absent").unwrap().is_none() && members.object("null").unwrap().is_none());
        assert_eq!(members.object("text").err(), Some(Problem::BadMember("text")));
        assert_eq!((members.flag("yes"), members.flag("null")), (Ok(true), Ok(false)));
        assert_eq!(members.flag("text"), Err(Problem::BadMember("text")));
    }

    #[test]
    fn a_list_holds_texts_and_nothing_else() {
        let members = read(None, r#"{"list": ["a", "b"], "mixed": ["a", 1], "text": "a", "null": null}"#).unwrap();
        assert_eq!(members.texts("list"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!((members.texts("null"), members.texts("absent")), (Ok(vec![]), Ok(vec![])));
        assert_eq!(members.texts("mixed"), Err(Problem::BadMember("mixed")));
        assert_eq!(members.texts("text"), Err(Problem::BadMember("text")));
    }

    #[test]
    fn a_list_holds_objects_and_nothing_else() {
        let members = read(None, r#"{"list": [{"a": "b"}, {}], "mixed": [{}, 1], "one": {}, "null": null}"#).unwrap();
        let count = |name| members.objects(name).map(|objects| objects.len());
        assert_eq!((count("list"), count("null"), count("absent")), (Ok(2), Ok(0), Ok(0)));
        assert_eq!((count("mixed"), count("one")), (Err(Problem::BadMember("mixed")), Err(Problem::BadMember("one"))));
    }
}
