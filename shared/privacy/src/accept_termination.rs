//! Accepts that a tenant's account has ended or will end, and that it was reactivated.
//!
//! Each phase of the policy's `[termination]` becomes an obligation of its own, with its first and last day in the tenant's
//! calendar. They wait in the ledger; until the window closes a reactivation cancels them. Accepting twice
//! changes nothing: what stands there keeps its clock, and an end that was told before the account came back starts none.
//! A second end starts its clocks once every phase of the first is over, and is refused until then: none is passed over.

mod told;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::accept::{Accepted, Became, accept_where};
use crate::clock::zone;
use crate::data_map::DataMap;
use crate::deadline::{self, DueBy};
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::instant;
use crate::obligation::{Head, NewObligation, ObligationId, State};
use crate::policy::{Phase, Route};
use crate::ports::{CancelUntil, Cancelled, DueIndex, Intake, WorkQueue};
use crate::target::Target;
use told::Told;

/// What the dashboard says.
#[derive(Clone, Debug)]
pub struct Termination {
    /// Whose account.
    pub tenant: TenantId,
    /// The end of the paid service, if that is not when it was decided; it may lie ahead.
    pub ended_at: Option<Timestamp>,
    /// When it was decided, if that is told: which of two ends, or of an end and a return, is the newer one.
    pub decided_at: Option<Timestamp>,
    /// IANA name of the zone whose calendar counts.
    pub time_zone: String,
}

/// A termination that cannot be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTermination {
    /// The zone is not known.
    #[error("time_zone is not the IANA name of a time zone")]
    TimeZone,
    /// It ends too far from now.
    #[error("ended_at is not within ten years of now")]
    EndedAt,
    /// Nobody has decided it yet.
    #[error("decided_at lies in the future")]
    DecidedAt,
}

/// An end that starts no clock. What stands there stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum NotEnding {
    /// The account came back after it was told, or was gone before: a message that came late, or twice, or one that does
    /// not say when it was decided.
    #[error("the account came back after this end was told, or was gone before")]
    CameBack,
    /// It ends on another day already, or a phase of an earlier end is still open.
    #[error("another end of the account is not over")]
    OtherEnd,
    /// Not all may have been stored, so the caller must not acknowledge but be asked again.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// How far the dashboard's clock may be ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What became of one phase.
#[derive(Debug)]
pub struct Clocked {
    /// Its name in the policy.
    pub phase: String,
    /// The first day on which anything of it is erased.
    pub starts_on: Date,
    /// As it stands in the ledger.
    pub accepted: Accepted,
}

/// A termination with its days counted.
#[derive(Clone, Debug)]
pub struct Counted {
    tenant: TenantId,
    ended_on: Date,
    is_dated: bool,
    decided_at: Option<Timestamp>,
    /// When it was decided at the latest, as far as anybody knows.
    told_at: Option<Timestamp>,
    zone: TimeZone,
    zone_name: String,
    now: Timestamp,
}

impl Termination {
    /// Counts from the day on which the service ends, in the tenant's calendar.
    ///
    /// # Errors
    /// [`InvalidTermination`]
    pub fn count(self, now: Timestamp) -> Result<Counted, InvalidTermination> {
        let zone = zone::find(&self.time_zone).map_err(|_| InvalidTermination::TimeZone)?;
        if self.decided_at.is_some_and(|at| at > now + CLOCK_SKEW) {
            return Err(InvalidTermination::DecidedAt);
        }
        let ended_at = self.ended_at.or(self.decided_at).unwrap_or(now);
        let years =
            |years: i64| deadline::after(now, Span::new().years(years)).map_err(|_| InvalidTermination::EndedAt);
        if ended_at < years(-10)? || ended_at > years(10)? {
            return Err(InvalidTermination::EndedAt);
        }
        let ended_on = ended_at.to_zoned_datetime(zone.clone()).date();
        Ok(Counted {
            tenant: self.tenant,
            ended_on,
            is_dated: self.ended_at.or(self.decided_at).is_some(),
            decided_at: self.decided_at,
            // Where nobody says when: not after the end itself. One ahead, or of now, may have been told at any time.
            told_at: self.decided_at.or(self.ended_at.filter(|at| *at <= now)),
            zone,
            zone_name: self.time_zone,
            now: instant::to_millis(now),
        })
    }
}

impl Counted {
    fn day(&self, span: Span) -> Result<Date, Fault> {
        self.ended_on.checked_add(span).map_err(|_| Fault::park("termination", "outside the calendar"))
    }

    fn obligation(&self, name: &str, phase: &Phase) -> Result<NewObligation, Fault> {
        let outside = |error| Fault::park("termination", error);
        let starts_at =
            self.day(phase.starts_after)?.to_zoned_datetime(self.zone.clone()).map_err(outside)?.timestamp();
        Ok(NewObligation {
            id: ObligationId::of_termination(&self.tenant, name),
            route: Route::Termination,
            target: Target::Tenant { tenant: self.tenant.clone(), phase: name.to_owned() },
            received_at: self.now,
            starts_at: Some(starts_at),
            // Of an end that is told late, everything up to now is of the account that has ended.
            covers_until: starts_at.max(self.now),
            is_dated: false,
            due_by: DueBy { date: self.day(phase.within)?, time_zone: self.zone_name.clone() },
            next_action_at: starts_at.max(self.now),
        })
    }
}

