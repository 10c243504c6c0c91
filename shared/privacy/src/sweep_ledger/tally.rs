//! What a sweep has counted so far, in all shards together.

use jiff::Timestamp;

use super::holds::Holds;
use super::{Notice, Sweep};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::judgement::{Judged, Open, Timeliness, Trouble, awaited, judge};
use crate::legal_hold::InForce;
use crate::obligation::{Head, State};
use crate::ports::HoldBook;

/// The counts, what they are judged by, and who hears of each.
pub(super) struct Tally<N> {
    pub(super) sweep: Sweep,
    holds: Holds,
    notice: N,
}

impl<N: FnMut(Notice<'_>)> Tally<N> {
    pub(super) fn new(notice: N) -> Self {
        Self { sweep: Sweep::default(), holds: Holds::default(), notice }
    }

    /// Counts something that failed.
    pub(super) fn fault(&mut self, fault: &Fault) {
        self.sweep.faults += 1;
        (self.notice)(Notice::Fault(fault));
    }

    /// Counts an obligation for its alarms. Whether it has to be noted that it is past its date.
    pub(super) async fn observe(&mut self, book: &impl HoldBook, map: &DataMap, head: &Head, now: Timestamp) -> bool {
        let (judged, is_late, unread) = {
            let (in_force, unread) = self.holds.for_one(book, head).await;
            let judged = judge(head, map, &in_force, now);
            (judged, is_late(head, judged, &in_force), unread)
        };
        if let Some(fault) = unread {
            self.fault(&fault);
        }
        self.count(head, judged, now);
        self.count_awaited(head, map, now);
        is_late
    }

    fn alarming(&mut self, head: &Head, count: fn(&mut Sweep) -> &mut u64, why: &'static str) {
        *count(&mut self.sweep) += 1;
        (self.notice)(Notice::Alarming { head, why });
    }

    fn count(&mut self, head: &Head, judged: Judged, now: Timestamp) {
        self.sweep.due += 1;
        match judged {
            Judged::Finished | Judged::Settling => {}
            Judged::Held { is_past_review } => {
                self.sweep.held += 1;
                if is_past_review {
                    self.alarming(head, |sweep| &mut sweep.holds_past_review, "hold-past-review");
                }
            }
            Judged::Open(Open { since, timeliness, trouble }) => {
                let open_seconds = now.duration_since(since).as_secs();
                self.sweep.oldest_open_seconds = self.sweep.oldest_open_seconds.max(open_seconds);
                match timeliness {
                    Timeliness::InTime => {}
                    Timeliness::NearDue => self.alarming(head, |sweep| &mut sweep.near_due, "near-due"),
                    Timeliness::Overdue => self.alarming(head, |sweep| &mut sweep.overdue, "overdue"),
                }
                match trouble {
                    None => {}
                    Some(Trouble::Halted) => self.alarming(head, |sweep| &mut sweep.halted, "halted"),
                    Some(Trouble::Failed) => self.alarming(head, |sweep| &mut sweep.failed, "failed"),
                }
            }
        }
    }

    /// Processors that are waited for ring by dates of their own: days before their last one, and once it is over.
    fn count_awaited(&mut self, head: &Head, map: &DataMap, now: Timestamp) {
        for processor in awaited(head, map, now) {
            let why = match processor.timeliness {
                Timeliness::InTime => continue,
                Timeliness::NearDue => "processor-late",
                Timeliness::Overdue => {
                    self.sweep.processors_overdue += 1;
                    "processor-overdue"
                }
            };
            self.alarming(head, |sweep| &mut sweep.processors_late, why);
        }
    }
}

/// Whether it has to be noted that an obligation is past its date: once, for whoever acts on such events. A hold delays, so
/// what it keeps is not late until it is released; and where another is in force, not before a worker has found that it keeps
/// nothing of it.
fn is_late(head: &Head, judged: Judged, in_force: &InForce) -> bool {
    let may_be_held = matches!(head.state, State::Held { .. }) && !in_force.is_empty();
    let is_overdue = matches!(judged, Judged::Open(Open { timeliness: Timeliness::Overdue, .. }));
    is_overdue && head.late_since.is_none() && !may_be_held
}
