//! Confirms what a halted class would purge: exactly the plan that was looked at, named by its hash. The next run takes it up.

use jiff::Timestamp;

use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::obligation::PlanHash;
use crate::policy::own::{OwnKind, Purge};
use crate::ports::Confirmed;
use crate::purge::{Progress, PurgeLedger};

/// Whether a purge by date knows a name: a record class, or `own.<name>` of a record of our own.
#[must_use]
pub fn is_purged(map: &DataMap, class: &str) -> bool {
    let model = map.model();
    match class.strip_prefix("own.") {
        Some(name) => {
            let is_kind = OwnKind::ALL.iter().any(|kind| kind.as_str() == name);
            is_kind && model.own.get(name).is_some_and(|own| own.purge == Purge::Sweep)
        }
        None => model.class.get(class).is_some_and(|class| class.purge.is_some()),
    }
}

/// How far a class has come; `None` for a name that nothing purges.
///
/// # Errors
/// [`Fault`]: ask again.
pub async fn read_purge(ledger: &impl PurgeLedger, map: &DataMap, class: &str) -> Result<Option<Progress>, Fault> {
    if is_purged(map, class) { ledger.progress(class).await.map(Some) } else { Ok(None) }
}

/// Confirms. Doing it twice changes nothing; once the plan is worked off it is no longer there to confirm.
///
/// # Errors
/// [`Fault`]: ask again.
pub async fn confirm_purge(
    ledger: &impl PurgeLedger,
    map: &DataMap,
    class: &str,
    hash: &PlanHash,
    by: &str,
    now: Timestamp,
) -> Result<Confirmed, Fault> {
    if !is_purged(map, class) {
        return Ok(Confirmed::Missing);
    }
    // A class that was never halted has no plan: whoever asks about it asks about another one.
    Ok(match ledger.confirm_purge(class, hash, by, now).await? {
        Confirmed::Done => Confirmed::Done,
        Confirmed::Differs | Confirmed::Missing => Confirmed::Differs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{World, built_in_map};
    use crate::purge::PurgePlan;

    #[tokio::test]
    async fn only_the_plan_that_waits_is_confirmed_and_only_where_something_is_purged() {
        let now: Timestamp = "2027-03-10T12:00:00Z".parse().unwrap();
        let (world, map) = (World::new(now, 3), built_in_map());
        let plan = PurgePlan::new("security-logs", 10, 11, now);
        let confirm =
            async |class: &str, hash: &PlanHash| confirm_purge(&world, &map, class, hash, "alex", now).await.unwrap();
        assert_eq!(confirm("security-logs", &plan.hash).await, Confirmed::Differs, "nothing waits");
        world.halt("security-logs", &plan).await.unwrap();
        world.halt("signals", &plan).await.unwrap();
        for class in ["signals", "own.receipts", "own.nobody", "nobody", ""] {
            assert_eq!(confirm(class, &plan.hash).await, Confirmed::Missing, "{class}");
            assert_eq!(read_purge(&world, &map, class).await.unwrap(), None, "{class}");
        }
        assert_eq!(confirm("own.requests", &plan.hash).await, Confirmed::Differs, "of another class");
        assert_eq!(confirm("security-logs", &plan.hash).await, Confirmed::Done);
        let progress = read_purge(&world, &map, "security-logs").await.unwrap().unwrap();
        assert_eq!(progress.confirmed(), Some(&plan));
        assert_eq!(world.stored().purges.confirmed_by, [("security-logs".to_owned(), "alex".to_owned(), now)]);
    }
}
