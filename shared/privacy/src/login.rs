//! That somebody has just logged in at the dashboard, as the dashboard signs it: a compact JWS with Ed25519 (RFC 7515, 8037).
//!
//! Read by hand, over the signatures that receipts are checked with: libraries for tokens bring RSA, the NIST curves and a
//! second Ed25519 to choose from, and what is checked here beside the signature is ours anyway. There is one algorithm and
//! nothing to negotiate; a header may name a key and nothing else. A token says for which request it is, how long ago the
//! login was, and is good once.

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::ids::{TenantId, UserId};
use crate::obligation::ObligationId;
use crate::subject_request::{EmailAddress, Member};

/// The longest token that is looked at.
pub const BYTES_MAX: usize = 2_048;
/// How long ago the login may have been.
pub const LOGIN_MAX: SignedDuration = SignedDuration::from_mins(5);
/// How long a token may live.
pub const LIFETIME_MAX: SignedDuration = SignedDuration::from_mins(10);
/// How far the dashboard's clock may be ahead of ours.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

/// The secret with the dashboard's public keys is not what it must be. Says nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("dashboard keys: not an issuer and a list of Ed25519 keys, each with a `kid` of its own")]
pub struct InvalidDashboardKeys;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ring {
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    keys: Vec<Jwk>,
}

/// A public key as RFC 8037 writes it; what is not needed may be left out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jwk {
    kid: String,
    x: String,
    #[serde(default)]
    kty: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
}

/// The keys that the dashboard may have signed with, and what it calls itself. Several while they are rotated.
#[derive(Clone)]
pub struct DashboardKeys {
    issuer: String,
    keys: BTreeMap<String, VerifyingKey>,
}

impl fmt::Debug for DashboardKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DashboardKeys({:?})", self.keys.keys())
    }
}

impl DashboardKeys {
    /// Reads `{"issuer": "https://…", "keys": [{"kid": "…", "x": "…"}]}`. An empty object has no key: nobody logs in by it.
    ///
    /// # Errors
    /// [`InvalidDashboardKeys`]
    pub fn parse(json: &str) -> Result<Self, InvalidDashboardKeys> {
        let ring: Ring = object(json.as_bytes()).ok_or(InvalidDashboardKeys)?;
        let mut keys = BTreeMap::new();
        for jwk in ring.keys {
            let key = key(&jwk).ok_or(InvalidDashboardKeys)?;
            if ring.issuer.is_empty() || jwk.kid.is_empty() || keys.insert(jwk.kid, key).is_some() {
                return Err(InvalidDashboardKeys);
            }
        }
        Ok(Self { issuer: ring.issuer, keys })
    }

    /// Whether there is a key of this token's name. A stranger to the token's content: it decides only whether newer keys are
    /// worth a look.
    #[must_use]
    pub fn knows(&self, token: &str) -> bool {
        header(token).is_some_and(|header| self.keys.contains_key(&header.kid))
    }
}

fn key(jwk: &Jwk) -> Option<VerifyingKey> {
    let is = |member: &Option<String>, expected: &str| member.as_deref().is_none_or(|text| text == expected);
    let is_usual = is(&jwk.kty, "OKP") && is(&jwk.crv, "Ed25519") && is(&jwk.alg, "EdDSA") && is(&jwk.usage, "sig");
    let bytes: [u8; 32] = BASE64URL_NOPAD.decode(jwk.x.as_bytes()).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok().filter(|key| is_usual && !key.is_weak())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    typ: Option<String>,
}

/// Members that are not named here decide nothing.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    request: String,
    auth_time: i64,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(default)]
    email: Option<String>,
}

/// A login that the dashboard vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Whose.
    pub member: Member,
    /// Names the token: it is good once.
    pub token_id: String,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// Where the dashboard reaches them.
    pub email: Option<EmailAddress>,
}

/// What a token must have been made for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// This service, by the address that people know.
    pub audience: &'a str,
    /// The one request that it is for.
    pub request: &'a ObligationId,
}

impl Login {
    /// Reads a token. `None` whatever is wrong with it.
    #[must_use]
    pub fn read(keys: &DashboardKeys, token: &str, expected: Expected<'_>, now: Timestamp) -> Option<Self> {
        let key = keys.keys.get(&header(token)?.kid)?;
        let (signed, signature) = token.rsplit_once('.')?;
        let signature: [u8; 64] = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?.try_into().ok()?;
        key.verify_strict(signed.as_bytes(), &Signature::from_bytes(&signature)).ok()?;
        let claims: Claims = part(signed.split_once('.')?.1)?;
        let is_ours =
            claims.iss == keys.issuer && claims.aud == expected.audience && claims.request == expected.request.as_str();
        let expires_at = instant(claims.exp)?;
        (is_ours && is_fresh(&claims, expires_at, now)?).then_some(())?;
        let (tenant, user) = claims.sub.split_once('/')?;
        let member = Member { tenant: TenantId::parse(tenant).ok()?, user: UserId::parse(user).ok()? };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_named = (16..=64).contains(&claims.jti.len()) && claims.jti.bytes().all(is_name);
        // What is no address is as bad as any other claim: else a letter would go where somebody only typed.
        let email = claims.email.map(|email| EmailAddress::parse(&email)).transpose().ok()?;
        is_named.then_some(Self { member, token_id: claims.jti, expires_at, email })
    }
}

fn is_fresh(claims: &Claims, expires_at: Timestamp, now: Timestamp) -> Option<bool> {
    let (issued_at, logged_in_at) = (instant(claims.iat)?, instant(claims.auth_time)?);
    Some(
        issued_at <= now + SKEW
            && logged_in_at <= issued_at
            && logged_in_at >= now - LOGIN_MAX
            && expires_at > now
            && expires_at.duration_since(issued_at) <= LIFETIME_MAX,
    )
}

fn instant(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}

fn header(token: &str) -> Option<Header> {
    let is_sized = token.len() <= BYTES_MAX && token.bytes().filter(|byte| *byte == b'.').count() == 2;
    let header: Header = part(is_sized.then(|| token.split_once('.'))??.0)?;
    let is_known = header.alg == "EdDSA" && header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    is_known.then_some(header)
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    object(&BASE64URL_NOPAD.decode(text.as_bytes()).ok()?)
}

/// A list of values in the order of the members would be read as the members.
fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    // A reader of bytes passes over those that are no text in members that it skips.
    let json = str::from_utf8(json).ok()?;
    serde_json::from_str(json).ok().filter(|_| json.trim_ascii_start().starts_with('{'))
}

#[cfg(test)]
mod tests;
