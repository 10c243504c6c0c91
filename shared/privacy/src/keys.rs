//! Keyed references: how a person is found again without their id standing in a key, a queue or a log.
//!
//! One root secret per version; from it a separate HMAC-SHA256 key per purpose (HKDF), so that a link cannot
//! be compared with a suppression entry or a confirmation code. A reference starts with its key version; a
//! version stays in the ring as long as its longest entry lives, since scrubbed data cannot be keyed again.

mod audit;
mod data_points;
mod number;
mod receipts;

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::{BASE32_NOPAD, Encoding, Specification};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::identity::Identity;
use crate::ids::TenantId;
use crate::obligation::ObligationId;

/// 160 bits: past guessing, and 32 characters in base 32.
pub(crate) const REFERENCE_BYTES: usize = 20;

/// The secret that holds the root keys is not what it must be. Says nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeyRing {
    /// Not a JSON object of strings.
    #[error("subject keys: not a JSON object of strings")]
    NotAnObject,
    /// `current` is missing or names a version that is not there.
    #[error("subject keys: `current` names no version")]
    NoCurrent,
    /// A version's name is not 1 to 8 characters of `[a-z0-9]`, or its root is shorter than 32 characters.
    #[error("subject keys: a version has a bad name or a root shorter than 32 characters")]
    WeakVersion,
}

/// What a keyed reference is for. Each has its own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Link,
    Suppression,
    Code,
    Receipt,
    Request,
    Challenge,
    DataPoint,
    Limit,
    Evidence,
    Audit,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Suppression => "suppression",
            Self::Code => "code",
            Self::Receipt => "receipt",
            Self::Request => "request",
            Self::Challenge => "challenge",
            Self::DataPoint => "data-point",
            Self::Limit => "limit",
            Self::Evidence => "evidence",
            Self::Audit => "audit",
        }
    }
}

/// Text that is not a keyed reference: a version of 1 to 8 characters of `[a-z0-9]`, `-`, 32 of `[a-z2-7]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a keyed reference")]
pub struct InvalidKeyedRef;

/// A keyed hash of an identity, with the version of its key in front: `v1-mfrgg…`. Safe in keys and logs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyedRef(String);

impl KeyedRef {
    /// A reference that was stored before.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// A reference that came from outside, such as the name of a folder.
    ///
    /// # Errors
    /// [`InvalidKeyedRef`]
    pub fn parse(text: &str) -> Result<Self, InvalidKeyedRef> {
        let (version, digest) = text.split_once('-').ok_or(InvalidKeyedRef)?;
        let is_digest = digest.len() == REFERENCE_BYTES * 8 / 5
            && digest.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte));
        if is_version(version) && is_digest { Ok(Self(text.to_owned())) } else { Err(InvalidKeyedRef) }
    }

    /// As it stands in keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_version(name: &str) -> bool {
    (1..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

impl fmt::Display for KeyedRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

struct Version {
    name: String,
    link: Hmac<Sha256>,
    suppression: Hmac<Sha256>,
    code: Hmac<Sha256>,
    receipt: Hmac<Sha256>,
    request: Hmac<Sha256>,
    challenge: Hmac<Sha256>,
    data_point: Hmac<Sha256>,
    limit: Hmac<Sha256>,
    evidence: Hmac<Sha256>,
    audit: Hmac<Sha256>,
}

/// The root keys, current version first, with one derived key per purpose.
pub struct SubjectKeys {
    versions: Vec<Version>,
}

impl fmt::Debug for SubjectKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.versions.iter().map(|version| version.name.as_str()).collect();
        write!(f, "SubjectKeys({names:?}, redacted)")
    }
}

impl SubjectKeys {
    /// Reads `{"current": "v2", "v1": "…", "v2": "…"}`.
    ///
    /// # Errors
    /// [`InvalidKeyRing`]
    pub fn parse(json: &str) -> Result<Self, InvalidKeyRing> {
        let mut roots: BTreeMap<String, String> =
            serde_json::from_str(json).map_err(|_| InvalidKeyRing::NotAnObject)?;
        let current = roots.remove("current").ok_or(InvalidKeyRing::NoCurrent)?;
        if !roots.contains_key(&current) {
            return Err(InvalidKeyRing::NoCurrent);
        }
        let mut versions = Vec::with_capacity(roots.len());
        for (name, root) in roots {
            if !is_version(&name) || root.len() < 32 {
                return Err(InvalidKeyRing::WeakVersion);
            }
            versions.push(Version::derive(name, root.as_bytes())?);
        }
        versions.sort_by_key(|version| version.name != current);
        Ok(Self { versions })
    }

