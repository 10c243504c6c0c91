//! Why a request is denied, and where the person goes then: `[denial.<reason>]` and the authorities of regimes.

use serde::{Deserialize, Serialize};

use super::super::model::{Kind, Model, yes};
use super::super::validate::{InvalidLaw, invalid};

/// Why a request, or a part of it, is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DenialReason {
    /// The person could not be told from another.
    Unverifiable,
    /// An agent without the person's permission.
    PermissionMissing,
    /// Not meant as a request.
    ManifestlyUnfounded,
    /// Again and again.
    Excessive,
    /// The law of the place has no such right.
    NotARightHere,
    /// It would show other people.
    OthersRights,
    /// What is never sent: passwords, tokens, numbers of papers.
    ProtectedSecrets,
    /// A law has us keep it.
    LegalObligation,
    /// Needed for a claim.
    LegalClaims,
    /// Needed to find attacks.
    Security,
    /// Needed for what the person ordered.
    Transaction,
    /// What we hold is right.
    FoundAccurate,
    /// Reasons for a use that weigh more than the objection.
    OverridingGrounds,
    /// A business decides; we only process for it.
    NotTheController,
}

impl DenialReason {
    /// Every one.
    pub const ALL: [Self; 14] = [
        Self::Unverifiable,
        Self::PermissionMissing,
        Self::ManifestlyUnfounded,
        Self::Excessive,
        Self::NotARightHere,
        Self::OthersRights,
        Self::ProtectedSecrets,
        Self::LegalObligation,
        Self::LegalClaims,
        Self::Security,
        Self::Transaction,
        Self::FoundAccurate,
        Self::OverridingGrounds,
        Self::NotTheController,
    ];

    /// The code, as it stands in `law.toml`, in rows and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unverifiable => "unverifiable",
            Self::PermissionMissing => "permission-missing",
            Self::ManifestlyUnfounded => "manifestly-unfounded",
            Self::Excessive => "excessive",
            Self::NotARightHere => "not-a-right-here",
            Self::OthersRights => "others-rights",
            Self::ProtectedSecrets => "protected-secrets",
            Self::LegalObligation => "legal-obligation",
            Self::LegalClaims => "legal-claims",
            Self::Security => "security",
            Self::Transaction => "transaction",
            Self::FoundAccurate => "found-accurate",
            Self::OverridingGrounds => "overriding-grounds",
            Self::NotTheController => "not-the-controller",
        }
    }

    /// Reads a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == code)
    }
}

/// How much of a request a reason denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refuses {
    /// All of it.
    Request,
    /// The data that the reason holds for; the rest of the request is carried out.
    Part,
}

/// A way on from a denial. The answer names each one that the regime has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// We look again.
    Appeal,
    /// An authority, and ourselves where a law gives a complaint to us a clock.
    Complaint,
    /// A court.
    Court,
}

/// A reason for denying.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Denial {
    /// For staff, in a few words.
    pub title: String,
    /// For the person.
    pub text: String,
    /// The same where marketing was ended whoever asks, and this is about the rest of an objection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<String>,
    /// The same where what was shown was enough to be told the categories of the data, and this is about the data itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub categories: Option<String>,
    /// What is said beside that of whether the request was passed on to whoever decides, where the reason is that somebody else does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_on: Option<PassedOnWords>,
    /// Both where the person has told us that whoever asks may, and what they signed is what is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_person: Option<ConfirmedWords>,
    /// What it can be a reason for.
    pub kinds: Vec<Kind>,
    /// How much it denies.
    pub refuses: Refuses,
    /// It holds only where the regime says that it gives no such right.
    #[serde(default)]
    pub only_without_right: bool,
    /// Ways that are named, where the regime has them.
    pub ways: Vec<Way>,
    /// Law, policy section, or `choice` of this project.
    pub source: String,
    /// False where nobody has read it in the law's own text yet.
    #[serde(default = "yes")]
    pub confirmed: bool,
}

/// [`Denial::text`] and [`Denial::rest`], where the person has confirmed that their agent may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmedWords {
    /// For the person.
    pub text: String,
    /// Of the rest of an objection.
    pub rest: String,
}

impl ConfirmedWords {
    const fn is_whole(&self) -> bool {
        !self.text.is_empty() && !self.rest.is_empty()
    }
}

/// How much of a request a reason is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeniedPart {
    /// All of it.
    All,
    /// What is left of an objection once marketing was ended.
    Rest,
    /// The data itself, of which the categories are told.
    Pieces,
}

