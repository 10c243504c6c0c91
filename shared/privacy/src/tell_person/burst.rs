//! What becomes of letters that a burst of requests has held back: so that it is over with the next day, and not spread over many.
//!
//! | letter of the service's own accord, about what nobody has shown to be theirs | held back on a day | on a later one |
//! |---|---|---|
//! | that it came in; whether somebody may ask for them | tried once more the next day | given up |
//! | how it ended, on the day on which anything about it was first held back: what was done at once | tried once more the next day | given up |
//! | how it ended, later | given up without a try | – |
//!
//! What is given up stands on the page of the request, and the answer to the form has led there. Nobody is locked out: whoever asks there
//! for a code has one sent, by the measures of that day or by the pass ([`super::measure`]). What staff answer, a complaint or an appeal, is
//! told however long it takes, and so is whatever the table does not name.

use jiff::{SignedDuration, Timestamp};

use super::{Teller, Told};
use crate::clock::model::Kind;
use crate::fault::Fault;
use crate::instant;
use crate::subject_request::letter::Delivery;
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::pass::day_of;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Act, Deed, Proof, Standing, SubjectRequest};
use crate::sweep_requests::next_look;

impl<B: RequestBook, L: Sync, T: Sync, M: Sync> Teller<'_, B, L, T, M> {
    /// Whether a letter is one that a burst has brought about, and something about its request was held back on a day before this one.
    pub(super) async fn is_of_burst(
        &self,
        request: &SubjectRequest,
        job: &NoticeJob,
        day: Timestamp,
    ) -> Result<bool, Fault> {
        let ends = job.source.is_none() && ends_with_burst(job.notice);
        if !ends || !request.is_of_anybody(job.notice) {
            return Ok(false);
        }
        let acts = self.book.acts(&request.id).await?;
        let is_before = |act: &Act| act.deed == Deed::Withheld && day_of(act.at) < day_of(day);
        Ok(acts.iter().any(|act| is_before(act) && request.is_of_this_course(act)))
    }

    /// It is held back for good.
    pub(super) async fn give_up(
        &self,
        request: &SubjectRequest,
        job: &NoticeJob,
        now: Timestamp,
    ) -> Result<Told, Fault> {
        let mut given_up = request.after(job, Delivery::Accepted, now);
        given_up.undelivered.clone_from(&request.undelivered);
        self.book.record(&given_up, &Act::of_service(Deed::Withheld, now), None).await?;
        Ok(Told::Withheld)
    }
}

impl SubjectRequest {
    /// Whether anybody can have brought a letter about: nobody has shown anything but their own word, and no staff has answered.
    fn is_of_anybody(&self, notice: Notice) -> bool {
        let is_answered_by_staff = matches!(self.kind, Kind::Appeal | Kind::Complaint) && is_closing(notice);
        // It was taken back by a code, a login or staff.
        let is_taken_back = matches!(self.standing, Standing::Withdrawn { .. }) && is_closing(notice);
        !is_answered_by_staff && !is_taken_back && self.proven.iter().all(|proven| proven.proof == Proof::Declaration)
    }

    /// Whether a letter says that it came in or how it ended, where anybody can have brought it about and nobody was told the end.
    fn is_end_of_burst(&self, notice: Notice) -> bool {
        let end = self.closing_notice().filter(|end| self.is_of_anybody(*end) && !self.was_told(*end, 1));
        end.is_some_and(|end| notice == end || notice == Notice::Acknowledgement)
    }

    /// The request whose letter was kept back today, if that changes it. What needs no proof is in work all the same, or is done and
    /// has only to be told; of what needs one the last day is not slept through, and what an alarm counts is looked at as ever;
    /// a report about a child stays due each hour.
    pub(super) fn held_back(&self, notice: Notice, now: Timestamp) -> Option<Self> {
        let (now, lapses_at) = (instant::to_millis(now), self.lapses_at());
        let later = instant::to_millis(now + SignedDuration::from_hours(24));
        let is_later = self.next_action_at.is_some_and(|at| at > later);
        let (standing, due_at) = match self.standing {
            Standing::Received if self.is_verified() => (Standing::InProgress { since: now }, now),
            Standing::Received if is_later || self.awaits_child_review() => return None,
            Standing::Received if lapses_at > now => (Standing::Received, later.min(lapses_at)),
            Standing::Received => (Standing::Received, later),
            Standing::AwaitingVerification if is_later || self.awaits_child_review() => return None,
            Standing::AwaitingVerification if notice == Notice::AgentConfirmation && lapses_at > now => {
                (Standing::AwaitingVerification, later.min(lapses_at).min(next_look(self, None, now)))
            }
            Standing::Answered { .. } | Standing::Denied { .. } | Standing::Withdrawn { .. }
                if self.is_end_of_burst(notice) =>
            {
                (self.standing.clone(), later)
            }
            Standing::AwaitingVerification
            | Standing::InProgress { .. }
            | Standing::Answered { .. }
            | Standing::Denied { .. }
            | Standing::Withdrawn { .. } => return None,
        };
        Some(Self { version: self.version + 1, standing, next_action_at: Some(due_at), ..self.clone() })
    }
}

/// Whether it may be given up. More time is told for as long as it takes: the law wants it said, and dates have moved by it.
const fn ends_with_burst(notice: Notice) -> bool {
    matches!(notice, Notice::Acknowledgement | Notice::AgentConfirmation) || is_closing(notice)
}

/// Whether it tells how a request ended.
pub(super) const fn is_closing(notice: Notice) -> bool {
    matches!(
        notice,
        Notice::Answer
            | Notice::Denial
            | Notice::Withdrawal
            | Notice::AgentAnswer
            | Notice::AgentDenial
            | Notice::AgentWithdrawal
    )
}
