//! Two holds of one tenant: one on all that it has, one on what it has of the person.

use std::sync::{Arc, Mutex};

use privacy::hold_data::{place_hold, release_hold};
use privacy::ids::{ContactId, TenantId};
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::memory::{Stored, World};
use privacy::ports::Clock;

use crate::office::{Office, begins_at, ready};
use crate::state::{PAGE_RECORDS, Spent};

/// How many there are.
pub const HOLDS: usize = 2;

/// The holds, in the order in which they are placed.
#[must_use]
fn hold(index: usize) -> LegalHold {
    let note = |text| Note::parse(text).expect("a note");
    let of_tenant = HoldScope::of_tenant(TenantId::parse("alder").expect("a tenant"));
    let (id, scope) = match index {
        0 => ("hold-of-a-court", of_tenant),
        _ => ("hold-of-a-claim", HoldScope { contact: ContactId::parse("mia").ok(), ..of_tenant }),
    };
    LegalHold {
        id: HoldId::parse(id).expect("a name"),
        scope,
        reason: note("a court"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: begins_at(),
        review_by: "2026-05-20".parse().expect("a date"),
    }
}

impl Office {
    /// Places a hold between two visits of a worker.
    pub(crate) fn hold(&self, world: &World, index: usize, spent: &mut Spent) {
        note(spent, index, left(&world.stored()), false);
        ready(place_hold(world, self.map(), &hold(index), world.now())).expect("a hold that may be placed");
    }

    /// Places a hold just before a call of the visit that begins now; what was there by then, or `None` if it makes fewer calls.
    pub(crate) fn hold_amid(&self, world: &World, index: usize, call: u64, spent: &mut Spent) -> bool {
        let placed = Arc::new(Mutex::new(None));
        let (map, noted) = (Arc::clone(&self.map), Arc::clone(&placed));
        world.strike(None);
        world.interrupt(call, move |stored| {
            *noted.lock().expect("a lock") = Some(left(stored));
            let elsewhere = World::of(std::mem::take(stored), PAGE_RECORDS);
            ready(place_hold(&elsewhere, &map, &hold(index), elsewhere.now())).expect("a hold that may be placed");
            *stored = elsewhere.into_stored();
        });
        self.work(world, 0, false);
        let kept = *placed.lock().expect("a lock");
        kept.into_iter().for_each(|kept| note(spent, index, kept, true));
        kept.is_some()
    }

    pub(crate) fn release(&self, world: &World, index: usize) {
        ready(release_hold(world, world, world, &hold(index).id, world.now())).expect("ports in memory do not fail");
    }

    /// Releases whatever is in force.
    pub(crate) fn release_all(&self, world: &World, spent: &Spent) {
        let in_force = (0..HOLDS).filter(|index| spent.holds[*index] == [true, false]);
        in_force.for_each(|index| self.release(world, index));
    }
}

fn note(spent: &mut Spent, index: usize, kept: u8, is_amid_work: bool) {
    if !spent.is_held() {
        (spent.kept, spent.is_amid_work) = (kept, is_amid_work);
    }
    spent.holds[index] = [true, false];
}

/// Where something of the person lies: a bit for each store.
#[must_use]
pub fn left(stored: &Stored) -> u8 {
    let inbox = stored.items.get(&("inbox".to_owned(), "alder#c1".to_owned()));
    let media = stored.objects.get("media");
    let has_profile = inbox.is_some_and(|keys| keys.contains("contact#mia#profile"));
    let has_avatar = media.is_some_and(|versions| versions.iter().any(|(key, _)| key == AVATAR));
    u8::from(has_profile) | u8::from(has_avatar) << 1
}

/// All of it.
pub const ALL: u8 = 0b11;

/// A picture of the person.
pub(crate) const AVATAR: &str = "alder/c1/mia/avatar/1.jpg";
