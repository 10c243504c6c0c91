//! What is not to be done with somebody's data although we may keep it: flags that a person raises by asking, read by the
//! product before it uses the data for something.
//!
//! | flag | raised by | stops |
//! |---|---|---|
//! | `restricted` | restriction (GDPR art. 18) | all but keeping, legal claims, what they consent to |
//! | `quarantined` | a credible report about a child | all but keeping and legal claims |
//! | `no_marketing` | an objection (GDPR art. 21(2)) | marketing |
//! | `objected` | an objection that staff accept (GDPR art. 21(1)) | what rests on a legitimate interest, profiling and marketing too |
//! | `consent_withdrawn` | consent withdrawal (GDPR art. 7(3)) | what rests on consent, marketing too |
//! | `opted_out` | opt-out (CCPA 1798.120 and the states) | sale, sharing, targeted advertising, profiling |
//! | `limited` | limit (CCPA 1798.121) | sensitive data beyond what the service needs |
//!
//! Data that a tenant decides about is under the tenant's word: a restriction and an objection stand there once it said so, under
//! references of the person at that tenant. The others stand wherever the data is: nothing about them is left to decide.

use std::collections::BTreeSet;
use std::future::Future;

use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::Mark;
use crate::keys::KeyedRef;
use crate::ports::Answer;

/// One thing that is not to be done with the data of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// Kept, and used for nothing but legal claims and what they consent to.
    Restricted,
    /// Kept until it is erased, and used for nothing.
    Quarantined,
    /// No marketing.
    NoMarketing,
    /// Nothing that rests on a legitimate interest.
    Objected,
    /// Nothing that rests on consent.
    ConsentWithdrawn,
    /// No sale, no sharing, no targeted advertising, no profiling.
    OptedOut,
    /// No use of sensitive data beyond what the service needs.
    Limited,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 7] = [
        Self::Restricted,
        Self::Quarantined,
        Self::NoMarketing,
        Self::Objected,
        Self::ConsentWithdrawn,
        Self::OptedOut,
        Self::Limited,
    ];

    /// The attribute that holds since when.
    #[must_use]
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Quarantined => "quarantined",
            Self::NoMarketing => "no_marketing",
            Self::Objected => "objected",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::OptedOut => "opted_out",
            Self::Limited => "limited",
        }
    }

    /// Whether it stops a use.
    #[must_use]
    pub const fn stops(self, purpose: Purpose) -> bool {
        match self {
            Self::Restricted => !matches!(purpose, Purpose::Keeping | Purpose::LegalClaims | Purpose::Consented),
            Self::Quarantined => !matches!(purpose, Purpose::Keeping | Purpose::LegalClaims),
            Self::NoMarketing => matches!(purpose, Purpose::Marketing),
            Self::Objected => matches!(
                purpose,
                Purpose::LegitimateInterest | Purpose::Marketing | Purpose::Advertising | Purpose::Profiling
            ),
            Self::ConsentWithdrawn => matches!(purpose, Purpose::Consented | Purpose::Marketing),
            Self::OptedOut => matches!(purpose, Purpose::Advertising | Purpose::Profiling),
            Self::Limited => matches!(purpose, Purpose::SensitiveBeyondNeed),
        }
    }

    /// Whether it stands for data of a tenant only once that tenant said so. A child's data rests wherever it is, what needs no
    /// proof harms nobody, and a consent that is taken back leaves nobody anything to decide.
    #[must_use]
    pub const fn is_for_tenants_to_say(self) -> bool {
        match self {
            Self::Restricted | Self::Objected => true,
            Self::Quarantined | Self::NoMarketing | Self::ConsentWithdrawn | Self::OptedOut | Self::Limited => false,
        }
    }
}

