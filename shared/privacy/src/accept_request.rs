//! Takes in what a person asks for: one conditional write, then a message to the worker that tells them so.
//!
//! Whether the person is known plays no part here, so nothing that happens here can tell. A request stands alone: it
//! neither finds nor touches another, however alike.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::clock::model::Kind;
use crate::fault::Fault;
use crate::instant;
use crate::keys::{KeyedRef, REFERENCE_BYTES, SubjectKeys};
use crate::law::{Law, Row};
use crate::obligation::ObligationId;
use crate::subject_request::notice::{Notice, NoticeJob};
use crate::subject_request::ports::{Limits, NoticeQueue, RequestIntake};
use crate::subject_request::{
    Agent, Channel, Clocks, Contact, Course, Findings, Proof, Standing, SubjectRequest, Words,
};

/// How many requests one source may send in a minute.
pub const PER_SOURCE_AND_MINUTE: u32 = 120;

/// How far the clock of whoever noted a receipt may be ahead of ours.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// How long ago a request may have reached us that is noted only now.
const NOTED_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 366);

/// What is asked for, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// What they want.
    pub kind: Kind,
    /// Who they are.
    pub contact: Contact,
    /// Where they say they live.
    pub residence: Option<String>,
    /// Who asks for them.
    pub agent: Option<Agent>,
    /// Whether it is about a child.
    pub about_child: bool,
    /// Which denial they ask to look at again.
    pub appeal_of: Option<ObligationId>,
    /// What else they wrote.
    pub details: Option<Words>,
    /// How it came.
    pub channel: Channel,
    /// When it reached us, if that was not now.
    pub received_at: Option<Timestamp>,
}

/// Why something is not a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAsk {
    /// There is nobody to answer.
    #[error("an e-mail address or a connected account is needed")]
    NoContact,
    /// An appeal of nothing.
    #[error("an appeal names the request that it is about")]
    NoAppealed,
    /// It was received in the future, or so long ago that it is a mistake.
    #[error("received_at is not within the last year")]
    ReceivedAt,
}

impl InvalidAsk {
    /// The member that is wrong.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::NoContact => "email",
            Self::NoAppealed => "appeal_of",
            Self::ReceivedAt => "received_at",
        }
    }
}

impl Ask {
    /// # Errors
    /// [`InvalidAsk`]
    pub fn check(&self, now: Timestamp) -> Result<(), InvalidAsk> {
        if self.contact.email.is_none() && self.contact.account.is_none() {
            return Err(InvalidAsk::NoContact);
        }
        if self.kind == Kind::Appeal && self.appeal_of.is_none() {
            return Err(InvalidAsk::NoAppealed);
        }
        match self.received_at {
            Some(at) if at > now + CLOCK_SKEW || at < now - NOTED_WITHIN => Err(InvalidAsk::ReceivedAt),
            Some(_) | None => Ok(()),
        }
    }
}

/// What is asked for, and by which source as far as counters go.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What.
    pub ask: Ask,
    /// See [`source_of`].
    pub source: Option<KeyedRef>,
}

/// The name of a source in counters: made of its address, or whatever else tells sources apart.
#[must_use]
pub fn source_of(keys: &SubjectKeys, address: &str) -> Option<KeyedRef> {
    keys.limit(&format!("source#{address}"))
}

/// What names a new request.
#[derive(Clone, Copy, Debug)]
pub enum Naming<'a> {
    /// Random bytes.
    Fresh(&'a [u8; REFERENCE_BYTES]),
    /// A name of the sender's choice: what is sent again under it with the same content is the same request.
    Repeatable(&'a str),
}

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
    let new = request(terms, naming, sent.ask, now)?;
    let (request, is_new) = match intake.receive(&new).await? {
        Some(known) => (*known, false),
        None => (new, true),
    };
    // A write that timed out after it was carried out comes back as one that was there before.
    let unsent = if request.standing == Standing::Received {
        let (notice, source) = (Notice::Acknowledgement, sent.source);
        let job = NoticeJob { request: request.id.clone(), notice, tenant: None, round: 1, source };
        queue.notify(&job).await.err()
    } else {
        None
    };
    Ok(AcceptedRequest { request, is_new, unsent })
}

fn request(terms: Terms<'_>, naming: Naming<'_>, ask: Ask, now: Timestamp) -> Result<SubjectRequest, Fault> {
    let park = |error: serde_json::Error| Fault::park("accept", error);
    let id = match naming {
        Naming::Fresh(seed) => Some(ObligationId::of_request(seed)),
        Naming::Repeatable(name) => terms.keys.request_id(name, &serde_json::to_string(&ask).map_err(park)?),
    };
    let id = id.ok_or_else(|| Fault::park("accept", "no key makes a reference"))?;
    let row = governing(terms.law, ask.residence.as_deref(), ask.kind)?;
    let received_at = instant::to_millis(ask.received_at.map_or(now, |at| at.min(now)));
    Ok(SubjectRequest {
        id,
        version: 1,
        kind: ask.kind,
        regime: row.regime_name.to_owned(),
        needs: needs(ask.kind, &ask.contact, ask.agent.as_ref()),
        contact: ask.contact,
        channel: ask.channel,
        received_at,
        clocks: Clocks::start(&row, received_at).map_err(|error| Fault::park("accept", error))?,
        standing: Standing::Received,
        proven: Vec::new(),
        member: None,
        told: BTreeMap::new(),
        told_tenants: BTreeMap::new(),
        undelivered: BTreeSet::new(),
        evidence_erased: false,
        agent: ask.agent,
        about_child: ask.about_child,
        appeal_of: ask.appeal_of,
        details: ask.details,
        routed: Vec::new(),
        course: Course::default(),
        findings: Findings::default(),
        next_action_at: Some(instant::to_millis(now + terms.stuck_after)),
    })
}

/// The row that sets the dates: of the law where they say they live, or of the strictest reading where it has none.
fn governing<'a>(law: &'a Law, residence: Option<&str>, kind: Kind) -> Result<Row<'a>, Fault> {
    let regime = residence.unwrap_or("UNKNOWN");
    let row = law.row(regime, kind).or_else(|_| law.row("UNKNOWN", kind));
    row.map_err(|error| Fault::park("accept", error))
}

/// What has to be shown. Nothing where an answer gives nothing away and the law forbids to ask; a code to what the person
/// says is theirs everywhere else.
fn needs(kind: Kind, contact: &Contact, agent: Option<&Agent>) -> Vec<Proof> {
    let own = match kind {
        Kind::OptOut | Kind::Limit | Kind::Complaint | Kind::Appeal => None,
        Kind::Access
        | Kind::Know
        | Kind::Correction
        | Kind::Erasure
        | Kind::Portability
        | Kind::Restriction
        | Kind::Objection
        | Kind::ConsentWithdrawal => Some(if contact.email.is_some() { Proof::EmailCode } else { Proof::HandleCode }),
    };
    own.into_iter().chain(agent.map(|_| Proof::AgentPermission)).collect()
}

#[cfg(test)]
mod tests;
