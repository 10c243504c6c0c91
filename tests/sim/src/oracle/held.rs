//! Legal holds: what they keep, and since when.

use std::time::Duration;

use privacy_tests::account::Account;

use super::{About, Ask, Item, Oracle, stored};

/// A hold takes effect with the next chunk; what was sent before may be carried out for so long.
pub const HOLD_TAKES_EFFECT: Duration = Duration::from_secs(300);

/// Whoever releases a hold tries until there is an answer, for so long at most; then whatever it kept is looked at.
const HOLD_LETS_GO: Duration = Duration::from_secs(2 * 86_400);

/// A legal hold.
#[derive(Clone, Debug)]
pub struct Held {
    /// Its name.
    pub id: String,
    /// Of a connection, or of all of a tenant.
    pub about: About,
    /// When it was acknowledged.
    pub placed: Option<Duration>,
    /// When somebody first tried to release it.
    pub released: Option<Duration>,
}

impl Held {
    pub(super) const fn is_open(&self) -> bool {
        self.released.is_none()
    }

    /// Whether it has been in force for a while.
    pub(super) fn is_in_force(&self, now: Duration) -> bool {
        self.placed.is_some_and(|placed| now > placed + HOLD_TAKES_EFFECT)
            && self.released.is_none_or(|released| now < released)
    }

    /// From when until when it was in force; for ever, where nobody has released it.
    pub(super) fn span(&self) -> Option<(Duration, Duration)> {
        Some((self.placed?, self.released.unwrap_or(Duration::MAX)))
    }

    /// Whether it is of everything of a tenant.
    pub(super) fn is_of_all(&self, tenant: &str) -> bool {
        matches!(self.about, About::Tenant(of) if of == tenant)
    }
}

/// Until when holds kept something, one after the other, the first of them before it was to be gone. What was released is looked at
/// within so long: a hold that came before that took over.
pub(super) fn kept_until(
    holds: impl Iterator<Item = (Duration, Duration)>,
    over: Duration,
    looked_at_within: Duration,
) -> Option<Duration> {
    let mut spans: Vec<(Duration, Duration)> = holds.collect();
    spans.sort_unstable();
    let longer = |until: Option<Duration>, (placed, released): (Duration, Duration)| {
        let taken_over = until.map_or(over, |until| over.max(until.saturating_add(looked_at_within)));
        if placed < taken_over { until.max(Some(released)) } else { until }
    };
    spans.into_iter().fold(None, longer)
}

impl Oracle {
    pub(super) fn keeps(&self, hold: &Held, connection: usize) -> bool {
        match hold.about {
            About::Connection(of) => self.connections[of].is_by_same(&self.connections[connection]),
            About::Tenant(tenant) => self.connections[connection].tenant == tenant,
            About::Person(_) => false,
        }
    }

    /// Whether a hold has been in force for a while.
    pub(super) fn is_held(&self, connection: usize, now: Duration) -> bool {
        self.holds.iter().any(|hold| self.keeps(hold, connection) && hold.is_in_force(now))
    }

    /// Whether a hold may be in force.
    pub(super) fn may_be_held(&self, connection: usize) -> bool {
        self.holds.iter().any(|hold| hold.is_open() && self.keeps(hold, connection))
    }

    /// Whether no hold is of a connection any more: one that is released may be in force for hours, until somebody has the answer.
    pub(super) fn is_free(&self, connection: usize, now: Duration) -> bool {
        let is_over = |hold: &Held| hold.released.is_some_and(|released| released + HOLD_LETS_GO < now);
        self.holds.iter().all(|hold| !self.keeps(hold, connection) || is_over(hold))
    }

    /// Whether a hold may keep anything that a request covers, or another under the same key: they are worked off together.
    pub(super) fn may_be_kept(&self, id: &str) -> bool {
        let is_kept = |ask: &Ask| {
            let mut all = 0..self.connections.len();
            all.any(|one| self.may_be_held(one) && self.is_about(ask.about, ask.covers_until, one))
        };
        self.asks.iter().filter(|ask| ask.id == id).any(is_kept)
    }

    /// Whether any hold is in force, or may be.
    #[must_use]
    pub fn has_open_hold(&self) -> bool {
        self.holds.iter().any(Held::is_open)
    }

    /// Whether what holds keep changes by nothing: some are in force, and none was released in the last days.
    #[must_use]
    pub fn is_kept_as_it_is(&self, now: Duration) -> bool {
        let is_let_go = |hold: &Held| hold.released.is_some_and(|released| now < released + HOLD_LETS_GO);
        self.has_open_hold() && !self.holds.iter().any(is_let_go)
    }

    /// A hold has taken effect: from now on what is there stays.
    pub fn takes_effect(&mut self, hold: usize, account: &Account) {
        let there = stored(account);
        let is_kept =
            |(key, item): &(&String, &Item)| self.keeps(&self.holds[hold], item.connection) && there.contains_key(*key);
        let kept: Vec<(usize, String)> =
            self.items.iter().filter(is_kept).map(|(key, _)| (hold, key.clone())).collect();
        self.kept.extend(kept);
    }
}

#[cfg(test)]
mod tests {
    use privacy_tests::account::Account;
    use serde_json::json;

    use super::*;
    use crate::oracle::{Broken, Connected};

    /// What the oracle says of a row that was there when a hold took effect, and has gone by ways that nobody saw.
    fn found(about: About, is_released: bool) -> Vec<Broken> {
        let (mut oracle, account) = (Oracle::default(), Account::new());
        oracle.connections.push(Connected::long_ago("alder", "c1"));
        let key = json!({"pk": {"S": "alder#c1"}, "sk": {"S": "contact#p1#score"}});
        account.put_all("inbox", std::slice::from_ref(&key));
        oracle.may_store(0, "inbox", &key);
        let placed = Some(Duration::ZERO);
        oracle.holds.push(Held { id: "hold-number-0".to_owned(), about, placed, released: None });
        oracle.takes_effect(0, &account);
        oracle.holds[0].released = is_released.then_some(Duration::from_secs(1));
        let (status, _) = account.carry_out("DeleteItem", json!({"TableName": "inbox", "Key": key}));
        assert_eq!(status, 200);
        oracle.judge_items(&account);
        oracle.violations().iter().map(|violation| violation.broken).collect()
    }

    #[test]
    fn what_a_hold_keeps_stands_in_the_end() {
        assert_eq!(found(About::Connection(0), false), [Broken::HoldIgnored]);
        assert_eq!(found(About::Tenant("alder"), false), [Broken::HoldIgnored]);
        assert_eq!(found(About::Tenant("birch"), false), [], "of another tenant");
        assert_eq!(found(About::Connection(0), true), [], "it was released");
    }

    #[test]
    fn what_holds_keep_changes_where_one_was_released_lately() {
        let day = |number: u64| Duration::from_secs(number * 86_400);
        let is_as_it_is = |released: &[Option<u64>]| {
            let held = |released: &Option<u64>| {
                let (placed, released) = (Some(Duration::ZERO), released.map(day));
                Held { id: "hold-number-0".to_owned(), about: About::Tenant("alder"), placed, released }
            };
            let oracle = Oracle { holds: released.iter().map(held).collect(), ..Oracle::default() };
            oracle.is_kept_as_it_is(day(9))
        };
        assert!(is_as_it_is(&[None]) && is_as_it_is(&[None, Some(6)]));
        assert!(!is_as_it_is(&[None, Some(8)]), "what it kept may have to go");
        assert!(!is_as_it_is(&[]) && !is_as_it_is(&[Some(6)]), "none is in force");
    }
}
