//! The sentences that scheduled purges keep, and the platforms' limits that they keep beside them.

use jiff::Timestamp;

use crate::data_map::{DataMap, UnusablePolicy};
use crate::fault::Fault;
use crate::legal_hold::InForce;
use crate::policy::model::Class;
use crate::policy::period::PlatformLimit;
use crate::purge::{ClassStanding, PeriodClass, Progress, PurgeLedger, Swept, judge_class};

/// What a class that goes by its date is promised, and where that stands.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// Its section in `policy.toml`: `class.billing-records`.
    pub promise: String,
    /// Sections of the published policy.
    pub policy: Vec<String>,
    /// The sentence itself; `None` where the policy has none.
    pub sentence: Option<String>,
    /// What a platform's terms allow at most, and where they say so; `None` where no platform's terms speak of it.
    pub platform_limit: Option<PlatformLimit>,
    /// For people.
    pub title: String,
    /// Where it stands, as the alarms count it.
    pub standing: ClassStanding,
    /// Strong reads found every period before this empty, but for what `standing` counts as held or kept; `None` when the
    /// class was never swept.
    pub last_proof: Option<Swept>,
}

impl Scheduled {
    fn of(class: &PeriodClass, described: &Class, progress: &Progress, in_force: &InForce, now: Timestamp) -> Self {
        Self {
            promise: format!("class.{}", class.name),
            policy: described.policy.clone(),
            sentence: described.sentence.clone(),
            platform_limit: described.purge.as_ref().and_then(|purge| purge.platform_limit.clone()),
            title: described.title.clone(),
            standing: judge_class(class, progress, in_force, now),
            last_proof: progress.swept,
        }
    }

    /// Whether it is true now. A hold delays, and breaks nothing.
    #[must_use]
    pub const fn holds(&self) -> bool {
        !self.standing.verdict().is_broken()
    }
}

/// How far each class that goes by its date has come, as it was read.
#[derive(Clone, Debug)]
pub struct PurgeReading(Vec<(PeriodClass, Progress)>);

/// Reads how far each class has come: one strong query of the class's own partition.
///
/// # Errors
/// [`Fault`]; [`UnusablePolicy`] as one that does not pass.
pub async fn read_purges(ledger: &impl PurgeLedger, map: &DataMap) -> Result<PurgeReading, Fault> {
    let unusable = |error: UnusablePolicy| Fault::park("policy.read", error);
    let mut read = Vec::new();
    for class in PeriodClass::all(map).map_err(unusable)? {
        let progress = ledger.progress(&class.name).await?;
        read.push((class, progress));
    }
    Ok(PurgeReading(read))
}

/// Every class that goes by its date, in the order of their sections. The holds in force were read after how far they
/// have come. Pure.
#[must_use]
pub fn scheduled(map: &DataMap, read: &PurgeReading, in_force: &InForce, now: Timestamp) -> Vec<Scheduled> {
    let of = |(class, progress): &(PeriodClass, Progress)| {
        let described = map.model().class.get(&class.name)?;
        Some(Scheduled::of(class, described, progress, in_force, now))
    };
    read.0.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests;
