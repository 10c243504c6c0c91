//! Closed records in the ledger. A record that is closed stays in the due index, in parts of their own, under the instant
//! at which it was closed: what is over is one range there.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::legal_hold::HoldId;
use privacy::obligation::ObligationId;
use privacy::policy::own::OwnKind;
use privacy::ports::{Answer, Archive, Closed, ClosedRecord, Each};

use super::bundle_rows::BUNDLE;
use super::requests::{self, ASKED, ASKED_BY, CHALLENGE, TRAIL};
use super::routed::{self, ROUTED_TO};
use super::words::WORDS;
use super::{DUE_INDEX, HEAD, LedgerTable, head_key, holds, key, rows, sequenced};
use crate::attributes::{Item, at, find_at, get_at, get_number, get_text, text, unreadable};
use crate::faults::fault;
use crate::vault::batch;

/// Rows of one request, each named with its number.
const PARTS: [&str; 6] = ["outcome", "plan", "processors", "receipt", "scope", "subject"];

fn waiting(id: &HoldId) -> String {
    format!("waiting#{}", id.as_str())
}

fn record(item: &Item, kind: OwnKind) -> Result<ClosedRecord, Fault> {
    let sort = get_text(item, "sk")?;
    match (kind, sort.strip_prefix("earlier#")) {
        (OwnKind::Holds, _) => HoldId::parse(sort).map(ClosedRecord::Hold).map_err(|_| unreadable("sk")),
        (OwnKind::Requests | OwnKind::ContactData, _) if sort == ASKED => rows::id_of(item).map(ClosedRecord::Asked),
        (OwnKind::ContactData, _) => Err(unreadable("sk")),
        (OwnKind::Requests, None) => rows::id_of(item).map(ClosedRecord::Request),
        (OwnKind::Requests, Some(seq)) => {
            Ok(ClosedRecord::Earlier(rows::id_of(item)?, seq.parse().map_err(|_| unreadable("sk"))?))
        }
    }
}

/// The key of its row, and the partition of what belongs to it.
fn place(record: &ClosedRecord) -> (Item, String) {
    match record {
        ClosedRecord::Request(id) => (head_key(id), id.partition()),
        ClosedRecord::Earlier(id, seq) => (key(id, sequenced("earlier", *seq)), id.partition()),
        ClosedRecord::Asked(id) => (key(id, ASKED), id.partition()),
        ClosedRecord::Hold(id) => {
            let row = [("pk", text(holds::BOOK)), ("sk", text(id.as_str()))];
            (row.map(|(name, value)| (name.to_owned(), value)).into(), waiting(id))
        }
    }
}

fn is_closed_since(row: &Item, closed_at: Timestamp) -> Result<bool, Fault> {
    Ok(rows::is_in_closed_shard(row) && find_at(row, "next_action_at")? == Some(closed_at))
}

/// Rows of what a person asked for.
fn is_part_of_asked(sort: &str) -> bool {
    sort.starts_with(TRAIL) || sort == CHALLENGE || sort == BUNDLE || sort == WORDS
}

fn is_part(sort: &str, seq: u32) -> bool {
    let of_kind = |kind: &&str| {
        sort.strip_prefix(&sequenced(kind, seq)).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    };
    PARTS.iter().any(of_kind)
}

impl LedgerTable {
    async fn parts_of_request(
        &self,
        id: &ObligationId,
        own: &str,
        closed_at: Timestamp,
    ) -> Answer<Option<Vec<String>>> {
        let rows = self.rows("archive.parts", id.partition(), "").await?;
        let Some(row) = rows.iter().find(|row| get_text(row, "sk").is_ok_and(|sort| sort == own)) else {
            return Ok(None);
        };
        if !is_closed_since(row, closed_at)? {
            return Ok(None);
        }
        let seq = if own == ASKED { None } else { Some(get_number(row, "seq")?) };
        let is_its = |sort: &str| seq.map_or_else(|| is_part_of_asked(sort), |seq| is_part(sort, seq));
        let sorts = rows.iter().map(|row| get_text(row, "sk"));
        let parts = sorts.filter(|sort| sort.as_ref().map_or(true, |sort| is_its(sort)));
        let mut parts: Vec<String> = parts.map(|sort| sort.map(str::to_owned)).collect::<Result<_, _>>()?;
        if own == ASKED {
            parts.extend(requests::request_of(row)?.course.people.iter().map(requests::asked_by));
            parts.extend(routed::naming(&rows)?);
        }
        Ok(Some(parts))
    }

