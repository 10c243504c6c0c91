//! The states that a request shows, of itself and of its parts and fields, by their names in the interface.

use crate::show_request::RequestView;
use crate::subject_request::findings::Decision;
use crate::subject_request::{Standing, SubjectRequest};

/// In which of our two roles the request reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// We decide about all of the data.
    Controller,
    /// Businesses do: we keep it for them.
    Processor,
    /// Each about a part.
    Both,
}

impl Role {
    /// As it stands in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::Processor => "processor",
            Self::Both => "both",
        }
    }
}

/// How far the part of a business is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartState {
    /// It has been asked.
    Asked,
    /// It wants it done.
    Instructed,
    /// It is done.
    Done,
    /// It does not want it done: its part stays as it is, or is not given.
    Declined,
    /// It has not answered by the last day: its part stays as it is, or is not given.
    Unanswered,
}

impl PartState {
    /// As it stands in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Instructed => "instructed",
            Self::Done => "done",
            Self::Declined => "declined",
            Self::Unanswered => "unanswered",
        }
    }
}

/// How far a field is that was to be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldState {
    /// It is looked at.
    Open,
    /// Whoever keeps it was told to mend it.
    Instructed,
    /// It is mended.
    Applied,
    /// It stays as it is: it was found to be right.
    Refused,
}

impl FieldState {
    /// As it stands in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Instructed => "instructed",
            Self::Applied => "applied",
            Self::Refused => "refused",
        }
    }

    pub(super) const fn of(decision: &Decision) -> Self {
        match decision {
            Decision::Open => Self::Open,
            Decision::Instructed { .. } => Self::Instructed,
            Decision::Applied { .. } => Self::Applied,
            Decision::Refused { .. } => Self::Refused,
        }
    }
}

/// Where it stands, by its name in the interface: of the work on it, once there is some that may be shown.
pub(super) fn state(request: &SubjectRequest, erasure: Option<&RequestView>) -> &'static str {
    let is_reopened = request.course.reopened.is_some();
    match (&request.standing, erasure) {
        // The machine is done, and somebody still looks at it.
        (Standing::InProgress { .. }, Some(erasure)) if is_reopened && erasure.erased_at.is_some() => {
            request.standing.name()
        }
        (Standing::InProgress { .. }, Some(erasure)) => erasure.state.name(),
        (Standing::Answered { at, in_part: true }, _) if !request.is_told_in_part() => {
            Standing::Answered { at: *at, in_part: false }.name()
        }
        (standing, _) => standing.name(),
    }
}
