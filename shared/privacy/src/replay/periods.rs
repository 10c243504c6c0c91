//! What goes by its date: a restored table has periods again that the watermark has passed. They are listed beside it, as what
//! holds left is, and the next purge looks at them; the watermark only moves forward.

use jiff::{SignedDuration, Timestamp};

use super::Replay;
use crate::fault::Fault;
use crate::ports::Clock;
use crate::purge::{Leftover, PeriodClass, Progress, PurgeLedger};

/// Periods that were due so long before the instant of the backup are looked at too: a sweep that was behind had not purged them.
const MARGIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A purge that began before the replay was asked for is over by then, and lists nothing over what is listed here.
const OTHERS_ARE_OVER: SignedDuration = SignedDuration::from_mins(3);

/// Lists what was passed since, once, and counts the periods that nobody has looked at yet: 1 at least before they are listed.
pub(super) async fn have_looked_at(
    ledger: &impl PurgeLedger,
    clock: &impl Clock,
    classes: &[PeriodClass],
    replay: &mut Replay,
) -> Result<u64, Fault> {
    let mut open = 0;
    for class in classes {
        if !replay.listed.contains(&class.name) {
            if clock.now() < look_at(replay) {
                open += 1;
                continue;
            }
            list(ledger, class, replay).await?;
            replay.listed.insert(class.name.clone());
        }
        let Progress { leftovers, unread, .. } = ledger.progress(&class.name).await?;
        // It may list one of them.
        open += u64::from(unread.is_some());
        let still = leftovers.iter().filter(|leftover| leftover.look_at <= look_at(replay)).count();
        open += u64::try_from(still).unwrap_or(u64::MAX);
    }
    Ok(open)
}

/// From when on the periods of a replay are due: whatever is due no later, nobody has looked at.
fn look_at(replay: &Replay) -> Timestamp {
    replay.asked_at + OTHERS_ARE_OVER
}

async fn list(ledger: &impl PurgeLedger, class: &PeriodClass, replay: &Replay) -> Result<(), Fault> {
    let progress = ledger.progress(&class.name).await?;
    // What was never swept begins at its first period anyway.
    let Some(swept) = progress.swept else { return Ok(()) };
    let due_since = replay.restored_to.checked_sub(MARGIN).unwrap_or(replay.restored_to);
    let mut period = class.first();
    while let Some(one) = period {
        let Some(starts_at) = one.starts_at().filter(|starts_at| *starts_at < swept.until) else { break };
        if class.due_at(&one).is_some_and(|due_at| due_at >= due_since) {
            let known = progress.leftovers.iter().find(|known| known.starts_at == starts_at).cloned();
            let fresh = || Leftover { starts_at, look_at: starts_at, by: Vec::new(), held: 0, kept: 0 };
            let leftover = Leftover { look_at: look_at(replay), ..known.unwrap_or_else(fresh) };
            ledger.list(&class.name, &leftover).await?;
        }
        period = one.next();
    }
    Ok(())
}
