//! What staff see of obligations and requests, and do to a plan that waits for them.

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::obligation::{Head, ObligationId, PlanHash, State};
use privacy::plan::Plan;
use privacy::policy::own::OwnKind;
use privacy::ports::{Answer, Confirmed, DUE_SHARDS, Due, PlanBook, Register};
use privacy::subject_request::SubjectRequest;
use privacy::subject_request::ports::{DueRequest, RequestRegister};

use super::requests::{self, ASKED};
use super::{DUE_INDEX, LedgerTable, head_key, key, rows, sequenced};
use crate::attributes::{Item, at, get_at, get_number, get_text, text};
use crate::faults::{fault, refusing_row};
use crate::patience;

/// How often a batch is read again for what it left out.
const TRIES: u32 = 5;
/// Keys of one batch.
const BATCH: usize = 100;

fn after_key(due: &Due) -> Item {
    let mut row = head_key(&due.id);
    row.insert("due_shard".to_owned(), text(rows::shard_name(due.id.shard(DUE_SHARDS))));
    row.insert("next_action_at".to_owned(), at(due.next_action_at));
    row
}

impl Register for LedgerTable {
    async fn page(&self, shard: u8, after: Option<&Due>, limit: u16) -> Answer<Vec<Due>> {
        let query = self.client.query().table_name(&self.table).index_name(DUE_INDEX).limit(i32::from(limit));
        let query = query
            .key_condition_expression("due_shard = :shard")
            .expression_attribute_values(":shard", text(rows::shard_name(shard)))
            .set_exclusive_start_key(after.map(after_key));
        let answer = query.send().await.map_err(fault("register.page"))?;
        let due = |item: &Item| Ok(Due { id: rows::id_of(item)?, next_action_at: get_at(item, "next_action_at")? });
        answer.items().iter().map(due).collect()
    }

    async fn heads(&self, ids: &[ObligationId]) -> Answer<Vec<Head>> {
        let rows = self.rows_of("register.heads", ids.iter().map(head_key).collect()).await?;
        rows.iter().map(rows::head).collect()
    }
}

impl RequestRegister for LedgerTable {
    async fn request_page(&self, shard: u8, after: Option<&DueRequest>, limit: u16) -> Answer<Vec<DueRequest>> {
        let shard = requests::due_shard(shard);
        let start = after.map(|due| {
            let mut row = key(&due.id, ASKED);
            row.insert("due_shard".to_owned(), text(shard.clone()));
            row.insert("next_action_at".to_owned(), at(due.next_action_at));
            row
        });
        let query = self.client.query().table_name(&self.table).index_name(DUE_INDEX).limit(i32::from(limit));
        let query = query
            .key_condition_expression("due_shard = :shard")
            .expression_attribute_values(":shard", text(shard))
            .set_exclusive_start_key(start);
        let answer = query.send().await.map_err(fault("requests.page"))?;
        answer.items().iter().map(requests::due_request).collect()
    }

    async fn settled_requests(&self, shard: u8, limit: u16) -> Answer<Vec<ObligationId>> {
        let mut settled = Vec::new();
        // What was closed last still says where its people can be reached.
        let parts = [OwnKind::ContactData, OwnKind::Requests].map(|kind| rows::closed_shard(kind, shard));
        for part in parts.into_iter().chain([rows::unreached_shard(shard), rows::standing_shard(shard)]) {
            settled.extend(self.closed_last("requests.settled", part, limit).await?);
        }
        settled.sort_by_cached_key(|item| std::cmp::Reverse(get_text(item, "next_action_at").map(str::to_owned).ok()));
        settled.iter().take(usize::from(limit)).map(rows::id_of).collect()
    }

    async fn unreached_requests(&self, shard: u8, limit: u16) -> Answer<Vec<ObligationId>> {
        let unreached = self.closed_last("requests.unreached", rows::unreached_shard(shard), limit).await?;
        unreached.iter().map(rows::id_of).collect()
    }

