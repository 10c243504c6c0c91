//! Translates between whoever asks by hand and telling again.

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use privacy::data_map::DataMap;
use privacy::tell_again::{Again, NotTold, Walked, tell_again};
use privacy_aws::connection::Connection;
use privacy_aws::event_bus::EventBus;
use privacy_aws::ledger::LedgerTable;
use privacy_edge::clock::{self, SystemClock};
use serde::Deserialize;

/// Kept for the shard that is under way when the time is over.
const RESERVE: SignedDuration = SignedDuration::from_secs(20);

/// What somebody asks for: `{"tell_again_since":"2026-03-10T12:00:00Z"}`, and to go on, with `from` as it was answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ask {
    pub(crate) tell_again_since: Timestamp,
    #[serde(default)]
    pub(crate) from: Option<Walked>,
}

/// Tells again.
#[derive(Debug)]
pub(crate) struct Repeater {
    ledger: LedgerTable,
    bus: EventBus,
    map: DataMap,
}

impl Repeater {
    pub(crate) fn new(connection: &Connection, map: DataMap, table: String, bus: String) -> Self {
        Self { ledger: LedgerTable::new(connection, table), bus: EventBus::new(connection, bus), map }
    }

    pub(crate) async fn tell(&self, event: &LambdaEvent<Ask>) -> Result<Again, NotTold> {
        let request_id = event.context.request_id.as_str();
        let Ask { tell_again_since: since, from } = event.payload;
        let clock = SystemClock;
        let until = (&clock, clock::stop_at(event.context.deadline, RESERVE));
        let again = tell_again(&self.ledger, &self.bus, &self.map, (since, from), until).await?;
        let Again { told, unreadable, next } = again;
        let is_over = next.is_none();
        tracing::info!(
            "request.id" = request_id,
            outcome = "told-again",
            %since,
            told,
            unreadable,
            is_over,
            "what rows say was told again"
        );
        Ok(again)
    }
}

#[cfg(test)]
mod tests;
