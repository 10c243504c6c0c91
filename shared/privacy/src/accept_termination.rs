//! Accepts that a tenant's account has ended or will end, and that it was reactivated.
//!
//! Each phase of the policy's `[termination]` becomes an obligation of its own, with its first and last day in the tenant's
//! calendar. They wait in the ledger; until the window closes a reactivation cancels them. Accepting twice
//! changes nothing: what stands there keeps its clock, and an end that was told before the account came back starts none.
//! A second end while something of the first is open, by a hold say, stands beside it in rows of its own: each has its clocks. Only
//! where both of two are open is a third refused: none is passed over.

mod ends;
mod reactivate;
mod told;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::accept::{Accepted, Became, accept_where};
use crate::clock::zone;
use crate::data_map::{DataMap, StoreMap};
use crate::deadline::{self, DueBy, OutsideCalendar};
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::instant;
use crate::obligation::{Head, NewObligation, ObligationId, Turn};
use crate::policy::{Phase, Route};
use crate::ports::{DueIndex, Intake, WorkQueue};
use crate::target::Target;
pub(crate) use ends::{End, ends};
pub use reactivate::{Reactivated, reactivate};
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
    /// It ends on another day already, or two earlier ends are still open.
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
    /// An instant of that day, not after the end.
    ended_at: Timestamp,
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
            ended_at,
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

    /// The last day of a phase. Platforms count in UTC and the tenant on its own calendar, and the earlier end holds: of what came through
    /// platforms, the last of the tenant's days that is over by then. No phase ends before its first day.
    fn last_day(&self, map: &DataMap, phase: &Phase) -> Result<Date, Fault> {
        let outside = || Fault::park("termination", OutsideCalendar);
        let day = self.day(phase.within)?;
        let by_utc =
            zone::local_date(self.ended_at, &TimeZone::UTC).checked_add(phase.within).map_err(|_| outside())?;
        let ends_at = |day, zone| zone::last_second(day, zone).ok_or_else(outside);
        if !is_of_platforms(map, phase) || ends_at(day, &self.zone)? <= ends_at(by_utc, &TimeZone::UTC)? {
            return Ok(day);
        }
        Ok(day.yesterday().map_err(|_| outside())?.max(self.day(phase.starts_after)?))
    }

    fn obligation(&self, map: &DataMap, name: &str, phase: &Phase, turn: Turn) -> Result<NewObligation, Fault> {
        let outside = |error| Fault::park("termination", error);
        let starts_at =
            self.day(phase.starts_after)?.to_zoned_datetime(self.zone.clone()).map_err(outside)?.timestamp();
        Ok(NewObligation {
            id: ObligationId::of_turn(&self.tenant, name, turn),
            route: Route::Termination,
            target: Target::Tenant { tenant: self.tenant.clone(), phase: name.to_owned() },
            received_at: self.now,
            starts_at: Some(starts_at),
            // Of an end that is told late, everything up to now is of the account that has ended.
            covers_until: starts_at.max(self.now),
            is_dated: false,
            due_by: DueBy { date: self.last_day(map, phase)?, time_zone: self.zone_name.clone() },
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
    let ends = ends(ledger, map, &termination.tenant).await?;
    let new = |turn| termination.obligation(map, window, phase, turn);
    let turn = termination.turn(ledger, map, &ends, &new(Turn::First)?).await?;
    let accepted = termination.accept_window((ledger, queue), &ends, &new(turn)?, turn).await?;
    let begun_at = accepted.received_at;
    for older in ends.iter().filter(|end| end.turn != turn && end.window.received_at < begun_at) {
        older.note_later_end(ledger, map, &termination.tenant, begun_at).await?;
    }
    // The days of all phases are counted from one end, also when their acceptance was cut and goes on after midnight.
    let again = accepted.standing.as_deref().map(|window| termination.as_it_stands(window, phase)).transpose()?;
    let termination = again.as_ref().unwrap_or(termination);
    let mut clocked = vec![Clocked { phase: window.clone(), starts_on: starts_on(&accepted)?, accepted }];
    for (name, phase) in phases.iter().filter(|(name, _)| *name != window) {
        let new = termination.obligation(map, name, phase, turn)?;
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
    /// Stores the phase that decides, or finds the end that stands there.
    async fn accept_window(
        &self,
        (ledger, queue): (&impl Intake, &impl WorkQueue),
        ends: &[End],
        new: &NewObligation,
        turn: Turn,
    ) -> Result<Accepted, NotEnding> {
        let latest = ends.first().filter(|latest| latest.turn != turn);
        let is_new = |finished: &Head| match latest {
            None => self.told(finished, new) == Told::New,
            // Over, and older than the end that this one comes after.
            Some(latest) => {
                self.told(&latest.window, new) == Told::New && finished.received_at < latest.window.received_at
            }
        };
        let accepted = accept_where(ledger, queue, new, is_new).await?;
        match accepted.standing.as_ref().map(|standing| self.told(standing, new)) {
            None | Some(Told::Again) => Ok(accepted),
            Some(Told::BeforeReturn) if latest.is_none() => Err(NotEnding::CameBack),
            Some(Told::Other) if latest.is_none() => Err(NotEnding::OtherEnd),
            Some(_) => Err(Fault::retry("termination", "the row changed meanwhile").into()),
        }
    }
}

/// Whether a phase takes what came through platforms, or what that adds up to.
fn is_of_platforms(map: &DataMap, phase: &Phase) -> bool {
    let mut stores = phase.stores.iter().filter_map(|name| map.store(name));
    map.takes_connections(phase) || stores.any(StoreMap::is_shared)
}

/// In the calendar that it was counted in.
fn starts_on(accepted: &Accepted) -> Result<Date, Fault> {
    let zone = zone::find(&accepted.due_by.time_zone).map_err(|error| Fault::park("termination", error))?;
    let starts_at = accepted.starts_at.ok_or_else(|| Fault::park("termination", "a phase without a beginning"))?;
    Ok(starts_at.to_zoned_datetime(zone).date())
}

#[cfg(test)]
mod tests;
