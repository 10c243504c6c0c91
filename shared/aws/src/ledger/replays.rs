//! Replays of the ledger after a restored backup: in the partition `replay`, each under its name; its row is the serialised form of the
//! domain's type. What it leaves on the row of an obligation are `replay_asked_at`, `replay_stage` and `replay_reopened`.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::obligation::Head;
use privacy::policy::own::OwnKind;
use privacy::ports::{Answer, DUE_SHARDS};
use privacy::replay::{IndexPart, Indexed, Replay, ReplayBook, ReplayId, ReplayStage, Spot};

use super::requests::{self, ASKED};
use super::{DUE_INDEX, HEAD, LedgerTable, head_key, key, rows, sequenced};
use crate::attributes::{Item, at, get_at, get_text, number, text, unreadable};
use crate::faults::{fault, refusing_row};
use crate::patience;

const REPLAYS: &str = "replay";

/// Where a part of the index stands.
fn shard_of(part: IndexPart, shard: u8) -> String {
    match part {
        IndexPart::Open => rows::shard_name(shard),
        IndexPart::Closed => rows::closed_shard(OwnKind::Requests, shard),
        IndexPart::Asked => requests::due_shard(shard),
        IndexPart::Answered => rows::closed_shard(OwnKind::ContactData, shard),
        IndexPart::Unreached => rows::unreached_shard(shard),
        IndexPart::Standing => rows::standing_shard(shard),
    }
}

fn spot(item: &Item) -> Result<Spot, Fault> {
    let id = rows::id_of(item)?;
    let indexed = match get_text(item, "sk")? {
        HEAD => Indexed::Obligation(id),
        ASKED => Indexed::Asked(id),
        sort => {
            let seq = sort.strip_prefix("earlier#").and_then(|seq| seq.parse().ok()).ok_or_else(|| unreadable("sk"))?;
            Indexed::Earlier(id, seq)
        }
    };
    Ok(Spot { at: get_at(item, "next_action_at")?, indexed })
}

/// The key of an entry, as the index wants it to go on.
fn after_key(shard: &str, spot: &Spot) -> Item {
    let mut row = match &spot.indexed {
        Indexed::Obligation(id) => head_key(id),
        Indexed::Earlier(id, seq) => key(id, sequenced("earlier", *seq)),
        Indexed::Asked(id) => key(id, ASKED),
    };
    row.insert("due_shard".to_owned(), text(shard));
    row.insert("next_action_at".to_owned(), at(spot.at));
    row
}

/// Whether it was written; not, when its condition does not hold.
async fn written(put: PutItemFluentBuilder, action: &'static str) -> Answer<bool> {
    match put.send().await {
        Ok(_) => Ok(true),
        Err(SdkError::ServiceError(refused))
            if matches!(refused.err(), PutItemError::ConditionalCheckFailedException(_)) =>
        {
            Ok(false)
        }
        Err(error) => Err(fault(action)(error)),
    }
}

impl LedgerTable {
    fn put_replay(&self, replay: &Replay) -> Result<PutItemFluentBuilder, Fault> {
        let row: Item =
            serde_dynamo::to_item(replay).map_err(|_| Fault::park("row.write", "a row cannot be written"))?;
        let key = [("pk", text(REPLAYS)), ("sk", text(replay.id.as_str()))];
        let own = row.into_iter().filter(|(name, _)| name != "id");
        let row = key.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(own).collect();
        Ok(self.client.put_item().table_name(&self.table).set_item(Some(row)))
    }
}

fn replay_of(mut row: Item) -> Result<Replay, Fault> {
    row.remove("pk");
    let id = row.remove("sk").ok_or_else(|| unreadable("sk"))?;
    row.insert("id".to_owned(), id);
    serde_dynamo::from_item(row).map_err(|_| unreadable("replay"))
}

impl ReplayBook for LedgerTable {
    async fn replays(&self) -> Answer<Vec<Replay>> {
        let rows = self.rows("replays.list", REPLAYS.to_owned(), "").await?;
        rows.into_iter().map(replay_of).collect()
    }

    async fn begin(&self, replay: &Replay) -> Answer<bool> {
        written(self.put_replay(replay)?.condition_expression("attribute_not_exists(pk)"), "replays.begin").await
    }

    async fn save(&self, replay: &Replay) -> Answer<bool> {
        let put = self
            .put_replay(replay)?
            .condition_expression("version = :before")
            .expression_attribute_values(":before", number(replay.version.saturating_sub(1)));
        written(put, "replays.save").await
    }

    async fn forget(&self, id: &ReplayId) -> Answer<()> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete.key("pk", text(REPLAYS)).key("sk", text(id.as_str()));
        delete.send().await.map(drop).map_err(fault("replays.forget"))
    }

    async fn spots(
        &self,
        (part, shard): (IndexPart, u8),
        closed_since: Timestamp,
        after: Option<&Spot>,
        limit: u16,
    ) -> Answer<Vec<Spot>> {
        let shard = shard_of(part, shard);
        let query = self.client.query().table_name(&self.table).index_name(DUE_INDEX).limit(i32::from(limit));
        let query = query.expression_attribute_values(":shard", text(shard.clone()));
        let query = if part.is_of_closed() {
            let query = query.key_condition_expression("due_shard = :shard AND next_action_at >= :since");
            query.expression_attribute_values(":since", at(closed_since))
        } else {
            query.key_condition_expression("due_shard = :shard")
        };
        let query = query.set_exclusive_start_key(after.map(|spot| after_key(&shard, spot)));
        let answer = query.send().await.map_err(fault("replays.spots"))?;
        answer.items().iter().map(spot).collect()
    }

    async fn ask(&self, head: &Head, asked_at: Timestamp, now: Timestamp) -> Answer<()> {
        let is_marked = head.replay.is_some_and(|mark| mark.asked_at >= asked_at);
        let update = self.client.update_item().table_name(&self.table).set_key(Some(head_key(&head.id)));
        let update = if is_marked {
            update
                .update_expression("SET next_action_at = :now, due_shard = :shard")
                .condition_expression("replay_stage = :asked")
        } else {
            update
                .update_expression(
                    "SET next_action_at = :now, due_shard = :shard, replay_asked_at = :asked_at, replay_stage = :asked, replay_reopened = reopened",
                )
                .condition_expression(
                    "attribute_exists(pk) AND (attribute_not_exists(replay_asked_at) OR replay_asked_at < :asked_at)",
                )
                .expression_attribute_values(":asked_at", at(asked_at))
        };
        let update = update
            .expression_attribute_values(":now", at(now))
            .expression_attribute_values(":shard", text(rows::shard_name(head.id.shard(DUE_SHARDS))))
            .expression_attribute_values(":asked", text(ReplayStage::Asked.as_str()));
        match patience::send(update).await {
            Ok(_) => Ok(()),
            // It is gone, bears a later mark, or its look has begun.
            Err(error) => refusing_row("replays.ask")(error).map(drop),
        }
    }
}
