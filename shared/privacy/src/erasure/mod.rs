//! The engine: works one obligation in bounded chunks, from suppression to the last second look.
//!
//! *suppress → discover → count → plan → erase → verify → settle → look again.* Any step may run twice, crash anywhere or
//! meet throttling; the outcome is the same. Marks are raised before anything is read, deletes go by key and
//! always from the head of a range, and every chunk begins by renewing the lease on the ledger row.

mod aftermath;
mod ahead;
mod conclude;
mod count;
mod covered;
mod detach;
mod discover;
mod erase;
mod free;
mod hand_on;
mod hold;
mod kept;
mod last_look;
mod lease;
mod links;
mod look;
mod remembered;
mod replay;
mod settle;
mod verify;
mod wait;
mod window;
mod worked;

pub use aftermath::{Aftermath, Certifying, Proof, Reached, settle};
use lease::LEASE;
use remembered::Packed;
use replay::Replayed;
pub(crate) use wait::latest;
use worked::Executed;
pub use worked::Worked;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::legal_hold::HoldId;
use crate::obligation::{Head, ObligationId, PlanRef, State};
use crate::plan;
use crate::ports::{Clock, Connections, Lease, Leased, Ledger, NextAction, Stores, Suppressions};
use crate::replay::ReplayStage;
use crate::scope::{Place, Scope, Stage};

/// How often one visit plans, erases and verifies before a person has to look.
const MAX_ROUNDS: u32 = 12;

/// What the engine works with.
#[derive(Debug)]
pub struct Engine<'a, L, V, C, A> {
    /// The ledger.
    pub ledger: &'a L,
    /// Tables, buckets, connections and marks.
    pub vault: &'a V,
    /// Processors and receipts.
    pub aftermath: &'a A,
    /// The time.
    pub clock: &'a C,
    /// The policy.
    pub map: &'a DataMap,
    /// When second looks are due after the erasure; the policy's, unless a test stack shortens them.
    pub second_looks: &'a [jiff::Span],
}

