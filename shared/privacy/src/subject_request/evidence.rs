//! What a person tells us only so that we know them: things that we hold of them already, and a declaration.
//!
//! Nothing is collected to be sure of somebody: what they name is kept as a keyed hash of the request's own, compared with what
//! staff find in our records, and erased when the request is closed. The declaration is part of the record and stays.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Agent, ChildReview, Contact, InvalidText, SubjectRequest};
use crate::keys::SubjectKeys;

/// What people can name of what we may hold about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PointKind {
    /// Their name.
    Name,
    /// A telephone number.
    Phone,
    /// Whom they wrote to, or for whom they work.
    Company,
    /// A postal code.
    Postcode,
    /// The day on which they wrote last, or another that we can find.
    Day,
}

impl PointKind {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Name, Self::Phone, Self::Company, Self::Postcode, Self::Day];

    /// As it stands in rows, in JSON, and in the form with `point_` before it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Company => "company",
            Self::Postcode => "postcode",
            Self::Day => "day",
        }
    }
}

/// What a person named, in the form that it is compared in: letters and digits, small. Personal data.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PointValue(String);

impl PointValue {
    /// The longest as it is typed, in characters of any script.
    pub const CHARACTERS_MAX: usize = 200;

    /// # Errors
    /// [`InvalidText`] when no letter or digit is in it, or it is too long.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        if text.chars().count() > Self::CHARACTERS_MAX || text.chars().any(char::is_control) {
            return Err(InvalidText);
        }
        let letters = text.chars().filter(|character| character.is_alphanumeric());
        let value: String = letters.flat_map(char::to_lowercase).collect();
        if value.is_empty() { Err(InvalidText) } else { Ok(Self(value)) }
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

crate::redacted!(PointValue);

impl SubjectRequest {
    /// Whether this is what the person named of that kind. The law says how many must be
    /// ([`crate::law::assurance::Assurance::data_points_min`]).
    #[must_use]
    pub fn is_point(&self, keys: &SubjectKeys, kind: PointKind, value: &PointValue) -> bool {
        self.data_points.get(&kind).is_some_and(|kept| keys.is_data_point(&self.id, kind, value, kept))
    }

    /// The request without what served to verify and stands in it. What was proven, and what was declared, is its record.
    #[must_use]
    pub fn without_evidence(self) -> Self {
        Self { data_points: BTreeMap::new(), evidence_erased: true, ..self }
    }

    /// Whether it says where whoever asks, their agent, or a child that staff named can be reached.
    #[must_use]
    pub fn has_contact(&self) -> bool {
        let is_agent_known = self.agent.as_ref().is_some_and(|agent| agent.email.is_some() || agent.name.is_some());
        let is_child_named = matches!(self.course.child, Some(ChildReview::Credible { child: Some(_), .. }));
        self.contact.email.is_some() || self.contact.account.is_some() || is_agent_known || is_child_named
    }

    /// The request without that. What stays of the person are keyed references.
    #[must_use]
    pub fn without_contact(mut self) -> Self {
        if let Some(ChildReview::Credible { child, .. }) = &mut self.course.child {
            *child = None;
        }
        let agent = self.agent.map(|agent| Agent { email: None, name: None, ..agent });
        Self { contact: Contact { email: None, account: None }, agent, ..self }
    }
}
