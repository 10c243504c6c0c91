//! What staff have found out while they work on a request, and have not yet told the person: which fields were mended, which
//! parts are refused. Names of fields and keyed hashes, never what stands in one.

use serde::{Deserialize, Serialize};

use super::review::Outcome;
use super::{DenialCode, InvalidText};
use crate::keys::KeyedRef;

/// The name of a field that a person wants mended: 1 to 40 characters of `[a-z0-9_.-]`, as in the data map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldName(String);

impl FieldName {
    /// # Errors
    /// [`InvalidText`]
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte);
        let is_name = (1..=40).contains(&text.len()) && text.bytes().all(allowed);
        if is_name { Ok(Self(text.to_owned())) } else { Err(InvalidText) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for FieldName {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::parse(&text)
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> Self {
        name.0
    }
}

/// Where the proof of something is kept: 1 to 100 visible ASCII characters without spaces, such as the number of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EvidenceId(String);

impl EvidenceId {
    /// # Errors
    /// [`InvalidText`]
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let is_id = (1..=100).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        // An address is somebody's, and no number of a file.
        if is_id && !text.contains('@') { Ok(Self(text.to_owned())) } else { Err(InvalidText) }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for EvidenceId {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::parse(&text)
    }
}

impl From<EvidenceId> for String {
    fn from(id: EvidenceId) -> Self {
        id.0
    }
}

/// What became of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "kebab-case")]
pub enum Decision {
    /// It is to be looked at.
    Open,
    /// Whoever keeps it, the product or a tenant, was told to mend it, and has not confirmed it.
    Instructed {
        /// Under what.
        evidence: EvidenceId,
        /// A keyed hash of what it is to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<KeyedRef>,
    },
    /// It says now what the person says: whoever keeps it has confirmed that.
    Applied {
        /// Where that can be seen.
        evidence: EvidenceId,
        /// A keyed hash of what it says now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<KeyedRef>,
    },
    /// It stays as it is.
    Refused {
        /// What shows that it is right.
        evidence: EvidenceId,
    },
}

/// One field and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Which.
    pub field: FieldName,
    /// What.
    #[serde(flatten)]
    pub decision: Decision,
}

/// What came of an erasure, for the letter: the numbers stand on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Erased {
    /// Something was there, and is gone.
    Removed,
    /// There was nothing, and nothing is kept.
    Nothing,
    /// Nothing is gone: what there may be stays for a reason.
    Kept,
}

impl Erased {
    /// By the outcome of every class; nothing where there is none yet.
    pub(crate) fn of<'a>(outcomes: impl IntoIterator<Item = &'a crate::obligation::Outcome>) -> Option<Self> {
        use crate::obligation::Outcome as Class;
        let of_class = |outcome: &Class| match outcome {
            Class::Removed { count: 0 } | Class::NothingFound => Self::Nothing,
            Class::Removed { .. } => Self::Removed,
            Class::Held { removed, .. } if *removed > 0 => Self::Removed,
            Class::Held { .. } | Class::Failed { .. } | Class::Retained { .. } => Self::Kept,
        };
        outcomes.into_iter().map(of_class).reduce(Self::and)
    }

    /// Of two parts together.
    pub(crate) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Removed, _) | (_, Self::Removed) => Self::Removed,
            (Self::Kept, _) | (_, Self::Kept) => Self::Kept,
            (Self::Nothing, Self::Nothing) => Self::Nothing,
        }
    }
}

/// Everything found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Every field that was named, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    /// Parts that are refused while the rest is carried out: codes of `law.toml`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused_parts: Vec<DenialCode>,
    /// As what staff closed it, if they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What came of the erasure, once it is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
}

impl Findings {
    /// Whether nothing was found yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.corrections.is_empty() && self.refused_parts.is_empty() && self.outcome.is_none() && self.erased.is_none()
    }

    /// What was refused is open again: an appeal against it was upheld.
    pub(crate) fn take_back(&mut self) {
        self.outcome = None;
        self.refused_parts.clear();
        let refused = self.corrections.iter_mut().filter(|one| matches!(one.decision, Decision::Refused { .. }));
        refused.for_each(|one| one.decision = Decision::Open);
    }

    /// Whether fields were named and each is decided.
    #[must_use]
    pub fn is_corrected(&self) -> bool {
        let is_decided = |one: &Correction| matches!(one.decision, Decision::Applied { .. } | Decision::Refused { .. });
        !self.corrections.is_empty() && self.corrections.iter().all(is_decided)
    }

    /// Whether a field says now what the person says.
    #[must_use]
    pub fn is_mended(&self) -> bool {
        self.corrections.iter().any(|one| matches!(one.decision, Decision::Applied { .. }))
    }

    /// Whether something of the request is not done: a part is refused, or a field stays as it is.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        let is_refused = |one: &Correction| matches!(one.decision, Decision::Refused { .. });
        !self.refused_parts.is_empty() || self.corrections.iter().any(is_refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obligation::Outcome as Class;

    #[test]
    fn what_came_of_the_parts_is_what_came_of_all() {
        let (gone, none, nothing) = (Class::Removed { count: 2 }, Class::Removed { count: 0 }, Class::NothingFound);
        let held = |removed| Class::Held { removed, held: 3 };
        let of = |outcomes: &[Class]| Erased::of(outcomes);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[none.clone(), nothing.clone()]), Some(Erased::Nothing));
        assert_eq!(of(&[nothing.clone(), gone.clone()]), Some(Erased::Removed));
        assert_eq!(of(&[nothing.clone(), held(0)]), Some(Erased::Kept));
        assert_eq!(of(&[held(0), held(1)]), Some(Erased::Removed));
        assert_eq!(of(&[held(0), gone]), Some(Erased::Removed));
        assert_eq!(Erased::Nothing.and(Erased::Kept), Erased::Kept);
    }
}
