//! The promise ledger: every dated sentence of the policy, and whether it holds at this moment.
//!
//! Each kind of promise has one pure function from what was read to its [`Standing`]s, as [`standing`] is for promises that
//! obligations keep, and as [`scheduled`] is for those that purges keep; [`unwatched`] has those that nothing here can judge, and
//! [`processors`] who else is waited for, each by a date of its own. The ledger is their list. What is counted is judged
//! by [`judge`] and by [`judge_class`](crate::purge::judge_class), as the sweeper's alarms are.

mod processors;
mod proofs;
mod scheduled;
mod unwatched;

pub use processors::{ProcessorStanding, processors};
pub(crate) use proofs::newest;
pub use proofs::{ProofBook, remember};
pub use scheduled::{PurgeReading, Scheduled, read_purges, scheduled};
pub use unwatched::{NOT_WATCHED, NotWatched, unwatched};

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::fault::Fault;
use crate::judgement::{Judged, Nearness, Open, Timeliness, Trouble, judge, judge_request};
use crate::legal_hold::InForce;
use crate::obligation::{Head, ObligationId};
use crate::policy::Route;
use crate::ports::{DUE_SHARDS, Register};
use crate::subject_request::SubjectRequest;
use crate::target::Target;

/// Rows read at a time: the most that one call of the ledger takes.
const PAGE: u16 = 100;

/// A dated sentence of the policy, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its section in `policy.toml`: `promise.disconnect`, `termination.phase.account`.
    pub promise: String,
    /// Section of the published policy.
    pub policy: String,
    /// The sentence itself.
    pub sentence: String,
    /// For people.
    pub title: String,
    /// What was not kept yet, or is not known to be. Those waiting for their first day count, and those that are held.
    pub open: u64,
    /// Open, and the promised date is near.
    pub near_due: u64,
    /// Open, and the promised date is past: then the sentence does not hold.
    pub overdue: u64,
    /// Open, with a plan that waits for a person.
    pub halted: u64,
    /// Open, with a part that could not be erased.
    pub failed: u64,
    /// Kept from being erased by legal holds.
    pub held: u64,
    /// Of those, the ones whose hold should have been reviewed by now.
    pub holds_past_review: u64,
    /// Since when the oldest is open; `None` when none has begun. Held ones do not count.
    pub oldest_open_at: Option<Timestamp>,
    /// The earliest promised date of an open one. Held ones do not count.
    pub next_due: Option<DueBy>,
    /// When a strong read last found nothing any more: among those that are still looked at, or as it was noted ([`remember`]).
    pub last_proof: Option<Timestamp>,
}

impl Standing {
    /// A sentence of which nothing is known to be open.
    fn new(promise: String, policy: &str, sentence: &str, title: &str) -> Self {
        Self {
            promise,
            policy: policy.to_owned(),
            sentence: sentence.to_owned(),
            title: title.to_owned(),
            open: 0,
            near_due: 0,
            overdue: 0,
            halted: 0,
            failed: 0,
            held: 0,
            holds_past_review: 0,
            oldest_open_at: None,
            next_due: None,
            last_proof: None,
        }
    }

    /// Whether the sentence is true now: nothing of it is overdue. A hold delays, and breaks no promise.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.overdue == 0
    }

    /// An open request, from its receipt to its answer: whether its erasure has begun or it has none.
    fn count_request(&mut self, request: &SubjectRequest, now: Timestamp) {
        let Some(nearness) = judge_request(request, now) else { return };
        self.open += 1;
        self.near_due += u64::from(nearness > Nearness::InTime && nearness < Nearness::Overdue);
        self.overdue += u64::from(nearness == Nearness::Overdue);
        let since = request.received_at;
        self.oldest_open_at = Some(self.oldest_open_at.map_or(since, |oldest| oldest.min(since)));
        self.see_due(&request.carry_out_by());
    }

    /// The erasure behind a request that counts by itself: what keeps it from going on, and its proof.
    fn count_behind(&mut self, head: &Head, map: &DataMap, in_force: &InForce, now: Timestamp) {
        let behind = {
            let mut alone = Self::new(String::new(), "", "", "");
            alone.count(head, map, in_force, now);
            alone
        };
        self.halted += behind.halted;
        self.failed += behind.failed;
        self.held += behind.held;
        self.holds_past_review += behind.holds_past_review;
        self.last_proof = self.last_proof.max(behind.last_proof);
    }

    fn see_due(&mut self, due_by: &DueBy) {
        if self.next_due.as_ref().is_none_or(|next| due_by.date < next.date) {
            self.next_due = Some(due_by.clone());
        }
    }

    fn count(&mut self, head: &Head, map: &DataMap, in_force: &InForce, now: Timestamp) {
        self.last_proof = self.last_proof.max(proof_of(head));
        match judge(head, map, in_force, now) {
            // What processors still have is theirs to be late with: [`processors`].
            Judged::Finished | Judged::Settling => {}
            Judged::Held { is_past_review } => {
                self.open += 1;
                self.held += 1;
                self.holds_past_review += u64::from(is_past_review);
            }
            Judged::Open(Open { since, timeliness, trouble }) => {
                self.open += 1;
                match timeliness {
                    Timeliness::InTime => {}
                    Timeliness::NearDue => self.near_due += 1,
                    Timeliness::Overdue => self.overdue += 1,
                }
                match trouble {
                    None => {}
                    Some(Trouble::Halted) => self.halted += 1,
                    Some(Trouble::Failed) => self.failed += 1,
                }
                if since <= now {
                    self.oldest_open_at = Some(self.oldest_open_at.map_or(since, |oldest| oldest.min(since)));
                }
                self.see_due(&head.due_by);
            }
        }
    }
}

