//! The ledger's ports and the queue in memory.

use jiff::Timestamp;

use super::World;
use super::opened::fresh;
use crate::export::job::ExportJob;
use crate::ids::TenantId;
use crate::keys::KeyedRef;
use crate::legal_hold::{HoldId, LegalHold};
use crate::message::Work;
use crate::obligation::{Head, NewObligation, ObligationId, Outcome, State};
use crate::plan::Plan;
use crate::policy::retained::Exception;
use crate::ports::{
    Advance, Answer, CancelUntil, Cancelled, DUE_SHARDS, Due, DueIndex, Each, Intake, Lease, Leased, Ledger,
    NextAction, Opened, WorkQueue,
};
use crate::replay::ReplayStage;
use crate::scope::{Place, Scope};

impl Intake for World {
    async fn cancel(&self, id: &ObligationId, until: CancelUntil, now: Timestamp) -> Answer<Cancelled> {
        self.call("intake.cancel", |stored| {
            stored.heads.get_mut(id).map_or(Cancelled::Missing, |head| super::cancel::cancel(head, until, now))
        })
    }

    async fn note_return(&self, id: &ObligationId, now: Timestamp) -> Answer<()> {
        self.call("intake.note_return", |stored| {
            if let Some(head) = stored.heads.get_mut(id) {
                head.returned_at.get_or_insert(now);
            }
        })
    }

    async fn open(&self, new: &NewObligation) -> Answer<Opened> {
        self.call("intake.open", |stored| match stored.heads.get_mut(&new.id) {
            None => {
                stored.heads.insert(new.id.clone(), fresh(new, 1));
                Opened::New
            }
            Some(head) if new.is_dated && !head.state.is_finished() && head.covers_until < new.covers_until => {
                let old = head.clone();
                head.covers_until = new.covers_until;
                head.next_action_at = Some(new.next_action_at);
                Opened::Widened(Box::new(old))
            }
            Some(head) => Opened::Already(Box::new(head.clone())),
        })
    }

    async fn reopen(&self, finished: &Head, new: &NewObligation) -> Answer<bool> {
        self.call("intake.reopen", |stored| match stored.heads.get(&new.id) {
            Some(head) if head.seq == finished.seq && head.state.is_finished() => {
                let seq = head.seq + 1;
                stored.earlier.entry(new.id.clone()).or_default().insert(0, head.clone());
                let replay = head.replay.filter(|mark| mark.stage != ReplayStage::Done);
                stored.heads.insert(new.id.clone(), Head { replay, ..fresh(new, seq) });
                true
            }
            Some(_) | None => false,
        })
    }
}

impl WorkQueue for World {
    async fn send(&self, work: &Work) -> Answer<()> {
        self.call("queue.send", |stored| stored.sent.push(work.clone()))
    }
}

impl Ledger for World {
    async fn lease(&self, lease: &Lease, now: Timestamp, until: Timestamp) -> Answer<Leased> {
        self.call("ledger.lease", |stored| {
            let holder = stored.leases.get(&lease.id).cloned();
            let Some(head) = stored.heads.get_mut(&lease.id) else {
                return Leased::Gone;
            };
            let is_free = head.leased_until.is_none_or(|until| until <= now) || holder.as_ref() == Some(&lease.worker);
            if !is_free {
                return Leased::Busy;
            }
            head.leased_until = Some(until);
            let head = head.clone();
            stored.leases.insert(lease.id.clone(), lease.worker.clone());
            Leased::Granted(Box::new(head))
        })
    }

    async fn holds(&self, tenant: &TenantId) -> Answer<Vec<LegalHold>> {
        self.call("ledger.holds", |stored| {
            stored.holds.iter().filter(|hold| hold.scope.tenant == *tenant).cloned().collect()
        })
    }

