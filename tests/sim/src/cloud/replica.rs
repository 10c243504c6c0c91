//! What lags behind: eventually consistent reads and the index show tables as they were a moment ago.

use std::collections::VecDeque;
use std::time::Duration;

use privacy_tests::account::Account;
use serde_json::Value;
use tokio::time::Instant;

use super::Cloud;
use super::connector::Call;

/// Tables as they were a moment ago: writes come in later.
#[derive(Debug)]
pub(super) struct Replica {
    pub(super) account: Option<Account>,
    pub(super) pending: VecDeque<(Instant, String, Vec<u8>)>,
}

impl Replica {
    /// Empty tables; none where no call ever sees an older state.
    pub(super) fn new(is_read: bool) -> Self {
        Self { account: is_read.then(Account::new), pending: VecDeque::new() }
    }
}

impl Cloud {
    /// Lets what lags behind catch up.
    pub(crate) fn catch_up(&self) {
        let mut replica = self.replica.lock().unwrap();
        let Replica { account: Some(account), pending } = &mut *replica else { return };
        for (_, operation, body) in pending.drain(..) {
            drop(account.carry_out_text(&operation, &body));
        }
    }

    /// Carries out a write of nobody's, everywhere at once.
    pub(crate) fn on_every_copy(&self, operation: &str, body: &Value) {
        let carry_out = |account: &Account| {
            let (status, answer) = account.carry_out(operation, body.clone());
            assert_eq!(status, 200, "{operation} {body}: {answer}");
        };
        carry_out(&self.account);
        if let Some(replica) = &self.replica.lock().unwrap().account {
            carry_out(replica);
        }
    }

    pub(super) fn read_stale(&self, call: &Call, body: &[u8]) -> (u16, String) {
        let behind = if call.body.get("IndexName").is_some() { 60_000 } else { 2_000 };
        let behind = Duration::from_millis(self.draw(|rng| rng.u64(20..behind)));
        let mut replica = self.replica.lock().unwrap();
        let Replica { account: Some(account), pending } = &mut *replica else {
            return self.account.carry_out_text(&call.operation, body);
        };
        while pending.front().is_some_and(|(at, _, _)| at.elapsed() >= behind) {
            if let Some((_, operation, body)) = pending.pop_front() {
                drop(account.carry_out_text(&operation, &body));
            }
        }
        account.carry_out_text(&call.operation, body)
    }
}
