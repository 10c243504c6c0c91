//! Suppress and discover: raise the marks, then follow the identity links to every place they reach.

use super::{Aftermath, Stop, Visit};
use crate::accept_disconnect::due_by;
use crate::accept_subject_erasure::due_by as by_request;
use crate::fault::Fault;
use crate::ids::{Platform, TenantId};
use crate::ingest_gate::Mark;
use crate::obligation::{Head, State};
use crate::policy::Route;
use crate::ports::{Clock, Connections, Disarmed, Ledger, Stores, Suppressions};
use crate::scope::{Place, Reach, Scope, Stage, is_covered};
use crate::target::Target;

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Whether the account was reactivated in time: a reactivation that was cut short cancelled the window's phase first,
    /// and the others follow it. What was erased once stays erased: nothing of it is in use.
    pub(super) async fn was_reactivated(&self, head: &Head) -> Result<bool, Stop> {
        let Target::Tenant { tenant, phase } = &head.target else { return Ok(false) };
        let window = &self.engine.map.model().termination.window;
        if phase == window || head.state != State::Received || head.reopened > 0 || head.begun_at.is_some() {
            return Ok(false);
        }
        self.is_cancelled_with_its_window(head, tenant, phase).await
    }

    /// Writes down that a phase of an account begins, before anything of it changes: from then on whoever reactivates the
    /// account is told that it goes, and until then that it stays.
    ///
    /// Errors: [`Stop::LostLease`] where it was cancelled meanwhile.
    pub(super) async fn begin(&self, head: &Head) -> Result<Head, Stop> {
        let is_of_tenant = matches!(head.target, Target::Tenant { .. });
        if !is_of_tenant || head.state != State::Received || head.begun_at.is_some() {
            return Ok(head.clone());
        }
        self.engine.ledger.begin(&self.lease, self.engine.clock.now()).await?.ok_or(Stop::LostLease)
    }

    /// From here on nothing of this person that is older gets in.
    pub(super) async fn suppress(&self, head: &Head) -> Result<(), Stop> {
        for suppression in head.target.suppressions() {
            self.engine.vault.raise(&Mark::subject(suppression), head.covers_until).await?;
        }
        Ok(())
    }

    /// Every covered place, each stopped before it is listed, together with the places known already.
    pub(super) async fn discover(&mut self, head: &Head) -> Result<Vec<Scope>, Stop> {
        let mut scopes = self.engine.ledger.scopes(head).await?;
        let named = self.named(head);
        for place in named.clone().into_iter().chain(self.reached(head).await?) {
            self.renew().await?;
            if place.is_gated() {
                let covers_until = self.connections_until(head).max(head.covers_until);
                self.engine.vault.raise(&Mark::place(&place), covers_until).await?;
            }
            let mut is_reused = false;
            if place.is_connection() {
                let now = self.engine.clock.now();
                match self.engine.vault.disarm(&place, self.connections_until(head), now).await? {
                    Disarmed::Done { platform } => self.bring_forward(head, platform.as_ref()).await?,
                    Disarmed::Missing => {}
                    Disarmed::Newer if named.as_ref() == Some(&place) => {
                        self.widen_where_misdated(head, &place, &scopes).await?;
                        is_reused = true;
                    }
                    Disarmed::Newer => continue,
                }
            }
            if place.connection().is_some() && !place.is_connection() && head.route == Route::SubjectRequest {
                let platform = self.engine.vault.platform_of(&place).await?;
                self.bring_forward(head, platform.as_ref()).await?;
            }
            match scopes.iter_mut().find(|scope| scope.place == place) {
                Some(known) if known.stage == Stage::Erased => {
                    known.find_again();
                    (known.is_reused, known.is_returned) = (is_reused, head.returned_at.is_some());
                    self.engine.ledger.save_scope(head, known).await?;
                }
                Some(known) if known.is_reused != is_reused => {
                    // Made anew since, less goes than was planned; disconnected again since, all of it does.
                    if known.is_reused {
                        known.count_anew();
                    }
                    known.is_reused = is_reused;
                    self.engine.ledger.save_scope(head, known).await?;
                }
                Some(_) => {}
                None => {
                    let found = Scope { is_reused, ..Scope::found(place) };
                    self.engine.ledger.save_scope(head, &found).await?;
                    scopes.push(found);
                }
            }
        }
        if head.seq > 1 {
            self.adopt(head, &mut scopes).await?;
        }
        self.has_discovered = true;
        Ok(scopes)
    }

    /// A connection that was there when its disconnect was received is the one that is meant, whatever day that names: ids are
    /// not used twice, and a clock can be cut to seconds or be of another zone. The row then covers up to its receipt, and
    /// another visit, which the widened row stops ingest for, goes on with that.
    async fn widen_where_misdated(&self, head: &Head, place: &Place, scopes: &[Scope]) -> Result<(), Stop> {
        let is_first = head.seq == 1 && scopes.is_empty();
        let connected_at = if is_first { self.engine.vault.connected_at(place).await? } else { None };
        if connected_at.is_some_and(|at| at < head.received_at) {
            self.engine.ledger.widen(&self.lease, head.received_at).await?;
            return Err(Stop::OutOfTime);
        }
        Ok(())
    }

    /// Whether a connection that was planned as the one that is to go has another under its id by now.
    pub(super) async fn is_made_anew(&self, head: &Head, scopes: &[Scope]) -> Result<bool, Stop> {
        let named = self.named(head).filter(Place::is_connection);
        let planned = scopes.iter().filter(|scope| scope.stage != Stage::Erased && !scope.is_reused);
        match planned.map(|scope| &scope.place).find(|place| named.as_ref() == Some(*place)) {
            Some(place) => self.is_newer(head, place).await,
            None => Ok(false),
        }
    }

    /// A connection is of a platform whose own limit may be the stricter one. The dashboard may have named another platform than
    /// the row does; what a person asks for reaches whatever their links lead to.
    async fn bring_forward(&self, head: &Head, platform: Option<&Platform>) -> Result<(), Stop> {
        let Some(platform) = platform else { return Ok(()) };
        let map = self.engine.map;
        let due_by = match head.route {
            Route::Disconnect => Some(due_by(map, platform, head.covers_until)?),
            Route::SubjectRequest => by_request(map, platform, head.received_at, self.engine.clock.now())?,
            Route::MetaDataDeletion | Route::MetaDeauthorize | Route::Termination => None,
        };
        if let Some(due_by) = due_by
            && due_by.date < head.due_by.date
        {
            self.engine.ledger.bring_forward(&self.lease, &due_by).await?;
        }
        Ok(())
    }

    /// Takes over the places of earlier requests under the same code, as erased: what is verified and looked at again
    /// is everything that was ever erased for this person, although no link leads there any more.
    pub(super) async fn adopt(&self, head: &Head, scopes: &mut Vec<Scope>) -> Result<(), Stop> {
        for place in self.engine.ledger.earlier_places(head).await? {
            if !scopes.iter().any(|scope| scope.place == place) {
                let mut adopted = Scope::found(place);
                adopted.stage = Stage::Erased;
                self.engine.ledger.save_scope(head, &adopted).await?;
                scopes.push(adopted);
            }
        }
        Ok(())
    }

    /// The place that the obligation names by itself: found without any link, and found every time.
    fn named(&self, head: &Head) -> Option<Place> {
        match &head.target {
            Target::Person { .. } => None,
            Target::Connection { place, .. } => Some(place.clone()),
            Target::Tenant { tenant, .. } => {
                let place = Place::of_tenant(tenant.clone());
                self.engine.map.stores_of(&head.target).any(|store| store.range(&place).is_some()).then_some(place)
            }
        }
    }

    pub(super) fn is_named(&self, head: &Head, place: &Place) -> bool {
        self.named(head).as_ref() == Some(place)
    }

    /// The covered places that identity links, or the directory of a tenant, lead to now, by strong reads.
    pub(super) async fn reached(&mut self, head: &Head) -> Result<Vec<Place>, Stop> {
        let mut reaches = Vec::new();
        for link in head.target.links() {
            reaches.extend(self.engine.vault.reach(link).await?);
        }
        if let Target::Tenant { tenant, phase } = &head.target {
            reaches.extend(self.connections(tenant, phase).await?);
        }
        let until = self.connections_until(head);
        self.is_connected_since |= self.closed_at.is_some() && reaches.iter().any(|to| !is_covered(to.since, until));
        reaches.retain(|reach| is_covered(reach.since, until));
        let mut places: Vec<Place> = reaches.into_iter().map(|reach| reach.place).collect();
        places.sort_unstable();
        places.dedup();
        let mut covered = Vec::with_capacity(places.len());
        for place in places {
            if !self.may_reach(head, &place).await? {
                continue;
            }
            // A link can be older than the row of its connection; the row decides.
            let connected_at = self.engine.vault.connected_at(&place).await?;
            if connected_at.is_none_or(|at| is_covered(at, until)) {
                covered.push(place);
            }
        }
        Ok(covered)
    }

    /// Whether the obligation may touch a place at all.
    async fn may_reach(&self, head: &Head, place: &Place) -> Result<bool, Stop> {
        let limit = head.target.limit();
        let platform = if limit.asks_for_platform() { self.engine.vault.platform_of(place).await? } else { None };
        Ok(limit.allows(place, platform.as_ref()))
    }

    /// The connections of a tenant that a phase takes.
    async fn connections(&self, tenant: &TenantId, phase: &str) -> Result<Vec<Reach>, Stop> {
        let map = self.engine.map;
        let phase = map.phase(phase).ok_or_else(|| Fault::park("discover", "the policy has no such phase"))?;
        if !map.takes_connections(phase) {
            return Ok(Vec::new());
        }
        let connected = self.engine.vault.of_tenant(tenant).await?;
        let taken = connected.into_iter().filter(|connected| map.is_of_phase(phase, &connected.platform));
        Ok(taken.map(|connected| connected.reach).collect())
    }
}
