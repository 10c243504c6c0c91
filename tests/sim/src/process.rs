//! A process: a function's instance, with its own connections, its own clock, and its death.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use jiff::{SignedDuration, Timestamp};
use privacy::ports::Clock;
use privacy_aws::connection::{Connection, Credentials, Patience};
use tokio::sync::Notify;

use crate::cloud::Cloud;

/// True time at the beginning of every run: 09:00 on 10 March 2026.
pub const BEGINNING: i64 = 1_773_133_200;

/// One process of a run.
#[derive(Clone)]
pub struct Process {
    /// As the trace names it.
    pub name: Arc<str>,
    /// What it works with.
    pub cloud: Arc<Cloud>,
    crashed: Arc<Notify>,
    /// By how much its clock is ahead.
    ahead_ms: Arc<AtomicI64>,
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Process({})", self.name)
    }
}

impl Process {
    /// A process that runs.
    #[must_use]
    pub fn new(name: &str, cloud: &Arc<Cloud>) -> Self {
        Self { name: name.into(), cloud: Arc::clone(cloud), crashed: Arc::new(Notify::new()), ahead_ms: Arc::default() }
    }

    /// A connection of this process.
    #[must_use]
    pub fn connection(&self, patience: Patience) -> Connection {
        let connector = SharedHttpConnector::new(self.clone());
        let http: SharedHttpClient = http_client_fn(move |_: &HttpConnectorSettings, _| connector.clone());
        let credentials = Credentials {
            access_key_id: "AKIDTEST".to_owned(),
            secret_access_key: "secret".to_owned().into(),
            session_token: None,
        };
        Connection::over(http, "us-east-1".to_owned(), credentials, Some("http://account.test".to_owned()))
            .with_patience(patience)
            .with_retries_of_its_own()
            .unsigned()
    }

    /// Notes a line of the trace.
    pub fn note(&self, what: &str) {
        self.cloud.note(&self.name, what);
    }

    pub(crate) fn crash(&self) {
        self.crashed.notify_one();
    }

    /// Does some work unless the process dies meanwhile: then what it was about to do is not done.
    pub async fn alive<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let done = tokio::select! {
            biased;
            () = self.crashed.notified() => None,
            done = work => Some(done),
        };
        self.jump();
        done
    }

    /// Now and then the clock jumps, forward or back to where it was.
    fn jump(&self) {
        let most = self.cloud.weather.jumps_seconds * 1_000;
        if most == 0 || self.cloud.is_calm() {
            self.ahead_ms.store(0, Ordering::Relaxed);
            return;
        }
        if self.cloud.draw(|rng| rng.u32(..4) == 0) {
            let ahead = self.cloud.draw(|rng| rng.i64(-most..=most));
            self.ahead_ms.store(ahead, Ordering::Relaxed);
            self.note(&format!("the clock is {ahead} ms ahead"));
        }
    }
}

/// True time of a run.
#[must_use]
pub fn true_time(cloud: &Cloud) -> Timestamp {
    instant(cloud.elapsed())
}

/// True time so long after the beginning.
#[must_use]
pub fn instant(elapsed: Duration) -> Timestamp {
    let elapsed = i64::try_from(elapsed.as_millis()).unwrap();
    Timestamp::from_millisecond(BEGINNING * 1_000 + elapsed).unwrap()
}

impl Clock for Process {
    fn now(&self) -> Timestamp {
        true_time(&self.cloud) + SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed))
    }
}
