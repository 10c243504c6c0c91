//! Free: strong reads of a place of which a hold keeps something must find nothing that no hold keeps. Each record is judged as
//! it is when erased, so what stays beside what is held (what finds the place, and links to whom something is held of) is no
//! residue here either.

use std::collections::BTreeSet;

use super::covered::{Age, age};
use super::{Aftermath, Failures, Stop, Visit};
use crate::data_map::{KeyRange, StoreMap};
use crate::legal_hold::LegalHold;
use crate::obligation::Head;
use crate::ports::{Clock, Connections, Ledger, Read, Record, Stores, Suppressions};
use crate::scope::{Place, Scope};

/// What is read of a store: links are judged once it is known of whom something is held.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Records,
    Links,
}

/// After how many pages the lease is renewed: where a hold is as narrow as a source, a page costs many reads.
const PAGES_PER_RENEWAL: u32 = 10;

/// What was found beside what is held.
#[derive(Default)]
struct Beside {
    /// Records of a later date are somebody's new life.
    spares_later: bool,
    /// From before the request, and free.
    is_covered: bool,
    /// Free, and nothing says when it is from.
    is_undated: bool,
    /// From after the request, whether it is held or not.
    is_later: bool,
    /// The store has rows that name links.
    has_links: bool,
    /// Of whom something is held.
    owners: BTreeSet<Place>,
}

impl<L, V, C, A> Visit<'_, '_, L, V, C, A>
where
    L: Ledger,
    V: Stores + Connections + Suppressions,
    C: Clock,
    A: Aftermath,
{
    /// Whether anything of a place should have gone beside what is held of it. A place that a hold keeps whole is not read.
    pub(super) async fn has_free(&self, head: &Head, scope: &Scope, unreadable: &mut Failures) -> Result<bool, Stop> {
        let holds = self.holds(&scope.place).await?;
        if holds.iter().any(|hold| hold.keeps_whole(&scope.place)) {
            return Ok(false);
        }
        let place = &scope.place;
        let is_newer = place.is_connection() && self.is_newer(head, place).await?;
        let is_named = self.is_named(head, place);
        if is_newer && !is_named {
            return Ok(false);
        }
        let mut beside = Beside { spares_later: is_newer || scope.spares_later(), ..Beside::default() };
        let mut with_links = Vec::new();
        for store in self.engine.map.stores_of(&head.target).filter(|store| !store.identities) {
            beside.has_links = false;
            self.read_beside(head, place, (store, Pass::Records), (&holds, &mut beside, unreadable)).await?;
            if beside.has_links {
                with_links.push(store);
            }
        }
        for store in with_links {
            self.read_beside(head, place, (store, Pass::Links), (&holds, &mut beside, unreadable)).await?;
        }
        // Of an account that came back nobody can say whose an undated record is: it is counted, and asked about, when the hold
        // lets go.
        let is_nobodys = head.returned_at.is_some() || scope.is_returned || beside.is_later;
        Ok(beside.is_covered || (beside.is_undated && !is_nobodys))
    }

    /// One pass over a store. One that cannot be read leaves the others read.
    async fn read_beside(
        &self,
        head: &Head,
        place: &Place,
        (store, pass): (&StoreMap, Pass),
        (holds, beside, unreadable): (&[LegalHold], &mut Beside, &mut Failures),
    ) -> Result<(), Stop> {
        let Some(range) = store.range(place) else { return Ok(()) };
        let mut after = None;
        let mut pages = 0_u32;
        loop {
            match self.page_beside(head, place, (store, &range, pass), after.as_ref(), (holds, beside)).await {
                Ok(next) => after = next,
                Err(Stop::Fault(fault)) => {
                    unreadable.insert(store.name.clone(), fault);
                    return Ok(());
                }
                Err(stop) => return Err(stop),
            }
            if after.is_none() || beside.is_covered {
                return Ok(());
            }
            pages += 1;
            if pages.is_multiple_of(PAGES_PER_RENEWAL) {
                self.renew().await?;
            }
        }
    }

    async fn page_beside(
        &self,
        head: &Head,
        place: &Place,
        (store, range, pass): (&StoreMap, &KeyRange, Pass),
        after: Option<&Record>,
        (holds, beside): (&[LegalHold], &mut Beside),
    ) -> Result<Option<Record>, Stop> {
        let page = self.engine.vault.page(&store.name, range, after, None, Read::Strong).await?;
        let kept = self.kept_by(place, store, &page.records, holds).await?;
        for (record, kept) in page.records.iter().zip(kept) {
            let age = if beside.spares_later { age(head, store, record) } else { Age::Covered };
            if age == Age::Later {
                beside.is_later = true;
                continue;
            }
            let owner = store.owner(place, &record.key);
            let is_link = store.is_link(&record.key);
            if kept.is_some() {
                beside.owners.insert(owner);
            } else if is_link && pass == Pass::Records {
                beside.has_links = true;
            } else if is_link == (pass == Pass::Links) {
                let finds_held = is_link && (beside.owners.contains(place) || beside.owners.contains(&owner));
                beside.is_covered |= !finds_held && age == Age::Covered;
                beside.is_undated |= !finds_held && age == Age::Undated;
            }
        }
        Ok(page.next)
    }
}
