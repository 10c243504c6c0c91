//! Takes in what a person asks for: one conditional write, then a message to the worker that tells them so.
//!
//! Whether the person is known plays no part here, so nothing that happens here can tell. A request stands alone: it
//! neither finds nor touches another, however alike.

mod ask;
mod needs;

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use self::ask::{Ask, InvalidAsk};
pub(crate) use self::needs::needs_of;
use crate::clock::zone;
use crate::fault::Fault;
use crate::instant;
use crate::keys::{KeyedRef, REFERENCE_BYTES, SubjectKeys};
use crate::law::Law;
use crate::obligation::ObligationId;
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{Limits, NoticeQueue, RequestIntake};
use crate::subject_request::{
    Clocks, Course, Findings, PointKind, PointValue, Proof, Proven, Standing, SubjectRequest,
};

/// How many requests one source may send in a minute.
pub const PER_SOURCE_AND_MINUTE: u32 = 120;

/// What is asked for, and by which source as far as counters go.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What.
    pub ask: Ask,
    /// See [`source_of`].
    pub source: Option<KeyedRef>,
}

/// The name of a source in counters: made of its address, or whatever else tells sources apart. Of an address of IPv6 the first
/// 64 bits count: the rest is for whoever has the line to choose, as often as they like.
#[must_use]
pub fn source_of(keys: &SubjectKeys, address: &str) -> Option<KeyedRef> {
    let source = match address.parse() {
        Ok(IpAddr::V6(wide)) => match (wide.to_ipv4_mapped(), wide.segments()) {
            (Some(narrow), _) => narrow.to_string(),
            (None, [first, second, third, fourth, ..]) => format!("{first:x}:{second:x}:{third:x}:{fourth:x}::/64"),
        },
        Ok(IpAddr::V4(_)) | Err(_) => address.to_owned(),
    };
    keys.limit(&format!("source#{source}"))
}

