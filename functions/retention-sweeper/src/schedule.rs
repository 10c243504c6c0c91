//! Translates between the schedules and the sweeps: a tick names its sweep.

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Error, LambdaEvent};
use privacy::data_map::DataMap;
use privacy::ports::Clock;
use privacy::purge::store_due_report;
use privacy_aws::connection::Connection;
use privacy_aws::reports::ReportBucket;
use privacy_edge::clock::{self, SystemClock};
use serde::{Deserialize, Serialize};

use crate::bundles::{self, Bundles};
use crate::config::Config;
use crate::due::{self, Due};
use crate::periods::{self, Periods};
use crate::replays::{self, Replays};
use crate::requests::{self, Requests};
use crate::share::Shares;

/// How often the ledger is swept: `SweepSchedule` in template.yaml.
const EVERY_MINUTES: i64 = 5;

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
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct DueReport {
    #[serde(flatten)]
    obligations: due::Report,
    requests: requests::Report,
    bundles: bundles::Report,
    replays: replays::Report,
    /// Parts that could not be swept.
    faults: u64,
}

impl DueReport {
    /// Whether there was nothing to do, as at most times.
    fn is_quiet(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a run that began then leaves a report in the bucket, beside its metrics: of quiet ones the first of each hour does, so that a
    /// day without reports is one without runs.
    fn is_stored(&self, began_at: Timestamp) -> bool {
        !self.is_quiet() || is_first_of_hour(began_at)
    }
}

/// Whether a sweep of what is due that began then is the first of its hour.
fn is_first_of_hour(began_at: Timestamp) -> bool {
    began_at.as_second().rem_euclid(60 * 60) / 60 < EVERY_MINUTES
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
    reports: ReportBucket,
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
            reports: ReportBucket::new(connection, config.reports_bucket.clone()),
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
                Ok(Answer::Due(self.sweep_due(request_id, (SystemClock.now(), ends_at)).await?))
            }
            Tick::Periods { dry_run: true } => {
                Ok(Answer::Periods(self.periods.sweep(&self.map, request_id, ends_at, true).await?))
            }
            Tick::Periods { dry_run: false } => {
                let unsent = self.bundles.order_again(&self.map, request_id, Shares::until(ends_at).bundles).await;
                let swept = self.periods.sweep(&self.map, request_id, ends_at, false).await?;
                if unsent > 0 { Err(due::SweepFailed { faults: unsent }.into()) } else { Ok(Answer::Periods(swept)) }
            }
        }
    }

    /// One part that fails leaves the others done and reported; then the invocation fails for it.
    async fn sweep_due(
        &self,
        request_id: &str,
        (began_at, ends_at): (Timestamp, Timestamp),
    ) -> Result<DueReport, due::SweepFailed> {
        let until = Shares::until(ends_at);
        let (requests, of_requests) = self.requests.sweep(&self.map, request_id, until.requests).await;
        let (bundles, of_bundles) = self.bundles.sweep(&self.map, request_id, until.bundles).await;
        // Before what is due: whatever a replay asks is due, and goes out with the rest.
        let (replays, of_replays) = self.replays.sweep(&self.map, request_id, until.replays).await;
        let (obligations, of_obligations) = self.due.sweep(&self.map, request_id, until.obligations).await;
        let faults = of_requests + of_bundles + of_replays + of_obligations;
        let mut report = DueReport { obligations, requests, bundles, replays, faults };
        if is_first_of_hour(began_at)
            && let Err(fault) = self.due.note_run().await
        {
            let cause = fault.chain();
            tracing::error!("request.id" = request_id, outcome = "fault", cause, "a run was not noted");
            report.faults += 1;
        }
        if report.is_stored(began_at)
            && let Err(fault) = store_due_report(&self.reports, SystemClock.now(), &report).await
        {
            let cause = fault.chain();
            tracing::error!("request.id" = request_id, outcome = "fault", cause, "a report was not stored");
            report.faults += 1;
        }
        if report.faults > 0 { Err(due::SweepFailed { faults: report.faults }) } else { Ok(report) }
    }
}

