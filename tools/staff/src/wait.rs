//! Waits for a replay, when that is asked for, and says by the exit code whether it is over.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use crate::arguments::{Call, is_open};
use crate::call::{self, Failed};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(20);

/// The answer of a call; of one that waits, the first that says it is over.
pub(crate) async fn answer(asked: &Call) -> Result<Value, Failed> {
    let mut answer = call::answer(asked).await?;
    while let Some(again) = Call::again(&answer).filter(|_| asked.is_waiting) {
        tokio::time::sleep(PAUSE).await;
        answer = match call::answer(&again).await {
            Ok(answer) => answer,
            // It goes on without us; so does the waiting.
            Err(Failed::Unreachable | Failed::TimedOut) => continue,
            Err(failed) => return Err(failed),
        };
    }
    Ok(answer)
}

/// 2 while a replay is not over.
pub(crate) fn code(answer: &Value) -> ExitCode {
    if is_open(answer) { ExitCode::from(2) } else { ExitCode::SUCCESS }
}