/// What data is about to be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Storing it, and erasing it.
    Keeping,
    /// Raising or answering legal claims.
    LegalClaims,
    /// Something that rests on their consent.
    Consented,
    /// What the service is there for: answering and showing a conversation.
    Service,
    /// What rests on a legitimate interest and on nothing else: scoring people, analysing how the service is used, improving it.
    LegitimateInterest,
    /// Marketing to them.
    Marketing,
    /// Sale, sharing, targeted advertising.
    Advertising,
    /// Decisions about them from what is known of them.
    Profiling,
    /// Sensitive data for more than the service needs.
    SensitiveBeyondNeed,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 9] = [
        Self::Keeping,
        Self::LegalClaims,
        Self::Consented,
        Self::Service,
        Self::LegitimateInterest,
        Self::Marketing,
        Self::Advertising,
        Self::Profiling,
        Self::SensitiveBeyondNeed,
    ];
}

/// Whether data of somebody with these flags may be used so.
#[must_use]
pub fn may_process(purpose: Purpose, flags: &BTreeSet<Flag>) -> bool {
    !flags.iter().any(|flag| flag.stops(purpose))
}

/// One condition of a use: none of these flags stands under the mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagCheck {
    /// Which mark.
    pub mark: Mark,
    /// What must not stand there.
    pub absent: Vec<Flag>,
}

/// Whose data is about to be used: who decides about it.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// The person, and nobody else: what they are as a user of an account, and what came from platforms whose terms give their
    /// users the last word. Under `SubjectKeys::suppressions` of everything that they are known by.
    Theirs(&'a [KeyedRef]),
    /// A tenant, for which we keep it.
    Tenants {
        /// As above.
        people: &'a [KeyedRef],
        /// `SubjectKeys::suppressions_at` of the same, at this tenant.
        there: &'a [KeyedRef],
    },
}

/// Everything that must hold for data to be used so: one check for each reference that a person goes by. None where no flag
/// stops the use.
#[must_use]
pub fn processing_checks(purpose: Purpose, whose: &Whose<'_>) -> Vec<FlagCheck> {
    let stopping = |is_asked: fn(Flag) -> bool| {
        Flag::ALL.into_iter().filter(move |flag| flag.stops(purpose) && is_asked(*flag)).collect::<Vec<Flag>>()
    };
    let checks = |people: &[KeyedRef], absent: Vec<Flag>| {
        let people = if absent.is_empty() { &[] } else { people };
        people.iter().map(|person| FlagCheck { mark: Mark::flags(person), absent: absent.clone() }).collect()
    };
    match whose {
        Whose::Theirs(people) => checks(people, stopping(|_| true)),
        Whose::Tenants { people, there } => {
            let mut all: Vec<FlagCheck> = checks(people, stopping(|flag| !flag.is_for_tenants_to_say()));
            all.extend(checks(there, stopping(|_| true)));
            all
        }
    }
}

/// A flag that stood once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiftedFlag {
    /// Which.
    pub flag: Flag,
    /// From when on.
    pub since: Timestamp,
    /// Until when.
    pub lifted_at: Timestamp,
}

