//! Several requests of one person. Once somebody has shown who they are, their requests are noted under keyed references of
//! what they have shown, so that staff see them together; before that nothing is found or noted.
//!
//! Who asks to erase the same again while the first request is open gets one erasure and one answer, by the date of the first:
//! what the second covers beyond it is added to the first. It goes its own way where it would be worse off: another law gives
//! it an earlier date, it is of more than the first, a business has already decided, somebody asks for somebody else.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::close::{Reached, reached};
use super::{Fulfilment, Pursued, Stop, next};
use crate::clock::model::Kind;
use crate::export::job::ExportQueue;
use crate::fault::Fault;
use crate::ingest_gate::FlagBook;
use crate::obligation::ObligationId;
use crate::ports::{Connections, DueIndex, Freshness, Intake, Ledger, Showcase, WorkQueue};
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::{NoticeQueue, RequestBook};
use crate::subject_request::{Deed, Routed, Standing, SubjectRequest};

impl SubjectRequest {
    /// Whether it can be carried out and answered with an earlier one: all that it is about is, by no later date.
    fn goes_with(&self, first: &Self) -> bool {
        let is_plain = |request: &Self| {
            request.kind == Kind::Erasure && request.agent.is_none() && !request.about_child && !request.is_of_child()
        };
        let is_before = (first.received_at, &first.id) < (self.received_at, &self.id);
        let is_in_work = matches!(first.standing, Standing::InProgress { .. }) && first.course.begun_at.is_some();
        let is_undecided = first.routed.iter().all(Routed::is_silent);
        let is_no_later = first.carry_out_by().date <= self.carry_out_by().date;
        let is_of_all = !self.course.people.is_empty() && self.course.people.is_subset(&first.course.people);
        is_plain(self) && is_plain(first) && is_before && is_in_work && is_undecided && is_no_later && is_of_all
    }
}

/// The earliest request of the same person that this one can go with.
pub(super) fn first<'a>(request: &SubjectRequest, others: &'a [SubjectRequest]) -> Option<&'a SubjectRequest> {
    // Only the first itself: what goes with another leads to nobody else.
    let firsts = others.iter().filter(|other| other.course.joined.is_none() && request.goes_with(other));
    firsts.min_by_key(|first| (first.received_at, first.id.clone()))
}

impl<L, V, Q> Fulfilment<'_, L, V, Q>
where
    L: RequestBook + Intake,
    V: FlagBook,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    /// Notes whose request it is. What is stored next says so, too.
    pub(super) async fn link(&self, request: &mut SubjectRequest) -> Result<(), Fault> {
        request.course.people = self.suppressions(&request.identities()).into_iter().collect();
        for person in &request.course.people {
            self.ledger.link_person(person, &request.id).await?;
        }
        Ok(())
    }

    /// Every other request of the same person that was noted.
    pub(super) async fn others(&self, request: &SubjectRequest) -> Result<Vec<SubjectRequest>, Fault> {
        let mut ids = BTreeSet::new();
        for person in &request.course.people {
            ids.extend(self.ledger.asked_by(person).await?);
        }
        ids.remove(&request.id);
        let mut others = Vec::new();
        for id in &ids {
            others.extend(self.ledger.request(id).await?);
        }
        Ok(others)
    }

    /// Adds what it covers to the first one, and has it answered with that.
    pub(super) async fn join(
        &self,
        request: SubjectRequest,
        first: &SubjectRequest,
        now: Timestamp,
    ) -> Result<SubjectRequest, Stop> {
        self.erase(first, first.erasure_id(), request.covers_until(), now).await?;
        let mut joined = next(&request);
        joined.course.begun_at = Some(crate::instant::to_millis(now));
        joined.course.joined = Some(first.id.clone());
        self.record(joined, Deed::Joined { first: first.id.clone() }, now).await
    }
}

impl<L, V, Q> Fulfilment<'_, L, V, Q>
where
    L: RequestBook + Intake + Showcase + DueIndex + Ledger,
    V: FlagBook + Connections,
    Q: WorkQueue + ExportQueue + NoticeQueue,
{
    /// Answers it with the first one. Where that is denied, gone or has a later date by now, it goes its own way.
    pub(super) async fn follow(
        &self,
        request: SubjectRequest,
        first: &ObligationId,
        now: Timestamp,
    ) -> Result<Pursued, Stop> {
        let waits = |request| Ok(Pursued { request, is_under_way: true });
        let Some(first) = self.ledger.request(first).await? else { return self.part_ways(request, now).await };
        match &first.standing {
            Standing::Answered { in_part, .. } => {
                let shown = self.ledger.show(&first.erasure_id(), Freshness::Now).await?;
                let is_last_day = request.is_last_day(now);
                // What this one has added may be under way still.
                if shown.is_some_and(|shown| reached(&shown, is_last_day) == Reached::UnderWay) {
                    return waits(request);
                }
                let request = self.answer_with(request, &first, *in_part, now).await?;
                Ok(Pursued { request, is_under_way: false })
            }
            Standing::InProgress { .. } if first.carry_out_by().date <= request.carry_out_by().date => waits(request),
            Standing::InProgress { .. }
            | Standing::Denied { .. }
            | Standing::Withdrawn { .. }
            | Standing::Received
            | Standing::AwaitingVerification => self.part_ways(request, now).await,
        }
    }

    /// The letter about the first one has told them, where it went to the same place.
    async fn answer_with(
        &self,
        mut request: SubjectRequest,
        first: &SubjectRequest,
        in_part: bool,
        now: Timestamp,
    ) -> Result<SubjectRequest, Stop> {
        let in_part = in_part || request.findings.is_partial();
        request.findings.erased = first.findings.erased;
        if request.contact != first.contact {
            return self.answer(request, in_part, now).await;
        }
        request.told.insert(Notice::Answer, 1);
        self.answered(request, in_part, now).await
    }

    async fn part_ways(&self, request: SubjectRequest, now: Timestamp) -> Result<Pursued, Stop> {
        self.erase(&request, request.erasure_id(), request.covers_until(), now).await?;
        let mut alone = next(&request);
        alone.course.joined = None;
        let request = self.record(alone, Deed::Begun, now).await?;
        Ok(Pursued { request, is_under_way: true })
    }
}
