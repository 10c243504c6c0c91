//! Replays in memory. What is closed stands in its part of the index by when it was closed, as rows do.

use jiff::Timestamp;

use super::{Stored, World};
use crate::obligation::{Head, ObligationId};
use crate::policy::own::OwnKind;
use crate::ports::{Advance, Answer, Archive, ClosedRecord, DUE_SHARDS, Register};
use crate::replay::{IndexPart, Indexed, Replay, ReplayBook, ReplayId, ReplayMark, ReplayStage, Spot};
use crate::subject_request::SubjectRequest;
use crate::tell_again::{Kept, KeptHeads};

/// Whether the mark of a replay is the one that a transition moves.
pub(super) fn may_move(head: &Head, advance: &Advance) -> bool {
    advance.replay.is_none_or(|(asked_at, _)| head.replay.is_some_and(|mark| mark.asked_at == asked_at))
}

pub(super) fn move_mark(head: &mut Head, advance: &Advance) {
    if let (Some((_, stage)), Some(mark)) = (advance.replay, &mut head.replay) {
        mark.stage = stage;
    }
}

impl Stored {
    fn asked_spots(&self, shard: u8) -> Vec<Spot> {
        let open = self.requests.heads.values().filter(|request| request.settled_at().is_none());
        let in_shard = open.filter(|request| request.id.shard(DUE_SHARDS) == shard);
        let spot = |request: &SubjectRequest| {
            Some(Spot { at: request.next_action_at?, indexed: Indexed::Asked(request.id.clone()) })
        };
        in_shard.filter_map(spot).collect()
    }
}

impl World {
    async fn all_spots(&self, part: IndexPart, shard: u8) -> Answer<Vec<Spot>> {
        let closed = |kind| self.closed(kind, shard, Timestamp::MAX, u16::MAX);
        let spot = |closed: crate::ports::Closed| {
            let indexed = match closed.record {
                ClosedRecord::Request(id) => Indexed::Obligation(id),
                ClosedRecord::Earlier(id, seq) => Indexed::Earlier(id, seq),
                ClosedRecord::Asked(id) => Indexed::Asked(id),
                ClosedRecord::Hold(_) => return None,
            };
            Some(Spot { at: closed.closed_at, indexed })
        };
        Ok(match part {
            IndexPart::Open => {
                let due = self.page(shard, None, u16::MAX).await?;
                due.into_iter()
                    .map(|due| Spot { at: due.next_action_at, indexed: Indexed::Obligation(due.id) })
                    .collect()
            }
            IndexPart::Closed => {
                let mut spots: Vec<Spot> =
                    closed(OwnKind::Requests).await?.into_iter().flatten().filter_map(spot).collect();
                // What was asked for a look is not among the closed until it is made.
                let stored = self.stored();
                let is_due = |id: &ObligationId| stored.heads.get(id).is_some_and(|head| head.next_action_at.is_some());
                spots.retain(|spot| !matches!(&spot.indexed, Indexed::Obligation(id) if is_due(id)));
                spots
            }
            IndexPart::Asked => self.stored().asked_spots(shard),
            IndexPart::Answered | IndexPart::Unreached => {
                let mut spots: Vec<Spot> =
                    closed(OwnKind::ContactData).await?.into_iter().flatten().filter_map(spot).collect();
                let stored = self.stored();
                let is_unreached = |spot: &Spot| {
                    let Indexed::Asked(id) = &spot.indexed else { return false };
                    stored.requests.heads.get(id).is_some_and(SubjectRequest::is_unreached)
                };
                spots.retain(|spot| is_unreached(spot) == (part == IndexPart::Unreached));
                spots
            }
            IndexPart::Standing => {
                let kept = self.stored().kept_by_flag(shard);
                kept.into_iter().map(|(at, id)| Spot { at, indexed: Indexed::Asked(id) }).collect()
            }
        })
    }
}

impl ReplayBook for World {
    async fn replays(&self) -> Answer<Vec<Replay>> {
        self.call("replays.list", |stored| stored.replays.values().cloned().collect())
    }

    async fn begin(&self, replay: &Replay) -> Answer<bool> {
        self.call("replays.begin", |stored| {
            let is_free = !stored.replays.contains_key(&replay.id);
            stored.replays.entry(replay.id.clone()).or_insert_with(|| replay.clone());
            is_free
        })
    }

    async fn save(&self, replay: &Replay) -> Answer<bool> {
        self.call("replays.save", |stored| match stored.replays.get_mut(&replay.id) {
            Some(known) if known.version + 1 == replay.version => {
                *known = replay.clone();
                true
            }
            Some(_) | None => false,
        })
    }

    async fn forget(&self, id: &ReplayId) -> Answer<()> {
        self.call("replays.forget", |stored| drop(stored.replays.remove(id)))
    }

    async fn spots(
        &self,
        (part, shard): (IndexPart, u8),
        closed_since: Timestamp,
        after: Option<&Spot>,
        limit: u16,
    ) -> Answer<Vec<Spot>> {
        let mut spots = self.all_spots(part, shard).await?;
        let place = |spot: &Spot| (spot.at, spot.indexed.clone());
        spots.sort_by_key(place);
        spots.retain(|spot| !part.is_of_closed() || spot.at >= closed_since);
        spots.retain(|spot| after.is_none_or(|after| place(spot) > place(after)));
        spots.truncate(usize::from(limit));
        Ok(spots)
    }

    async fn ask(&self, head: &Head, asked_at: Timestamp, now: Timestamp) -> Answer<()> {
        self.call("replays.ask", |stored| {
            let Some(head) = stored.heads.get_mut(&head.id) else { return };
            let mark = ReplayMark { asked_at, stage: ReplayStage::Asked, reopened: head.reopened };
            match head.replay {
                Some(known) if known.asked_at >= asked_at && known.stage != ReplayStage::Asked => return,
                Some(known) if known.asked_at >= asked_at => {}
                Some(_) | None => head.replay = Some(mark),
            }
            head.next_action_at = Some(now);
        })
    }
}

impl KeptHeads for World {
    async fn kept(&self, named: &[Indexed]) -> Answer<Kept> {
        self.call("events.kept", |stored| {
            let of = |named: &Indexed| match named {
                Indexed::Obligation(id) => stored.heads.get(id),
                Indexed::Earlier(id, seq) => stored.earlier.get(id)?.iter().find(|head| head.seq == *seq),
                Indexed::Asked(_) => None,
            };
            Kept { heads: named.iter().filter_map(of).cloned().collect(), unreadable: 0 }
        })
    }
}
