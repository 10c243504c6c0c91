//! Periods that the watermark has passed and that are looked at again: what holds kept, what nobody knows, what came late.

use jiff::SignedDuration;

use super::empty::Stop;
use super::period::Period;
use super::ports::{Leftover, PurgeLedger};
use super::target::Stays;
use super::{Course, Purger, SECOND_LOOK};
use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::ports::{Clock, HoldBook, Stores};

/// How often what is held or not known is looked at while nothing is released.
const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(24);

impl<'m, L, V, C> Purger<'_, L, V, C>
where
    L: PurgeLedger + HoldBook,
    V: Stores,
    C: Clock,
{
    /// Looks at the leftovers of a class that are due, or whose hold was released.
    pub(super) async fn look_at_leftovers(&mut self, map: &'m DataMap, course: &mut Course<'_>) {
        let listed = course.progress.leftovers.clone();
        for leftover in &listed {
            if !course.may_go_on(self.bounds.is_dry_run) {
                return;
            }
            if let Err(stop) = self.look(map, course, leftover).await {
                course.stop(stop);
            }
        }
    }

    async fn look(&mut self, map: &'m DataMap, course: &mut Course<'_>, leftover: &Leftover) -> Result<(), Stop> {
        if !self.is_to_be_looked_at(course, leftover).await? {
            return Ok(());
        }
        if self.is_out_of_time() {
            return Err(Stop::OutOfTime);
        }
        self.survey(map, course).await?;
        // What staff have confirmed goes alone.
        if course.progress.confirmed().is_some_and(|plan| leftover.starts_at >= plan.until) {
            return Ok(());
        }
        let period = course.class.period(leftover.starts_at);
        let target = course.target(map, &period)?;
        let stays = self.empty(target, &mut course.allowance).await?;
        self.list(course, &period, stays, true).await?;
        Ok(())
    }

    /// Lists what stays of a period, or that it is looked at once more; takes it from the list when there is nothing to look
    /// for. Before the watermark passes it: a crash between the two does it again.
    pub(super) async fn list(
        &self,
        course: &mut Course<'_>,
        period: &Period,
        stays: Stays,
        was_listed: bool,
    ) -> Result<(), Fault> {
        let (Some(starts_at), Some(due_at)) = (period.starts_at(), course.class.due_at(period)) else {
            return Err(Fault::park("purge", "a period outside the calendar"));
        };
        let now = self.clock.now();
        let Stays { held, kept, by, has_lines } = stays;
        let look_at = if held + kept > 0 { now + LOOK_EVERY } else { due_at + SECOND_LOOK };
        let leftover = Leftover { starts_at, look_at, by: by.into_iter().collect(), held, kept };
        let is_listed = held + kept > 0 || has_lines || look_at > now;
        course.progress.leftovers.retain(|known| known.starts_at != starts_at);
        if is_listed {
            course.progress.leftovers.push(leftover.clone());
        }
        match (self.bounds.is_dry_run, is_listed, was_listed) {
            (true, _, _) | (false, false, false) => Ok(()),
            (false, true, _) => self.ledger.list(&course.class.name, &leftover).await,
            (false, false, true) => self.ledger.unlist(&course.class.name, starts_at).await,
        }
    }
}
