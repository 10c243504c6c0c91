//! How a value stands in a signed text, where its own serde form would be looser.

/// An instant in UTC with exactly milliseconds, and read back only in that form.
pub(crate) mod instant {
    use jiff::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::instant::to_text;

    pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&to_text(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at: Timestamp = text.parse().map_err(D::Error::custom)?;
        if to_text(at) == text { Ok(at) } else { Err(D::Error::custom("not an instant in UTC with milliseconds")) }
    }
}

/// A keyed reference, read back only if it has the shape of one.
pub(crate) mod keyed {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::keys::KeyedRef;

    pub(crate) fn serialize<S: Serializer>(keyed: &KeyedRef, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(keyed.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<KeyedRef, D::Error> {
        KeyedRef::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The hash of a plan: 64 hex digits.
pub(crate) mod plan {
    use data_encoding::HEXLOWER;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::obligation::PlanHash;

    pub(crate) fn serialize<S: Serializer>(hash: &PlanHash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(hash.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PlanHash, D::Error> {
        let text = String::deserialize(deserializer)?;
        match HEXLOWER.decode(text.as_bytes()) {
            Ok(bytes) if bytes.len() == 32 => Ok(PlanHash::from_stored(text)),
            Ok(_) | Err(_) => Err(D::Error::custom("not the hash of a plan")),
        }
    }
}
