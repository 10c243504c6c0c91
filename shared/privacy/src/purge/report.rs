//! What a run did and found, class by class. Holds names of classes and numbers, nothing of people.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::ports::{PurgePlan, Reports};
use crate::fault::Fault;
use crate::instant;

/// A run that ended longer ago than this means that the schedule is off: what is purged runs, and what is due is noted, once an hour.
const SCHEDULE_IS_ALIVE: SignedDuration = SignedDuration::from_hours(2);

/// Whether a sweep has run recently enough for its schedule to be alive.
pub(crate) fn is_schedule_alive(last_run_at: Option<Timestamp>, now: Timestamp) -> bool {
    last_run_at.is_some_and(|at| now.duration_since(at) <= SCHEDULE_IS_ALIVE)
}

/// One class in one run. A dry run says what it would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ClassReport {
    /// Records that were counted before anything went: what is due, as far as the counting came.
    pub counted: u64,
    /// Records erased.
    pub purged: u64,
    /// Records that legal holds keep, in every period that is due.
    pub held: u64,
    /// Records that stay because the data map does not know them, or they are dated after their period.
    pub kept: u64,
    /// Periods that the watermark has passed in this run.
    pub periods: u64,
    /// Periods of which holds keep a part.
    pub held_periods: u64,
    /// Periods that are still there though their alarm date has passed; of a class that was never swept, all that are due.
    /// Held ones are not late: a hold delays.
    pub late: u64,
    /// The instant by which the oldest period that is due must be empty; `None` where nothing is due, or nothing is promised.
    pub gone_by: Option<Timestamp>,
    /// More is due than this run could take.
    pub truncated: bool,
    /// Above its ceiling: nothing goes until staff confirm.
    pub halted: bool,
    /// The plan that waits for them, or in a dry run would.
    pub plan: Option<PlanReport>,
    /// Its watermark lay beyond what the clock allows and was not believed: everything from its first period on is looked at again.
    pub ahead: bool,
    /// Every period before this is emptied or listed.
    pub swept_until: Option<Timestamp>,
    /// Why it could not be swept.
    pub fault: Option<String>,
}

impl ClassReport {
    /// Something of it is due, and the run ended before any of it went. One that only passed empty periods has come on.
    const fn had_no_turn(&self) -> bool {
        self.truncated && self.purged == 0 && (self.periods == 0 || self.counted > 0)
    }
}

/// What staff confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanReport {
    /// Names it.
    pub plan_hash: String,
    /// What was counted.
    pub records: u64,
    /// What of it was due then.
    pub until: Timestamp,
}

impl From<&PurgePlan> for PlanReport {
    fn from(plan: &PurgePlan) -> Self {
        Self { plan_hash: plan.hash.as_str().to_owned(), records: plan.records, until: plan.until }
    }
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Nothing was written.
    pub is_dry_run: bool,
    /// When the last run ended that was not dry.
    pub last_run_at: Option<Timestamp>,
    /// Whether that is recent enough for the schedule to be alive.
    pub is_schedule_alive: bool,
    /// By class.
    pub classes: BTreeMap<String, ClassReport>,
    /// Legal holds in force that should have been looked at again by now, whatever they keep. Every hour asks here, since no
    /// obligation may be waiting for them.
    pub holds_past_review: u64,
    /// What failed beside the classes.
    pub faults: Vec<String>,
}

impl RunReport {
    /// An empty report.
    #[must_use]
    pub fn began(started_at: Timestamp, is_dry_run: bool) -> Self {
        Self {
            started_at,
            ended_at: started_at,
            is_dry_run,
            last_run_at: None,
            is_schedule_alive: false,
            classes: BTreeMap::new(),
            holds_past_review: 0,
            faults: Vec::new(),
        }
    }

    pub(super) fn ran_last(&mut self, at: Option<Timestamp>) {
        self.last_run_at = at;
        self.is_schedule_alive = is_schedule_alive(at, self.started_at);
    }

    /// How many parts failed: the invocation fails with them. Also a class that could not be swept without anything being out of
    /// order, because it halted at its ceiling or the run ended before its turn; a dry run, which is how people look at that, does
    /// not fail for it.
    #[must_use]
    pub fn failures(&self) -> usize {
        let of_classes = self
            .classes
            .values()
            .filter(|class| class.fault.is_some() || (!self.is_dry_run && (class.halted || class.had_no_turn())));
        self.faults.len() + of_classes.count()
    }

    /// The sum of a number over all classes.
    #[must_use]
    pub fn total(&self, number: impl Fn(&ClassReport) -> u64) -> u64 {
        self.classes.values().map(number).fold(0, u64::saturating_add)
    }
}

/// Two runs that end in the same millisecond get keys of their own.
const TRIES: u32 = 5;

/// Stores the report of a run under `sweeps/<date>/<instant>.json`; the key it got.
///
/// # Errors
/// [`Fault`]
pub async fn store_report(reports: &impl Reports, report: &RunReport) -> Result<String, Fault> {
    store_under("sweeps", reports, report.ended_at, report).await
}

/// Stores the report of a sweep of the ledger under `sweeps/due/<date>/<instant>.json`; the key it got.
///
/// # Errors
/// [`Fault`]
pub async fn store_due_report(
    reports: &impl Reports,
    ended_at: Timestamp,
    report: &(impl Serialize + Sync),
) -> Result<String, Fault> {
    store_under("sweeps/due", reports, ended_at, report).await
}

async fn store_under(
    prefix: &str,
    reports: &impl Reports,
    ended_at: Timestamp,
    report: &(impl Serialize + Sync),
) -> Result<String, Fault> {
    let json = serde_json::to_string(report).map_err(|error| Fault::park("reports.write", error))?;
    let at = instant::to_text(ended_at);
    let date = at.get(..10).unwrap_or_default();
    for attempt in 0..TRIES {
        let suffix = if attempt == 0 { String::new() } else { format!("-{attempt}") };
        let key = format!("{prefix}/{date}/{at}{suffix}.json");
        if reports.store(&key, &json).await? {
            return Ok(key);
        }
    }
    Err(Fault::retry("reports.store", "every key of this instant is taken"))
}
