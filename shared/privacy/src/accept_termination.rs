//! Accepts that a tenant's account has ended or will end, and that it was reactivated.
//!
//! Each phase of the policy's `[termination]` becomes an obligation of its own, with its first and last day in the tenant's
//! calendar. They wait in the ledger; until the window closes a reactivation cancels them. Accepting twice
//! changes nothing: what stands there keeps its clock.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::accept::{Accepted, accept_where};
use crate::clock::zone;
use crate::data_map::DataMap;
use crate::deadline::{self, DueBy};
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::instant;
use crate::obligation::{Head, NewObligation, ObligationId};
use crate::policy::{Phase, Route};
use crate::ports::{CancelUntil, Cancelled, Intake, WorkQueue};
use crate::target::Target;

/// What the dashboard says.
#[derive(Clone, Debug)]
pub struct Termination {
    /// Whose account.
    pub tenant: TenantId,
    /// The end of the paid service, if that is not now; it may lie ahead.
    pub ended_at: Option<Timestamp>,
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
}

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
#[derive(Debug)]
pub struct Counted {
    tenant: TenantId,
    ended_on: Date,
    is_dated: bool,
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
        let is_dated = self.ended_at.is_some();
        let ended_at = self.ended_at.unwrap_or(now);
        let years =
            |years: i64| deadline::after(now, Span::new().years(years)).map_err(|_| InvalidTermination::EndedAt);
        if ended_at < years(-10)? || ended_at > years(10)? {
            return Err(InvalidTermination::EndedAt);
        }
        let ended_on = ended_at.to_zoned_datetime(zone.clone()).date();
        Ok(Counted {
            tenant: self.tenant,
            ended_on,
            is_dated,
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
/// [`Fault`]: not all may have been stored, so the caller must not acknowledge but be asked again.
pub async fn accept_termination(
    intake: &impl Intake,
    queue: &impl WorkQueue,
    map: &DataMap,
    termination: &Counted,
) -> Result<Vec<Clocked>, Fault> {
    let (window, phases) = (&map.model().termination.window, &map.model().termination.phase);
    let phase = phases.get(window).ok_or_else(|| Fault::park("termination", "the policy has no window"))?;
    let new = termination.obligation(window, phase)?;
    // The same end, told again, is no new one: ends are told apart by their days.
    let is_later = |finished: &Head| {
        !termination.is_dated || finished.starts_at < new.starts_at || finished.state.erased_at().is_none()
    };
    let accepted = accept_where(intake, queue, &new, is_later).await?;
    let begun_at = accepted.received_at;
    let mut clocked = vec![Clocked { phase: window.clone(), starts_on: starts_on(&accepted)?, accepted }];
    for (name, phase) in phases.iter().filter(|(name, _)| *name != window) {
        let new = termination.obligation(name, phase)?;
        // What is finished belongs to this termination, and stays so, unless it is older than the window.
        let accepted = accept_where(intake, queue, &new, |finished| finished.received_at < begun_at).await?;
        clocked.push(Clocked { phase: name.clone(), starts_on: starts_on(&accepted)?, accepted });
    }
    clocked.sort_by(|one, other| one.phase.cmp(&other.phase));
    Ok(clocked)
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
