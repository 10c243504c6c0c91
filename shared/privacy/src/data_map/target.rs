//! What an obligation is about, in the words of the policy: its stores, its classes, its promise.

use std::collections::BTreeMap;

use super::{DataMap, StoreMap};
use crate::policy::Route;
use crate::policy::model::Class;
use crate::policy::processor::{Processor, Retains};
use crate::policy::retained::{PersonKind, Retained};
use crate::scope::{Part, Place};
use crate::target::Target;

impl DataMap {
    /// The stores that an obligation empties, the one that finds people last. A person's links may lead to a connection, to
    /// a contact or to a user of an account.
    pub fn stores_of<'a>(&'a self, target: &'a Target) -> impl Iterator<Item = &'a StoreMap> {
        self.stores.iter().filter(move |store| match target {
            Target::Person { .. } => {
                store.connection.is_some()
                    || store.contact.is_some()
                    || store.tenant_contact.is_some()
                    || store.user.is_some()
            }
            Target::Connection { .. } => store.connection.is_some() || store.contact.is_some(),
            Target::Tenant { phase, .. } => self.phase(phase).is_some_and(|phase| phase.stores.contains(&store.name)),
        })
    }

    /// Whether records of a class of one of its stores can be found for an obligation: what only a whole tenant has, no person
    /// does.
    fn can_reach(&self, target: &Target, store: &StoreMap, class: &str) -> bool {
        let names_person = |class: &Class| class.scope.iter().any(|part| part == "contact" || part == "user");
        match target {
            Target::Person { .. } => {
                store.connection.is_some() || self.model.class.get(class).is_some_and(names_person)
            }
            Target::Connection { .. } | Target::Tenant { .. } => true,
        }
    }

    /// The counts of a plan with every class in it that the obligation is about, zero where nothing was found.
    #[must_use]
    pub fn with_zeros(&self, target: &Target, counts: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
        let classes = self.stores_of(target).flat_map(|store| {
            let names = store.classes.iter().map(|(name, _)| name);
            names.filter(move |name| self.can_reach(target, store, name))
        });
        let mut all: BTreeMap<String, u64> = classes.map(|name| (name.clone(), 0)).collect();
        all.extend(counts.iter().map(|(name, count)| (name.clone(), *count)));
        all
    }

    /// The classes that a request of a route leaves, as laws want them, given whom it reached.
    pub fn retained<'a>(
        &'a self,
        route: Route,
        reached: impl Iterator<Item = &'a Place>,
    ) -> impl Iterator<Item = (&'a str, &'a Retained)> {
        let kind = |place: &Place| match &place.part {
            Part::OwnContact(_) | Part::Connection(_, Some(_)) => Some(PersonKind::Contact),
            Part::User(_) => Some(PersonKind::User),
            Part::Own | Part::Connection(_, None) => None,
        };
        let kinds: Vec<PersonKind> = reached.filter_map(kind).collect();
        let classes =
            self.model.class.iter().filter_map(|(name, class)| Some((name.as_str(), class.retained.as_ref()?)));
        classes.filter(move |(_, retained)| {
            retained.routes.contains(&route) && retained.of.is_none_or(|kind| kinds.contains(&kind))
        })
    }

    /// The processors that a request of a route concerns and that keep something when all else is gone, with what they keep.
    pub fn kept_elsewhere(&self, route: Route) -> impl Iterator<Item = (&str, &Processor, &Retains)> {
        let concerned = self.model.processor.iter().filter(move |(_, processor)| processor.routes.contains(&route));
        concerned.filter_map(|(name, processor)| Some((name.as_str(), processor, processor.retains()?)))
    }

    /// The section of the policy that promises an obligation's end.
    #[must_use]
    pub fn section(&self, route: Route, target: &Target) -> Option<&str> {
        match target {
            Target::Person { .. } | Target::Connection { .. } => {
                self.promise(route).map(|promise| promise.policy.as_str())
            }
            Target::Tenant { phase, .. } => self.phase(phase).map(|phase| phase.policy.as_str()),
        }
    }

    /// How long before its date the alarm of an obligation rings.
    #[must_use]
    pub fn alarm_before(&self, route: Route, target: &Target) -> Option<jiff::Span> {
        match target {
            Target::Person { .. } | Target::Connection { .. } => {
                self.promise(route).map(|promise| promise.alarm_before)
            }
            Target::Tenant { phase, .. } => self.phase(phase).map(|phase| phase.alarm_before),
        }
    }
}