    async fn requests(&self, ids: &[ObligationId]) -> Answer<Vec<SubjectRequest>> {
        let rows = self.rows_of("requests.read-many", ids.iter().map(|id| key(id, ASKED)).collect()).await?;
        rows.iter().map(requests::request_of).collect()
    }
}

impl LedgerTable {
    /// Requests of people in one part of the index, the one closed last first.
    async fn closed_last(&self, action: &'static str, part: String, limit: u16) -> Answer<Vec<Item>> {
        let query = self.client.query().table_name(&self.table).index_name(DUE_INDEX).limit(i32::from(limit));
        let query = query
            .key_condition_expression("due_shard = :shard")
            .expression_attribute_values(":shard", text(part))
            .scan_index_forward(false);
        let answer = query.send().await.map_err(fault(action))?;
        let is_asked = |item: &&Item| get_text(item, "sk").is_ok_and(|sort| sort == ASKED);
        Ok(answer.items().iter().filter(is_asked).cloned().collect())
    }

    /// The rows of different keys, by strong reads, a hundred at a time, in any order.
    pub(super) async fn rows_of(&self, action: &'static str, keys: Vec<Item>) -> Answer<Vec<Item>> {
        let mut found = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            self.batch(action, keys.to_vec(), &mut found).await?;
        }
        Ok(found)
    }

    async fn batch(&self, action: &'static str, mut keys: Vec<Item>, found: &mut Vec<Item>) -> Answer<()> {
        for attempt in 1..=TRIES {
            let asked = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let asked = asked.map_err(|error| Fault::park(action, error))?;
            let batch = self.client.batch_get_item().request_items(&self.table, asked);
            let answer = batch.send().await.map_err(fault(action))?;
            found.extend(answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default());
            let rest = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
            keys = rest.map(|rest| rest.keys).unwrap_or_default();
            if keys.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(patience::backoff(attempt)).await;
        }
        Err(Fault::retry(action, "keys were left out"))
    }
}

impl PlanBook for LedgerTable {
    async fn plan(&self, head: &Head) -> Answer<Option<Plan>> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let get = get.set_key(Some(key(&head.id, sequenced("plan", head.seq))));
        get.send().await.map_err(fault("ledger.plan"))?.item.as_ref().map(plan).transpose()
    }

    async fn confirm(&self, id: &ObligationId, hash: &PlanHash, now: Timestamp) -> Answer<Confirmed> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(head_key(id)));
        let update = update
            .update_expression("SET confirmed_plan = :hash, next_action_at = :now")
            .condition_expression("#state = :planned AND plan_hash = :hash AND plan_covers_until = covers_until")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":hash", text(hash.as_str()))
            .expression_attribute_values(":planned", text("planned"))
            .expression_attribute_values(":now", at(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let refused = match patience::send(update).await {
            Ok(_) => return Ok(Confirmed::Done),
            Err(error) => refusing_row("ledger.confirm")(error)?,
        };
        let Some(row) = refused else { return Ok(Confirmed::Missing) };
        let head = rows::head(&row)?;
        let waits = matches!(head.state, State::Planned { .. });
        // Whoever asks again after the worker took it over: it is confirmed.
        let is_confirmed = !waits && head.confirmed_plan.as_ref() == Some(hash);
        Ok(if is_confirmed { Confirmed::Done } else { Confirmed::Differs })
    }
}

fn plan(item: &Item) -> Result<Plan, Fault> {
    let counts = rows::counts(item, "counts")?;
    let over_ceiling = rows::counts(item, "over_ceiling")?;
    Ok(Plan {
        hash: PlanHash::from_stored(get_text(item, "hash")?.to_owned()),
        covers_until: get_at(item, "covers_until")?,
        places: get_number(item, "places")?,
        counts,
        over_ceiling: over_ceiling.into_iter().collect(),
    })
}