#[cfg(test)]
mod tests {
    use privacy::clock::model::Kind;
    use privacy::export::job::ExportJob;
    use privacy::export::ports::BundleBook;
    use privacy::ids::TenantId;
    use privacy::memory::asked;
    use privacy::ports::DUE_SHARDS;
    use privacy::subject_request::ports::RequestIntake;
    use privacy_tests::account::{Account, Trouble};
    use privacy_tests::demo;
    use serde_json::json;

    use super::*;

    fn sweeper(account: &Account) -> Sweeper {
        let (connection, config, map) = (
            account.connection_of("retention-sweeper"),
            Config::of_account(&["social", "billing", "logs"]),
            demo::map(),
        );
        Sweeper {
            due: Due::new(&connection, &config),
            requests: Requests::new(&connection, &config).unwrap(),
            bundles: Bundles::new(&connection, &config),
            replays: Replays::new(&connection, &config, &map).unwrap(),
            periods: Periods::new(&connection, &config, &map).unwrap(),
            reports: ReportBucket::new(&connection, config.reports_bucket.clone()),
            map,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_sweep_that_found_something_leaves_its_report_and_of_quiet_ones_the_first_of_each_hour() {
        // What fails is reported too, as a number.
        for (troubles, faults) in [(0, 0), (20, 1)] {
            let account = Account::new();
            account.set_secret("subject-keys", demo::SUBJECT_KEYS);
            let (sweeper, ends_at) = (sweeper(&account), SystemClock.now() + SignedDuration::from_mins(5));
            let at = |minutes: &str| (format!("2026-03-10T12:{minutes}Z").parse::<Timestamp>().unwrap(), ends_at);
            let reports = || {
                let objects = account.buckets().objects();
                objects.into_iter().filter(|(key, _)| key.contains("sweeps/due/")).collect::<Vec<_>>()
            };
            for minutes in ["05:00", "30:00", "59:59"] {
                assert!(sweeper.sweep_due("r-1", at(minutes)).await.unwrap().is_quiet());
            }
            assert_eq!(reports(), []);
            for minutes in ["00:00", "04:59"] {
                assert!(sweeper.sweep_due("r-1", at(minutes)).await.unwrap().is_quiet());
            }
            let quiet = reports();
            assert_eq!(quiet.len(), 2, "once an hour, by a schedule of five minutes");
            let reports = || reports().into_iter().filter(|one| !quiet.contains(one)).collect::<Vec<_>>();
            let received_at = SystemClock.now() - SignedDuration::from_hours(2);
            let request = demo::request(&demo::person("10158000000000001"), received_at);
            privacy::ports::Intake::open(&demo::ledger(&account), &request).await.unwrap();
            account.trouble("SendMessage", &vec![Trouble::Down; troubles]);
            let swept = sweeper.sweep_due("r-2", at("30:00")).await;
            assert_eq!(swept.map_or_else(|failed| failed.faults, |report| report.faults), faults);
            let stored = format!("{:?}", reports());
            assert_eq!(reports().len(), 1, "{stored}");
            assert!(
                stored.contains(&format!("\\\"faults\\\":{faults}")) && !stored.contains("1015800000000"),
                "{stored}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_sweep_is_noted_once_an_hour_and_a_dry_run_says_whether_the_schedule_lives() {
        let account = Account::new();
        account.set_secret("subject-keys", demo::SUBJECT_KEYS);
        let (sweeper, ends_at) = (sweeper(&account), SystemClock.now() + SignedDuration::from_mins(5));
        let at = |minutes: &str| (format!("2026-03-10T12:{minutes}Z").parse::<Timestamp>().unwrap(), ends_at);
        let told = async || {
            let plan = serde_json::to_value(sweeper.due.plan("r-1", ends_at).await.unwrap()).unwrap();
            (plan["last_run_at"].is_string(), plan["is_schedule_alive"] == true)
        };
        for minutes in ["05:00", "59:59"] {
            sweeper.sweep_due("r-1", at(minutes)).await.unwrap();
        }
        assert_eq!((account.dump("ledger").len(), told().await), (0, (false, false)), "nothing is written");
        sweeper.sweep_due("r-1", at("04:59")).await.unwrap();
        assert_eq!((account.dump("ledger").len(), told().await), (1, (true, true)));
        // What cannot be noted fails the invocation, when everything is swept.
        account.trouble("UpdateItem ledger", &[Trouble::Down; 6]);
        assert_eq!(sweeper.sweep_due("r-1", at("00:00")).await.unwrap_err().faults, 1);
    }

    /// More of them than a page has, in every part of the index, and older than what can be read.
    #[tokio::test]
    async fn entries_that_cannot_be_read_leave_the_rest_of_their_shard_swept_and_fail_the_invocation() {
        let (account, now) = (Account::new(), SystemClock.now());
        account.set_secret("subject-keys", demo::SUBJECT_KEYS);
        let (sweeper, ledger) = (sweeper(&account), demo::ledger(&account));
        let entry = |(part, number): (String, u32)| {
            json!({"pk": {"S": format!("obligation#?{number}")}, "sk": {"S": part.clone()}, "due_shard": {"S": part},
                "next_action_at": {"S": "2025-01-01T00:00:00.000Z"}})
        };
        let parts = |shard: u8| {
            [(format!("{shard:02}"), 30), (format!("request-{shard:02}"), 30), (format!("bundle-{shard:02}"), 1)]
        };
        let entries = (0..DUE_SHARDS)
            .flat_map(parts)
            .flat_map(|(part, count)| (0..count).map(move |number| (part.clone(), number)));
        account.put_all("ledger", &entries.map(entry).collect::<Vec<_>>());
        let received_at = now - SignedDuration::from_hours(2);
        let obligation = demo::request(&demo::person("10158000000000001"), received_at);
        privacy::ports::Intake::open(&ledger, &obligation).await.unwrap();
        let request = asked(7, Kind::Access, Some("mia@example.org"), None, received_at);
        assert_eq!(ledger.receive(&request).await.unwrap(), None);
        let job = ExportJob::Tenant(TenantId::parse("alder").unwrap());
        ledger.claim(&job, "w1", received_at, received_at, received_at).await.unwrap();
        let ends_at = SystemClock.now() + SignedDuration::from_mins(5);
        let failed = sweeper.sweep_due("r-1", (now, ends_at)).await.unwrap_err();
        assert_eq!(failed.faults, 61 * u64::from(DUE_SHARDS));
        assert_eq!(account.sent().len(), 2, "the obligation, and the letter of the request");
        assert!(ledger.bundle(&job).await.unwrap().unwrap().erased_at.is_some());
    }

    #[tokio::test]
    async fn an_order_of_an_account_that_was_noted_and_not_sent_is_sent_again() {
        for (minutes, is_sent) in [(1, 0), (20, 1)] {
            let account = Account::new();
            let (sweeper, ledger, now) = (sweeper(&account), demo::ledger(&account), SystemClock.now());
            let queues = Config::of_account(&[]).queues;
            let queue = privacy_aws::outbox::Outbox::new(&account.connection_of("retention-sweeper"), queues);
            let tenant = privacy::ids::TenantId::parse("alder").unwrap();
            let ended = privacy::accept_termination::Termination {
                tenant: tenant.clone(),
                ended_at: Some(now - SignedDuration::from_hours(24)),
                decided_at: None,
                time_zone: "UTC".to_owned(),
            };
            let counted = ended.count(now).unwrap();
            privacy::accept_termination::accept_termination(&ledger, &queue, &sweeper.map, &counted).await.unwrap();
            let noted_at = now - SignedDuration::from_mins(minutes);
            let order = privacy::export::order_account::order_account;
            order(&ledger, &queue, &sweeper.map, &tenant, noted_at).await.unwrap();
            let before = account.sent().len();
            let until = now + SignedDuration::from_mins(1);
            assert_eq!(sweeper.bundles.order_again(&sweeper.map, "r-1", until).await, 0, "no faults");
            assert_eq!(account.sent().len() - before, is_sent, "{minutes}");
        }
    }

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
