//! A pass: asks every obligation that a backup could have brought something back of, raises flags again, has past periods looked
//! at, and counts how far all of it has come. Bounded, and taken up where it stopped.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::periods;
use super::ports::{Book, IndexPart, Indexed, Spot};
use super::tally::{What, concern};
use super::{Cursor, Replay, Tally};
use crate::data_map::DataMap;
use crate::deadline;
use crate::fault::Fault;
use crate::ingest_gate::{Flag, FlagBook};
use crate::keys::KeyedRef;
use crate::obligation::{Head, ObligationId};
use crate::policy::own::REPLAYS;
use crate::ports::{Clock, DUE_SHARDS};
use crate::purge::PeriodClass;
use crate::subject_request::SubjectRequest;

/// Entries of the index that are taken at a time.
const PAGE: u16 = 100;

/// After so long without an end somebody has to look.
const LATE_AFTER: SignedDuration = SignedDuration::from_hours(4);

/// What a sweep of replays came to. Starts at zero, so that a metric of it is never missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReplaySweep {
    /// Replays that are not at their end.
    pub open: u64,
    /// Of those, the ones that should be by now.
    pub late: u64,
    /// Obligations that were asked for a look.
    pub asked: u64,
}

/// Takes every open replay one stretch further: the oldest first, each to the end of its pass at most. Nothing is begun after
/// `stop_at`. What two sweepers do at once is done once or twice, never missed.
///
/// # Errors
/// [`Fault`]: what was done is kept, the next sweep goes on.
pub async fn sweep_replays(
    ledger: &impl Book,
    flags: &impl FlagBook,
    clock: &impl Clock,
    (map, classes): (&DataMap, &[PeriodClass]),
    stop_at: Timestamp,
) -> Result<ReplaySweep, Fault> {
    let mut sweep = ReplaySweep::default();
    for mut replay in ledger.replays().await? {
        if let Some(completed_at) = replay.completed_at {
            if is_over(map, completed_at, clock.now())? {
                ledger.forget(&replay.id).await?;
            }
            continue;
        }
        let walk = Walk { ledger, flags, clock, classes, stop_at };
        sweep.asked += walk.go_on(&mut replay).await?;
        if replay.is_open() {
            sweep.open += 1;
            sweep.late += u64::from(clock.now().duration_since(replay.asked_at) >= LATE_AFTER);
        }
    }
    Ok(sweep)
}

/// Whether the months of a record are over.
fn is_over(map: &DataMap, completed_at: Timestamp, now: Timestamp) -> Result<bool, Fault> {
    let Some(floor) = map.model().own.get(REPLAYS).and_then(|own| own.clock.floor) else { return Ok(false) };
    let over_at = deadline::after(completed_at, floor).map_err(|error| Fault::park("replay.forget", error))?;
    Ok(over_at < now)
}

struct Walk<'a, L, F, C> {
    ledger: &'a L,
    flags: &'a F,
    clock: &'a C,
    classes: &'a [PeriodClass],
    stop_at: Timestamp,
}

impl<L, F, C> Walk<'_, L, F, C>
where
    L: Book,
    F: FlagBook,
    C: Clock,
{
    /// How many were asked.
    async fn go_on(&self, replay: &mut Replay) -> Result<u64, Fault> {
        let mut asked = 0;
        loop {
            if self.clock.now() >= self.stop_at {
                return Ok(asked);
            }
            let cursor = replay.cursor.clone().unwrap_or(Cursor { part: 0, shard: 0, after: None });
            let Some(part) = IndexPart::ALL.get(cursor.part).copied() else { break };
            let before = replay.running.asked;
            let since = replay.since();
            let of_part = (part, cursor.shard);
            let spots = self.ledger.spots(of_part, since, cursor.after.as_ref(), PAGE).await?;
            self.take(replay, &spots).await?;
            asked += replay.running.asked - before;
            replay.cursor = Some(next(cursor, &spots));
            if !self.save(replay).await? {
                return Ok(asked);
            }
        }
        self.end_pass(replay).await?;
        Ok(asked)
    }

    /// Periods, and what the pass comes to.
    async fn end_pass(&self, replay: &mut Replay) -> Result<(), Fault> {
        replay.running.periods_open = periods::have_looked_at(self.ledger, self.clock, self.classes, replay).await?;
        let is_last = replay.running.is_over() && replay.pass > 1;
        replay.completed_at = is_last.then(|| self.clock.now());
        replay.last = Some(replay.running);
        replay.running = Tally::default();
        replay.cursor = None;
        replay.pass += u32::from(!is_last);
        self.save(replay).await.map(drop)
    }

    /// Whether nobody else has gone on with it meanwhile.
    async fn save(&self, replay: &mut Replay) -> Result<bool, Fault> {
        replay.version += 1;
        self.ledger.save(replay).await
    }

    async fn take(&self, replay: &mut Replay, spots: &[Spot]) -> Result<(), Fault> {
        let (mut obligations, mut requests): (Vec<ObligationId>, Vec<ObligationId>) = (Vec::new(), Vec::new());
        for spot in spots {
            match &spot.indexed {
                Indexed::Obligation(id) => obligations.push(id.clone()),
                Indexed::Asked(id) => requests.push(id.clone()),
                // Its successor looks for all that it covered.
                Indexed::Earlier(..) => {}
            }
        }
        if !obligations.is_empty() {
            for head in self.ledger.heads(&obligations).await? {
                self.ask(replay, &head).await?;
            }
        }
        if !requests.is_empty() {
            for request in self.ledger.requests(&requests).await? {
                replay.running.flagged += u64::from(self.flag(&request).await?);
            }
        }
        Ok(())
    }

    async fn ask(&self, replay: &mut Replay, head: &Head) -> Result<(), Fault> {
        let now = self.clock.now();
        let concern = concern(head, replay, now);
        if matches!(concern.what, What::Ask | What::AskedStill) {
            self.ledger.ask(head, replay.asked_at, now).await?;
        }
        replay.running.count(concern);
        Ok(())
    }

    /// Raises the flags of a request again, where the table of marks was restored too; whether it has any. One that was lifted
    /// since stays lifted.
    async fn flag(&self, request: &SubjectRequest) -> Result<bool, Fault> {
        let course = &request.course;
        let since = course.begun_at.unwrap_or(request.received_at);
        for person in &course.flagged {
            let lifted = self.lifted(person).await?;
            for flag in &course.flags {
                if lifted.get(flag).is_none_or(|lifted_at| *lifted_at < since) {
                    self.flags.raise_flag(person, *flag, since).await?;
                }
            }
        }
        Ok(!course.flags.is_empty() && !course.flagged.is_empty())
    }

    /// When each flag of a person was lifted last.
    async fn lifted(&self, person: &KeyedRef) -> Result<BTreeMap<Flag, Timestamp>, Fault> {
        let lifted = self.flags.lifted_flags(person, self.clock.now()).await?;
        Ok(lifted.into_iter().map(|lifted| (lifted.flag, lifted.lifted_at)).collect())
    }
}

/// The page after this one: of the same shard, the next shard, the next part.
fn next(cursor: Cursor, spots: &[Spot]) -> Cursor {
    let Cursor { part, shard, after: _ } = cursor;
    if spots.len() >= usize::from(PAGE) {
        return Cursor { part, shard, after: spots.last().cloned() };
    }
    if shard + 1 < DUE_SHARDS {
        return Cursor { part, shard: shard + 1, after: None };
    }
    Cursor { part: part + 1, shard: 0, after: None }
}