/// How many of the businesses that decide about a part of a request have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassedOn {
    /// Each of them.
    Everybody,
    /// Not each.
    NotEverybody,
    /// None.
    Nobody,
}

/// Says that, one sentence for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassedOnWords {
    /// Of [`PassedOn::Everybody`].
    pub all: String,
    /// Of [`PassedOn::NotEverybody`].
    pub some: String,
    /// Of [`PassedOn::Nobody`].
    pub none: String,
}

impl Denial {
    /// What the person is told, of a request that went so far: of a part of it, or all of it. `passed_on`: `None` where no business
    /// decides about a part of it. `is_confirmed`: the person has confirmed that their agent may ask.
    #[must_use]
    pub fn words(&self, passed_on: Option<PassedOn>, denied: DeniedPart, is_confirmed: bool) -> String {
        let confirmed = self.confirmed_person.as_ref().filter(|_| is_confirmed);
        let all = confirmed.map_or(&self.text, |confirmed| &confirmed.text);
        let of_part = match denied {
            DeniedPart::All => None,
            DeniedPart::Rest => confirmed.map(|confirmed| &confirmed.rest).or(self.rest.as_ref()),
            DeniedPart::Pieces => self.categories.as_ref(),
        };
        let text = of_part.unwrap_or(all);
        let Some((words, passed_on)) = self.passed_on.as_ref().zip(passed_on) else { return text.clone() };
        let also = match passed_on {
            PassedOn::Everybody => &words.all,
            PassedOn::NotEverybody => &words.some,
            PassedOn::Nobody => &words.none,
        };
        format!("{text} {also}")
    }
}

/// Where people complain about us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Its name, in English.
    pub title: String,
    /// Its page, or that of a list of them.
    pub url: String,
}

/// Every reason is described, every regime that people live under has an authority.
pub(super) fn validate(model: &Model) -> Result<(), InvalidLaw> {
    for reason in DenialReason::ALL {
        let place = format!("denial.{}", reason.as_str());
        let denial = model.denial.get(&reason).ok_or_else(|| invalid(&place, "there is no such reason"))?;
        if [&denial.title, &denial.text, &denial.source].iter().any(|text| text.is_empty()) {
            return Err(invalid(place, "it needs a title, a text and a source"));
        }
        let says_how_far = match &denial.passed_on {
            None => reason != DenialReason::NotTheController,
            Some(PassedOnWords { all, some, none }) => ![all, some, none].into_iter().any(String::is_empty),
        };
        if !says_how_far {
            return Err(invalid(place, "it has to say whether the request was passed on"));
        }
        if denial.kinds.is_empty() || denial.ways.is_empty() {
            return Err(invalid(place, "it names no kind or no way on"));
        }
        let refuses_objections = denial.refuses == Refuses::Request && denial.kinds.contains(&Kind::Objection);
        if refuses_objections == denial.rest.as_ref().is_none_or(String::is_empty) {
            return Err(invalid(
                place,
                "it says what is not done beside an end to marketing, if it refuses objections whole",
            ));
        }
        if (reason == DenialReason::Unverifiable) == denial.categories.as_ref().is_none_or(String::is_empty) {
            return Err(invalid(
                place,
                "it says what is told instead of the data itself, if that is what was not shown",
            ));
        }
        let says_confirmed = denial.confirmed_person.as_ref().is_some_and(ConfirmedWords::is_whole);
        if (reason == DenialReason::PermissionMissing) != says_confirmed {
            return Err(invalid(
                place,
                "it says what is missing once the person has confirmed their agent, if that is what was not shown",
            ));
        }
        for kind in denial.kinds.iter().filter(|_| denial.only_without_right) {
            if !model.regime.values().any(|regime| regime.no_right.contains(kind)) {
                return Err(invalid(place, format!("every regime has a right of {}", kind.as_str())));
            }
        }
    }
    for (name, regime) in &model.regime {
        let place = format!("regime.{name}");
        if regime.by_residence && regime.authorities.is_empty() {
            return Err(invalid(place, "it must name an authority"));
        }
        for Authority { title, url } in &regime.authorities {
            let is_page = url.strip_prefix("https://").is_some_and(|rest| rest.contains('.') && rest.contains('/'));
            if title.is_empty() || !is_page || url.contains(|letter: char| letter.is_whitespace() || letter == '"') {
                return Err(invalid(place, format!("`{url}` is no page of an authority with a title")));
            }
        }
        if regime.court.as_ref().is_some_and(String::is_empty) {
            return Err(invalid(place, "a court needs the law that opens it"));
        }
    }
    Ok(())
}
