//! What staff see and confirm, in memory.

use jiff::Timestamp;

use super::World;
use crate::obligation::{Head, ObligationId, PlanHash, State};
use crate::plan::Plan;
use crate::ports::{Answer, Confirmed, DUE_SHARDS, Due, PlanBook, Register};

impl Register for World {
    async fn page(&self, shard: u8, after: Option<&Due>, limit: u16) -> Answer<Vec<Due>> {
        self.call("register.page", |stored| {
            let in_shard = stored.heads.values().filter(|head| head.id.shard(DUE_SHARDS) == shard);
            let mut all: Vec<Due> = in_shard
                .filter_map(|head| Some(Due { id: head.id.clone(), next_action_at: head.next_action_at? }))
                .collect();
            let place = |due: &Due| (due.next_action_at, due.id.clone());
            all.sort_by_key(place);
            all.retain(|due| after.is_none_or(|after| place(due) > place(after)));
            all.truncate(usize::from(limit));
            all
        })
    }

    async fn heads(&self, ids: &[ObligationId]) -> Answer<Vec<Head>> {
        self.call("register.heads", |stored| ids.iter().filter_map(|id| stored.heads.get(id).cloned()).collect())
    }
}

impl PlanBook for World {
    async fn plan(&self, head: &Head) -> Answer<Option<Plan>> {
        self.call("plans.plan", |stored| stored.plans.get(&(head.id.clone(), head.seq)).cloned())
    }

    async fn confirm(&self, id: &ObligationId, hash: &PlanHash, now: Timestamp) -> Answer<Confirmed> {
        self.call("plans.confirm", |stored| {
            let Some(head) = stored.heads.get_mut(id) else { return Confirmed::Missing };
            match &head.state {
                State::Planned { plan } if plan.hash == *hash && plan.covers_until == head.covers_until => {
                    head.confirmed_plan = Some(hash.clone());
                    head.next_action_at = Some(now);
                    Confirmed::Done
                }
                State::Planned { .. } => Confirmed::Differs,
                State::Received
                | State::Executing { .. }
                | State::Failed { .. }
                | State::Held { .. }
                | State::Verifying { .. }
                | State::Completed { .. }
                | State::Cancelled { .. } => {
                    if head.confirmed_plan.as_ref() == Some(hash) {
                        Confirmed::Done
                    } else {
                        Confirmed::Differs
                    }
                }
            }
        })
    }
}
