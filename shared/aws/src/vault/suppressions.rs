//! Suppression marks. `expires_at` is in seconds since 1970, as DynamoDB's expiry wants it; expired counts as absent.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{Span, Timestamp};
use privacy::deadline;
use privacy::fault::Fault;
use privacy::ingest_gate::{Flag, FlagBook, LiftedFlag, Mark};
use privacy::keys::KeyedRef;
use privacy::ports::{Answer, Suppressions};

use super::Vault;
use crate::attributes::{Item, at, get_at, get_number, get_text, number, text, unreadable};
use crate::faults::fault;
use crate::patience;

impl Vault {
    async fn flag_row(&self, mark: &Mark) -> Answer<Option<Item>> {
        let get = self.dynamodb.get_item().table_name(&self.names.suppression).consistent_read(true);
        Ok(get.key("pk", text(mark.as_str())).send().await.map_err(fault("flags.read"))?.item)
    }

    fn update_mark(&self, mark: &Mark) -> UpdateItemFluentBuilder {
        self.dynamodb.update_item().table_name(&self.names.suppression).key("pk", text(mark.as_str()))
    }
}

/// How often a flag is lifted whose row changes meanwhile.
const TRIES: u32 = 5;

/// A condition that does not hold means: it is so already.
async fn at_least(update: UpdateItemFluentBuilder, action: &'static str) -> Answer<()> {
    if_so(update, action).await.map(drop)
}

/// Whether the condition of an update held.
async fn if_so(update: UpdateItemFluentBuilder, action: &'static str) -> Answer<bool> {
    match patience::send_through_throttling(update).await {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception) => {
            Ok(false)
        }
        Err(error) => Err(fault(action)(error)),
    }
}

impl Vault {
    /// Lifts a flag that stands since then, if nothing else that matters has changed in its row: whether another flag stands decides
    /// whether the row expires, so a flag that is raised meanwhile never stands in a row that does.
    async fn lift(
        &self,
        mark: &Mark,
        row: &Item,
        flag: Flag,
        lifted: (&AttributeValue, AttributeValue),
        keep_until: Option<Timestamp>,
    ) -> Answer<bool> {
        let (since, entry) = lifted;
        let others: Vec<Flag> = Flag::ALL.into_iter().filter(|other| *other != flag).collect();
        let is_last = flags_of(row).all(|standing| standing == flag);
        let is_dated = keep_until.filter(|_| is_last);
        let condition = |test: &str, word: &str| {
            let each = (0..others.len()).map(|index| format!("{test}(#other{index})"));
            each.collect::<Vec<_>>().join(word)
        };
        let others_as_read =
            if is_last { condition("attribute_not_exists", " AND ") } else { condition("attribute_exists", " OR ") };
        let dated = if is_dated.is_some() { ", expires_at = :keep_until" } else { "" };
        let mut update = self
            .update_mark(mark)
            .update_expression(format!(
                "SET lifted = list_append(if_not_exists(lifted, :none), :entry){dated} REMOVE #flag"
            ))
            // Lifted twice at once, it stands there once.
            .condition_expression(format!("#flag = :since AND ({others_as_read})"))
            .expression_attribute_names("#flag", flag.attribute())
            .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
            .expression_attribute_values(":entry", AttributeValue::L(vec![entry]))
            .expression_attribute_values(":since", since.clone());
        for (index, other) in others.iter().enumerate() {
            update = update.expression_attribute_names(format!("#other{index}"), other.attribute());
        }
        if let Some(keep_until) = is_dated {
            update = update.expression_attribute_values(":keep_until", number(keep_until.as_second()));
        }
        if_so(update, "flags.lift").await
    }
}

impl FlagBook for Vault {
    async fn raise_flag(&self, person: &KeyedRef, flag: Flag, since: Timestamp) -> Answer<()> {
        let raise = |expression: &str, condition: &str| {
            self.update_mark(&Mark::flags(person))
                .update_expression(expression)
                .condition_expression(condition)
                .expression_attribute_names("#flag", flag.attribute())
                .expression_attribute_values(":since", at(since))
                .expression_attribute_values(":now", number(since.as_second()))
        };
        let set = "SET #flag = if_not_exists(#flag, :since) REMOVE expires_at";
        if if_so(raise(set, "attribute_not_exists(expires_at) OR expires_at > :now"), "flags.raise").await? {
            return Ok(());
        }
        // What is expired and still there is not brought back.
        at_least(raise(&format!("{set}, lifted"), "expires_at <= :now"), "flags.raise").await
    }

