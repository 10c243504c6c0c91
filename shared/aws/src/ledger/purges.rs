//! How far purging has come.
//!
//! | partition | sort key | holds |
//! |---|---|---|
//! | `purge#<class>` | `watermark` | `swept_until` and `swept_at`, when that was written; `swept_from` and `swept_shards`, where the sweeps looked; the plan while the class is halted: `halted_at` (its ceiling), `planned`, `planned_until`, `plan_hash`, and `confirmed_plan`; who confirmed last, and when; `late_since` while it is late |
//! | `purge#<class>` | `left#<instant>` | a period that the watermark has passed and that is looked at again |
//! | `purge` | `run`, `due-run` | when the last run ended; of the sweep of what is due, noted once an hour |
//! | `purge` | `proof#<promise>` | when a sentence that obligations keep was last proven |

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::instant;
use privacy::legal_hold::HoldId;
use privacy::obligation::PlanHash;
use privacy::ports::{Answer, Confirmed};
use privacy::promise_ledger::ProofBook;
use privacy::purge::{Cover, Leftover, Progress, PurgeLedger, PurgePlan, RunBook, RunOf, Swept};

use super::LedgerTable;
use crate::attributes::{Item, at, find_at, get_at, get_number, get_text, get_texts, number, text, texts, unreadable};
use crate::faults::{fault, refusing_row};
use crate::patience;

pub(super) const WATERMARK: &str = "watermark";
pub(super) const LEFT: &str = "left#";
pub(super) const PROOF: &str = "proof#";
/// Where what is of no one class stands.
const ALL: &str = "purge";

fn partition(class: &str) -> String {
    format!("purge#{class}")
}

fn left(starts_at: Timestamp) -> String {
    format!("{LEFT}{}", instant::to_text(starts_at))
}

pub(super) fn leftover(row: &Item) -> Result<Leftover, Fault> {
    let holds: Result<Vec<HoldId>, _> = get_texts(row, "held_by")?.iter().map(|id| HoldId::parse(id)).collect();
    Ok(Leftover {
        starts_at: get_at(row, "starts_at")?,
        look_at: get_at(row, "look_at")?,
        by: holds.map_err(|_| unreadable("held_by"))?,
        held: get_number(row, "held")?,
        kept: get_number(row, "kept")?,
    })
}

/// The plan that a class is halted with.
fn halted(row: &Item) -> Result<Option<PurgePlan>, Fault> {
    if !row.contains_key("plan_hash") {
        return Ok(None);
    }
    Ok(Some(PurgePlan {
        hash: hash(row, "plan_hash")?,
        ceiling: get_number(row, "halted_at")?,
        records: get_number(row, "planned")?,
        until: get_at(row, "planned_until")?,
    }))
}

fn hash(row: &Item, name: &str) -> Result<PlanHash, Fault> {
    Ok(PlanHash::from_stored(get_text(row, name)?.to_owned()))
}

pub(super) fn read_watermark(row: &Item, progress: &mut Progress) -> Result<(), Fault> {
    let swept_at = find_at(row, "swept_at")?;
    progress.swept = find_at(row, "swept_until")?.map(|until| Swept { until, at: swept_at });
    progress.late_since = find_at(row, "late_since")?;
    progress.cover = match find_at(row, "swept_from")? {
        Some(from) => Some(Cover { from, shards: get_number(row, "swept_shards")? }),
        None => None,
    };
    progress.halted = halted(row)?;
    let is_confirmed = row.contains_key("confirmed_plan");
    progress.confirmed_plan = is_confirmed.then(|| hash(row, "confirmed_plan")).transpose()?;
    Ok(())
}

impl LedgerTable {
    fn update_purge(&self, partition: String, sort: String) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).key("pk", text(partition)).key("sk", text(sort))
    }
}

/// A condition that does not hold means: it is so already.
async fn forward(update: UpdateItemFluentBuilder, action: &'static str) -> Answer<()> {
    match patience::send(update).await {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) => {
            Ok(())
        }
        Err(error) => Err(fault(action)(error)),
    }
}

impl PurgeLedger for LedgerTable {
    async fn progress(&self, class: &str) -> Answer<Progress> {
        let mut progress = Progress::default();
        for row in self.rows("purges.progress", partition(class), "").await? {
            let sort = get_text(&row, "sk")?;
            if sort == WATERMARK {
                // Without it nobody knows where to go on; what stands beside it leaves the rest to be purged.
                read_watermark(&row, &mut progress)?;
                continue;
            }
            match if sort.starts_with(LEFT) { leftover(&row) } else { Err(unreadable("sk")) } {
                Ok(leftover) => progress.leftovers.push(leftover),
                Err(fault) => drop(progress.unread.get_or_insert(fault.chain())),
            }
        }
        Ok(progress)
    }

    async fn rewind(&self, class: &str, read: Timestamp, until: Timestamp, now: Timestamp) -> Answer<()> {
        let update = self
            .update_purge(partition(class), WATERMARK.to_owned())
            .update_expression("SET swept_until = :until, swept_at = :now")
            .condition_expression("swept_until = :read")
            .expression_attribute_values(":read", at(read))
            .expression_attribute_values(":until", at(until))
            .expression_attribute_values(":now", at(now));
        forward(update, "purges.rewind").await
    }

    async fn advance(&self, class: &str, until: Timestamp, now: Timestamp) -> Answer<()> {
        let update = self
            .update_purge(partition(class), WATERMARK.to_owned())
            .update_expression("SET swept_until = :until, swept_at = :now")
            .condition_expression("attribute_not_exists(swept_until) OR swept_until < :until")
            .expression_attribute_values(":until", at(until))
            .expression_attribute_values(":now", at(now));
        forward(update, "purges.advance").await
    }