/// When a strong read found nothing of an obligation any more.
fn proof_of(head: &Head) -> Option<Timestamp> {
    head.state.erased_at().max(head.ours_gone_at())
}

/// Which sentence an obligation keeps.
fn promise_of(head: &Head) -> String {
    match &head.target {
        Target::Person { .. } | Target::Connection { .. } => format!("promise.{}", head.route.as_str()),
        Target::Tenant { phase, .. } => format!("termination.phase.{phase}"),
    }
}

/// Every sentence that obligations and requests keep, in the order of their sections. An obligation of a sentence that the
/// policy file no longer has counts nowhere; one behind an open request counts with it and not twice. The
/// holds in force were read after the obligations.
#[must_use]
pub fn standing<'a>(
    map: &DataMap,
    heads: impl IntoIterator<Item = &'a Head>,
    requests: &[SubjectRequest],
    in_force: &InForce,
    now: Timestamp,
) -> Vec<Standing> {
    let model = map.model();
    let promises = model.promise.iter().map(|(route, promise)| {
        let name = format!("promise.{}", route.as_str());
        Standing::new(name, &promise.policy, &promise.sentence, &promise.title)
    });
    let phases = model.termination.phase.iter().map(|(name, phase)| {
        Standing::new(format!("termination.phase.{name}"), &phase.policy, &phase.sentence, &phase.title)
    });
    let mut standings: BTreeMap<String, Standing> =
        promises.chain(phases).map(|standing| (standing.promise.clone(), standing)).collect();
    let open = requests.iter().filter(|request| request.standing.closed_at().is_none());
    let open: BTreeMap<&ObligationId, &SubjectRequest> = open.map(|request| (&request.id, request)).collect();
    for head in heads {
        if let Some(standing) = standings.get_mut(&promise_of(head)) {
            if open.contains_key(&head.id) {
                standing.count_behind(head, map, in_force, now);
            } else {
                standing.count(head, map, in_force, now);
            }
        }
    }
    if let Some(standing) = standings.get_mut(&format!("promise.{}", Route::SubjectRequest.as_str())) {
        for request in open.values() {
            standing.count_request(request, now);
        }
    }
    standings.into_values().collect()
}

/// The obligations that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Each once, as strong reads saw them.
    pub heads: Vec<Head>,
    /// Whether these are all.
    pub is_complete: bool,
}

/// Reads the obligations of the due index, `per_shard_max` entries of each shard at most: those that are due first, so
/// that what a bound cuts off is what is looked at last.
///
/// # Errors
/// [`Fault`]
pub async fn read_open(register: &impl Register, per_shard_max: usize) -> Result<Reading, Fault> {
    let (mut heads, mut is_complete) = (Vec::new(), true);
    for shard in 0..DUE_SHARDS {
        let mut seen = BTreeSet::<ObligationId>::new();
        let (mut after, mut read) = (None, 0);
        loop {
            if read >= per_shard_max {
                is_complete = false;
                break;
            }
            let page = register.page(shard, after.as_ref(), PAGE).await?;
            read += page.len();
            let new: Vec<ObligationId> =
                page.iter().map(|due| due.id.clone()).filter(|id| seen.insert(id.clone())).collect();
            if !new.is_empty() {
                heads.extend(register.heads(&new).await?);
            }
            after = page.last().cloned();
            if page.len() < usize::from(PAGE) {
                break;
            }
        }
    }
    Ok(Reading { heads, is_complete })
}

#[cfg(test)]
mod tests;
