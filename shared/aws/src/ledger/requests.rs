//! Requests of people. In the partition `obligation#<reference>`:
//!
//! | sort key | holds |
//! |---|---|
//! | `asked` | the request as it is now; in the due index under `request-<shard>`, closed ones as every closed record |
//! | `trail#<version>` | what was done to it, by whom and why |
//! | `words` | what they wrote, where it is too long for `asked` |
//! | `verification` | what is kept of the code that was sent last |
//!
//! and in `asked-by#<person>`, under its reference, that it is of a person who has shown so.
//!
//! Rows are the serialised form of the domain's types, by `serde_dynamo`; what keys and conditions need is set beside it.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::keys::KeyedRef;
use privacy::legal_hold::Note;
use privacy::obligation::ObligationId;
use privacy::policy::own::OwnKind;
use privacy::ports::{Answer, Each, archive_shards};
use privacy::subject_request::challenge::Challenge;
use privacy::subject_request::ports::{DueRequest, DueRequests, RequestBook, RequestIntake};
use privacy::subject_request::{Act, Actor, Deed, SubjectRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::words::without_words;
use super::{LedgerTable, key, routed, rows};
use crate::attributes::{Item, at, find_parsed, get_at, get_text, number, text, unreadable};
use crate::faults::fault;
use crate::transaction::{self, TRIES};

pub(super) const ASKED: &str = "asked";
pub(super) const CHALLENGE: &str = "verification";
pub(super) const TRAIL: &str = "trail#";
pub(super) const ASKED_BY: &str = "asked-by#";

/// The partition of the requests of a person.
pub(super) fn asked_by(person: &KeyedRef) -> String {
    format!("{ASKED_BY}{person}")
}

fn written(value: &impl Serialize) -> Result<Item, Fault> {
    serde_dynamo::to_item(value).map_err(|_| Fault::park("row.write", "a row cannot be written"))
}

fn read<T: DeserializeOwned>(item: &Item, name: &str) -> Result<T, Fault> {
    serde_dynamo::from_item(item.clone()).map_err(|_| unreadable(name))
}

fn request_row(request: &SubjectRequest) -> Result<Item, Fault> {
    let mut row = without_words(request, written(request)?);
    row.remove("id");
    row.extend(key(&request.id, ASKED));
    row.insert("received_at".to_owned(), at(request.received_at));
    let due = match (request.settled_at(), request.next_action_at) {
        (Some(closed_at), _) if request.is_kept_by_flag() => {
            Some((rows::standing_shard(request.id.shard(archive_shards(OwnKind::Requests))), closed_at))
        }
        (Some(closed_at), _) if request.is_unreached() => {
            Some((rows::unreached_shard(request.id.shard(archive_shards(OwnKind::ContactData))), closed_at))
        }
        (Some(closed_at), _) => {
            let kind = if request.has_contact() { OwnKind::ContactData } else { OwnKind::Requests };
            Some((rows::closed_shard(kind, request.id.shard(archive_shards(kind))), closed_at))
        }
        (None, Some(next)) => Some((due_shard(request.id.shard(privacy::ports::DUE_SHARDS)), next)),
        (None, None) => None,
    };
    if let Some((shard, next)) = due {
        row.insert("due_shard".to_owned(), text(shard));
        row.insert("next_action_at".to_owned(), at(next));
    }
    Ok(row)
}

pub(super) fn due_shard(shard: u8) -> String {
    format!("request-{}", rows::shard_name(shard))
}

pub(super) fn request_of(item: &Item) -> Result<SubjectRequest, Fault> {
    let mut item = item.clone();
    item.insert("id".to_owned(), text(rows::id_of(&item)?.as_str()));
    // There it says when it was closed, and nobody looks at it any more.
    if rows::is_in_closed_shard(&item) {
        item.remove("next_action_at");
    }
    read(&item, ASKED)
}

pub(super) fn read_text<T: DeserializeOwned>(item: &Item, name: &str) -> Result<T, Fault> {
    let value = item.get(name).cloned().ok_or_else(|| unreadable(name))?;
    serde_dynamo::from_attribute_value(value).map_err(|_| unreadable(name))
}

fn act_row(id: &ObligationId, version: u32, act: &Act) -> Result<Item, Fault> {
    let mut row = written(&act.deed)?;
    row.extend(written(&act.actor)?);
    row.extend(act.why.as_ref().map(|why| ("why".to_owned(), text(why.expose()))));
    row.insert("at".to_owned(), at(act.at));
    row.extend(key(id, format!("{TRAIL}{version:06}")));
    Ok(row)
}

pub(super) fn act_of(item: &Item) -> Result<Act, Fault> {
    Ok(Act {
        deed: read::<Deed>(item, "what")?,
        actor: read::<Actor>(item, "by")?,
        why: find_parsed(item, "why", Note::parse)?,
        at: get_at(item, "at")?,
    })
}

impl RequestIntake for LedgerTable {
    async fn receive(&self, new: &SubjectRequest) -> Answer<Option<Box<SubjectRequest>>> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(request_row(new)?))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            // Only then: what stands beside a request that is not there would be found by nobody.
            Ok(_) => self.keep_words(new).await.map(|()| None),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let row = failed.item().filter(|row| !row.is_empty());
                    let row = row.ok_or_else(|| Fault::retry("requests.receive", "the condition failed without a row"));
                    // Whoever stored it may have got no further; under one name it has one content.
                    self.keep_words(new).await?;
                    let known = request_of(row?)?;
                    let details = known.details.clone().or_else(|| new.details.clone());
                    Ok(Some(Box::new(SubjectRequest { details, ..known })))
                }
                Some(_) | None => Err(fault("requests.receive")(error)),
            },
        }
    }
}

