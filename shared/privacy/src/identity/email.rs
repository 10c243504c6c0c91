//! E-mail addresses in the one form that they are matched by.

use serde::{Deserialize, Serialize};

/// Text that is not an e-mail address that can be matched. Says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address: at most 64 plain characters, @, and a domain name")]
pub struct InvalidEmail;

/// An e-mail address, normalised: visible ASCII in small letters, so that it fits any header and cannot end one. Mail goes to
/// this form too. Personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// What a local part may hold beside letters and digits (RFC 5321, `Dot-string`), dots wherever: some providers gave them
/// away at the end and in pairs.
const SIGNS: &[u8] = b".!#$%&'*+-/=?^_`{|}~";
const LOCAL_BYTES_MAX: usize = 64;
/// RFC 5321: a path has 256 bytes with its angle brackets.
const BYTES_MAX: usize = 254;

impl EmailAddress {
    /// Blanks around it go; the domain becomes its ASCII form in lower case (IDNA), and so does the local part: no provider
    /// tells two people apart by case. Tags and dots stay, since only the provider knows whether they matter. A local part
    /// outside ASCII, quoted or with a comment is refused, and so is an address literal.
    ///
    /// # Errors
    /// [`InvalidEmail`]
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(InvalidEmail)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || SIGNS.contains(&byte);
        if !(1..=LOCAL_BYTES_MAX).contains(&local.len())
            || !local.bytes().all(is_plain)
            || local.bytes().all(|byte| byte == b'.')
        {
            return Err(InvalidEmail);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| InvalidEmail)?;
        let top = domain.rsplit_once('.').map(|(_, top)| top).ok_or(InvalidEmail)?;
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        // No top-level domain is a number: that would be an address of a machine.
        if address.len() > BYTES_MAX || top.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidEmail);
        }
        Ok(Self(address))
    }

    /// The address. To be hashed, compared or written to, never logged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmail;

    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

crate::redacted!(EmailAddress);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form_however_it_is_written() {
        let cases = [
            ("ana@example.org", "ana@example.org"),
            ("  Ana.Lima+news@Example.ORG \n", "ana.lima+news@example.org"),
            ("ana@BÜCHER.example", "ana@xn--bcher-kva.example"),
            ("ana@bu\u{308}cher.example", "ana@xn--bcher-kva.example"),
            ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
            ("ana@例え。テスト", "ana@xn--r8jz45g.xn--zckzah"),
            ("o'neil_7@mail.example.org", "o'neil_7@mail.example.org"),
            ("a..b.@example.org", "a..b.@example.org"),
        ];
        for (text, expected) in cases {
            assert_eq!(EmailAddress::parse(text).as_ref().map(EmailAddress::expose), Ok(expected), "{text}");
        }
        let local = "a".repeat(64);
        assert!(EmailAddress::parse(&format!("{local}@example.org")).is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let (long, label) = ("a".repeat(65), "b".repeat(60));
        let domain = format!("{label}.{label}.{label}.example");
        for bad in [
            "",
            "@",
            "ana",
            "@example.org",
            "ana@",
            "ana@localhost",
            "ana@example.org.",
            "ana@.example.org",
            "ana@exa mple.org",
            "ana@-example.org",
            "ana@exa_mple.org",
            "ana@192.0.2.7",
            "ana@[192.0.2.7]",
            "ana lima@example.org",
            "\"ana\"@example.org",
            "ana(x)@example.org",
            "ana@lima@example.org",
            "ana,bo@example.org",
            "<ana@example.org>",
            "änä@example.org",
            "ana\0@example.org",
            "ana\r\nbcc: bo@example.org",
            "ana@example.org\r\nBcc: bo@example.org",
            "ana\u{202e}@example.org",
            "ana@example.org,bo@example.org",
            "Ana <ana@example.org>",
            "...@example.org",
            "ana@xn--zzzzz-9999999.example",
            &format!("{long}@example.org"),
            &format!("{}@{domain}", "a".repeat(64)),
        ] {
            assert_eq!(EmailAddress::parse(bad).err(), Some(InvalidEmail), "{bad:?}");
        }
    }

    #[test]
    fn an_address_never_prints_itself() {
        let printed = format!("{:?}", EmailAddress::parse("ana@example.org").unwrap());
        assert_eq!(printed, "EmailAddress(redacted)");
    }
}
