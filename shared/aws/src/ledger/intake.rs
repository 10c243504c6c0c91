//! Accepting: one conditional write for new, newer and known alike.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::obligation::{Head, NewObligation, ObligationId, State};
use privacy::ports::{Answer, CancelUntil, Cancelled, DueIndex, Intake, Opened};
use privacy::replay::ReplayStage;

use super::{LedgerTable, head_key, key, rows, sequenced, targets};
use crate::attributes::{Item, at, number, text, texts};
use crate::faults::{fault, refusing_row};
use crate::patience;
use crate::transaction::{self, TRIES};

impl Intake for LedgerTable {
    /// Bound to the row as it was read: an attempt that comes late must not cancel the end that came after the return.
    async fn cancel(&self, id: &ObligationId, until: CancelUntil, now: Timestamp) -> Answer<Cancelled> {
        for _ in 0..ROUNDS {
            let Some(head) = self.head(id).await? else { return Ok(Cancelled::Missing) };
            if let Some(cancelled) = self.cancel_as_read(&head, until, now).await? {
                return Ok(cancelled);
            }
        }
        Err(Fault::retry("intake.cancel", "the row changed under every try"))
    }

    async fn note_return(&self, id: &ObligationId, now: Timestamp) -> Answer<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(head_key(id)))
            .update_expression("SET returned_at = :now")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(returned_at)")
            .expression_attribute_values(":now", at(now));
        match patience::send(update).await {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(fault("intake.note_return")(error)),
        }
    }

    async fn open(&self, new: &NewObligation) -> Answer<Opened> {
        match patience::send_made(|| self.opening(new)).await {
            Ok(answer) => match answer.attributes() {
                Some(old) if old.contains_key("covers_until") => Ok(Opened::Widened(Box::new(rows::head(old)?))),
                Some(_) | None => Ok(Opened::New),
            },
            Err(error) => {
                let row = refusing_row("intake.open")(error)?;
                let row = row.ok_or_else(|| Fault::retry("intake.open", "the condition failed without a row"))?;
                Ok(Opened::Already(Box::new(rows::head(&row)?)))
            }
        }
    }

    async fn reopen(&self, finished: &Head, new: &NewObligation) -> Answer<bool> {
        let keep = self.put(earlier_row(finished, new.received_at), None)?;
        let open = self.put(opened_row(finished, new), Some(finished.seq))?;
        let items = [keep, open].map(|put| TransactWriteItem::builder().put(put).build());
        transaction::send(&self.client, "intake.reopen", items.into(), TRIES).await
    }
}

impl LedgerTable {
    /// The write that accepts: of what is there already all stays, except what it covers and when it is due to be looked at.
    fn opening(&self, new: &NewObligation) -> UpdateItemFluentBuilder {
        let mut expression =
            "SET covers_until = :covers_until, next_action_at = :next_action_at, seq = if_not_exists(seq, :seq)"
                .to_owned();
        let condition = if new.is_dated {
            "attribute_not_exists(pk) OR (covers_until < :covers_until AND attribute_not_exists(erased_at) AND attribute_not_exists(cancelled_at))"
        } else {
            "attribute_not_exists(pk)"
        };
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(head_key(&new.id)))
            .condition_expression(condition)
            .expression_attribute_values(":covers_until", at(new.covers_until))
            .expression_attribute_values(":next_action_at", at(new.next_action_at))
            .expression_attribute_values(":seq", number(1))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, value) in rows::opening(new) {
            expression.push_str(&format!(", #{name} = if_not_exists(#{name}, :{name})"));
            update = update
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        update.update_expression(expression)
    }

    fn put(&self, row: Item, if_finished: Option<u32>) -> Result<Put, Fault> {
        let mut put = Put::builder().table_name(&self.table).set_item(Some(row));
        if let Some(seq) = if_finished {
            put = put
                .condition_expression("seq = :seq AND (attribute_exists(erased_at) OR attribute_exists(cancelled_at))")
                .expression_attribute_values(":seq", number(seq));
        }
        put.build().map_err(|error| Fault::park("intake.reopen", error))
    }
}

