//! A bundle as the ledger knows it: the one that answers a job now, and those made for it before, each there until its own day.

use jiff::Timestamp;

/// What the ledger knows of the bundles of one job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// How many the same job had before; from 0.
    pub round: u32,
    /// The upload that was begun, until it is complete.
    pub upload: Option<String>,
    /// Whether something was kept for the next worker.
    pub is_kept: bool,
    /// When it was complete.
    pub made_at: Option<Timestamp>,
    /// How long it is.
    pub bytes: u64,
    /// When everything of it is erased at the latest, made or not.
    pub erase_at: Option<Timestamp>,
    /// When it was erased.
    pub erased_at: Option<Timestamp>,
    /// Those before it that are still there, oldest first: what was purged since then stands in no later one.
    pub earlier: Vec<Round>,
}

/// One that was made, until it is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// How many the same job had before; from 0.
    pub round: u32,
    /// When it was complete.
    pub made_at: Timestamp,
    /// When it is erased.
    pub erase_at: Timestamp,
}

/// How the next bundle of a job begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// When it is erased.
    pub erase_at: Timestamp,
    /// Since when those before it are of no use, if they are.
    pub spoilt_at: Option<Timestamp>,
}

impl Next {
    /// Beside those before it, which stay until their own days.
    #[must_use]
    pub const fn beside(erase_at: Timestamp) -> Self {
        Self { erase_at, spoilt_at: None }
    }
}

impl Bundle {
    /// Whether it was ordered or begun, and is neither made nor erased.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.made_at.is_none() && self.erased_at.is_none()
    }

    /// The one that answers now, where it was made and not erased.
    fn made(&self) -> Option<Round> {
        let is_there = self.erased_at.is_none();
        let (made_at, erase_at) = (self.made_at.filter(|_| is_there)?, self.erase_at?);
        Some(Round { round: self.round, made_at, erase_at })
    }

    /// What there is to be fetched at an instant, the newest first.
    #[must_use]
    pub fn fetchable(&self, now: Timestamp) -> Vec<Round> {
        let all = self.made().into_iter().chain(self.earlier.iter().rev().copied());
        all.filter(|round| now < round.erase_at).collect()
    }

    /// When the next of them is to be erased; `None` once all are.
    #[must_use]
    pub fn next_erase_at(&self) -> Option<Timestamp> {
        let own = self.erase_at.filter(|_| self.erased_at.is_none());
        self.earlier.iter().map(|round| round.erase_at).chain(own).min()
    }

    /// As the next one for the same job begins. What was made stays until its day, unless it is of no use since `spoilt_at`: then
    /// it is to be erased at once.
    #[must_use]
    pub fn next(&self, Next { erase_at, spoilt_at }: Next) -> Self {
        let ends = |round: Round| Round { erase_at: spoilt_at.unwrap_or(round.erase_at).min(round.erase_at), ..round };
        let earlier = self.earlier.iter().copied().chain(self.made()).map(ends).collect();
        Self { round: self.round.saturating_add(1), erase_at: Some(erase_at), earlier, ..Self::default() }
    }

    /// The rounds whose day has come, and whether each was made.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Vec<(u32, bool)> {
        let earlier = self.earlier.iter().filter(|round| round.erase_at <= now).map(|round| (round.round, true));
        let is_due = self.erased_at.is_none() && self.erase_at.is_some_and(|at| at <= now);
        earlier.chain(is_due.then_some((self.round, self.made_at.is_some()))).collect()
    }

    /// As it is once these are erased.
    #[must_use]
    pub fn without_due(&self, now: Timestamp) -> Self {
        let mut left = self.clone();
        left.earlier.retain(|round| now < round.erase_at);
        if self.due(now).iter().any(|(round, _)| *round == self.round) {
            left.erased_at = Some(now);
            left.upload = None;
            left.is_kept = false;
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i8) -> Timestamp {
        format!("2026-03-{day:02}T12:00:00Z").parse().unwrap()
    }

    fn rounds(bundle: &Bundle, day: i8) -> Vec<u32> {
        bundle.fetchable(at(day)).iter().map(|round| round.round).collect()
    }

    #[test]
    fn each_is_there_until_its_own_day() {
        let first = Bundle { made_at: Some(at(1)), erase_at: Some(at(15)), bytes: 7, ..Bundle::default() };
        let begun = first.next(Next::beside(at(19)));
        assert_eq!((begun.round, begun.bytes, rounds(&begun, 5)), (1, 0, vec![0]), "also while the next is made");
        let second = Bundle { made_at: Some(at(5)), ..begun.clone() };
        let third = Bundle { made_at: Some(at(6)), ..second.next(Next::beside(at(20))) };
        assert_eq!((rounds(&second, 6), rounds(&third, 6)), (vec![1, 0], vec![2, 1, 0]));
        assert_eq!((third.next_erase_at(), third.due(at(14))), (Some(at(15)), vec![]));
        assert_eq!((rounds(&third, 15), third.due(at(15))), (vec![2, 1], vec![(0, true)]));
        let left = third.without_due(at(15));
        assert_eq!((left.next_erase_at(), left.erased_at, left.earlier.len()), (Some(at(19)), None, 1));
        assert_eq!(left.due(at(20)), [(1, true), (2, true)]);
        let gone = left.without_due(at(20));
        assert_eq!((gone.next_erase_at(), gone.erased_at, gone.due(at(21))), (None, Some(at(20)), vec![]));
        assert!(
            rounds(&gone, 1).is_empty() && gone.next(Next::beside(at(30))).earlier.is_empty(),
            "what is erased does not come back"
        );
    }

    #[test]
    fn one_that_was_never_made_is_erased_and_never_fetched() {
        let begun = Bundle { erase_at: Some(at(15)), upload: Some("u".to_owned()), is_kept: true, ..Bundle::default() };
        assert_eq!((rounds(&begun, 2), begun.due(at(15))), (vec![], vec![(0, false)]));
        let left = begun.without_due(at(15));
        assert_eq!((left.erased_at, left.upload, left.is_kept), (Some(at(15)), None, false));
        assert!(begun.next(Next::beside(at(20))).earlier.is_empty());
    }

    #[test]
    fn what_is_of_no_use_is_erased_at_once_and_never_later_than_it_would_be() {
        let first = Bundle { made_at: Some(at(1)), erase_at: Some(at(15)), ..Bundle::default() };
        let second = Bundle { made_at: Some(at(5)), ..first.next(Next::beside(at(19))) };
        let next = second.next(Next { erase_at: at(20), spoilt_at: Some(at(6)) });
        assert_eq!((rounds(&next, 6), next.next_erase_at()), (vec![], Some(at(6))));
        assert_eq!(next.due(at(6)), [(0, true), (1, true)]);
        let late = first.next(Next { erase_at: at(31), spoilt_at: Some(at(20)) });
        assert_eq!(late.next_erase_at(), Some(at(15)));
    }
}
