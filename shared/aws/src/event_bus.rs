//! The bus that events go to.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use futures_util::future::try_join_all;
use privacy::fault::Fault;
use privacy::ledger_event::Told;
use privacy::ports::Answer;
use privacy::tell_again::Bus;

use crate::connection::Connection;
use crate::faults::fault;

/// What events say they come from.
pub const SOURCE: &str = "privacy-ledger";

/// EventBridge takes so many at once.
const BATCH: usize = 10;

/// One EventBridge bus.
#[derive(Clone, Debug)]
pub struct EventBus {
    client: aws_sdk_eventbridge::Client,
    name: String,
}

impl EventBus {
    /// A bus by its name.
    #[must_use]
    pub fn new(connection: &Connection, name: String) -> Self {
        Self { client: connection.event_bridge(), name }
    }

    async fn put(&self, batch: &[Told]) -> Answer<()> {
        let action = "events.put";
        let mut put = self.client.put_events();
        for event in batch {
            let detail = serde_json::to_string(event).map_err(|error| Fault::park(action, error))?;
            let entry = PutEventsRequestEntry::builder().event_bus_name(&self.name).source(SOURCE);
            put = put.entries(entry.detail_type(event.detail_type()).detail(detail).build());
        }
        let answer = put.send().await.map_err(fault(action))?;
        match answer.failed_entry_count {
            0 => Ok(()),
            failed => Err(Fault::retry(action, format!("{failed} events were not taken"))),
        }
    }
}

impl Bus for EventBus {
    async fn publish(&self, events: &[Told]) -> Answer<()> {
        try_join_all(events.chunks(BATCH).map(|batch| self.put(batch))).await.map(drop)
    }
}