/// A finished request as it is kept: closed, since its successor looks for all that it covered.
fn earlier_row(head: &Head, succeeded_at: Timestamp) -> Item {
    let mut row = key(&head.id, sequenced("earlier", head.seq));
    let facts = rows::state_facts(&head.state);
    let closed = rows::closed_facts(&head.id, head.state.closed_at().unwrap_or(succeeded_at));
    let own = [
        ("seq", number(head.seq)),
        ("route", text(head.route.as_str())),
        ("received_at", at(head.received_at)),
        ("covers_until", at(head.covers_until)),
        ("due_date", text(head.due_by.date.to_string())),
        ("due_zone", text(&head.due_by.time_zone)),
        ("reopened", number(head.reopened)),
    ];
    let target = targets::target_facts(&head.target);
    let starts_at = head.starts_at.map(|starts_at| ("starts_at", at(starts_at)));
    let late_since = head.late_since.map(|late_since| ("late_since", at(late_since)));
    let codes: Vec<&str> = head.retained.iter().map(|code| code.as_str()).collect();
    let retained = (!codes.is_empty()).then(|| ("retained", texts(&codes)));
    row.extend(
        own.into_iter()
            .chain(target)
            .chain(starts_at)
            .chain(late_since)
            .chain(retained)
            .chain(closed)
            .chain(facts)
            .map(|(name, value)| (name.to_owned(), value)),
    );
    row
}

fn opened_row(finished: &Head, new: &NewObligation) -> Item {
    let mut row = head_key(&new.id);
    let own = [
        ("seq", number(finished.seq + 1)),
        ("covers_until", at(new.covers_until)),
        ("next_action_at", at(new.next_action_at)),
    ];
    // A look that was asked for and is not made is made by the successor.
    let mark = finished.replay.filter(|mark| mark.stage != ReplayStage::Done);
    let mark = mark.iter().flat_map(rows::mark_facts);
    row.extend(own.into_iter().chain(rows::opening(new)).chain(mark).map(|(name, value)| (name.to_owned(), value)));
    row
}

/// A row that somebody changes meanwhile is read again so often.
const ROUNDS: u32 = 3;

impl LedgerTable {
    /// Cancels what was read; nothing where another has come in its place since.
    async fn cancel_as_read(&self, head: &Head, until: CancelUntil, now: Timestamp) -> Answer<Option<Cancelled>> {
        let in_time = match until {
            CancelUntil::ItsDay => "starts_at > :now",
            CancelUntil::Begun => "attribute_exists(starts_at)",
        };
        let [(_, closed_shard), _] = rows::closed_facts(&head.id, now);
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(head_key(&head.id)))
            .update_expression(
                "SET #state = :cancelled, cancelled_at = :now, next_action_at = :now, due_shard = :closed",
            )
            .expression_attribute_values(":closed", closed_shard)
            .condition_expression(format!(
                "#state = :received AND reopened = :never AND attribute_not_exists(begun_at) \
                 AND seq = :read AND {in_time}"
            ))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":cancelled", text(State::Cancelled { at: now }.name()))
            .expression_attribute_values(":received", text(State::Received.name()))
            .expression_attribute_values(":never", number(0))
            .expression_attribute_values(":read", number(head.seq))
            .expression_attribute_values(":now", at(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match patience::send(update).await {
            Ok(_) => Ok(Some(Cancelled::Done)),
            Err(error) => {
                let Some(row) = refusing_row("intake.cancel")(error)? else { return Ok(Some(Cancelled::Missing)) };
                let found = rows::head(&row)?;
                if matches!(found.state, State::Cancelled { .. }) {
                    return Ok(Some(Cancelled::Done));
                }
                Ok((found.seq == head.seq).then_some(Cancelled::TooLate))
            }
        }
    }
}
