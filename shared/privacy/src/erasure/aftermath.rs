//! What is left to do once our own copies are gone: every processor confirms, and every tenant gets a receipt.

use std::collections::BTreeMap;
use std::future::Future;

use jiff::Timestamp;

use crate::data_map::DataMap;
use crate::fault::Fault;
use crate::keys::{KeyedRef, SubjectKeys};
use crate::obligation::{Head, PlanHash};
use crate::ports::{Answer, Clock};
use crate::processors::{self, Case, Extent, How, Kept, ProcessorLedger, Processors, Report, Said, Settling, Target};
use crate::receipt::{
    Body, ChainLedger, ChainStore, Chains, Confirmation, ErasureReceipt, InvalidName, Name, Occasion, SigningKey,
    Undraftable, tenants,
};
use crate::scope::Scope;

/// What processors are asked about.
#[derive(Clone, Copy, Debug)]
pub struct Reached<'a> {
    /// The places.
    pub scopes: &'a [Scope],
    /// Whom was handed on, beside whom the request is about; `None`: nobody is asked about as a whole.
    pub subjects: Option<&'a [KeyedRef]>,
    /// What of it a hold keeps at one of them.
    pub kept: &'a Kept,
}

/// What the engine asks for after a strong read found nothing. Every call may be repeated.
pub trait Aftermath: Sync {
    /// Asks every processor that is due about what was reached, and looks at it, until no call may begin any more (`stop_at`).
    /// What was confirmed before `confirmed_since` is looked at again.
    fn settle(
        &self,
        head: &Head,
        reached: Reached<'_>,
        confirmed_since: Option<Timestamp>,
        stop_at: Timestamp,
    ) -> impl Future<Output = Answer<Report>> + Send;

    /// Makes sure that every tenant of these places has its receipt: a strong read found nothing at an instant, by a plan.
    fn certify(
        &self,
        head: &Head,
        verified: (Timestamp, &PlanHash),
        scopes: &[Scope],
        report: &Report,
    ) -> impl Future<Output = Answer<()>> + Send;
}

/// Processors and receipts over their ports.
#[derive(Debug)]
pub struct Proof<'a, P, L, S, C> {
    /// The processors.
    pub processors: &'a P,
    /// The receipts; the states of processors are kept in the ledger of theirs.
    pub certifying: Certifying<'a, L, S, C>,
}

impl<P, L, S, C> Aftermath for Proof<'_, P, L, S, C>
where
    P: Processors,
    L: ProcessorLedger + ChainLedger,
    S: ChainStore,
    C: Clock,
{
    async fn settle(
        &self,
        head: &Head,
        reached: Reached<'_>,
        confirmed_since: Option<Timestamp>,
        stop_at: Timestamp,
    ) -> Answer<Report> {
        let (processors, &Certifying { ledger, clock, map, .. }) = (self.processors, &self.certifying);
        settle(&Settling { processors, ledger, clock, map }, head, reached, confirmed_since, stop_at).await
    }

    async fn certify(
        &self,
        head: &Head,
        verified: (Timestamp, &PlanHash),
        scopes: &[Scope],
        report: &Report,
    ) -> Answer<()> {
        self.certifying.certify(head, verified, scopes, report).await
    }
}

/// [`Aftermath::settle`] over its ports: it takes no key.
///
/// # Errors
/// As [`Settling::settle`].
pub async fn settle<P, L, C>(
    settling: &Settling<'_, P, L, C>,
    head: &Head,
    Reached { scopes, subjects, kept }: Reached<'_>,
    confirmed_since: Option<Timestamp>,
    stop_at: Timestamp,
) -> Answer<Report>
where
    P: Processors,
    L: ProcessorLedger,
    C: Clock,
{
    let people = subjects.map(|subjects| head.target.known_by().iter().chain(subjects));
    let people = people.into_iter().flatten().cloned().map(Target::Subject);
    let targets: Vec<Target> = people.chain(scopes.iter().map(|scope| Target::Place(scope.place.clone()))).collect();
    let case = Case {
        id: &head.id,
        seq: head.seq,
        reopened: head.reopened,
        route: head.route,
        targets: &targets,
        extent: extent(head, scopes),
        kept,
    };
    match confirmed_since {
        Some(since) => settling.look_again(&case, since, stop_at).await,
        None => settling.settle(&case, stop_at).await,
    }
}

