//! A secret that is read when it is needed, kept for a while, and never served stale past its promise.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use privacy::fault::Fault;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::faults::fault;

/// How long a copy is served.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// After this it is read again before it is used.
    pub fresh_for: Duration,
    /// If it cannot be read again, it serves this long.
    pub usable_for: Duration,
}

impl Keep {
    /// For what rotates under us: a change is seen within a minute.
    pub const ROTATING: Self = Self { fresh_for: Duration::from_secs(30), usable_for: Duration::from_secs(55) };
    /// For what only ever grows: a new key version is used within a quarter of an hour.
    pub const GROWING: Self =
        Self { fresh_for: Duration::from_secs(15 * 60), usable_for: Duration::from_secs(24 * 3600) };
}

/// How often something that does not verify may make us look for a newer secret.
const IMPATIENT_AFTER: Duration = Duration::from_secs(3);

struct Copy<T> {
    value: Arc<T>,
    read_at: Instant,
}

/// One secret of Secrets Manager, parsed.
pub struct Secret<T> {
    client: Client,
    arn: String,
    keep: Keep,
    parse: fn(&str) -> Result<T, Fault>,
    copy: Mutex<Option<Copy<T>>>,
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl<T> Secret<T> {
    /// A secret by its ARN. `parse` turns its text into what the caller needs.
    #[must_use]
    pub fn new(connection: &Connection, arn: String, keep: Keep, parse: fn(&str) -> Result<T, Fault>) -> Self {
        Self { client: connection.secrets_manager(), arn, keep, parse, copy: Mutex::new(None) }
    }

    /// The value, at most as old as the promise allows.
    ///
    /// # Errors
    /// [`Fault`] when there is no copy that may still be used and none can be had.
    pub async fn get(&self) -> Result<Arc<T>, Fault> {
        self.get_not_older_than(self.keep.fresh_for, self.keep.usable_for).await
    }

    /// The value for a caller whom the last one did not help.
    ///
    /// # Errors
    /// [`Fault`] when it cannot be read: an old copy has already not helped.
    pub async fn get_anew(&self) -> Result<Arc<T>, Fault> {
        self.get_not_older_than(IMPATIENT_AFTER, IMPATIENT_AFTER).await
    }

    async fn get_not_older_than(&self, age: Duration, usable_for: Duration) -> Result<Arc<T>, Fault> {
        let mut copy = self.copy.lock().await;
        let known = copy.as_ref().map(|copy| (Arc::clone(&copy.value), copy.read_at.elapsed()));
        if let Some((value, elapsed)) = &known
            && *elapsed < age
        {
            return Ok(Arc::clone(value));
        }
        // The age counts from before the read: what the answer says may be as old as the question.
        let read_at = Instant::now();
        match (self.read().await, known) {
            (Ok(value), _) => {
                let value = Arc::new(value);
                *copy = Some(Copy { value: Arc::clone(&value), read_at });
                Ok(value)
            }
            (Err(_), Some((value, elapsed))) if elapsed < usable_for => Ok(value),
            (Err(fault), _) => Err(fault),
        }
    }

    async fn read(&self) -> Result<T, Fault> {
        let answer = self.client.get_secret_value().secret_id(&self.arn).send().await.map_err(fault("secret.read"))?;
        (self.parse)(answer.secret_string().unwrap_or_default())
    }
}
