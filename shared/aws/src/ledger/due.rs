//! The sweeper's side: the due index and the rows behind it.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use jiff::{SignedDuration, Timestamp};
use privacy::obligation::{Head, ObligationId};
use privacy::ports::{Answer, Due, DueIndex, Each, NextAction};

use super::{DUE_INDEX, LedgerTable, head_key, rows};
use crate::attributes::{Item, at, get_at, text};
use crate::faults::{fault, refusing_row};
use crate::patience;

impl DueIndex for LedgerTable {
    async fn due(&self, shard: u8, now: Timestamp, limit: u16) -> Answer<Each<Due>> {
        let rows = self.due_rows("due.read", rows::shard_name(shard), now, limit).await?;
        let due = |item| Ok(Due { id: rows::id_of(item)?, next_action_at: get_at(item, "next_action_at")? });
        Ok(rows.iter().map(due).collect())
    }

    async fn head(&self, id: &ObligationId) -> Answer<Option<Head>> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(head_key(id)));
        let item = get.consistent_read(true).send().await.map_err(fault("ledger.head"))?.item;
        item.as_ref().map(rows::head).transpose()
    }

    async fn mark_late(&self, id: &ObligationId, since: Timestamp) -> Answer<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(head_key(id)))
            .update_expression("SET late_since = :since")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(late_since)")
            .expression_attribute_values(":since", at(since));
        match patience::send(update).await {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(fault("due.mark_late")(error)),
        }
    }

    async fn postpone(&self, due: &Due, next: NextAction) -> Answer<()> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(head_key(&due.id)));
        let update = match next {
            NextAction::Keep => return Ok(()),
            NextAction::At(instant) => {
                update.update_expression("SET next_action_at = :next").expression_attribute_values(":next", at(instant))
            }
            NextAction::Never => update.update_expression("REMOVE next_action_at, due_shard"),
        };
        self.move_on("due.postpone", update, due.next_action_at).await.map(drop)
    }
}

impl LedgerTable {
    /// What is due in one partition of the index, oldest first: keys and dates.
    pub(super) async fn due_rows(
        &self,
        action: &'static str,
        shard: String,
        now: Timestamp,
        limit: u16,
    ) -> Answer<Vec<Item>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(DUE_INDEX)
            .key_condition_expression("due_shard = :shard AND next_action_at <= :now")
            .expression_attribute_values(":shard", text(shard))
            .expression_attribute_values(":now", at(now))
            .limit(i32::from(limit));
        Ok(query.send().await.map_err(fault(action))?.items.unwrap_or_default())
    }

    /// What is due in one partition of the index later than the first of these instants, and by the second, oldest first, beyond
    /// the row with the key and the instant of `last`.
    pub(super) async fn coming_rows(
        &self,
        action: &'static str,
        shard: String,
        (after, until): (Timestamp, Timestamp),
        last: Option<(Item, Timestamp)>,
        limit: u16,
    ) -> Answer<Vec<Item>> {
        // A range has both its ends; instants are kept in milliseconds.
        let from = after + SignedDuration::from_millis(1);
        if from > until {
            return Ok(Vec::new());
        }
        let last = last.map(|(mut row, seen)| {
            row.extend([("due_shard".to_owned(), text(shard.as_str())), ("next_action_at".to_owned(), at(seen))]);
            row
        });
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(DUE_INDEX)
            .set_exclusive_start_key(last)
            .key_condition_expression("due_shard = :shard AND next_action_at BETWEEN :from AND :until")
            .expression_attribute_values(":shard", text(shard))
            .expression_attribute_values(":from", at(from))
            .expression_attribute_values(":until", at(until))
            .limit(i32::from(limit));
        Ok(query.send().await.map_err(fault(action))?.items.unwrap_or_default())
    }

    /// Changes a row whose entry in the due index still says what was `seen` there: whether it did.
    pub(super) async fn move_on(
        &self,
        action: &'static str,
        update: UpdateItemFluentBuilder,
        seen: Timestamp,
    ) -> Answer<bool> {
        let update =
            update.condition_expression("next_action_at = :seen").expression_attribute_values(":seen", at(seen));
        match patience::send(update).await {
            Ok(_) => Ok(true),
            Err(error) => refusing_row(action)(error).map(|_| false),
        }
    }
}
