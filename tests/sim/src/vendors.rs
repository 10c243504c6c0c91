//! Vendors that hold copies of people, in every mood: they are down for minutes or weeks, want to be asked later, say yes and erase days
//! later, say yes and forget. What they hold the oracle knows.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use privacy::fault::Fault;
use privacy::ports::Answer;
use privacy::processors::{Finding, Processors, Reply, Target};

use crate::cloud::Cloud;
use crate::naive::Naive;

/// The vendors of a run.
#[derive(Debug)]
pub struct Vendors {
    cloud: Arc<Cloud>,
    naive: Option<Naive>,
}

/// What a call meets.
enum Mood {
    Fair,
    Busy(SignedDuration),
    Down,
}

impl Vendors {
    /// Over what the oracle knows of copies.
    #[must_use]
    pub const fn new(cloud: Arc<Cloud>, naive: Option<Naive>) -> Self {
        Self { cloud, naive }
    }

    async fn mood(&self) -> Mood {
        let cloud = &self.cloud;
        let millis = cloud.draw(|rng| rng.u64(20..2_000));
        tokio::time::sleep(Duration::from_millis(millis)).await;
        if cloud.is_calm() {
            return Mood::Fair;
        }
        let outage = Duration::from_secs(cloud.weather.vendor_outage_days * 86_400);
        let fails = cloud.draw(|rng| rng.u32(..1_000)) < cloud.weather.vendor_faults;
        if cloud.elapsed() < outage || fails {
            let is_busy = cloud.draw(|rng| rng.u32(..3) == 0);
            return if is_busy { Mood::Busy(SignedDuration::from_mins(20)) } else { Mood::Down };
        }
        Mood::Fair
    }

    fn note(&self, what: &str) {
        self.cloud.note("vendor", what);
    }
}

impl Processors for Vendors {
    async fn ask(&self, name: &str, target: &Target) -> Answer<Reply> {
        match self.mood().await {
            Mood::Fair => {}
            Mood::Busy(after) => return Ok(Reply::Later { after }),
            Mood::Down => {
                self.note(&format!("{name} cannot be asked"));
                return Err(Fault::retry("vendors.ask", "down"));
            }
        }
        let (is_calm, now) = (self.cloud.is_calm(), self.cloud.elapsed());
        let slowest = self.cloud.weather.vendor_slowest_hours * 3_600;
        let forgets = !is_calm && slowest > 0 && self.cloud.draw(|rng| rng.u32(..4) == 0);
        let takes = if is_calm || slowest == 0 { 0 } else { self.cloud.draw(|rng| rng.u64(..slowest)) };
        let mut oracle = self.cloud.oracle.lock().unwrap();
        let Some(copy) = oracle.copies.iter_mut().find(|copy| copy.vendor == name && copy.target == *target) else {
            return Ok(Reply::NothingThere);
        };
        if copy.gone_at.is_some_and(|gone_at| gone_at <= now) {
            return Ok(Reply::NothingThere);
        }
        if !forgets {
            let gone_at = now + Duration::from_secs(takes);
            copy.gone_at = Some(copy.gone_at.map_or(gone_at, |known| known.min(gone_at)));
        }
        drop(oracle);
        self.note(&format!("{name} says that it erases a copy"));
        Ok(Reply::Accepted)
    }

    async fn confirm(&self, name: &str, target: &Target) -> Answer<Finding> {
        if self.naive == Some(Naive::AcceptedIsGone) {
            return Ok(Finding::Gone);
        }
        match self.mood().await {
            Mood::Fair => {}
            Mood::Busy(after) => return Ok(Finding::Later { after }),
            Mood::Down => return Err(Fault::retry("vendors.confirm", "down")),
        }
        let now = self.cloud.elapsed();
        let oracle = self.cloud.oracle.lock().unwrap();
        let mut copies = oracle.copies.iter().filter(|copy| copy.vendor == name && copy.target == *target);
        let is_there = copies.any(|copy| copy.is_there(now));
        Ok(if is_there { Finding::StillThere } else { Finding::Gone })
    }
}
