//! Why a request is denied, and where the person goes then. Every denial has a coded reason that can hold for what was
//! asked, and names the ways on that the person's law has (GDPR art. 12(4); appeals of the states).

pub use crate::clock::rights::denial::{
    Authority, ConfirmedWords, Denial, DenialReason, DeniedPart, PassedOn, PassedOnWords, Refuses, Way,
};

use crate::clock::model::Kind;
use crate::law::governing::Basis;
use crate::law::{Law, NoDeadline, Row};

/// Where a person goes who does not agree with an answer.
#[derive(Clone, Copy, Debug)]
pub struct Routes<'a> {
    /// Authorities that take complaints about us. None where they are not a way on from this answer.
    pub authorities: &'a [Authority],
    /// We look again: how long that takes at most. Only where the regime gives appeals.
    pub appeal: Option<Row<'a>>,
    /// We take complaints: when one is confirmed and answered. Only where the regime gives them a clock.
    pub complaint_to_us: Option<Row<'a>>,
    /// The law that opens the courts.
    pub court: Option<&'a str>,
}

/// A denial that may be sent.
#[derive(Clone, Copy, Debug)]
pub struct Denied<'a> {
    /// The code.
    pub reason: DenialReason,
    /// What is said, and how much of the request it denies.
    pub denial: &'a Denial,
    /// What the answer names beside it.
    pub routes: Routes<'a>,
}

/// Why a request cannot be denied so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDeniable {
    /// No such regime in the file.
    #[error("no regime {0}")]
    Regime(String),
    /// It can be no reason for that.
    #[error("{} is no reason to deny {}", .reason.as_str(), .kind.as_str())]
    NoReason {
        /// The code.
        reason: DenialReason,
        /// What was asked for.
        kind: Kind,
    },
    /// The regime gives the right, or does not say that it gives none: it is answered by the governing row.
    #[error("{regime} does not say that there is no right of {}", .kind.as_str())]
    NotWithoutRight {
        /// Its name.
        regime: String,
        /// What was asked for.
        kind: Kind,
    },
}

impl Law {
    /// A denial of a request of a kind, of a person under a regime, with the ways on that it must name.
    ///
    /// # Errors
    /// [`NotDeniable`]: the request is answered, or denied for another reason.
    pub fn denial(&self, reason: DenialReason, regime: &str, kind: Kind) -> Result<Denied<'_>, NotDeniable> {
        let routes = self.routes(regime).map_err(|_| NotDeniable::Regime(regime.to_owned()))?;
        let denial = self.model.denial.get(&reason).filter(|denial| denial.kinds.contains(&kind));
        let denial = denial.ok_or(NotDeniable::NoReason { reason, kind })?;
        let has_no_right = self.governing_row(regime, kind).is_ok_and(|governing| governing.basis == Basis::NoRight);
        if denial.only_without_right && !has_no_right {
            return Err(NotDeniable::NotWithoutRight { regime: regime.to_owned(), kind });
        }
        Ok(Denied { reason, denial, routes: routes.named_by(denial, kind) })
    }

    /// Every way on that a regime has. Of a regime that nobody comes under by where they live, and that names no
    /// authority of its own: the fallback's.
    ///
    /// # Errors
    /// [`NoDeadline::Regime`]
    pub fn routes(&self, regime: &str) -> Result<Routes<'_>, NoDeadline> {
        let (name, own) = self.regime(regime).ok_or_else(|| NoDeadline::Regime(regime.to_owned()))?;
        let (name, regime) =
            if own.authorities.is_empty() { (&self.model.rights.fallback, &self.fallback) } else { (name, own) };
        Ok(Routes {
            authorities: &regime.authorities,
            appeal: self.row(name, Kind::Appeal).ok(),
            complaint_to_us: self.row(name, Kind::Complaint).ok(),
            court: regime.court.as_deref(),
        })
    }

    /// Every way on from an answer to a request of a kind. Of a regime that the file no longer has: the fallback's.
    ///
    /// # Errors
    /// None that the file as it is built can meet; passed on all the same.
    pub fn ways_on(&self, regime: &str, kind: Kind) -> Result<Routes<'_>, NoDeadline> {
        let routes = self.routes(regime).or_else(|_| self.routes(&self.model.rights.fallback))?;
        Ok(routes.after_answer_to(kind))
    }
}

impl<'a> Routes<'a> {
    /// There is no appeal of an appeal, and no complaint to us about a complaint's answer.
    fn after_answer_to(self, kind: Kind) -> Self {
        Self {
            appeal: self.appeal.filter(|_| kind != Kind::Appeal),
            complaint_to_us: self.complaint_to_us.filter(|_| kind != Kind::Complaint),
            ..self
        }
    }

    /// While there is no answer yet that could be looked at again.
    #[must_use]
    pub fn before_answer(self) -> Self {
        Self { appeal: None, ..self }
    }

    /// What a denial of a request of a kind names of them.
    fn named_by(self, denial: &Denial, kind: Kind) -> Self {
        let has = |way: Way| denial.ways.contains(&way);
        let ways = self.after_answer_to(kind);
        Self {
            authorities: if has(Way::Complaint) { ways.authorities } else { &[] },
            appeal: ways.appeal.filter(|_| has(Way::Appeal)),
            complaint_to_us: ways.complaint_to_us.filter(|_| has(Way::Complaint)),
            court: ways.court.filter(|_| has(Way::Court)),
        }
    }
}

#[cfg(test)]
mod tests;