    /// Where identity links of this identity stand, one per key version, current first.
    #[must_use]
    pub fn links(&self, identity: &Identity) -> Vec<KeyedRef> {
        self.references(identity, Purpose::Link)
    }

    /// Where suppression entries of this identity stand, one per key version, current first.
    #[must_use]
    pub fn suppressions(&self, identity: &Identity) -> Vec<KeyedRef> {
        self.references(identity, Purpose::Suppression)
    }

    /// Where the flags stand that a tenant wants for this identity in its own data, one per key version, current first.
    #[must_use]
    pub fn suppressions_at(&self, tenant: &TenantId, identity: &Identity) -> Vec<KeyedRef> {
        // No other canonical text holds a line end.
        let canonical = format!("at/{tenant}\n{}", identity.canonical());
        self.versions.iter().map(|version| version.reference(Purpose::Suppression, &canonical)).collect()
    }

    /// The id of the obligation towards this identity, which is also the confirmation code: 32 characters of
    /// `[a-z2-7]`, 160 bits, the same for every repeat, saying nothing of the id.
    #[must_use]
    pub fn obligation_id(&self, identity: &Identity) -> Option<ObligationId> {
        let current = self.versions.first()?;
        ObligationId::parse(&current.digest(Purpose::Code, &identity.canonical())).ok()
    }

    /// The reference of a request that is sent again under the same name of its sender's choice: the same for the same content.
    #[must_use]
    pub fn request_id(&self, name: &str, content: &str) -> Option<ObligationId> {
        let digest = self.versions.first()?.digest(Purpose::Request, &format!("{}:{name}{content}", name.len()));
        ObligationId::parse(&format!("8{digest}")).ok()
    }

    /// What is kept of a code that was sent: it cannot be turned back into the code, nor tried out without the key.
    #[must_use]
    pub fn challenge(&self, id: &ObligationId, salt: &str, code: &str) -> Option<KeyedRef> {
        let current = self.versions.first()?;
        Some(current.reference(Purpose::Challenge, &format!("{}#{salt}#{code}", id.as_str())))
    }

    /// Whether a code is the one that was kept, under any live key. Takes the same time for every code of a length.
    #[must_use]
    pub fn is_challenge(&self, id: &ObligationId, salt: &str, code: &str, kept: &KeyedRef) -> bool {
        self.is_kept(Purpose::Challenge, REFERENCE_BYTES, &format!("{}#{salt}#{code}", id.as_str()), kept)
    }

    fn is_kept(&self, purpose: Purpose, bytes: usize, canonical: &str, kept: &KeyedRef) -> bool {
        let Some((name, digest)) = kept.0.split_once('-') else { return false };
        let Ok(expected) = lower_base32().decode(digest.as_bytes()) else { return false };
        let mut versions = self.versions.iter();
        versions.find(|version| version.name == name).is_some_and(|version| {
            expected.len() == bytes && version.mac(purpose, canonical).verify_truncated_left(&expected).is_ok()
        })
    }

    /// The name of a counter: of a source, or of an address, without either.
    #[must_use]
    pub fn limit(&self, canonical: &str) -> Option<KeyedRef> {
        self.versions.first().map(|current| current.reference(Purpose::Limit, canonical))
    }

    /// What is kept of a value that was mended: it shows later whether a value is that one, and says nothing of it. Named
    /// with its request, so that two people with one value have nothing in common.
    #[must_use]
    pub fn evidence(&self, id: &ObligationId, value: &str) -> Option<KeyedRef> {
        self.versions.first().map(|current| current.reference(Purpose::Evidence, &format!("{}#{value}", id.as_str())))
    }

    fn references(&self, identity: &Identity, purpose: Purpose) -> Vec<KeyedRef> {
        let canonical = identity.canonical();
        self.versions.iter().map(|version| version.reference(purpose, &canonical)).collect()
    }
}

