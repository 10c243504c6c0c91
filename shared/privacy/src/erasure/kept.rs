//! Kept: what a hold that names record classes keeps at processors: of those that are asked and get copies of such a class, what
//! is of its places, and, since nobody there can tell it apart, of the person. Other processors hear of everything.

use super::Visit;
use crate::keys::KeyedRef;
use crate::legal_hold::LegalHold;
use crate::obligation::Head;
use crate::policy::processor::{Processor, Settle};
use crate::processors::{Kept, Target};
use crate::scope::Scope;

impl<L, V, C, A> Visit<'_, '_, L, V, C, A> {
    /// Of the places and people of a request: about whom which processor is not asked while these holds are in force.
    pub(super) fn kept_at_processors(
        &self,
        head: &Head,
        (scopes, subjects): (&[Scope], Option<&[KeyedRef]>),
        in_force: &[LegalHold],
    ) -> Kept {
        let mut kept = Kept::new();
        for (name, processor) in &self.engine.map.model().processor {
            let holds: Vec<&LegalHold> = in_force.iter().filter(|hold| is_about(hold, processor)).collect();
            let Settle::Http(http) = &processor.settle else { continue };
            let touched = |scope: &&Scope| holds.iter().any(|hold| hold.touches(&scope.place));
            let places = scopes.iter().filter(touched).map(|scope| Target::Place(scope.place.clone()));
            // Of an account, users of whom something is held keep their links, and nobody hands them on.
            let people = subjects.filter(|_| !self.is_of_tenant && scopes.iter().any(|scope| touched(&scope)));
            let people = people.map(|subjects| head.target.known_by().iter().chain(subjects));
            let people = people.into_iter().flatten().cloned().map(Target::Subject);
            let asked = places.chain(people).filter(|target| target.exchange(http).is_some());
            kept.extend(asked.map(|target| (name.clone(), target)));
        }
        kept
    }
}

/// Whether a processor gets copies of a class that a hold names.
fn is_about(hold: &LegalHold, processor: &Processor) -> bool {
    processor.classes.iter().any(|class| hold.scope.classes.contains(class))
}