    async fn note_cover(&self, class: &str, cover: Cover) -> Answer<()> {
        let update = self
            .update_purge(partition(class), WATERMARK.to_owned())
            .update_expression("SET swept_from = :from, swept_shards = :shards")
            .expression_attribute_values(":from", at(cover.from))
            .expression_attribute_values(":shards", number(cover.shards));
        patience::send(update).await.map(drop).map_err(fault("purges.note_cover"))
    }

    async fn list(&self, class: &str, leftover: &Leftover) -> Answer<()> {
        let Leftover { starts_at, look_at, by, held, kept } = leftover;
        let by: Vec<&str> = by.iter().map(HoldId::as_str).collect();
        let update = self
            .update_purge(partition(class), left(*starts_at))
            .update_expression(
                "SET starts_at = :starts_at, look_at = :look_at, held_by = :by, held = :held, kept = :kept",
            )
            .expression_attribute_values(":starts_at", at(*starts_at))
            .expression_attribute_values(":look_at", at(*look_at))
            .expression_attribute_values(":by", texts(&by))
            .expression_attribute_values(":held", number(held))
            .expression_attribute_values(":kept", number(kept));
        patience::send(update).await.map(drop).map_err(fault("purges.list"))
    }

    async fn unlist(&self, class: &str, starts_at: Timestamp) -> Answer<()> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete.key("pk", text(partition(class))).key("sk", text(left(starts_at)));
        delete.send().await.map(drop).map_err(fault("purges.unlist"))
    }

    async fn halt(&self, class: &str, plan: &PurgePlan) -> Answer<()> {
        let update = self
            .update_purge(partition(class), WATERMARK.to_owned())
            .update_expression(
                "SET halted_at = :ceiling, planned = :records, planned_until = :until, plan_hash = :hash REMOVE confirmed_plan",
            )
            .expression_attribute_values(":ceiling", number(plan.ceiling))
            .expression_attribute_values(":records", number(plan.records))
            .expression_attribute_values(":until", at(plan.until))
            .expression_attribute_values(":hash", text(plan.hash.as_str()));
        patience::send(update).await.map(drop).map_err(fault("purges.halt"))
    }

    async fn confirm_purge(&self, class: &str, hash: &PlanHash, by: &str, now: Timestamp) -> Answer<Confirmed> {
        let update = self
            .update_purge(partition(class), WATERMARK.to_owned())
            .update_expression("SET confirmed_plan = :hash, confirmed_by = :by, confirmed_at = :now")
            .condition_expression("plan_hash = :hash")
            .expression_attribute_values(":hash", text(hash.as_str()))
            .expression_attribute_values(":by", text(by))
            .expression_attribute_values(":now", at(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let refused = match patience::send(update).await {
            Ok(_) => return Ok(Confirmed::Done),
            Err(error) => refusing_row("purges.confirm")(error)?,
        };
        Ok(if refused.is_some() { Confirmed::Differs } else { Confirmed::Missing })
    }

    /// Who confirmed, and when, stays.
    async fn resume(&self, class: &str) -> Answer<()> {
        let update = self.update_purge(partition(class), WATERMARK.to_owned());
        let update = update.update_expression("REMOVE halted_at, planned, planned_until, plan_hash, confirmed_plan");
        patience::send(update).await.map(drop).map_err(fault("purges.resume"))
    }

    async fn note_late(&self, class: &str, since: Option<Timestamp>) -> Answer<()> {
        let update = self.update_purge(partition(class), WATERMARK.to_owned());
        let update = match since {
            Some(since) => update
                .update_expression("SET late_since = if_not_exists(late_since, :since)")
                .expression_attribute_values(":since", at(since)),
            None => update.update_expression("REMOVE late_since"),
        };
        patience::send(update).await.map(drop).map_err(fault("purges.note_late"))
    }
}

const fn run_of(of: RunOf) -> &'static str {
    match of {
        RunOf::Due => "due-run",
        RunOf::Periods => "run",
    }
}

impl RunBook for LedgerTable {
    async fn last_run(&self, of: RunOf) -> Answer<Option<Timestamp>> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let get = get.key("pk", text(ALL)).key("sk", text(run_of(of)));
        let row = get.send().await.map_err(fault("purges.last_run"))?.item;
        row.map_or(Ok(None), |row| find_at(&row, "ended_at"))
    }

    async fn note_run(&self, of: RunOf, ended_at: Timestamp) -> Answer<()> {
        let update = self
            .update_purge(ALL.to_owned(), run_of(of).to_owned())
            .update_expression("SET ended_at = :ended_at")
            .condition_expression("attribute_not_exists(ended_at) OR ended_at < :ended_at")
            .expression_attribute_values(":ended_at", at(ended_at));
        forward(update, "purges.note_run").await
    }
}

impl ProofBook for LedgerTable {
    async fn note_proofs(&self, proofs: &BTreeMap<String, Timestamp>) -> Answer<()> {
        for (promise, proven_at) in proofs {
            let update = self
                .update_purge(ALL.to_owned(), format!("{PROOF}{promise}"))
                .update_expression("SET proven_at = :proven_at")
                .condition_expression("attribute_not_exists(proven_at) OR proven_at < :proven_at")
                .expression_attribute_values(":proven_at", at(*proven_at));
            forward(update, "proofs.note").await?;
        }
        Ok(())
    }

    async fn proofs(&self) -> Answer<BTreeMap<String, Timestamp>> {
        let rows = self.rows("proofs.read", ALL.to_owned(), PROOF).await?;
        let proof = |row: &Item| {
            let promise = get_text(row, "sk")?.strip_prefix(PROOF).ok_or_else(|| unreadable("sk"))?;
            Ok((promise.to_owned(), get_at(row, "proven_at")?))
        };
        rows.iter().map(proof).collect()
    }
}