impl RequestBook for LedgerTable {
    async fn request(&self, id: &ObligationId) -> Answer<Option<SubjectRequest>> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(id, ASKED)));
        let item = get.consistent_read(true).send().await.map_err(fault("requests.read"))?.item;
        match item.as_ref().map(request_of).transpose()? {
            Some(request) => self.with_words(request).await.map(Some),
            None => Ok(None),
        }
    }

    async fn record(&self, request: &SubjectRequest, act: &Act, used: Option<&Challenge>) -> Answer<bool> {
        let broken = |error| Fault::park("requests.record", error);
        let head = Put::builder()
            .table_name(&self.table)
            .set_item(Some(request_row(request)?))
            .condition_expression("version = :seen")
            .expression_attribute_values(":seen", number(request.version.saturating_sub(1)));
        let act_put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(act_row(&request.id, request.version, act)?))
            .condition_expression("attribute_not_exists(pk)");
        let mut items = vec![
            TransactWriteItem::builder().put(head.build().map_err(broken)?).build(),
            TransactWriteItem::builder().put(act_put.build().map_err(broken)?).build(),
        ];
        items.extend(routed::beside(&self.table, &request.id, act)?);
        if let Some(used) = used {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(key(&request.id, CHALLENGE)))
                .condition_expression("salt = :salt")
                .expression_attribute_values(":salt", text(&used.salt));
            items.push(TransactWriteItem::builder().delete(delete.build().map_err(broken)?).build());
        }
        Ok(transaction::send(&self.client, "requests.record", items, TRIES).await?
            || self.is_recorded(&request.id, request.version, act).await?)
    }

    async fn acts(&self, id: &ObligationId) -> Answer<Vec<Act>> {
        self.rows("requests.acts", id.partition(), TRAIL).await?.iter().map(act_of).collect()
    }

    async fn link_person(&self, person: &KeyedRef, id: &ObligationId) -> Answer<()> {
        let put = self.client.put_item().table_name(&self.table);
        let put = put.item("pk", text(asked_by(person))).item("sk", text(id.as_str()));
        put.send().await.map(drop).map_err(fault("requests.link"))
    }

    async fn asked_by(&self, person: &KeyedRef) -> Answer<Vec<ObligationId>> {
        let rows = self.rows("requests.asked-by", asked_by(person), "").await?;
        let id = |row: &Item| ObligationId::parse(get_text(row, "sk")?).map_err(|_| unreadable("sk"));
        rows.iter().map(id).collect()
    }
}

impl LedgerTable {
    /// Whether this very act stands as this version: then the answer to an earlier try was lost, and nobody was quicker.
    async fn is_recorded(&self, id: &ObligationId, version: u32, act: &Act) -> Answer<bool> {
        let act = act_row(id, version, act)?;
        let row = key(id, format!("{TRAIL}{version:06}"));
        let get = self.client.get_item().table_name(&self.table).set_key(Some(row)).consistent_read(true);
        let stands = get.send().await.map_err(fault("requests.record"))?.item;
        Ok(stands.is_some_and(|stands| stands == act))
    }
}

pub(super) fn due_request(item: &Item) -> Result<DueRequest, Fault> {
    Ok(DueRequest { id: rows::id_of(item)?, next_action_at: get_at(item, "next_action_at")? })
}

impl DueRequests for LedgerTable {
    async fn due_requests(&self, shard: u8, now: Timestamp, limit: u16) -> Answer<Each<DueRequest>> {
        Ok(self.due_rows("requests.due", due_shard(shard), now, limit).await?.iter().map(due_request).collect())
    }

    async fn postpone_request(&self, due: &DueRequest, next: Timestamp) -> Answer<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&due.id, ASKED)))
            .update_expression("SET next_action_at = :next")
            .expression_attribute_values(":next", at(next));
        self.move_on("requests.postpone", update, due.next_action_at).await.map(drop)
    }
}
