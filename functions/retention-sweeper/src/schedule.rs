//! Translates between the schedules and the sweeps: a tick names its sweep.

use jiff::SignedDuration;
use lambda_runtime::{Error, LambdaEvent};
use privacy::data_map::DataMap;
use privacy_aws::connection::Connection;
use privacy_edge::clock;
use serde::{Deserialize, Serialize};

use crate::bundles::{self, Bundles};
use crate::config::Config;
use crate::due::{self, Due};
use crate::periods::{self, Periods};
use crate::replays::{self, Replays};
use crate::requests::{self, Requests};
use crate::share::Shares;

/// What a schedule sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "sweep", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Tick {
    /// What is due in the ledger.
    Due {
        /// Say which obligations would be sent on, and write and send nothing.
        #[serde(default)]
        dry_run: bool,
    },
    /// What goes by its date.
    Periods {
        /// Say what would go, and write nothing.
        #[serde(default)]
        dry_run: bool,
    },
}

/// The answer, for whoever invokes the function by hand.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Due(DueReport),
    DuePlan(due::Plan),
    Periods(periods::Answer),
}

/// What is due in the ledger: obligations, and what people asked for.
#[derive(Debug, Serialize)]
pub(crate) struct DueReport {
    #[serde(flatten)]
    obligations: due::Report,
    requests: requests::Report,
    bundles: bundles::Report,
    replays: replays::Report,
}

/// Every sweep.
#[derive(Debug)]
pub(crate) struct Sweeper {
    map: DataMap,
    due: Due,
    requests: Requests,
    bundles: Bundles,
    replays: Replays,
    periods: Periods,
}

impl Sweeper {
    pub(crate) fn new(connection: &Connection) -> Result<Self, Error> {
        let map = DataMap::built_in()?;
        let config = Config::read(&map)?;
        Ok(Self {
            due: Due::new(connection, &config),
            requests: Requests::new(connection, &config)?,
            bundles: Bundles::new(connection, &config),
            replays: Replays::new(connection, &config, &map)?,
            periods: Periods::new(connection, &config, &map)?,
            map,
        })
    }

    pub(crate) async fn tick(&self, event: &LambdaEvent<Tick>) -> Result<Answer, Error> {
        let request_id = event.context.request_id.as_str();
        let ends_at = clock::stop_at(event.context.deadline, SignedDuration::ZERO);
        match event.payload {
            Tick::Due { dry_run: true } => {
                let until = Shares::until(ends_at);
                Ok(Answer::DuePlan(self.due.plan(request_id, until.obligations).await?))
            }
            Tick::Due { dry_run: false } => {
                let until = Shares::until(ends_at);
                // One part that fails leaves the other done; then the invocation fails for it.
                let (requests, of_requests) = self.requests.sweep(&self.map, request_id, until.requests).await;
                let (bundles, of_bundles) = self.bundles.sweep(request_id, until.bundles).await;
                // Before what is due: whatever a replay asks is due, and goes out with the rest.
                let (replays, of_replays) = self.replays.sweep(&self.map, request_id, until.replays).await;
                let faults = of_requests + of_bundles + of_replays;
                let obligations = self.due.sweep(&self.map, request_id, until.obligations).await?;
                if faults > 0 {
                    return Err(due::SweepFailed { faults }.into());
                }
                Ok(Answer::Due(DueReport { obligations, requests, bundles, replays }))
            }
            Tick::Periods { dry_run } => {
                Ok(Answer::Periods(self.periods.sweep(&self.map, request_id, ends_at, dry_run).await?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_sweeps_are_started() {
        let read = |text: &str| serde_json::from_str::<Tick>(text).ok();
        assert_eq!(read(r#"{"sweep":"due"}"#), Some(Tick::Due { dry_run: false }));
        assert_eq!(read(r#"{"sweep":"due","dry_run":true}"#), Some(Tick::Due { dry_run: true }));
        assert_eq!(read(r#"{"sweep":"periods"}"#), Some(Tick::Periods { dry_run: false }));
        assert_eq!(read(r#"{"sweep":"periods","dry_run":true}"#), Some(Tick::Periods { dry_run: true }));
        for bad in [
            "{}",
            r#"{"sweep":"everything"}"#,
            r#"{"sweep":"due","dry-run":true}"#,
            r#"{"sweep":"periods","as_of":"2030-01-01T00:00:00Z"}"#,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
