//! Rows with several sources: one update takes a source and its number out, under the condition that it is still there, so
//! it happens once however often it is sent; then the row goes if its map of sources is empty.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use futures_util::{StreamExt, TryStreamExt, stream};
use privacy::data_map::SharedRow;
use privacy::policy::shared::SOURCES;
use privacy::ports::{Answer, Detached, SharedRows};
use tokio::time::Instant;

use super::Vault;
use super::batch::{Key, TURNS_WITHIN};
use crate::attributes::{Item, number, text, unreadable};
use crate::faults::{fault, is_busy, refusing_row};
use crate::patience;

/// Rows under way at once.
const IN_FLIGHT: usize = 8;
/// How often the erasing of an emptied row is tried.
const TRIES: u32 = 8;

impl SharedRows for Vault {
    async fn detach(&self, rows: &[SharedRow]) -> Answer<Vec<Detached>> {
        let deadline = Instant::now() + TURNS_WITHIN;
        let each: Vec<_> = rows.iter().map(|row| self.detach_one(row, deadline)).collect();
        stream::iter(each).buffered(IN_FLIGHT).try_collect().await
    }

    async fn sources(&self, store: &str, partition: &str, rows: &[String]) -> Answer<Vec<Vec<String>>> {
        let each: Vec<_> = rows.iter().map(|sort| self.sources_of(store, Key { partition, sort })).collect();
        stream::iter(each).buffered(IN_FLIGHT).try_collect().await
    }
}

impl Vault {
    /// By a query: who pages through a store may do no more.
    async fn sources_of(&self, store: &str, key: Key<'_>) -> Answer<Vec<String>> {
        let query = self
            .dynamodb
            .query()
            .table_name(self.physical(store)?)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk = :sk")
            .expression_attribute_values(":pk", text(key.partition))
            .expression_attribute_values(":sk", text(key.sort))
            .projection_expression("#sources")
            .expression_attribute_names("#sources", SOURCES);
        let answer = query.send().await.map_err(fault("shared.sources"))?;
        let sources = answer.items().first().and_then(|row| row.get(SOURCES)).and_then(|sources| sources.as_m().ok());
        Ok(sources.map_or_else(Vec::new, |sources| sources.keys().cloned().collect()))
    }

    async fn detach_one(&self, row: &SharedRow, deadline: Instant) -> Answer<Detached> {
        // One unit to take a source out; a row that is emptied by it takes another.
        let table = self.physical(&row.store)?;
        self.turn("shared.detach", table, 1, deadline).await?;
        let Some(left) = self.take_out(row).await? else { return Ok(Detached::Absent) };
        let sources = left.get(SOURCES).and_then(|sources| sources.as_m().ok()).ok_or_else(|| unreadable(SOURCES))?;
        if !sources.is_empty() {
            return Ok(Detached::Kept);
        }
        self.turn("shared.erase", table, 1, deadline).await?;
        let is_emptied = self.erase_emptied(row).await?;
        Ok(if is_emptied { Detached::Emptied } else { Detached::Kept })
    }

    /// The row without the source, or `None` when there is no row.
    async fn take_out(&self, row: &SharedRow) -> Answer<Option<Item>> {
        let key = Key { partition: &row.partition, sort: &row.sort }.item();
        let mut update = self
            .dynamodb
            .update_item()
            .table_name(self.physical(&row.store)?)
            .set_key(Some(key))
            .condition_expression("attribute_exists(#sources.#source)")
            .expression_attribute_names("#sources", SOURCES)
            .expression_attribute_names("#source", &row.source)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        update = match &row.total {
            Some(total) => update
                .update_expression(
                    "SET #total = if_not_exists(#total, #sources.#source) - #sources.#source REMOVE #sources.#source",
                )
                .expression_attribute_names("#total", total),
            None => update.update_expression("REMOVE #sources.#source"),
        };
        match patience::send_through_throttling(update).await {
            Ok(updated) => Ok(updated.attributes),
            Err(error) => refusing_row("shared.detach")(error),
        }
    }

    /// Erases the row unless a source came in meanwhile; whether it is gone.
    async fn erase_emptied(&self, row: &SharedRow) -> Answer<bool> {
        let erase = self
            .dynamodb
            .delete_item()
            .table_name(self.physical(&row.store)?)
            .set_key(Some(Key { partition: &row.partition, sort: &row.sort }.item()))
            .condition_expression("attribute_not_exists(pk) OR size(#sources) = :none")
            .expression_attribute_names("#sources", SOURCES)
            .expression_attribute_values(":none", number(0));
        for attempt in 1..=TRIES {
            match erase.clone().send().await {
                Ok(_) => return Ok(true),
                Err(error) if attempt < TRIES && is_busy(&error) => {
                    tokio::time::sleep(patience::backoff(attempt)).await;
                }
                Err(error) => {
                    let refused = error.as_service_error();
                    return match refused.is_some_and(DeleteItemError::is_conditional_check_failed_exception) {
                        true => Ok(false),
                        false => Err(fault("shared.erase")(error)),
                    };
                }
            }
        }
        Ok(false)
    }
}