/// The flags that stand under marks. They do not expire: what a person asked for holds until it is lifted. A row in which none stands any
/// more does, and counts as absent from then on.
pub trait FlagBook: Sync {
    /// Raises a flag for whoever goes by a reference. One that stands already keeps its instant, and its row does not expire any more.
    fn raise_flag(&self, person: &KeyedRef, flag: Flag, since: Timestamp) -> impl Future<Output = Answer<()>> + Send;
    /// Lifts a flag of whoever goes by a reference, unless it was raised after that instant. What stood from when to when is kept
    /// beside those that stand, and once none does until an instant; `None`: for good. One that does not stand stays so.
    fn lift_flag(
        &self,
        person: &KeyedRef,
        flag: Flag,
        at: Timestamp,
        keep_until: Option<Timestamp>,
    ) -> impl Future<Output = Answer<()>> + Send;
    /// Has the row of whoever goes by a reference expire, so long after the last flag was lifted, where none stands any more and nothing
    /// says when: it is from before rows expired.
    fn date_lifted(&self, person: &KeyedRef, keep_for: Span) -> impl Future<Output = Answer<()>> + Send;
    /// What was lifted of whoever goes by a reference, oldest first, as far as it is not expired.
    fn lifted_flags(&self, person: &KeyedRef, now: Timestamp) -> impl Future<Output = Answer<Vec<LiftedFlag>>> + Send;
    /// The flags of a person, by whatever they go by, by strong reads.
    fn flags(&self, people: &[KeyedRef]) -> impl Future<Output = Answer<BTreeSet<Flag>>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_stops_what_the_law_says_and_no_more() {
        let mut table = String::new();
        for flag in Flag::ALL {
            let flags = BTreeSet::from([flag]);
            let open: Vec<Purpose> = Purpose::ALL.into_iter().filter(|purpose| may_process(*purpose, &flags)).collect();
            table += &format!("{}: {open:?}\n", flag.attribute());
        }
        expect_test::expect![[r#"
            restricted: [Keeping, LegalClaims, Consented]
            quarantined: [Keeping, LegalClaims]
            no_marketing: [Keeping, LegalClaims, Consented, Service, LegitimateInterest, Advertising, Profiling, SensitiveBeyondNeed]
            objected: [Keeping, LegalClaims, Consented, Service, SensitiveBeyondNeed]
            consent_withdrawn: [Keeping, LegalClaims, Service, LegitimateInterest, Advertising, Profiling, SensitiveBeyondNeed]
            opted_out: [Keeping, LegalClaims, Consented, Service, LegitimateInterest, Marketing, SensitiveBeyondNeed]
            limited: [Keeping, LegalClaims, Consented, Service, LegitimateInterest, Marketing, Advertising, Profiling]
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn flags_add_up_and_nobody_without_one_is_stopped() {
        let both = BTreeSet::from([Flag::Restricted, Flag::ConsentWithdrawn]);
        assert!(!may_process(Purpose::Consented, &both) && may_process(Purpose::Keeping, &both));
        assert!(Purpose::ALL.into_iter().all(|purpose| may_process(purpose, &BTreeSet::new())));
    }

    #[test]
    fn the_checks_ask_for_what_the_judgement_asks_for() {
        let person = KeyedRef::from_stored("v1-person".to_owned());
        for purpose in Purpose::ALL {
            let checks = processing_checks(purpose, &Whose::Theirs(std::slice::from_ref(&person)));
            for flag in Flag::ALL {
                let is_asked = checks.iter().any(|check| check.absent.contains(&flag));
                assert_eq!(is_asked, !may_process(purpose, &BTreeSet::from([flag])), "{purpose:?} {flag:?}");
            }
            assert!(checks.iter().all(|check| check.mark.as_str() == "flags#v1-person"));
        }
    }

    #[test]
    fn what_a_tenant_decides_stands_under_its_word_and_the_rest_wherever_the_data_is() {
        let (person, there) =
            (KeyedRef::from_stored("v1-person".to_owned()), KeyedRef::from_stored("v1-there".to_owned()));
        let whose = Whose::Tenants { people: std::slice::from_ref(&person), there: std::slice::from_ref(&there) };
        for purpose in Purpose::ALL {
            let checks = processing_checks(purpose, &whose);
            let asks = |reference: &KeyedRef, flag: Flag| {
                checks.iter().any(|check| check.mark == Mark::flags(reference) && check.absent.contains(&flag))
            };
            for flag in Flag::ALL {
                assert_eq!(asks(&there, flag), flag.stops(purpose), "{purpose:?} {flag:?}");
                let is_wherever = !matches!(flag, Flag::Restricted | Flag::Objected);
                assert_eq!(asks(&person, flag), flag.stops(purpose) && is_wherever, "{purpose:?} {flag:?}");
            }
        }
    }
}
