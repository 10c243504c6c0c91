//! What cannot be read when a bundle is made. It is tried again and again, and rings, for as long as a copy can wait. Then the copy is given without it, is never called complete, and names it: nobody is kept from all that they may have
//! by one record, and staff have another made once it can be read ([`crate::order_bundle`]).

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::job::ExportJob;
use super::make_bundle::{Exporter, Making, Stop};
use super::progress::Progress;
use super::shown::Shown;
use crate::fault::Fault;
use crate::instant;
use crate::judgement::{Nearness, judge_request};
use crate::ports::Clock;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Act, Deed, Standing, SubjectRequest};

/// How long everything is tried. The sweep orders it five times in that time, and each that failed five times rings.
const TRIED: SignedDuration = SignedDuration::from_hours(48);

impl<V, B, C> Making<'_, V, B, C> {
    /// What came of reading something that holds these classes: where it could not be read and the copy waits no longer, they are
    /// named as missing, and the rest is read.
    pub(super) fn or_missing<'c>(
        &self,
        progress: &mut Progress,
        classes: impl Iterator<Item = &'c str>,
        read: Result<(), Stop>,
    ) -> Result<(), Stop> {
        match read {
            Err(Stop::Unread(_)) if self.order.leaves_out => {
                let is_told =
                    |name: &&str| self.map.class(name).is_some_and(|class| self.rule(class.export) != Shown::Hidden);
                progress.unread.extend(classes.filter(is_told).map(str::to_owned));
                Ok(())
            }
            read => read,
        }
    }
}

impl<L: RequestBook, Q, V, B, C: Clock> Exporter<'_, L, Q, V, B, C> {
    /// Notes of which classes a copy that is about to be given lacks something, before anybody can open it.
    pub(super) async fn note_unread(
        &self,
        job: &ExportJob,
        request: Option<&SubjectRequest>,
        unread: &BTreeSet<String>,
    ) -> Result<(), Fault> {
        let ExportJob::Request(id) = job else { return Ok(()) };
        if request.is_none_or(|request| request.course.unread == *unread) {
            return Ok(());
        }
        for _ in 0..3 {
            let Some(request) = self.ledger.request(id).await? else { return Ok(()) };
            if request.course.unread == *unread {
                return Ok(());
            }
            let mut noted = SubjectRequest { version: request.version + 1, ..request };
            noted.course.unread.clone_from(unread);
            let deed = Deed::CopyLacks { classes: unread.iter().cloned().collect() };
            let act = Act::of_service(deed, instant::to_millis(self.clock.now()));
            if self.ledger.record(&noted, &act, None).await? {
                return Ok(());
            }
        }
        Err(Fault::retry("export.unread", "the request changed under every try"))
    }
}

impl SubjectRequest {
    /// Whether its copy is given without what could not be read for days, or for as long as its dates allow.
    pub(super) fn waits_no_longer(&self, now: Timestamp) -> bool {
        let Standing::InProgress { since } = self.standing else { return false };
        let is_near = judge_request(self, now).is_some_and(|nearness| nearness >= Nearness::NearLegal);
        is_near || now.duration_since(since) >= TRIED
    }
}
