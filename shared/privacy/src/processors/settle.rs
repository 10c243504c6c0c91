//! Works every processor of one obligation once. One that misbehaves leaves the others done and itself due.

use jiff::Timestamp;

use super::ports::{Finding, ProcessorLedger, Processors, Reply};
use super::report::{Report, Trouble};
use super::settlement::{Entry, Extent, Settlement};
use super::state::{Due, Happened, Rule, Said, step};
use super::target::{Kept, Target, asked_about, in_order};
use crate::data_map::DataMap;
use crate::deadline::OutsideCalendar;
use crate::fault::Fault;
use crate::obligation::ObligationId;
use crate::policy::Route;
use crate::policy::processor::Settle;
use crate::ports::Clock;

/// What settling works with.
#[derive(Debug)]
pub struct Settling<'a, P, L, C> {
    /// The processors.
    pub processors: &'a P,
    /// Where states are kept.
    pub ledger: &'a L,
    /// The time.
    pub clock: &'a C,
    /// The policy.
    pub map: &'a DataMap,
}

/// One obligation whose own copies are erased: a strong read found nothing.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Which.
    pub id: &'a ObligationId,
    /// Which request under it.
    pub seq: u32,
    /// How often it was re-opened; each time every processor is asked anew.
    pub reopened: u32,
    /// How it reached us.
    pub route: Route,
    /// Every person and place that was erased, in any order. Other targets begin anew.
    pub targets: &'a [Target],
    /// What of ours is gone; where it is more, every processor begins anew.
    pub extent: Extent,
    /// Those that one of the processors is not asked about for now. It begins anew when they change.
    pub kept: &'a Kept,
}

/// Why work on one processor stops before its targets are through.
enum Stop {
    OutOfTime,
    Happened(Happened),
    Fault(Fault),
}

