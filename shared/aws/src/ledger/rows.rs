//! Rows of the ledger, read and written attribute by attribute: the stored form is a contract of its own.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use privacy::deadline::DueBy;
use privacy::fault::Fault;
use privacy::legal_hold::HoldId;
use privacy::obligation::{Awaited, Head, NewObligation, ObligationId, PlanHash, PlanRef, State};
use privacy::policy::Route;
use privacy::policy::own::OwnKind;
use privacy::ports::{DUE_SHARDS, archive_shards};
use privacy::replay::{ReplayMark, ReplayStage};
use privacy::scope::{Counts, Scope, Stage};

use super::{outcomes, targets};
use crate::attributes::{
    Item, at, find_at, find_parsed, get_at, get_number, get_place, get_text, get_texts, number, place_facts, text,
    texts, unreadable,
};

/// Attributes that only some states have: all are removed when a state is written.
pub(super) const STATE_FACTS: [&str; 12] = [
    "plan_hash",
    "plan_covers_until",
    "retry_at",
    "attempts",
    "erased_at",
    "completed_at",
    "looks",
    "cancelled_at",
    HELD_BY,
    "review_by",
    GONE_AT,
    AWAITED,
];
/// Stays in other states, too, until the holds are released or keep nothing.
pub(super) const HELD_BY: &str = "held_by";
/// When nothing of ours was left, while processors are waited for.
const GONE_AT: &str = "gone_at";
/// The processors that are waited for, each with its instant.
const AWAITED: &str = "awaited";

/// What a request brings, for a new row. `covers_until` and the due index are the caller's.
pub(super) fn opening(new: &NewObligation) -> Vec<(&'static str, AttributeValue)> {
    let mut facts = targets::target_facts(&new.target);
    facts.extend([
        ("route", text(new.route.as_str())),
        ("received_at", at(new.received_at)),
        ("due_date", text(new.due_by.date.to_string())),
        ("due_zone", text(&new.due_by.time_zone)),
        ("state", text(State::Received.name())),
        ("reopened", number(0)),
        ("due_shard", text(shard(&new.id))),
    ]);
    facts.extend(new.starts_at.map(|starts_at| ("starts_at", at(starts_at))));
    facts
}

pub(super) fn shard(id: &ObligationId) -> String {
    shard_name(id.shard(DUE_SHARDS))
}

/// The part of the due index for closed records of a kind, apart from what is to be worked on.
pub(super) fn closed_shard(kind: OwnKind, shard: u8) -> String {
    format!("closed-{}#{shard:02}", kind.as_str())
}

/// The part for closed requests that have reached nobody, as long as they say where somebody is reached.
pub(super) fn unreached_shard(shard: u8) -> String {
    format!("closed-unreached#{shard:02}")
}

/// The part for closed requests that stay while what they had the product stop is stopped.
pub(super) fn standing_shard(shard: u8) -> String {
    format!("closed-standing#{shard:02}")
}

/// Whether a row stands in one of these parts.
pub(super) fn is_in_closed_shard(row: &Item) -> bool {
    row.get("due_shard").and_then(|shard| shard.as_s().ok()).is_some_and(|shard| shard.starts_with("closed-"))
}