/// What names a new request.
#[derive(Clone, Copy)]
pub enum Naming<'a> {
    /// Random bytes.
    Fresh(&'a [u8; REFERENCE_BYTES]),
    /// A name of the sender's choice: what is sent again under it with the same content on the same day, in UTC, is the same request.
    /// Some senders name everything alike, and what they ask a month later is asked anew. So is what they send again once the request
    /// is taken back, denied or answered. What says itself when it came is the same whenever it is sent.
    Repeatable(&'a str),
}

crate::redacted!(Naming<'a>);

/// What every request is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// For references.
    pub keys: &'a SubjectKeys,
    /// For dates.
    pub law: &'a Law,
    /// How long after its receipt a request that was told nothing counts as stuck.
    pub stuck_after: SignedDuration,
}

/// A request that is stored.
#[derive(Debug)]
pub struct AcceptedRequest {
    /// As it stands in the ledger.
    pub request: SubjectRequest,
    /// Whether it was stored just now.
    pub is_new: bool,
    /// Why the worker was not told, if it was not: the sweeper will.
    pub unsent: Option<Fault>,
}

/// Counts one request of a source.
///
/// # Errors
/// [`Fault`]
pub async fn admit_source(
    limits: &impl Limits,
    keys: &SubjectKeys,
    source: &KeyedRef,
    at_most: u32,
    now: Timestamp,
) -> Result<bool, Fault> {
    let minute = now.as_second().div_euclid(60);
    let counter = keys.limit(&format!("source#{minute}#{source}"));
    let counter = counter.ok_or_else(|| Fault::park("accept", "no key names a counter"))?;
    limits.admit(&counter, at_most, now + SignedDuration::from_mins(1)).await
}

/// Stores a request and has the acknowledgement sent.
///
/// # Errors
/// [`Fault`]: nothing may have been stored, so the caller must not acknowledge.
pub async fn accept_request(
    intake: &impl RequestIntake,
    queue: &impl NoticeQueue,
    terms: Terms<'_>,
    naming: Naming<'_>,
    sent: Sent,
    now: Timestamp,
) -> Result<AcceptedRequest, Fault> {
    // What staff note says itself when it came: noted again it is the same, however it ended.
    let is_noted = sent.ask.received_at.is_some();
    let points = sent.ask.data_points.clone();
    let mut new = request(terms, naming, sent.ask, now)?;
    let (request, is_new) = loop {
        match intake.receive(&new).await? {
            None => break (new, true),
            Some(known) if is_noted || !is_over(&known) => break (*known, false),
            Some(over) => new = after(terms.keys, new, &over, &points)?,
        }
    };
    // A write that timed out after it was carried out comes back as one that was there before.
    let mut unsent = None;
    if request.standing == Standing::Received {
        // What is lost of them is told by the sweep: the acknowledgement, and after it the question to the person.
        let notices = [Some(Notice::Acknowledgement), request.has_to_ask_person().then_some(Notice::AgentConfirmation)];
        for notice in notices.into_iter().flatten() {
            let source = sent.source.clone();
            let job = NoticeJob { request: request.id.clone(), notice, tenant: None, round: 1, source };
            unsent = unsent.or(queue.notify(&job).await.err());
        }
    }
    Ok(AcceptedRequest { request, is_new, unsent })
}

/// Whether nothing comes of it any more, so that who sends the same again asks anew. What needs no proof is answered at once and stays
/// in force: sent again, it is the same.
fn is_over(known: &SubjectRequest) -> bool {
    known.standing.closed_at().is_some() && !known.is_done_at_once()
}

/// The request that follows one that is over, under a name made of that one: sent again, it is the same in its turn.
fn after(
    keys: &SubjectKeys,
    new: SubjectRequest,
    over: &SubjectRequest,
    points: &BTreeMap<PointKind, PointValue>,
) -> Result<SubjectRequest, Fault> {
    let id = keys.request_id("after", over.id.as_str());
    let id = id.ok_or_else(|| Fault::park("accept", "no key makes a reference"))?;
    let points = points.iter().filter(|(kind, _)| new.data_points.contains_key(kind));
    let data_points = points.filter_map(|(kind, value)| Some((*kind, keys.data_point(&id, *kind, value)?))).collect();
    Ok(SubjectRequest { id, data_points, ..new })
}

fn request(terms: Terms<'_>, naming: Naming<'_>, ask: Ask, now: Timestamp) -> Result<SubjectRequest, Fault> {
    let id = name(terms.keys, naming, &ask, now)?;
    let park = |error: &dyn std::fmt::Display| Fault::park("accept", error.to_string());
    let received_at = instant::to_millis(ask.received_at.map_or(now, |at| at.min(now)));
    let residence = terms.law.residence(ask.residence.as_deref(), received_at);
    let regime = residence.regime_name;
    let governing = terms.law.governing_row(regime, ask.kind).map_err(|error| park(&error))?;
    let needs = needs::needs(terms.law, regime, &ask).map_err(|error| park(&error))?;
    // What need not be shown is not kept.
    let declared = ask.declaration.filter(|_| needs.contains(&Proof::Declaration));
    let points = ask.data_points.iter().filter(|_| needs.contains(&Proof::DataPoints));
    let data_points = points.filter_map(|(kind, value)| Some((*kind, terms.keys.data_point(&id, *kind, value)?)));
    let data_points = data_points.collect();
    let request = SubjectRequest {
        version: 1,
        kind: ask.kind,
        regime: regime.to_owned(),
        basis: governing.basis,
        contact: ask.contact,
        channel: ask.channel,
        received_at,
        clocks: Clocks::start_for(&governing.row, received_at, residence.zone).map_err(|error| park(&error))?,
        standing: Standing::Received,
        needs,
        proven: declared.iter().map(|_| Proven { proof: Proof::Declaration, at: received_at }).collect(),
        data_points,
        declaration: declared,
        member: None,
        told: BTreeMap::new(),
        told_tenants: BTreeMap::new(),
        undelivered: BTreeSet::new(),
        is_address_vouched: false,
        evidence_erased: false,
        agent: ask.agent,
        about_child: ask.about_child,
        appeal_of: ask.appeal_of,
        details: ask.details,
        has_words_beside: false,
        routed: Vec::new(),
        course: Course::default(),
        findings: Findings::default(),
        next_action_at: Some(instant::to_millis(now + terms.stuck_after)),
        id,
    };
    Ok(request.with_words_in_place())
}

fn name(keys: &SubjectKeys, naming: Naming<'_>, ask: &Ask, now: Timestamp) -> Result<ObligationId, Fault> {
    let day = if ask.received_at.is_some() { None } else { Some(zone::local_date(now, &TimeZone::UTC)) };
    let content = || serde_json::to_string(&(ask, day)).map_err(|error| Fault::park("accept", error));
    let id = match naming {
        Naming::Fresh(seed) => Some(ObligationId::of_request(seed)),
        Naming::Repeatable(name) => keys.request_id(name, &content()?),
    };
    id.ok_or_else(|| Fault::park("accept", "no key makes a reference"))
}

#[cfg(test)]
mod tests;