impl<P, L, C> Settling<'_, P, L, C>
where
    P: Processors,
    L: ProcessorLedger,
    C: Clock,
{
    /// Asks or looks at every processor that is due, until no call may begin any more (`stop_at`). Call it again at the
    /// report's `next_action_at`; any number of times, since what is settled is not touched.
    ///
    /// # Errors
    /// [`Fault`] of the ledger: call it again. Faults of processors are in the report.
    pub async fn settle(&self, case: &Case<'_>, stop_at: Timestamp) -> Result<Report, Fault> {
        let (mut settlement, targets) = self.begin(case).await?;
        let mut troubles = Vec::new();
        for name in self.due(&settlement) {
            let settle = self.map.model().processor.get(&name).map(|processor| &processor.settle);
            let (Some(Settle::Http(http)), Some(entry)) = (settle, settlement.entries.get(&name)) else { continue };
            let rule = Rule::of(http).map_err(outside)?;
            let concerned: Vec<&Target> = asked_about(&name, http, &targets, case.kept).collect();
            let (after, trouble) = self.visit(&name, &rule, entry.clone(), &concerned, stop_at).await;
            troubles.extend(trouble);
            if settlement.entries.get(&name) != Some(&after) {
                settlement.entries.insert(name, after);
                self.save(case, &mut settlement).await?;
            }
        }
        Ok(Report::of(&settlement, self.map.model(), self.clock.now(), troubles))
    }

    /// A second look at what follow-up queries confirmed before `since`; what is found again is asked again.
    ///
    /// # Errors
    /// As [`Settling::settle`].
    pub async fn look_again(&self, case: &Case<'_>, since: Timestamp, stop_at: Timestamp) -> Result<Report, Fault> {
        let (mut settlement, _) = self.begin(case).await?;
        let (before, now) = (settlement.clone(), self.clock.now());
        for entry in settlement.entries.values_mut() {
            let state = entry.state.looked_at_again(since, now);
            if state != entry.state {
                *entry = Entry { state, since: now, done: 0, ..entry.clone() };
            }
        }
        if settlement != before {
            self.save(case, &mut settlement).await?;
        }
        self.settle(case, stop_at).await
    }

    /// What is stored, or a beginning, which is stored before anything is asked: dates do not move afterwards.
    async fn begin<'t>(&self, case: &Case<'t>) -> Result<(Settlement, Vec<&'t Target>), Fault> {
        let targets = in_order(case.targets);
        let stored = self.ledger.load(case.id, case.seq).await?;
        let (model, now) = (self.map.model(), self.clock.now());
        let begun = Settlement::begin(stored.clone(), model, case, &targets, now);
        let mut settlement = begun.map_err(outside)?;
        if stored.as_ref() != Some(&settlement) {
            self.save(case, &mut settlement).await?;
        }
        Ok((settlement, targets))
    }

    async fn save(&self, case: &Case<'_>, settlement: &mut Settlement) -> Result<(), Fault> {
        settlement.version = settlement.version.saturating_add(1);
        if self.ledger.save(case.id, case.seq, settlement).await? {
            Ok(())
        } else {
            Err(Fault::retry("processors.save", "another worker has gone on"))
        }
    }

    /// Names of what is due. What did not work out is due later, so it cannot keep the others from their turn.
    fn due(&self, settlement: &Settlement) -> Vec<String> {
        let now = self.clock.now();
        let is_due = |entry: &Entry| entry.state.due().is_some_and(|due| due.at() <= now);
        settlement.entries.iter().filter(|(_, entry)| is_due(entry)).map(|(name, _)| name.clone()).collect()
    }

    /// One processor, target by target from where the last visit stopped.
    async fn visit(
        &self,
        name: &str,
        rule: &Rule,
        mut entry: Entry,
        targets: &[&Target],
        stop_at: Timestamp,
    ) -> (Entry, Option<Trouble>) {
        let Some(due) = entry.state.due() else { return (entry, None) };
        let mut stopped = None;
        for target in targets.iter().skip(entry.done) {
            match self.call(name, due, target, stop_at).await {
                Ok(said) => {
                    entry.done = entry.done.saturating_add(1);
                    entry.said = said.map(|said| Said::and(entry.said, said)).or(entry.said);
                }
                Err(stop) => {
                    stopped = Some(stop);
                    break;
                }
            }
        }
        let (happened, trouble) = match (stopped, due) {
            (Some(Stop::OutOfTime), _) => return (entry, None),
            (Some(Stop::Happened(happened)), _) => (happened, None),
            (Some(Stop::Fault(fault)), _) => (Happened::Failed(fault.turn), Some(Trouble::of(name, &fault))),
            (None, Due::Ask(_)) => (Happened::Accepted, None),
            (None, Due::Confirm(_)) => (Happened::Gone, None),
        };
        let state = step(&entry.state, happened, rule, self.clock.now());
        if std::mem::discriminant(&state) != std::mem::discriminant(&entry.state) {
            entry.done = 0;
        }
        (Entry { state, ..entry }, trouble)
    }

    /// One target: `Ok` when it accepted the ask, with what it said, or nothing was found.
    async fn call(&self, name: &str, due: Due, target: &Target, stop_at: Timestamp) -> Result<Option<Said>, Stop> {
        if self.clock.now() >= stop_at {
            return Err(Stop::OutOfTime);
        }
        match due {
            Due::Ask(_) => match self.processors.ask(name, target).await.map_err(Stop::Fault)? {
                Reply::Accepted => Ok(Some(Said::Accepted)),
                Reply::NothingThere => Ok(Some(Said::NothingThere)),
                Reply::Later { after } => Err(Stop::Happened(Happened::Later { after })),
            },
            Due::Confirm(_) => match self.processors.confirm(name, target).await.map_err(Stop::Fault)? {
                Finding::Gone => Ok(None),
                Finding::StillThere => Err(Stop::Happened(Happened::StillThere)),
                Finding::Later { after } => Err(Stop::Happened(Happened::Later { after })),
            },
        }
    }
}

fn outside(error: OutsideCalendar) -> Fault {
    Fault::park("processors.settle", error)
}
