//! Why a request does not take an act, as a problem.

use privacy::close_request::NotClosed;
use privacy::correct_request::NotCorrected;
use privacy::correct_residence::NotRelocated;
use privacy::deny_request::NotDenied;
use privacy::extend_request::NotExtendable;
use privacy::law::extension::NotExtended;
use privacy::lift_flag::NotLifted;
use privacy::order_bundle::NotOrdered;
use privacy::pause_request::NotPaused;
use privacy::record_act::NotDone;
use privacy::review_child_report::NotReviewable;
use privacy::review_proof::NotReviewed;
use privacy::route_request::NotRouted;
use privacy::withdraw_request::NotWithdrawn;
use privacy_edge::problem::Problem;

use super::super::Rejected;

/// What a request has against an act, as a problem.
pub(super) trait Against {
    fn problem(self) -> Problem;
}

impl Against for NotExtendable {
    fn problem(self) -> Problem {
        match self {
            Self::NotExtended(NotExtended::NoReason) => Problem::BadMember("reason"),
            Self::Closed => Problem::NotNow,
            Self::NoRow(_)
            | Self::Reopened
            | Self::NotExtended(
                NotExtended::Twice | NotExtended::NoExtension(_) | NotExtended::TooLate(_) | NotExtended::Clock(_),
            ) => Problem::NotExtendable,
        }
    }
}

impl Against for NotPaused {
    fn problem(self) -> Problem {
        match self {
            Self::Instant => Problem::BadMember("at"),
            Self::Closed | Self::Asked | Self::NotAsked => Problem::NotNow,
            Self::NotInThisLaw | Self::TooLate | Self::NoRow(_) | Self::Clock(_) => Problem::NotPausable,
        }
    }
}

impl Against for NotRelocated {
    fn problem(self) -> Problem {
        match self {
            Self::Place => Problem::BadMember("residence"),
            Self::Closed | Self::NoRow(_) | Self::NoRule(_) | Self::Clock(_) => Problem::NotNow,
        }
    }
}

impl Against for NotDenied {
    fn problem(self) -> Problem {
        match self {
            Self::Closed | Self::Begun | Self::InForce | Self::Unread => Problem::NotNow,
            Self::Law(_) | Self::NotSo => Problem::NotDeniable,
        }
    }
}

impl Against for NotReviewed {
    fn problem(self) -> Problem {
        match self {
            Self::NotAsked | Self::NoRule(_) => Problem::NotNow,
            Self::NoPower => Problem::NotVerified,
            Self::NotNamed => Problem::NotNamed,
            Self::TooFew(_) => Problem::TooFewPoints,
        }
    }
}

impl Against for NotReviewable {
    fn problem(self) -> Problem {
        match self {
            Self::Unnamed => Problem::BadMember("child"),
            Self::NoReport | Self::Closed | Self::Credible | Self::Dates(_) => Problem::NotNow,
        }
    }
}

impl Against for NotRouted {
    fn problem(self) -> Problem {
        match self {
            Self::Reason(_) => Problem::NotDeniable,
            Self::NotInWork | Self::OtherTenant | Self::OtherInstruction | Self::Dates(_) => Problem::NotNow,
        }
    }
}

impl Against for NotCorrected {
    fn problem(self) -> Problem {
        match self {
            Self::TooMany => Problem::BadMember("fields"),
            Self::OtherKind | Self::NotInWork | Self::NotInstructed | Self::Decided => Problem::NotNow,
        }
    }
}

impl Against for NotClosed {
    fn problem(self) -> Problem {
        match self {
            Self::Outcome => Problem::BadMember("outcome"),
            Self::Left(_) => Problem::StepsLeft,
            Self::Closed | Self::NotRefused | Self::NoDates => Problem::NotNow,
        }
    }
}

impl Against for NotWithdrawn {
    fn problem(self) -> Problem {
        match self {
            Self::Closed | Self::Child | Self::Begun | Self::InForce => Problem::NotNow,
        }
    }
}

impl Against for NotLifted {
    fn problem(self) -> Problem {
        match self {
            Self::OtherPerson => Problem::BadMember("asked_in"),
            Self::NotRaised | Self::Child => Problem::NotNow,
        }
    }
}

impl Against for NotOrdered {
    fn problem(self) -> Problem {
        match self {
            Self::NoBundle | Self::NotAnswered | Self::OtherOrder | Self::Unreachable | Self::NoDates => {
                Problem::NotNow
            }
        }
    }
}

impl<E: Against> From<NotDone<E>> for Rejected {
    fn from(error: NotDone<E>) -> Self {
        match error {
            NotDone::Unknown => Problem::NotFound.into(),
            NotDone::Refused(against) => against.problem().into(),
            NotDone::Fault(fault) => fault.into(),
        }
    }
}
