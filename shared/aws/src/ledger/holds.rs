//! Legal holds in the ledger.
//!
//! | partition | sort key | holds |
//! |---|---|---|
//! | `holds#<tenant>` | `hold#<id>` | a hold in force: what the engine reads at every chunk |
//! | `holds#` | `<id>` | the same of all tenants: what a purge reads. No sweeper may write there |
//! | `holds` | `<id>` | every hold, released ones too: what staff see |
//! | `waiting#<id>` | `<obligation>` | an obligation that waits for this hold |
//! | `hold-changes` | `count` | how often a hold was placed or released: what a purge reads at every chunk |

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use privacy::fault::Fault;
use privacy::ids::{ConnectionId, ContactId, TenantId, UserId};
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::obligation::ObligationId;
use privacy::policy::own::OwnKind;
use privacy::ports::{Answer, BookedHold, HoldBook, Placed, Released};

use super::{LedgerTable, rows};
use crate::attributes::{
    Item, at, find_at, find_parsed, get_at, get_number, get_texts, number, text, texts, unreadable,
};
use crate::faults::fault;
use crate::transaction::{self, TRIES};

/// The partition of every hold.
pub(super) const BOOK: &str = "holds";

/// The partition of all that are in force: of no tenant, since none has an empty name.
const IN_FORCE: &str = "holds#";

fn of_tenant(tenant: &TenantId) -> String {
    format!("holds#{tenant}")
}

/// The attributes of a hold, without its key.
pub(super) fn hold_facts(hold: &LegalHold) -> Vec<(&'static str, AttributeValue)> {
    let LegalHold { id, scope, reason, approver, proof, placed_at, review_by } = hold;
    let HoldScope { tenant, connection, contact, user, classes, from, until } = scope;
    let classes: Vec<&String> = classes.iter().collect();
    let mut facts = vec![
        ("hold_id", text(id.as_str())),
        ("tenant_id", text(tenant.as_str())),
        ("classes", texts(&classes)),
        ("reason", text(reason.expose())),
        ("approver", text(approver.expose())),
        ("placed_at", at(*placed_at)),
        ("review_by", text(review_by.to_string())),
    ];
    facts.extend(connection.iter().map(|connection| ("connection_id", text(connection.as_str()))));
    facts.extend(contact.iter().map(|contact| ("contact_id", text(contact.as_str()))));
    facts.extend(user.iter().map(|user| ("user_id", text(user.as_str()))));
    facts.extend(from.iter().map(|from| ("held_from", at(*from))));
    facts.extend(until.iter().map(|until| ("held_until", at(*until))));
    facts.extend(proof.iter().map(|proof| ("proof", text(proof.expose()))));
    facts
}

/// A hold as it was stored.
pub(super) fn hold(item: &Item) -> Result<LegalHold, Fault> {
    let note = |name: &str| find_parsed(item, name, Note::parse);
    let needed = |name: &'static str| note(name)?.ok_or_else(|| unreadable(name));
    Ok(LegalHold {
        id: find_parsed(item, "hold_id", HoldId::parse)?.ok_or_else(|| unreadable("hold_id"))?,
        scope: HoldScope {
            tenant: find_parsed(item, "tenant_id", TenantId::parse)?.ok_or_else(|| unreadable("tenant_id"))?,
            connection: find_parsed(item, "connection_id", ConnectionId::parse)?,
            contact: find_parsed(item, "contact_id", ContactId::parse)?,
            user: find_parsed(item, "user_id", UserId::parse)?,
            classes: get_texts(item, "classes")?.into_iter().collect(),
            from: find_at(item, "held_from")?,
            until: find_at(item, "held_until")?,
        },
        reason: needed("reason")?,
        approver: needed("approver")?,
        proof: note("proof")?,
        placed_at: get_at(item, "placed_at")?,
        review_by: find_parsed(item, "review_by", str::parse)?.ok_or_else(|| unreadable("review_by"))?,
    })
}

impl LedgerTable {
    pub(super) async fn holds_of(&self, tenant: &TenantId) -> Answer<Vec<LegalHold>> {
        self.rows("ledger.holds", of_tenant(tenant), "hold#").await?.iter().map(hold).collect()
    }

    pub(super) async fn note_waiting(&self, id: &ObligationId, hold: &HoldId) -> Answer<()> {
        let put = self.client.put_item().table_name(&self.table);
        let put = put.item("pk", text(format!("waiting#{}", hold.as_str()))).item("sk", text(id.as_str()));
        put.send().await.map(drop).map_err(fault("ledger.wait_for"))
    }
}

/// The row that counts changes.
fn count_key() -> Item {
    Item::from([("pk".to_owned(), text("hold-changes")), ("sk".to_owned(), text("count"))])
}

pub(super) fn booked(item: &Item) -> Result<BookedHold, Fault> {
    Ok(BookedHold { hold: hold(item)?, released_at: find_at(item, "released_at")? })
}