/// Where a closed request stands in the due index: by when it was closed.
pub(super) fn closed_facts(id: &ObligationId, closed_at: jiff::Timestamp) -> [(&'static str, AttributeValue); 2] {
    let shard = id.shard(archive_shards(OwnKind::Requests));
    [("due_shard", text(closed_shard(OwnKind::Requests, shard))), ("next_action_at", at(closed_at))]
}

pub(super) fn shard_name(shard: u8) -> String {
    format!("{shard:02}")
}

/// The attributes of a state: its name and its facts.
pub(super) fn state_facts(state: &State) -> Vec<(&'static str, AttributeValue)> {
    let mut facts = vec![("state", text(state.name()))];
    if let Some(PlanRef { hash, covers_until }) = state.plan() {
        facts.push(("plan_hash", text(hash.as_str())));
        facts.push(("plan_covers_until", at(*covers_until)));
    }
    let looks_at = |looks: &[jiff::Timestamp]| AttributeValue::L(looks.iter().map(|look| at(*look)).collect());
    match state {
        State::Received | State::Planned { .. } | State::Executing { .. } => {}
        State::Failed { retry_at, attempts, .. } => {
            facts.push(("retry_at", at(*retry_at)));
            facts.push(("attempts", number(attempts)));
        }
        State::Verifying { plan, erased_at, looks } => {
            facts.push(("plan_hash", text(plan.as_str())));
            facts.push(("erased_at", at(*erased_at)));
            facts.push(("looks", looks_at(looks)));
        }
        State::Completed { erased_at, completed_at, looks } => {
            facts.push(("erased_at", at(*erased_at)));
            facts.push(("completed_at", at(*completed_at)));
            facts.push(("looks", looks_at(looks)));
        }
        State::Held { by, review_by, .. } => {
            let by: Vec<&str> = by.iter().map(HoldId::as_str).collect();
            facts.push((HELD_BY, texts(&by)));
            facts.push(("review_by", text(review_by.to_string())));
        }
        State::Cancelled { at: cancelled_at } => facts.push(("cancelled_at", at(*cancelled_at))),
    }
    facts
}

/// Who is waited for: a transition that brings none of it removes what stands there.
pub(super) fn awaited_facts(awaited: &Awaited) -> [(&'static str, AttributeValue); 2] {
    let processors = awaited.processors.iter().map(|(name, since)| (name.clone(), at(*since)));
    [(GONE_AT, at(awaited.gone_at)), (AWAITED, AttributeValue::M(processors.collect()))]
}

fn awaited(item: &Item) -> Result<Option<Awaited>, Fault> {
    let Some(gone_at) = find_at(item, GONE_AT)? else { return Ok(None) };
    let map = item.get(AWAITED).and_then(|value| value.as_m().ok()).ok_or_else(|| unreadable(AWAITED))?;
    let processors = map.keys().map(|name| Ok((name.clone(), get_at(map, name)?))).collect::<Result<_, Fault>>()?;
    Ok(Some(Awaited { gone_at, processors }))
}

fn state(item: &Item) -> Result<State, Fault> {
    let plan = || -> Result<PlanRef, Fault> {
        let hash = PlanHash::from_stored(get_text(item, "plan_hash")?.to_owned());
        Ok(PlanRef { hash, covers_until: get_at(item, "plan_covers_until")? })
    };
    let looks = || -> Result<Vec<jiff::Timestamp>, Fault> {
        let looks = get_texts(item, "looks")?;
        looks.iter().map(|look| look.parse().map_err(|_| unreadable("looks"))).collect()
    };
    match get_text(item, "state")? {
        "received" => Ok(State::Received),
        "planned" => Ok(State::Planned { plan: plan()? }),
        "executing" => Ok(State::Executing { plan: plan()? }),
        "failed" => Ok(State::Failed {
            plan: plan()?,
            retry_at: get_at(item, "retry_at")?,
            attempts: get_number(item, "attempts")?,
        }),
        "verifying" => {
            let plan = PlanHash::from_stored(get_text(item, "plan_hash")?.to_owned());
            Ok(State::Verifying { plan, erased_at: get_at(item, "erased_at")?, looks: looks()? })
        }
        "completed" => Ok(State::Completed {
            erased_at: get_at(item, "erased_at")?,
            completed_at: get_at(item, "completed_at")?,
            looks: looks()?,
        }),
        "held" => {
            let review_by = find_parsed(item, "review_by", str::parse)?.ok_or_else(|| unreadable("review_by"))?;
            Ok(State::Held { plan: plan()?, by: held_by(item)?, review_by })
        }
        "cancelled" => Ok(State::Cancelled { at: get_at(item, "cancelled_at")? }),
        _ => Err(unreadable("state")),
    }
}

fn held_by(item: &Item) -> Result<Vec<HoldId>, Fault> {
    let by = get_texts(item, HELD_BY)?.iter().map(|id| HoldId::parse(id)).collect::<Result<_, _>>();
    by.map_err(|_| unreadable(HELD_BY))
}

pub(super) fn id_of(item: &Item) -> Result<ObligationId, Fault> {
    let id = get_text(item, "pk")?.strip_prefix("obligation#").ok_or_else(|| unreadable("pk"))?;
    ObligationId::parse(id).map_err(|_| unreadable("pk"))
}

pub(super) fn head(item: &Item) -> Result<Head, Fault> {
    let route = get_text(item, "route")?;
    let due_by = DueBy {
        date: get_text(item, "due_date")?.parse().map_err(|_| unreadable("due_date"))?,
        time_zone: get_text(item, "due_zone")?.to_owned(),
    };
    let state = state(item)?;
    let replay = replay_mark(item)?;
    // What is closed stands in the index by when it was closed, unless a replay has asked for it.
    let is_asked = replay.is_some_and(|mark| mark.stage == ReplayStage::Asked);
    let is_due = state.closed_at().is_none() || is_asked;
    let next_action_at = if is_due { find_at(item, "next_action_at")? } else { None };
    let confirmed = item.get("confirmed_plan").and_then(|hash| hash.as_s().ok());
    Ok(Head {
        id: id_of(item)?,
        seq: get_number(item, "seq")?,
        route: Route::ALL.into_iter().find(|known| known.as_str() == route).ok_or_else(|| unreadable("route"))?,
        target: targets::target(item)?,
        received_at: get_at(item, "received_at")?,
        starts_at: find_at(item, "starts_at")?,
        covers_until: get_at(item, "covers_until")?,
        due_by,
        state,
        next_action_at,
        leased_until: find_at(item, "leased_until")?,
        reopened: get_number(item, "reopened")?,
        confirmed_plan: confirmed.map(|hash| PlanHash::from_stored(hash.clone())),
        late_since: find_at(item, "late_since")?,
        begun_at: find_at(item, "begun_at")?,
        returned_at: find_at(item, "returned_at")?,
        retained: if item.contains_key("retained") { outcomes::exceptions(item)? } else { Vec::new() },
        replay,
        held_by: if item.contains_key(HELD_BY) { held_by(item)? } else { Vec::new() },
        awaited: awaited(item)?,
    })
}

fn replay_mark(item: &Item) -> Result<Option<ReplayMark>, Fault> {
    let Some(asked_at) = find_at(item, "replay_asked_at")? else { return Ok(None) };
    let stage = get_text(item, "replay_stage")?;
    let stage = ReplayStage::ALL.into_iter().find(|known| known.as_str() == stage);
    let stage = stage.ok_or_else(|| unreadable("replay_stage"))?;
    Ok(Some(ReplayMark { asked_at, stage, reopened: get_number(item, "replay_reopened")? }))
}

/// The mark of a replay as it stands in a row.
pub(super) fn mark_facts(mark: &ReplayMark) -> [(&'static str, AttributeValue); 3] {
    [
        ("replay_asked_at", at(mark.asked_at)),
        ("replay_stage", text(mark.stage.as_str())),
        ("replay_reopened", number(mark.reopened)),
    ]
}

pub(super) fn counts_value(counts: &Counts) -> AttributeValue {
    AttributeValue::M(counts.iter().map(|(class, count)| (class.clone(), number(count))).collect())
}

pub(super) fn counts(item: &Item, name: &str) -> Result<Counts, Fault> {
    let map = item.get(name).and_then(|value| value.as_m().ok()).ok_or_else(|| unreadable(name))?;
    map.keys().map(|class| Ok((class.clone(), get_number(map, class)?))).collect()
}

const STAGES: [(Stage, &str); 3] = [(Stage::Found, "found"), (Stage::Counted, "counted"), (Stage::Erased, "erased")];

pub(super) fn scope_row(scope: &Scope) -> Item {
    let Scope { place, stage, is_reused, is_returned, counted, pending, held, uncounted, removed } = scope;
    let stage = STAGES.iter().find(|(known, _)| known == stage).map_or("found", |(_, name)| name);
    let mut row = HashMap::from([
        ("stage".to_owned(), text(stage)),
        ("counted".to_owned(), counts_value(counted)),
        ("pending".to_owned(), counts_value(pending)),
        ("held".to_owned(), counts_value(held)),
        ("removed".to_owned(), number(removed)),
    ]);
    if *is_reused {
        row.insert("is_reused".to_owned(), AttributeValue::Bool(true));
    }
    if *is_returned {
        row.insert("is_returned".to_owned(), AttributeValue::Bool(true));
    }
    row.extend(place_facts(place).into_iter().map(|(name, value)| (name.to_owned(), value)));
    if !uncounted.is_empty() {
        row.insert("uncounted".to_owned(), text(serde_json::json!(uncounted).to_string()));
    }
    row
}

pub(super) fn scope(item: &Item) -> Result<Scope, Fault> {
    let stage = get_text(item, "stage")?;
    let uncounted = match item.get("uncounted") {
        Some(_) => serde_json::from_str(get_text(item, "uncounted")?).map_err(|_| unreadable("uncounted"))?,
        None => BTreeMap::new(),
    };
    Ok(Scope {
        place: get_place(item)?,
        stage: STAGES
            .iter()
            .find(|(_, name)| *name == stage)
            .map(|(stage, _)| *stage)
            .ok_or_else(|| unreadable("stage"))?,
        is_reused: item.contains_key("is_reused"),
        is_returned: item.contains_key("is_returned"),
        counted: counts(item, "counted")?,
        pending: counts(item, "pending")?,
        held: counts(item, "held")?,
        uncounted,
        removed: get_number(item, "removed")?,
    })
}
