//! Words that a receipt may hold. Each type leaves no room for an id, an address or free text.

use serde::{Deserialize, Serialize};

/// Text that is not what the type asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a {0}")]
pub struct InvalidName(&'static str);

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $says:literal, $is_valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// # Errors
            /// [`InvalidName`]
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidName($says)) }
            }

            /// As it stands in the receipt.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.0
            }
        }
    };
}

word! {
    /// A record class, a processor or a reason, as the policy file names it: `[a-z]` and hyphens, at most 40.
    Name, "name of [a-z-]", |text| {
        (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    }
}
word! {
    /// A section of the policy: `13.4`. At most 4 numbers of at most 2 digits.
    Section, "section of a policy", |text| {
        let is_number = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        text.split('.').count() <= 4 && text.split('.').all(is_number)
    }
}
word! {
    /// The IANA name of a time zone: `UTC`, `America/Argentina/Buenos_Aires`, `Etc/GMT+12`.
    Zone, "time zone", |text| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
        (1..=40).contains(&text.len())
            && text.bytes().all(is_allowed)
            && text.starts_with(|letter: char| letter.is_ascii_uppercase())
            && text.bytes().filter(u8::is_ascii_digit).count() <= 2
    }
}
word! {
    /// Names a change: 32 hex digits.
    EventName, "name of a change", |text| {
        text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::built_in_map;

    #[test]
    fn the_policy_can_say_all_it_needs() {
        let map = built_in_map();
        for name in map.model().class.keys().chain(map.model().kept.keys()) {
            assert!(Name::parse(name).is_ok(), "{name}");
        }
        for promise in map.model().promise.values() {
            assert!(Section::parse(&promise.policy).is_ok());
            assert!(promise.counted.as_ref().is_none_or(|counted| Zone::parse(&counted.time_zone).is_ok()));
        }
        for zone in ["UTC", "Europe/Dublin", "America/Argentina/Buenos_Aires", "Etc/GMT+12"] {
            assert!(Zone::parse(zone).is_ok(), "{zone}");
        }
    }

    #[test]
    fn no_word_is_an_id_an_address_or_a_sentence() {
        for bad in
            ["", "218471", "17841400000000001", "ana@example.org", "tenant-alder_1", "Ana Lima", "c1", &"a".repeat(41)]
        {
            assert_eq!(Name::parse(bad).err(), Some(InvalidName("name of [a-z-]")), "{bad}");
            assert!(Section::parse(bad).is_err(), "{bad}");
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
        for bad in ["13.", "218", "1.2.3.4.5", "+12"] {
            assert!(Section::parse(bad).is_err() && Zone::parse(bad).is_err(), "{bad}");
        }
    }
}