impl Version {
    fn derive(name: String, root: &[u8]) -> Result<Self, InvalidKeyRing> {
        let expander = Hkdf::<Sha256>::new(None, root);
        let key = |purpose: Purpose| {
            let mut bytes = [0_u8; 32];
            let info = format!("privacy/{}/{name}", purpose.as_str());
            expander.expand(info.as_bytes(), &mut bytes).map_err(|_| InvalidKeyRing::WeakVersion)?;
            Hmac::<Sha256>::new_from_slice(&bytes).map_err(|_| InvalidKeyRing::WeakVersion)
        };
        Ok(Self {
            link: key(Purpose::Link)?,
            suppression: key(Purpose::Suppression)?,
            code: key(Purpose::Code)?,
            receipt: key(Purpose::Receipt)?,
            request: key(Purpose::Request)?,
            challenge: key(Purpose::Challenge)?,
            data_point: key(Purpose::DataPoint)?,
            limit: key(Purpose::Limit)?,
            evidence: key(Purpose::Evidence)?,
            audit: key(Purpose::Audit)?,
            name,
        })
    }

    fn reference(&self, purpose: Purpose, canonical: &str) -> KeyedRef {
        KeyedRef(format!("{}-{}", self.name, self.digest(purpose, canonical)))
    }

    fn digest(&self, purpose: Purpose, canonical: &str) -> String {
        let digest = self.mac(purpose, canonical).finalize().into_bytes();
        lower_base32().encode(digest.get(..REFERENCE_BYTES).unwrap_or(&digest))
    }

    fn mac(&self, purpose: Purpose, canonical: &str) -> Hmac<Sha256> {
        let mut mac = match purpose {
            Purpose::Link => self.link.clone(),
            Purpose::Suppression => self.suppression.clone(),
            Purpose::Code => self.code.clone(),
            Purpose::Receipt => self.receipt.clone(),
            Purpose::Request => self.request.clone(),
            Purpose::Challenge => self.challenge.clone(),
            Purpose::DataPoint => self.data_point.clone(),
            Purpose::Limit => self.limit.clone(),
            Purpose::Evidence => self.evidence.clone(),
            Purpose::Audit => self.audit.clone(),
        };
        mac.update(canonical.as_bytes());
        mac
    }
}