/// Receipts over their ports: they ask no processor.
#[derive(Debug)]
pub struct Certifying<'a, L, S, C> {
    /// Where the intents of receipts are kept.
    pub ledger: &'a L,
    /// Where receipts stand.
    pub store: &'a S,
    /// The time.
    pub clock: &'a C,
    /// The policy.
    pub map: &'a DataMap,
    /// Name tenants and obligations in receipts.
    pub subject_keys: &'a SubjectKeys,
    /// Signs receipts.
    pub signing_key: &'a SigningKey,
}

impl<L: ChainLedger, S: ChainStore, C: Clock> Certifying<'_, L, S, C> {
    /// [`Aftermath::certify`].
    ///
    /// # Errors
    /// [`Fault`]: call it again.
    pub async fn certify(
        &self,
        head: &Head,
        (erased_at, plan): (Timestamp, &PlanHash),
        scopes: &[Scope],
        report: &Report,
    ) -> Answer<()> {
        let chains = Chains { ledger: self.ledger, store: self.store, clock: self.clock, key: self.signing_key };
        let unwritable = |error: Undraftable| Fault::park("receipt.draft", error);
        for tenant in tenants(scopes) {
            let no_key = || Fault::park("receipt.draft", "the ring of subject keys is empty");
            let chain = self.subject_keys.receipt_chain(&tenant).ok_or_else(no_key)?;
            let occasion = Occasion::Erasure {
                obligation: head.id.clone(),
                request: head.seq,
                reopened: head.reopened,
                tenant: tenant.clone(),
            };
            if chains.is_appended(&occasion).await? {
                continue;
            }
            let draft = ErasureReceipt::draft(self.subject_keys, self.map, head, (erased_at, plan), (&tenant, scopes));
            let mut receipt = draft.map_err(unwritable)?;
            receipt.processors = confirmations(report).map_err(unwritable)?;
            chains.append(&occasion, &chain, &Body::ErasureReceipt(receipt)).await?;
        }
        Ok(())
    }
}

/// What of ours is gone.
fn extent(head: &Head, scopes: &[Scope]) -> Extent {
    let counted = scopes.iter().flat_map(|scope| scope.counted.values());
    Extent {
        covers_until: head.state.plan().map_or(head.covers_until, |plan| plan.covers_until),
        counted: counted.fold(0, |sum, count| sum.saturating_add(*count)),
        removed: scopes.iter().fold(0, |sum, scope| sum.saturating_add(scope.removed)),
    }
}

/// What a receipt says of the processors that are concerned. It is written once all of them have an answer.
fn confirmations(report: &Report) -> Result<BTreeMap<Name, Confirmation>, Undraftable> {
    let mut confirmations = BTreeMap::new();
    for line in &report.lines {
        use processors::State;
        let confirmation = match &line.state {
            State::Confirmed { at, how: How::FollowUp } => match line.said {
                Some(Said::Accepted) => Confirmation::Removed { at: *at },
                Some(Said::NothingThere) => Confirmation::NothingFound { at: *at },
                None => Confirmation::FoundNothing { at: *at },
            },
            State::Confirmed { at, how: How::OwnErasure } => Confirmation::FoundNothing { at: *at },
            State::Retained { at, .. } => Confirmation::Retained { at: *at },
            State::ExpiresBy { date } => Confirmation::ExpiresBy { date: *date },
            State::Waiting { .. } | State::Asked { .. } | State::NotConcerned => continue,
        };
        let name = Name::parse(&line.name).map_err(|error: InvalidName| Undraftable::from(error))?;
        confirmations.insert(name, confirmation);
    }
    Ok(confirmations)
}
