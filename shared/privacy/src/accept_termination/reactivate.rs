//! Reactivates an account: the end that was received last decides whether its window is open; one that stands beside it is told too.

use jiff::Timestamp;

use super::ends::{End, ends};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ids::TenantId;
use crate::obligation::ObligationId;
use crate::ports::{CancelUntil, Cancelled, DueIndex, Intake};

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
    ledger: &(impl Intake + DueIndex),
    map: &DataMap,
    tenant: &TenantId,
    now: Timestamp,
) -> Result<Reactivated, Fault> {
    let ends = ends(ledger, map, tenant).await?;
    let mut answer = Reactivated::NothingEnding;
    for (place, end) in ends.iter().enumerate() {
        let came_to = end.reactivate(ledger, map, tenant, now).await?;
        if place == 0 {
            answer = came_to;
        }
    }
    Ok(answer)
}

impl End {
    async fn reactivate(
        &self,
        intake: &impl Intake,
        map: &DataMap,
        tenant: &TenantId,
        now: Timestamp,
    ) -> Result<Reactivated, Fault> {
        let of = |phase: &str| ObligationId::of_turn(tenant, phase, self.turn);
        let termination = &map.model().termination;
        let window = of(&termination.window);
        match intake.cancel(&window, CancelUntil::ItsDay, now).await? {
            Cancelled::Done => {}
            Cancelled::TooLate => {
                // No clock moves. But what the account has from now on is of a new life, and every phase must know.
                for phase in termination.phase.keys() {
                    intake.note_return(&of(phase), now).await?;
                }
                return Ok(Reactivated::TooLate);
            }
            Cancelled::Missing => return Ok(Reactivated::NothingEnding),
        }
        let (mut cancelled, mut begun) = (vec![termination.window.clone()], Vec::new());
        for phase in termination.phase.keys().filter(|phase| **phase != termination.window) {
            // The subscription goes on: a phase whose day has come and that no worker has begun is cancelled too.
            match intake.cancel(&of(phase), CancelUntil::Begun, now).await? {
                Cancelled::Done => cancelled.push(phase.clone()),
                Cancelled::TooLate => begun.push(phase.clone()),
                Cancelled::Missing => {}
            }
        }
        Ok(Reactivated::InTime { cancelled, begun })
    }
}