    async fn parts_of_hold(&self, closed: &Closed) -> Answer<Option<Vec<String>>> {
        let (row, waiting) = place(&closed.record);
        let get = self.client.get_item().table_name(&self.table).set_key(Some(row)).consistent_read(true);
        let Some(row) = get.send().await.map_err(fault("archive.parts"))?.item else { return Ok(None) };
        if !is_closed_since(&row, closed.closed_at)? {
            return Ok(None);
        }
        let rows = self.rows("archive.parts", waiting, "").await?;
        rows.iter().map(|row| get_text(row, "sk").map(str::to_owned)).collect::<Result<_, _>>().map(Some)
    }
}

impl LedgerTable {
    /// One part of the index.
    async fn closed_in(&self, part: String, kind: OwnKind, until: Timestamp, limit: u16) -> Answer<Each<Closed>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(DUE_INDEX)
            .key_condition_expression("due_shard = :shard AND next_action_at <= :until")
            .expression_attribute_values(":shard", text(part))
            .expression_attribute_values(":until", at(until))
            .limit(i32::from(limit));
        let answer = query.send().await.map_err(fault("archive.closed"))?;
        let closed =
            |item: &Item| Ok(Closed { record: record(item, kind)?, closed_at: get_at(item, "next_action_at")? });
        Ok(answer.items().iter().map(closed).collect())
    }
}

impl Archive for LedgerTable {
    async fn closed(&self, kind: OwnKind, shard: u8, until: Timestamp, limit: u16) -> Answer<Each<Closed>> {
        let with_contact = [rows::closed_shard(OwnKind::ContactData, shard), rows::unreached_shard(shard)];
        let parts = match kind {
            OwnKind::ContactData => with_contact.to_vec(),
            // A request whose contact data could not go stands where that is looked for; its own months end all the same.
            OwnKind::Requests => [&[rows::closed_shard(kind, shard)][..], &with_contact].concat(),
            OwnKind::Holds => vec![rows::closed_shard(kind, shard)],
        };
        let mut found = Vec::new();
        for part in parts {
            found.extend(self.closed_in(part, kind, until, limit).await?);
        }
        found.sort_by_key(|closed| closed.as_ref().ok().map(|closed| closed.closed_at));
        found.truncate(usize::from(limit));
        Ok(found)
    }

    async fn parts(&self, closed: &Closed) -> Answer<Option<Vec<String>>> {
        match &closed.record {
            ClosedRecord::Request(id) => self.parts_of_request(id, HEAD, closed.closed_at).await,
            ClosedRecord::Earlier(id, seq) => {
                self.parts_of_request(id, &sequenced("earlier", *seq), closed.closed_at).await
            }
            ClosedRecord::Asked(id) => self.parts_of_request(id, ASKED, closed.closed_at).await,
            ClosedRecord::Hold(_) => self.parts_of_hold(closed).await,
        }
    }

    async fn erase_parts(&self, closed: &Closed, parts: &[String]) -> Answer<()> {
        let (_, partition) = place(&closed.record);
        let id = match &closed.record {
            ClosedRecord::Request(id) | ClosedRecord::Earlier(id, _) | ClosedRecord::Asked(id) => id.as_str(),
            ClosedRecord::Hold(id) => id.as_str(),
        };
        // What names a request from elsewhere stands in a partition of its own, under the request.
        let keys: Vec<batch::Key<'_>> = parts
            .iter()
            .map(|part| match part.starts_with(ASKED_BY) || part.starts_with(ROUTED_TO) {
                true => batch::Key { partition: part, sort: id },
                false => batch::Key { partition: &partition, sort: part },
            })
            .collect();
        let batches = batch::Batches { client: &self.client, table: &self.table, pace: None };
        let left = batches.delete(&keys).await?;
        if left.is_empty() { Ok(()) } else { Err(Fault::retry("archive.erase_parts", "some rows stayed unprocessed")) }
    }

    async fn erase_record(&self, closed: &Closed) -> Answer<bool> {
        let (row, _) = place(&closed.record);
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(row))
            .condition_expression("begins_with(due_shard, :closed) AND next_action_at = :closed_at")
            .expression_attribute_values(":closed", text("closed-"))
            .expression_attribute_values(":closed_at", at(closed.closed_at));
        match delete.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(fault("archive.erase_record")(error)),
        }
    }
}
