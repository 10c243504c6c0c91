//! Meta's `signed_request`: `<base64url signature>.<base64url JSON>`, the signature being HMAC-SHA256 of the
//! payload TEXT as received under the app secret. Source: Meta's Data Deletion Request Callback page.
//!
//! The signature is decoded strictly (a lenient decoder accepts four texts for one signature), compared in
//! constant time under every known secret, and only then is the payload decoded and parsed.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::Sha256;

use crate::identity::{Identity, Namespace, PlatformId};
use crate::meta_secrets::AppSecrets;

/// Why a `signed_request` was refused. For our logs only: from outside every refusal looks the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not exactly one dot, or an empty part.
    #[error("not two parts")]
    NotTwoParts,
    /// Not base64url of 32 bytes in its one canonical spelling, padded or not.
    #[error("signature encoding")]
    SignatureEncoding,
    /// No secret that we know signs this payload text.
    #[error("signature")]
    Signature,
    /// Signed, but not base64url.
    #[error("payload encoding")]
    PayloadEncoding,
    /// Signed, but not a JSON object with each known key once.
    #[error("payload")]
    Payload,
    /// Signed, but `algorithm` is not exactly `HMAC-SHA256`.
    #[error("algorithm")]
    Algorithm,
    /// Signed, but without a user id that is an integer written in digits.
    #[error("user id")]
    UserId,
}

/// A request that Meta signed.
#[derive(Debug, PartialEq, Eq)]
pub struct SignedRequest {
    /// The app whose secret verified.
    pub namespace: Namespace,
    /// The app-scoped id of the person, or `0` for nobody.
    pub user_id: PlatformId,
    /// The page that removed the app, where there is one.
    pub profile_id: Option<PlatformId>,
    /// When Meta made the request. Never a reason to refuse: it only bounds what is covered.
    pub issued_at: Option<IssuedAt>,
}

impl SignedRequest {
    /// The person that is to be erased.
    #[must_use]
    pub fn person(&self) -> Identity {
        Identity::user(self.namespace.clone(), self.user_id.clone())
    }

    /// Who deauthorized the app: the page, when Meta names one and no person; else the person.
    #[must_use]
    pub fn deauthorized(&self) -> Identity {
        match &self.profile_id {
            Some(page) if self.user_id.is_nobody() => Identity::page(self.namespace.clone(), page.clone()),
            Some(_) | None => self.person(),
        }
    }
}

/// Seconds since 1970 as Meta sent them; may lie in the future or beyond any calendar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IssuedAt(i128);

impl IssuedAt {
    /// Seconds since 1970.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.into())
    }

    /// The instant, never later than `now`.
    #[must_use]
    pub fn at_most(self, now: Timestamp) -> Timestamp {
        match i64::try_from(self.0).map(Timestamp::from_second) {
            Ok(Ok(at)) if at < now => at,
            Ok(Ok(_)) => now,
            Ok(Err(_)) | Err(_) if self.0 > 0 => now,
            Ok(Err(_)) | Err(_) => Timestamp::UNIX_EPOCH,
        }
    }
}

impl fmt::Debug for IssuedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuedAt({})", self.0)
    }
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    algorithm: Option<&'a RawValue>,
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    profile_id: Option<&'a RawValue>,
    #[serde(borrow)]
    issued_at: Option<&'a RawValue>,
}

/// Verifies and reads one `signed_request`.
///
/// # Errors
/// [`Refusal`], in the order of the checks; nothing of the payload is looked at before its signature holds.
pub fn verify(text: &str, secrets: &AppSecrets) -> Result<SignedRequest, Refusal> {
    let (signature, payload) = text.split_once('.').ok_or(Refusal::NotTwoParts)?;
    if signature.is_empty() || payload.is_empty() || payload.contains('.') {
        return Err(Refusal::NotTwoParts);
    }
    let signature = decode(signature).filter(|bytes| bytes.len() == 32).ok_or(Refusal::SignatureEncoding)?;
    let namespace = secrets
        .iter()
        .find(|(_, secret)| is_signed(payload, &signature, secret.expose_secret()))
        .map(|(namespace, _)| namespace.clone())
        .ok_or(Refusal::Signature)?;
    let json = decode(payload).ok_or(Refusal::PayloadEncoding)?;
    // A reader of bytes passes over those that are no text in members that it skips.
    let json = str::from_utf8(&json).map_err(|_| Refusal::Payload)?;
    // A derived reader would take an array for the object.
    if !json.trim_ascii_start().starts_with('{') {
        return Err(Refusal::Payload);
    }
    let payload: Payload<'_> = serde_json::from_str(json).map_err(|_| Refusal::Payload)?;
    if payload.algorithm.map(RawValue::get) != Some("\"HMAC-SHA256\"") {
        return Err(Refusal::Algorithm);
    }
    Ok(SignedRequest {
        namespace,
        user_id: payload.user_id.and_then(platform_id).ok_or(Refusal::UserId)?,
        profile_id: payload.profile_id.and_then(platform_id),
        issued_at: payload.issued_at.and_then(issued_at),
    })
}

/// base64url, padded or not; any other spelling of the same bytes is refused.
fn decode(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=');
    let padding = text.len() - bare.len();
    if padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) {
        return None;
    }
    BASE64URL_NOPAD.decode(bare.as_bytes()).ok()
}

/// `verify_slice` compares in constant time.
fn is_signed(payload: &str, signature: &[u8], secret: &str) -> bool {
    Hmac::<Sha256>::new_from_slice(secret.as_bytes()).is_ok_and(|mut mac| {
        mac.update(payload.as_bytes());
        mac.verify_slice(signature).is_ok()
    })
}

/// A JSON string or number of digits, taken as text: an id never passes through a float.
fn platform_id(raw: &RawValue) -> Option<PlatformId> {
    PlatformId::parse(unquoted(raw)).ok()
}

fn issued_at(raw: &RawValue) -> Option<IssuedAt> {
    unquoted(raw).parse().ok().map(IssuedAt)
}

fn unquoted(raw: &RawValue) -> &str {
    let text = raw.get();
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests;