fn row(hold: &LegalHold, partition: String, sort: String) -> Item {
    let facts = hold_facts(hold).into_iter().chain([("pk", text(partition)), ("sk", text(sort))]);
    facts.map(|(name, value)| (name.to_owned(), value)).collect()
}

impl LedgerTable {
    fn counted(&self, action: &'static str) -> Result<TransactWriteItem, Fault> {
        let count = Update::builder().table_name(&self.table).set_key(Some(count_key()));
        let count = count.update_expression("ADD changes :one").expression_attribute_values(":one", number(1));
        let count = count.build().map_err(|error| Fault::park(action, error))?;
        Ok(TransactWriteItem::builder().update(count).build())
    }

    async fn booked(&self, id: &HoldId) -> Answer<Option<BookedHold>> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let get = get.key("pk", text(BOOK)).key("sk", text(id.as_str()));
        get.send().await.map_err(fault("holds.read"))?.item.as_ref().map(booked).transpose()
    }
}

impl HoldBook for LedgerTable {
    async fn find(&self, id: &HoldId) -> Answer<Option<BookedHold>> {
        self.booked(id).await
    }

    async fn place(&self, hold: &LegalHold) -> Answer<Placed> {
        let building = |error| Fault::park("holds.place", error);
        let booked = row(hold, BOOK.to_owned(), hold.id.as_str().to_owned());
        let book = Put::builder().table_name(&self.table).set_item(Some(booked));
        let book = book.condition_expression("attribute_not_exists(pk)").build().map_err(building)?;
        let in_force = row(hold, of_tenant(&hold.scope.tenant), format!("hold#{}", hold.id.as_str()));
        let force = Put::builder().table_name(&self.table).set_item(Some(in_force)).build().map_err(building)?;
        let all = row(hold, IN_FORCE.to_owned(), hold.id.as_str().to_owned());
        let all = Put::builder().table_name(&self.table).set_item(Some(all)).build().map_err(building)?;
        let puts = [book, force, all].map(|put| TransactWriteItem::builder().put(put).build());
        let items = puts.into_iter().chain([self.counted("holds.place")?]).collect();
        if transaction::send(&self.client, "holds.place", items, TRIES).await? {
            return Ok(Placed::New);
        }
        let booked = self.booked(&hold.id).await?;
        let booked = booked.ok_or_else(|| Fault::retry("holds.place", "the condition failed without a row"))?;
        Ok(Placed::Already(Box::new(booked)))
    }

    async fn release(&self, id: &HoldId, now: Timestamp) -> Answer<Released> {
        let Some(booked) = self.booked(id).await? else { return Ok(Released::Unknown) };
        let building = |error| Fault::park("holds.release", error);
        let mark = Update::builder().table_name(&self.table).key("pk", text(BOOK)).key("sk", text(id.as_str()));
        let mark = mark
            .update_expression("SET released_at = if_not_exists(released_at, :now), next_action_at = if_not_exists(released_at, :now), due_shard = :closed")
            .expression_attribute_values(":closed", text(rows::closed_shard(OwnKind::Holds, 0)))
            .expression_attribute_values(":now", at(now));
        let lift = Delete::builder().table_name(&self.table).key("pk", text(of_tenant(&booked.hold.scope.tenant)));
        let lift = lift.key("sk", text(format!("hold#{}", id.as_str())));
        let lift_of_all = Delete::builder().table_name(&self.table).key("pk", text(IN_FORCE));
        let lift_of_all = lift_of_all.key("sk", text(id.as_str()));
        let items = vec![
            TransactWriteItem::builder().update(mark.build().map_err(building)?).build(),
            TransactWriteItem::builder().delete(lift.build().map_err(building)?).build(),
            TransactWriteItem::builder().delete(lift_of_all.build().map_err(building)?).build(),
            self.counted("holds.release")?,
        ];
        let is_sent = transaction::send(&self.client, "holds.release", items, TRIES).await?;
        if is_sent { Ok(Released::Done) } else { Err(Fault::park("holds.release", "a condition that nobody set")) }
    }

    async fn waiting(&self, id: &HoldId) -> Answer<Vec<ObligationId>> {
        let obligation = |item: &Item| find_parsed(item, "sk", ObligationId::parse)?.ok_or_else(|| unreadable("sk"));
        self.rows("holds.waiting", format!("waiting#{}", id.as_str()), "").await?.iter().map(obligation).collect()
    }

    async fn changes(&self) -> Answer<u64> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true).set_key(Some(count_key()));
        let row = get.send().await.map_err(fault("holds.changes"))?.item;
        row.map_or(Ok(0), |row| get_number(&row, "changes"))
    }

    async fn in_force(&self) -> Answer<Vec<LegalHold>> {
        self.rows("holds.in_force", IN_FORCE.to_owned(), "").await?.iter().map(hold).collect()
    }

    async fn all(&self) -> Answer<Vec<BookedHold>> {
        self.rows("holds.all", BOOK.to_owned(), "").await?.iter().map(booked).collect()
    }
}
