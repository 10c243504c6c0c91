//! What having sent a notice changes.

use jiff::Timestamp;

use crate::instant;
use crate::judgement::{Nearness, judge_request};
use crate::subject_request::letter::Delivery;
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::{Standing, SubjectRequest};

impl SubjectRequest {
    /// Whether one of its alarms before a date is on, and counts it each hour.
    fn is_near(&self, now: Timestamp) -> bool {
        judge_request(self, now).is_some_and(|nearness| nearness > Nearness::InTime)
    }

    pub(super) fn after(&self, job: &NoticeJob, delivery: Delivery, now: Timestamp) -> Self {
        let mut after = Self { version: self.version + 1, ..self.clone() };
        // A business that names nobody has been told nothing, and is told once it names somebody.
        if job.tenant.is_none() || delivery == Delivery::Accepted {
            let told = match &job.tenant {
                Some(tenant) => after.told_tenants.entry(tenant.clone()).or_default(),
                None => &mut after.told,
            };
            let rounds = told.entry(job.notice).or_default();
            *rounds = job.round.max(*rounds);
        }
        match delivery {
            // That one business was reached says nothing of another, which the mark may be about.
            Delivery::Accepted if job.tenant.is_some() => false,
            Delivery::Accepted => after.undelivered.remove(&job.notice),
            Delivery::Unreachable => after.undelivered.insert(job.notice),
        };
        if job.notice == Notice::Acknowledgement && self.standing == Standing::Received {
            let now = instant::to_millis(now);
            (after.standing, after.next_action_at) = if self.is_verified() {
                (Standing::InProgress { since: now }, Some(now))
            } else if self.has_to_ask_person() || self.awaits_child_review() || self.is_near(now) {
                // Of a report about a child, and of dates whose alarm has rung, staff hear from the sweep's next look.
                (Standing::AwaitingVerification, Some(now))
            } else {
                (Standing::AwaitingVerification, self.clocks.next_alarm(now).ok().flatten().or(Some(now)))
            };
        }
        after
    }
}
