//! What is open in the ledger, seen past every fault: what the sweeps need not look at, and when a run is over.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::world::World;

/// How long after the last act whatever no hold keeps is no longer held.
const HELD_AFTER: Duration = Duration::from_secs(5 * 86_400);

/// What is not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// When it is looked at next.
    pub next: Option<Timestamp>,
    /// The part of the due index in which it stands.
    pub shard: String,
    /// Whether a hold keeps what is left of it.
    pub is_held: bool,
}

impl World {
    /// Every obligation, and every request of a person, that is not closed. Only rows that were written since the last time are read.
    #[must_use]
    pub fn open_heads(&self) -> Vec<Open> {
        let mut open = self.open.lock().unwrap();
        for (partition, sort) in self.cloud.take_touched() {
            match self.read_open_head(&partition, &sort) {
                Some(head) => open.insert((partition, sort), head),
                None => open.remove(&(partition, sort)),
            };
        }
        open.values().cloned().collect()
    }

    fn read_open_head(&self, partition: &str, sort: &str) -> Option<Open> {
        let get = json!({"TableName": "ledger", "Key": {"pk": {"S": partition}, "sk": {"S": sort}}});
        let (_, answer) = self.cloud.account.carry_out("GetItem", get);
        let row = answer.get("Item")?;
        let text = |name: &str| row[name]["S"].as_str().unwrap_or_default();
        let is_request = text("due_shard").starts_with("request-");
        let is_obligation = sort == "head" && row.get("covers_until").is_some();
        let is_closed = ["completed", "cancelled"].contains(&text("state"));
        let head = || Open {
            next: text("next_action_at").parse().ok(),
            shard: text("due_shard").to_owned(),
            is_held: text("state") == "held",
        };
        ((is_request || is_obligation) && !is_closed).then(head)
    }

    /// Whether nothing is open so long after the calm, or after some days nothing but what a hold keeps, and nothing is to go by its date.
    pub(crate) fn is_worked_off(&self, calm_for: Duration) -> bool {
        let open = self.open_heads();
        let is_kept = |head: &Open| head.is_held && self.cloud.oracle.lock().unwrap().has_open_hold();
        let is_all_done = open.is_empty() || (calm_for > HELD_AFTER && open.iter().all(is_kept));
        is_all_done && !self.cloud.oracle.lock().unwrap().awaits_purge(&self.cloud.account)
    }
}