/// Why a visit ends before its work is done.
#[derive(Debug)]
enum Stop {
    OutOfTime,
    LostLease,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The stores that failed, each with a cause.
type Failures = BTreeMap<String, Fault>;

/// Keys that were counted in this visit and need not be read again.
type Remembered = HashMap<(Place, String), Packed>;

struct Visit<'e, 'a, L, V, C, A> {
    engine: &'e Engine<'a, L, V, C, A>,
    lease: Lease,
    stop_at: Timestamp,
    remembered: Remembered,
    remembered_bytes: usize,
    /// By place, the stores in which the last look of this visit found no row at all.
    read_empty: BTreeMap<Place, BTreeSet<String>>,
    /// Stores that could not be counted in this visit.
    unreadable: Failures,
    /// The holds that were met in this visit.
    held_by: BTreeMap<HoldId, Date>,
    /// No hold that kept a part of it is in force any more, or any other of that part.
    is_released: bool,
    /// Of the place that is being erased: of whom something is held.
    held_owners: BTreeSet<Place>,
    /// How often in a row this obligation had failed when the visit began.
    failed_before: u32,
    /// What was known of a return when the visit began.
    returned_at: Option<Timestamp>,
    /// Whether it is of an account that ended.
    is_of_tenant: bool,
    /// Of an account that ended and did not come back: when its window closed. What it connected until then is its own.
    closed_at: Option<Timestamp>,
    /// Something was connected for that account after its window, and nobody said that it came back.
    is_connected_since: bool,
    /// Whether this visit has asked of every known place whether its connection was made anew.
    has_discovered: bool,
    /// The mark of a replay that transitions move, and how far.
    replayed: Option<(Timestamp, ReplayStage)>,
}

impl<L, V, C, A> Engine<'_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Works on one obligation until it is done, halted, or no chunk may begin any more (`stop_at`).
    ///
    /// # Errors
    /// [`Fault`]: deliver the message again.
    pub async fn work(&self, id: &ObligationId, worker: &str, stop_at: Timestamp) -> Result<Worked, Fault> {
        let lease = Lease { id: id.clone(), worker: worker.to_owned() };
        let mut visit = Visit {
            engine: self,
            lease,
            stop_at,
            remembered: Remembered::new(),
            remembered_bytes: 0,
            read_empty: BTreeMap::new(),
            unreadable: Failures::new(),
            held_by: BTreeMap::new(),
            is_released: false,
            held_owners: BTreeSet::new(),
            failed_before: 0,
            returned_at: None,
            is_of_tenant: false,
            closed_at: None,
            is_connected_since: false,
            has_discovered: false,
            replayed: None,
        };
        match visit.run().await {
            Ok(worked) => {
                self.ledger.release(&visit.lease).await?;
                Ok(worked)
            }
            Err(Stop::OutOfTime) => {
                self.ledger.release(&visit.lease).await?;
                Ok(Worked::Again)
            }
            Err(Stop::LostLease) => Ok(Worked::Busy),
            Err(Stop::Fault(fault)) => {
                // Best effort: an unreleased lease only makes the next visit wait for its end.
                drop(self.ledger.release(&visit.lease).await);
                Err(fault)
            }
        }
    }
}

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    async fn run(&mut self) -> Result<Worked, Stop> {
        let now = self.engine.clock.now();
        let mut head = match self.engine.ledger.lease(&self.lease, now, now + LEASE).await? {
            Leased::Granted(head) => *head,
            Leased::Busy => return Ok(Worked::Busy),
            Leased::Gone => return Ok(Worked::Gone),
        };
        self.take_note(&head, now).await?;
        if let State::Failed { attempts, .. } = &head.state {
            self.failed_before = *attempts;
        }
        if let Some(worked) = self.not_yet(&head, now).await? {
            return Ok(worked);
        }
        match self.replay(head).await? {
            Replayed::Stopped(worked) => return Ok(worked),
            Replayed::GoesOn(as_it_is) => head = *as_it_is,
        }
        for _ in 0..MAX_ROUNDS {
            let executed = match &head.state {
                State::Received
                | State::Planned { .. }
                | State::Executing { .. }
                | State::Failed { .. }
                | State::Held { .. }
                    if head.needs_plan() =>
                {
                    Executed::Unclean
                }
                State::Planned { plan } if head.confirmed_plan.as_ref() != Some(&plan.hash) => {
                    return self.halted(&head).await;
                }
                State::Received => return Ok(Worked::Idle),
                State::Planned { plan } => {
                    let state = State::Executing { plan: plan.clone() };
                    head = self.advance(&head, state, NextAction::Keep).await?;
                    continue;
                }
                State::Executing { plan } | State::Failed { plan, .. } => self.execute(&head, &plan.clone()).await?,
                State::Held { .. } => match self.let_go(&head).await? {
                    None => Executed::Unclean,
                    Some(scopes) => self.beside_holds(&head, scopes).await?,
                },
                State::Verifying { plan, erased_at, looks } => {
                    return self.look(&head, (*erased_at, plan), looks).await;
                }
                State::Completed { .. } | State::Cancelled { .. } => return Ok(Worked::Idle),
            };
            match self.goes_on(&head, executed).await? {
                ControlFlow::Continue(as_it_is) => head = as_it_is,
                ControlFlow::Break(worked) => return Ok(worked),
            }
        }
        Err(Stop::Fault(Fault::park("erasure", "a strong read still finds records after several rounds")))
    }

    /// Suppress, discover, count, plan. Running it again finds what is new and keeps what is known.
    async fn prepare(&mut self, head: &Head) -> Result<Head, Stop> {
        if self.was_reactivated(head).await? {
            let state = State::Cancelled { at: self.engine.clock.now() };
            return self.advance(head, state, NextAction::Never).await;
        }
        let head = &self.begin(head).await?;
        self.suppress(head).await?;
        let mut scopes = self.discover(head).await?;
        for scope in &mut scopes {
            self.count(head, scope).await?;
        }
        let plan = plan::plan(&head.id, head.covers_until, &scopes, self.engine.map);
        self.engine.ledger.save_plan(head, &plan).await?;
        let reference = PlanRef { hash: plan.hash.clone(), covers_until: plan.covers_until };
        let state = if plan.over_ceiling.is_empty() || head.confirmed_plan.as_ref() == Some(&plan.hash) {
            State::Executing { plan: reference }
        } else {
            State::Planned { plan: reference }
        };
        self.advance(head, state, NextAction::Keep).await
    }

    async fn execute(&mut self, head: &Head, plan: &PlanRef) -> Result<Executed, Stop> {
        let mut scopes = self.engine.ledger.scopes(head).await?;
        let is_planned = |scope: &Scope| scope.stage != Stage::Found && scope.uncounted.is_empty();
        if self.unreadable.is_empty() && !scopes.iter().all(is_planned) {
            // What was found since, or could not be read at an earlier visit, is counted and planned before it is erased.
            return Ok(Executed::Unclean);
        }
        if !self.has_discovered && self.is_made_anew(head, &scopes).await? {
            // Planned before that, by an earlier visit: nothing of the new connection goes by the old plan.
            return Ok(Executed::Unclean);
        }
        let failures = self.erase_all(head, &mut scopes).await?;
        if !failures.is_empty() {
            return self.failed(head, plan, failures, &scopes).await.map(Executed::Stopped);
        }
        if scopes.iter().any(|scope| scope.stage == Stage::Found) {
            // The last look has found what the lists had missed.
            return Ok(Executed::Unclean);
        }
        if scopes.iter().any(|scope| !scope.held.is_empty()) {
            self.moves_mark(head, ReplayStage::Begun, ReplayStage::Done);
            return self.hold(head, plan, scopes).await;
        }
        let verified = self.verify(head, &mut scopes).await?;
        if !verified.is_clean {
            // Something was left or came in before the mark: marked, counted, planned, erased and verified in another round.
            return Ok(Executed::Unclean);
        }
        if !verified.unreadable.is_empty() {
            return self.failed(head, plan, verified.unreadable, &scopes).await.map(Executed::Stopped);
        }
        self.moves_mark(head, ReplayStage::Begun, ReplayStage::Done);
        self.conclude(head, plan, &scopes).await
    }
}

#[cfg(test)]
mod tests;
