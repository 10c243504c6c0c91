//! What processors have of the person, and of another: each whatever it can be asked about.

use privacy::data_map::DataMap;
use privacy::keys::KeyedRef;
use privacy::memory::{Stored, World, place};
use privacy::policy::processor::Settle;
use privacy::processors::Target;

type Copy = (String, Target);

/// At which processor there is what.
pub(crate) struct Copies {
    of_person: Vec<Copy>,
    of_other: Vec<Copy>,
}

impl Copies {
    /// What there is at the beginning of somebody with these links.
    pub(crate) fn of(map: &DataMap, links: &[KeyedRef]) -> Self {
        let contact = |name: &str| Target::Place(place("alder", "c1", Some(name)));
        let subjects = links.iter().cloned().map(Target::Subject);
        let other = Target::Subject(KeyedRef::from_stored("v1-other".to_owned()));
        let of_person: Vec<Target> = subjects.chain([contact("mia")]).collect();
        Self { of_person: handed_out(map, &of_person), of_other: handed_out(map, &[other, contact("other")]) }
    }

    pub(crate) fn hand_out(&self, world: &World) {
        for (name, target) in self.of_person.iter().chain(&self.of_other) {
            world.stored().vendors.by_name.entry(name.clone()).or_default().copies.insert(target.clone());
        }
    }

    /// Whether no processor has anything of the person any more.
    pub(crate) fn are_gone(&self, stored: &Stored) -> bool {
        !self.of_person.iter().any(|copy| is_there(stored, copy))
    }

    /// Whether each has what it had of the person.
    pub(crate) fn are_untouched(&self, stored: &Stored) -> bool {
        self.of_person.iter().all(|copy| is_there(stored, copy))
    }

    /// Whether each has what it had of the other.
    pub(crate) fn are_of_other_untouched(&self, stored: &Stored) -> bool {
        self.of_other.iter().all(|copy| is_there(stored, copy))
    }
}

fn handed_out(map: &DataMap, targets: &[Target]) -> Vec<Copy> {
    let asked = map.model().processor.iter().filter_map(|(name, processor)| match &processor.settle {
        Settle::Http(http) => Some((name, http)),
        Settle::OwnInfrastructure(_) | Settle::Expires(_) => None,
    });
    let copies = asked.flat_map(|(name, http)| {
        let known = targets.iter().filter(|target| target.exchange(http).is_some());
        known.map(|target| (name.clone(), target.clone()))
    });
    copies.collect()
}

fn is_there(stored: &Stored, (name, target): &Copy) -> bool {
    stored.vendors.by_name.get(name).is_some_and(|vendor| vendor.copies.contains(target))
}