    async fn awaited_bundles(&self, tenant: &TenantId) -> Answer<Vec<ObligationId>> {
        self.call("ledger.awaited_bundles", |stored| {
            let heads = &stored.requests.heads;
            let is_open = |id: &ObligationId| heads.get(id).is_some_and(|head| head.standing.closed_at().is_none());
            let awaited = stored.exports.awaited.iter().filter(|(of, id)| of == tenant && is_open(id));
            let account = ExportJob::Tenant(tenant.clone()).named();
            let of_account = stored.exports.is_ordered(tenant).then_some(account);
            awaited.map(|(_, request)| request.clone()).chain(of_account).collect()
        })
    }

    async fn wait_for(&self, id: &ObligationId, hold: &HoldId) -> Answer<()> {
        self.call("ledger.wait_for", |stored| {
            stored.waiting.insert((hold.clone(), id.clone()));
        })
    }

    async fn bring_forward(&self, lease: &Lease, due_by: &crate::deadline::DueBy) -> Answer<()> {
        self.call("ledger.bring_forward", |stored| {
            let is_leased = stored.leases.get(&lease.id) == Some(&lease.worker);
            let head = stored.heads.get_mut(&lease.id).filter(|head| is_leased && due_by.date < head.due_by.date);
            head.into_iter().for_each(|head| head.due_by = due_by.clone());
        })
    }

    async fn widen(&self, lease: &Lease, covers_until: Timestamp) -> Answer<()> {
        self.call("ledger.widen", |stored| {
            let is_leased = stored.leases.get(&lease.id) == Some(&lease.worker);
            let head = stored.heads.get_mut(&lease.id).filter(|_| is_leased);
            head.into_iter().for_each(|head| head.covers_until = head.covers_until.max(covers_until));
        })
    }

    async fn note_retained(&self, lease: &Lease, codes: &[Exception]) -> Answer<()> {
        self.call("ledger.note_retained", |stored| {
            let is_leased = stored.leases.get(&lease.id) == Some(&lease.worker);
            let head = stored.heads.get_mut(&lease.id).filter(|_| is_leased);
            head.into_iter().for_each(|head| head.retained = codes.to_vec());
        })
    }

    async fn begin(&self, lease: &Lease, now: Timestamp) -> Answer<Option<Head>> {
        self.call("ledger.begin", |stored| {
            let is_leased = stored.leases.get(&lease.id) == Some(&lease.worker);
            let head = stored.heads.get_mut(&lease.id).filter(|head| is_leased && head.state == State::Received)?;
            head.begun_at.get_or_insert(now);
            Some(head.clone())
        })
    }

    async fn is_cancelled(&self, id: &ObligationId) -> Answer<bool> {
        self.call("ledger.is_cancelled", |stored| {
            stored.heads.get(id).is_some_and(|head| matches!(head.state, State::Cancelled { .. }))
        })
    }

    async fn release(&self, lease: &Lease) -> Answer<()> {
        self.call("ledger.release", |stored| {
            if stored.leases.get(&lease.id) == Some(&lease.worker) {
                stored.leases.remove(&lease.id);
                if let Some(head) = stored.heads.get_mut(&lease.id) {
                    head.leased_until = None;
                }
            }
        })
    }

    async fn advance(&self, lease: &Lease, advance: &Advance) -> Answer<Option<Head>> {
        self.call("ledger.advance", |stored| {
            if stored.leases.get(&lease.id) != Some(&lease.worker) {
                return None;
            }
            let head = stored.heads.get_mut(&lease.id)?;
            let is_cancelled = |state: &State| matches!(state, State::Cancelled { .. });
            if is_cancelled(&head.state) && !is_cancelled(&advance.state) {
                return None;
            }
            if !super::replay::may_move(head, advance) {
                return None;
            }
            if advance.if_covers_until.is_some_and(|covers_until| covers_until != head.covers_until) {
                return None;
            }
            head.state = advance.state.clone();
            head.awaited.clone_from(&advance.awaited);
            if let State::Held { by, .. } = &head.state {
                head.held_by.clone_from(by);
            } else if advance.forgets_holds() {
                head.held_by.clear();
            }
            head.reopened += u32::from(advance.is_reopening);
            super::replay::move_mark(head, advance);
            match advance.next_action {
                NextAction::Keep => {}
                NextAction::At(at) => head.next_action_at = Some(at),
                NextAction::Never => head.next_action_at = None,
            }
            Some(head.clone())
        })
    }