    async fn lift_flag(
        &self,
        person: &KeyedRef,
        flag: Flag,
        lifted_at: Timestamp,
        keep_until: Option<Timestamp>,
    ) -> Answer<()> {
        let mark = Mark::flags(person);
        for _ in 0..TRIES {
            let Some(row) = self.flag_row(&mark).await? else { return Ok(()) };
            let Some(since) = row.get(flag.attribute()) else { return Ok(()) };
            if get_at(&row, flag.attribute())? > lifted_at {
                return Ok(());
            }
            let entry = [("flag", text(flag.attribute())), ("since", since.clone()), ("lifted_at", at(lifted_at))];
            let entry = AttributeValue::M(entry.map(|(name, value)| (name.to_owned(), value)).into());
            if self.lift(&mark, &row, flag, (since, entry), keep_until).await? {
                return Ok(());
            }
        }
        Err(Fault::retry("flags.lift", "the row changed whenever it was read"))
    }

    async fn date_lifted(&self, person: &KeyedRef, keep_for: Span) -> Answer<()> {
        let mark = Mark::flags(person);
        let Some(row) = self.flag_row(&mark).await? else { return Ok(()) };
        if row.contains_key("expires_at") || flags_of(&row).next().is_some() {
            return Ok(());
        }
        let Some(last) = lifted_of(&row)?.iter().map(|lifted| lifted.lifted_at).max() else { return Ok(()) };
        let expires_at = deadline::after(last, keep_for).map_err(|error| Fault::park("flags.date", error))?;
        let names = |index: usize| format!("#flag{index}");
        let none_stands = (0..Flag::ALL.len()).map(|index| format!("attribute_not_exists({})", names(index)));
        let mut update = self
            .update_mark(&mark)
            .update_expression("SET expires_at = :expires_at")
            .condition_expression(format!(
                "attribute_exists(lifted) AND attribute_not_exists(expires_at) AND {}",
                none_stands.collect::<Vec<_>>().join(" AND ")
            ))
            .expression_attribute_values(":expires_at", number(expires_at.as_second()));
        for (index, flag) in Flag::ALL.into_iter().enumerate() {
            update = update.expression_attribute_names(names(index), flag.attribute());
        }
        at_least(update, "flags.date").await
    }

    async fn lifted_flags(&self, person: &KeyedRef, now: Timestamp) -> Answer<Vec<LiftedFlag>> {
        let row = self.flag_row(&Mark::flags(person)).await?.filter(|row| !is_expired(row, now));
        row.as_ref().map_or(Ok(Vec::new()), lifted_of)
    }

    async fn flags(&self, people: &[KeyedRef]) -> Answer<BTreeSet<Flag>> {
        let mut flags = BTreeSet::new();
        for person in people {
            flags.extend(self.flag_row(&Mark::flags(person)).await?.iter().flat_map(flags_of));
        }
        Ok(flags)
    }
}

/// What was lifted, as its row says.
fn lifted_of(row: &Item) -> Answer<Vec<LiftedFlag>> {
    let lifted = row.get("lifted").and_then(|lifted| lifted.as_l().ok());
    let entry = |entry: &AttributeValue| {
        let entry = entry.as_m().map_err(|_| unreadable("lifted"))?;
        let flag = get_text(entry, "flag")?;
        Ok(LiftedFlag {
            flag: Flag::ALL.into_iter().find(|known| known.attribute() == flag).ok_or_else(|| unreadable("flag"))?,
            since: get_at(entry, "since")?,
            lifted_at: get_at(entry, "lifted_at")?,
        })
    };
    lifted.into_iter().flatten().map(entry).collect()
}

/// The expiry of the table takes a row hours or days later; it counts as absent at once.
fn is_expired(row: &Item, now: Timestamp) -> bool {
    get_number::<i64>(row, "expires_at").is_ok_and(|at| at <= now.as_second())
}

/// The flags of a row.
pub(crate) fn flags_of(row: &Item) -> impl Iterator<Item = Flag> + '_ {
    Flag::ALL.into_iter().filter(|flag| row.contains_key(flag.attribute()))
}

impl Suppressions for Vault {
    async fn raise(&self, mark: &Mark, covers_until: Timestamp) -> Answer<()> {
        let update = self
            .update_mark(mark)
            .update_expression("SET covers_until = :covers_until REMOVE expires_at")
            .condition_expression("attribute_not_exists(pk) OR covers_until < :covers_until")
            .expression_attribute_values(":covers_until", at(covers_until));
        at_least(update, "suppressions.raise").await
    }

    async fn date(&self, mark: &Mark, expires_at: Timestamp) -> Answer<()> {
        let update = self
            .update_mark(mark)
            .update_expression("SET expires_at = :expires_at")
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(expires_at) OR expires_at < :expires_at)",
            )
            .expression_attribute_values(":expires_at", number(expires_at.as_second()));
        at_least(update, "suppressions.date").await
    }
}