pub(crate) fn lower_base32() -> Encoding {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    // The specification is a constant that encodes; the upper-case alphabet is the fallback nobody meets.
    specification.encoding().unwrap_or(BASE32_NOPAD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{EmailAddress, Handle, Namespace, PlatformId};
    use crate::ids::{TenantId, UserId};

    const ROOT: &str = "0123456789abcdef0123456789abcdef";

    fn identity(namespace: &str, id: &str) -> Identity {
        Identity::user(Namespace::parse(namespace).unwrap(), PlatformId::parse(id).unwrap())
    }

    fn ring() -> SubjectKeys {
        SubjectKeys::parse(&format!(r#"{{"current":"v1","v1":"{ROOT}"}}"#)).unwrap()
    }

    #[test]
    fn the_same_digits_in_two_apps_are_two_people() {
        let ring = ring();
        assert_ne!(ring.links(&identity("facebook", "1")), ring.links(&identity("instagram", "1")));
        assert_ne!(ring.obligation_id(&identity("facebook", "1")), ring.obligation_id(&identity("instagram", "1")));
    }

    #[test]
    fn purposes_cannot_be_compared() {
        let (ring, person) = (ring(), identity("facebook", "218471"));
        let link = ring.links(&person).remove(0).0;
        let suppression = ring.suppressions(&person).remove(0).0;
        let code = ring.obligation_id(&person).unwrap().as_str().to_owned();
        assert_ne!(link, suppression);
        assert!(!link.contains(&code) && !suppression.contains(&code));
    }

    #[test]
    fn receipts_name_tenants_and_obligations_by_references_of_their_own() {
        let (ring, person) = (ring(), identity("facebook", "218471"));
        let code = ring.obligation_id(&person).unwrap();
        let obligation = ring.receipt_obligation(&code).unwrap();
        // The code as a tenant's id, and still another reference.
        let chain = ring.receipt_chain(&TenantId::parse(code.as_str()).unwrap()).unwrap();
        assert_ne!(obligation, chain);
        for reference in [&obligation, &chain] {
            assert!(!reference.as_str().contains(code.as_str()));
            assert_eq!(KeyedRef::parse(reference.as_str()).as_ref(), Ok(reference));
        }
    }

    #[test]
    fn only_references_are_references() {
        let digest = "y3fjn7qjk3aklpndekaqfvgtp7dozi2s";
        assert!(KeyedRef::parse(&format!("v1-{digest}")).is_ok());
        for bad in ["", "v1", digest, "v1-218471", &format!("V1-{digest}"), &format!("v1-{digest}a"), "tenant-alder"] {
            assert_eq!(KeyedRef::parse(bad), Err(InvalidKeyedRef), "{bad}");
        }
        assert!(KeyedRef::parse(&format!("v1-{}", digest.replace('7', "1"))).is_err());
    }

    #[test]
    fn references_match_an_independent_implementation() {
        // Computed with Python's hmac and cryptography's HKDF, as local/demo does it.
        let person = identity("facebook", "218471");
        expect_test::expect![[r#"
            [
                KeyedRef(
                    "v1-y3fjn7qjk3aklpndekaqfvgtp7dozi2s",
                ),
            ]
        "#]]
        .assert_debug_eq(&ring().links(&person));
    }

    #[test]
    fn addresses_and_handles_match_it_too() {
        // From local/demo/keys.py, by the forms that people write.
        let email = Identity::Email(EmailAddress::parse(" Ana.Lima@BÜCHER.example").unwrap());
        let platform = Namespace::parse("instagram").unwrap();
        let handle = Identity::Handle { platform, handle: Handle::parse("@Ana.Lima").unwrap() };
        let links = [&email, &handle].map(|identity| ring().links(identity).remove(0).0);
        assert_eq!(links, ["v1-63io2maed2cjx6izem3p4a52pv46fzhr", "v1-7kgatcu5itmaaxzaisvn46g5mrpcr7di"]);
        let (tenant, user) = (TenantId::parse("tenant-alder").unwrap(), UserId::parse("7").unwrap());
        let member = Identity::Member { tenant, user };
        assert_eq!(ring().links(&member).remove(0).0, "v1-oczosb3rvnvqq5imt4uxkc3h3a5dfrco");
        assert_eq!(ring().suppressions(&member).remove(0).0, "v1-wc6ua2a3dxk3eq2xm2b6ruvmebzxmi5n");
        let suppressions = [&email, &handle].map(|identity| ring().suppressions(identity).remove(0).0);
        assert_eq!(suppressions, ["v1-cxgfudwayqfpmcjufk6bc7jkhznp5tay", "v1-amw6omtzldtiuafggawpl5k6tiwabgrr"]);
    }

    #[test]
    fn a_new_version_keeps_the_old_references_findable() {
        let two = format!(r#"{{"current":"v2","v1":"{ROOT}","v2":"another-root-of-at-least-32-characters"}}"#);
        let links = SubjectKeys::parse(&two).unwrap().links(&identity("facebook", "1"));
        assert!(links[0].as_str().starts_with("v2-"));
        assert_eq!(links[1..], ring().links(&identity("facebook", "1")));
    }

    #[test]
    fn a_weak_ring_is_refused_and_never_printed() {
        let cases = [
            ("[]", InvalidKeyRing::NotAnObject),
            ("{}", InvalidKeyRing::NoCurrent),
            (r#"{"current":"v2","v1":"0123456789abcdef0123456789abcdef"}"#, InvalidKeyRing::NoCurrent),
            (r#"{"current":"v1","v1":"short"}"#, InvalidKeyRing::WeakVersion),
            (r#"{"current":"V 1","V 1":"0123456789abcdef0123456789abcdef"}"#, InvalidKeyRing::WeakVersion),
        ];
        for (json, expected) in cases {
            assert_eq!(SubjectKeys::parse(json).err(), Some(expected), "{json}");
        }
        assert!(!format!("{:?}", ring()).contains(ROOT));
    }
}