    async fn scopes(&self, head: &Head) -> Answer<Vec<Scope>> {
        let key = (head.id.clone(), head.seq);
        self.call("ledger.scopes", |stored| {
            stored.scopes.get(&key).map_or_else(Vec::new, |scopes| scopes.values().cloned().collect())
        })
    }

    async fn earlier_places(&self, head: &Head) -> Answer<Vec<Place>> {
        self.call("ledger.earlier_places", |stored| {
            let of_earlier = |(id, seq): &(ObligationId, u32)| *id == head.id && *seq < head.seq;
            let scopes = stored.scopes.iter().filter(|(key, _)| of_earlier(key));
            scopes.flat_map(|(_, scopes)| scopes.keys().cloned()).collect()
        })
    }

    async fn hand_on(&self, head: &Head, subjects: &[KeyedRef]) -> Answer<()> {
        let key = (head.id.clone(), head.seq);
        self.call("ledger.hand_on", |stored| {
            stored.handed_on.entry(key).or_default().extend(subjects.iter().cloned());
        })
    }

    async fn handed_on(&self, head: &Head) -> Answer<Vec<KeyedRef>> {
        let key = (head.id.clone(), head.seq);
        self.call("ledger.handed_on", |stored| {
            stored.handed_on.get(&key).map_or_else(Vec::new, |subjects| subjects.iter().cloned().collect())
        })
    }

    async fn save_scope(&self, head: &Head, scope: &Scope) -> Answer<()> {
        let key = (head.id.clone(), head.seq);
        self.call("ledger.save_scope", |stored| {
            stored.scopes.entry(key).or_default().insert(scope.place.clone(), scope.clone());
        })
    }

    async fn save_plan(&self, head: &Head, plan: &Plan) -> Answer<()> {
        let key = (head.id.clone(), head.seq);
        self.call("ledger.save_plan", |stored| {
            stored.plans.insert(key, plan.clone());
        })
    }

    async fn save_outcomes(&self, head: &Head, outcomes: &[(String, Outcome)]) -> Answer<()> {
        let key = (head.id.clone(), head.seq);
        self.call("ledger.save_outcomes", |stored| {
            stored.outcomes.insert(key, outcomes.iter().cloned().collect());
        })
    }
}

impl DueIndex for World {
    async fn due(&self, shard: u8, now: Timestamp, limit: u16) -> Answer<Each<Due>> {
        self.call("due.due", |stored| {
            let in_shard = stored.heads.values().filter(|head| head.id.shard(DUE_SHARDS) == shard);
            let mut due: Vec<Due> = in_shard
                .filter_map(|head| {
                    head.next_action_at.map(|next_action_at| Due { id: head.id.clone(), next_action_at })
                })
                .filter(|due| due.next_action_at <= now)
                .collect();
            due.sort_by_key(|due| due.next_action_at);
            due.truncate(usize::from(limit));
            due.into_iter().map(Ok).collect()
        })
    }

    async fn head(&self, id: &ObligationId) -> Answer<Option<Head>> {
        self.call("due.head", |stored| stored.heads.get(id).cloned())
    }

    async fn mark_late(&self, id: &ObligationId, since: Timestamp) -> Answer<()> {
        self.call("due.mark_late", |stored| {
            if let Some(head) = stored.heads.get_mut(id) {
                head.late_since.get_or_insert(since);
            }
        })
    }

    async fn postpone(&self, due: &Due, next: NextAction) -> Answer<()> {
        self.call("due.postpone", |stored| {
            if let Some(head) =
                stored.heads.get_mut(&due.id).filter(|head| head.next_action_at == Some(due.next_action_at))
            {
                match next {
                    NextAction::Keep => {}
                    NextAction::At(at) => head.next_action_at = Some(at),
                    NextAction::Never => head.next_action_at = None,
                }
            }
        })
    }
}
