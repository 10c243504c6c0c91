//! The book of legal holds in memory.

use jiff::Timestamp;

use super::World;
use crate::legal_hold::{HoldId, LegalHold};
use crate::obligation::ObligationId;
use crate::ports::{Answer, BookedHold, HoldBook, Placed, Released};

impl HoldBook for World {
    async fn place(&self, hold: &LegalHold) -> Answer<Placed> {
        self.call("holds.place", |stored| match stored.booked.get(&hold.id) {
            Some(booked) => Placed::Already(Box::new(booked.clone())),
            None => {
                stored.booked.insert(hold.id.clone(), BookedHold { hold: hold.clone(), released_at: None });
                stored.holds.push(hold.clone());
                stored.hold_changes += 1;
                Placed::New
            }
        })
    }

    async fn find(&self, id: &HoldId) -> Answer<Option<BookedHold>> {
        self.call("holds.find", |stored| stored.booked.get(id).cloned())
    }

    async fn release(&self, id: &HoldId, now: Timestamp) -> Answer<Released> {
        self.call("holds.release", |stored| match stored.booked.get_mut(id) {
            Some(booked) => {
                booked.released_at.get_or_insert(now);
                stored.holds.retain(|hold| hold.id != *id);
                stored.hold_changes += 1;
                Released::Done
            }
            None => Released::Unknown,
        })
    }

    async fn waiting(&self, id: &HoldId) -> Answer<Vec<ObligationId>> {
        self.call("holds.waiting", |stored| {
            stored.waiting.iter().filter(|(hold, _)| hold == id).map(|(_, obligation)| obligation.clone()).collect()
        })
    }

    async fn changes(&self) -> Answer<u64> {
        self.call("holds.changes", |stored| stored.hold_changes)
    }

    async fn in_force(&self) -> Answer<Vec<LegalHold>> {
        self.call("holds.in_force", |stored| {
            let in_force = stored.booked.values().filter(|booked| booked.released_at.is_none());
            in_force.map(|booked| booked.hold.clone()).collect()
        })
    }

    async fn all(&self) -> Answer<Vec<BookedHold>> {
        self.call("holds.all", |stored| stored.booked.values().cloned().collect())
    }
}