/// Stores one obligation per phase.
///
/// # Errors
/// [`NotEnding`]
pub async fn accept_termination(
    ledger: &(impl Intake + DueIndex),
    queue: &impl WorkQueue,
    map: &DataMap,
    termination: &Counted,
) -> Result<Vec<Clocked>, NotEnding> {
    let (window, phases) = (&map.model().termination.window, &map.model().termination.phase);
    let phase = phases.get(window).ok_or_else(|| Fault::park("termination", "the policy has no window"))?;
    let new = termination.obligation(window, phase)?;
    let told = |accepted: &Accepted| accepted.standing.as_ref().map(|standing| termination.told(standing, &new));
    let mut accepted = accept_where(ledger, queue, &new, |_| false).await?;
    if told(&accepted) == Some(Told::New) {
        if !termination.is_worked_off(ledger, map, accepted.standing.as_deref()).await? {
            return Err(NotEnding::OtherEnd);
        }
        let is_new = |finished: &Head| termination.told(finished, &new) == Told::New;
        accepted = accept_where(ledger, queue, &new, is_new).await?;
    }
    match told(&accepted) {
        None | Some(Told::Again) => {}
        Some(Told::BeforeReturn) => return Err(NotEnding::CameBack),
        Some(Told::Other) => return Err(NotEnding::OtherEnd),
        Some(Told::New) => return Err(Fault::retry("termination", "the row changed meanwhile").into()),
    }
    // The days of all phases are counted from one end, also when their acceptance was cut and goes on after midnight.
    let again = accepted.standing.as_deref().map(|window| termination.as_it_stands(window, phase)).transpose()?;
    let termination = again.as_ref().unwrap_or(termination);
    let begun_at = accepted.received_at;
    let mut clocked = vec![Clocked { phase: window.clone(), starts_on: starts_on(&accepted)?, accepted }];
    for (name, phase) in phases.iter().filter(|(name, _)| *name != window) {
        let new = termination.obligation(name, phase)?;
        // What is finished belongs to this termination, and stays so, unless it is older than the window.
        let accepted = accept_where(ledger, queue, &new, |finished| finished.received_at < begun_at).await?;
        if accepted.became == Became::Duplicate && accepted.received_at < begun_at {
            // A look has opened it again since it was over: its successor waits for it, and whoever tells it for both.
            return Err(Fault::retry("termination", "a phase of an earlier end is open again").into());
        }
        clocked.push(Clocked { phase: name.clone(), starts_on: starts_on(&accepted)?, accepted });
    }
    clocked.sort_by(|one, other| one.phase.cmp(&other.phase));
    Ok(clocked)
}

impl Counted {
    /// Whether every other phase of an end that is over is over too. What a reactivation left behind that was cut short is
    /// cancelled with its window; what has begun, waits for a bundle or is held goes on, and no second end may hide it.
    async fn is_worked_off(
        &self,
        ledger: &(impl Intake + DueIndex),
        map: &DataMap,
        window: Option<&Head>,
    ) -> Result<bool, Fault> {
        let termination = &map.model().termination;
        let is_cancelled = window.is_some_and(|head| matches!(head.state, State::Cancelled { .. }));
        for phase in termination.phase.keys().filter(|phase| **phase != termination.window) {
            let id = ObligationId::of_termination(&self.tenant, phase);
            if is_cancelled && ledger.cancel(&id, CancelUntil::Begun, self.now).await? != Cancelled::TooLate {
                continue;
            }
            if ledger.head(&id).await?.is_some_and(|head| !head.state.is_finished()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// In the calendar that it was counted in.
fn starts_on(accepted: &Accepted) -> Result<Date, Fault> {
    let zone = zone::find(&accepted.due_by.time_zone).map_err(|error| Fault::park("termination", error))?;
    let starts_at = accepted.starts_at.ok_or_else(|| Fault::park("termination", "a phase without a beginning"))?;
    Ok(starts_at.to_zoned_datetime(zone).date())
}

/// What a reactivation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reactivated {
    /// The window is open: these phases are cancelled, those are carried out.
    InTime {
        /// Will not begin: everything of theirs stays.
        cancelled: Vec<String>,
        /// A worker had begun: what they cover goes, or is gone.
        begun: Vec<String>,
    },
    /// The window is closed: every clock runs on, and every phase knows that the account came back.
    TooLate,
    /// Nothing was ending.
    NothingEnding,
}

/// Cancels what has not begun, if the window is still open. The window's own phase goes first: it decides, and what a
/// crash leaves uncancelled follows it when its time comes. After the window it is noted that the account came back:
/// the dashboard asks before it writes anything of the new account, and asks again until this has an answer.
///
/// # Errors
/// [`Fault`]: perhaps not all is cancelled or noted; the caller asks again.
pub async fn reactivate(
    intake: &impl Intake,
    map: &DataMap,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<Reactivated, Fault> {
    let termination = &map.model().termination;
    let window = ObligationId::of_termination(tenant, &termination.window);
    match intake.cancel(&window, CancelUntil::ItsDay, now).await? {
        Cancelled::Done => {}
        Cancelled::TooLate => {
            // No clock moves. But what the account has from now on is of a new life, and every phase must know.
            for phase in termination.phase.keys() {
                intake.note_return(&ObligationId::of_termination(tenant, phase), now).await?;
            }
            return Ok(Reactivated::TooLate);
        }
        Cancelled::Missing => return Ok(Reactivated::NothingEnding),
    }
    let (mut cancelled, mut begun) = (vec![termination.window.clone()], Vec::new());
    for phase in termination.phase.keys().filter(|phase| **phase != termination.window) {
        // The subscription goes on: a phase whose day has come and that no worker has begun is cancelled too.
        match intake.cancel(&ObligationId::of_termination(tenant, phase), CancelUntil::Begun, now).await? {
            Cancelled::Done => cancelled.push(phase.clone()),
            Cancelled::TooLate => begun.push(phase.clone()),
            Cancelled::Missing => {}
        }
    }
    Ok(Reactivated::InTime { cancelled, begun })
}

#[cfg(test)]
mod tests;
