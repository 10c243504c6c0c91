//! Who takes part in one run. Each seed draws its own: now and then everybody, sometimes one kind alone and often, mostly whoever a throw
//! for each lets in. A run so stays short, and what only few together show is not drowned by the others.

use std::fmt;

use fastrand::Rng;

use crate::people::PEOPLE;

/// How much more often a kind acts that has a run to itself.
const OFTEN: u32 = 3;
/// One run in so many has everybody.
const CROWD: u32 = 60;
/// So many of them have one kind that acts often, with one other at most.
const ALONE: u32 = 30;

/// A kind of actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// Meta sends callbacks of a person, again and again, by two functions at once.
    Callbacks,
    /// The dashboard disconnects, in the same way.
    Disconnects,
    /// Somebody disconnects in the same moment as their callback comes in.
    Leavers,
    /// Somebody connects something between two callbacks that arrive together.
    Waverers,
    /// Signals come in, many in the first minutes and a few long after.
    Signals,
    /// Signals come in while a request is worked on.
    Bursts,
    /// Somebody connects again.
    Returners,
    /// Whoever has an address asks by the form, and gets the code.
    Forms,
    /// Whoever has not, and guesses.
    Liars,
    /// Whoever has connected nothing, and only wrote to some, asks by the form.
    Writers,
    /// Staff place and release holds.
    Holds,
    /// An account ends, and perhaps comes back.
    Ends,
    /// Staff restore a backup.
    Restores,
    /// What goes by its date is purged.
    Purges,
}

impl Actor {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::Callbacks,
        Self::Disconnects,
        Self::Leavers,
        Self::Waverers,
        Self::Signals,
        Self::Bursts,
        Self::Returners,
        Self::Forms,
        Self::Liars,
        Self::Writers,
        Self::Holds,
        Self::Ends,
        Self::Restores,
        Self::Purges,
    ];

    /// As a trace names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Callbacks => "callbacks",
            Self::Disconnects => "disconnects",
            Self::Leavers => "leavers",
            Self::Waverers => "waverers",
            Self::Signals => "signals",
            Self::Bursts => "bursts",
            Self::Returners => "returners",
            Self::Forms => "forms",
            Self::Liars => "liars",
            Self::Writers => "writers",
            Self::Holds => "holds",
            Self::Ends => "ends",
            Self::Restores => "restores",
            Self::Purges => "purges",
        }
    }

    /// Whether a run that has nobody else shows anything.
    const fn asks(self) -> bool {
        match self {
            Self::Callbacks
            | Self::Disconnects
            | Self::Leavers
            | Self::Waverers
            | Self::Forms
            | Self::Liars
            | Self::Writers
            | Self::Ends
            | Self::Purges => true,
            Self::Signals | Self::Bursts | Self::Returners | Self::Holds | Self::Restores => false,
        }
    }

    /// In how many of 24 throws it is let in.
    const fn chance(self) -> u32 {
        match self {
            Self::Callbacks => 12,
            Self::Signals | Self::Bursts => 10,
            Self::Returners => 7,
            Self::Disconnects | Self::Holds => 6,
            Self::Liars => 5,
            Self::Forms | Self::Leavers | Self::Waverers | Self::Purges => 4,
            Self::Writers | Self::Ends | Self::Restores => 3,
        }
    }
}

/// Who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    kinds: Vec<Actor>,
    /// Who acts often.
    keen: Option<Actor>,
    /// How many of the people ask for something, from the first on; mostly one alone, which takes half the time.
    pub askers: usize,
}

impl Cast {
    /// Draws who takes part.
    pub fn draw(rng: &mut Rng) -> Self {
        let askers = if rng.u32(..8) == 0 { PEOPLE - 1 } else { 1 };
        let (mut kinds, mut keen) = (Vec::new(), None);
        match rng.u32(..CROWD) {
            0 => kinds.extend(Actor::ALL),
            1..=ALONE => {
                let one = Actor::ALL[rng.usize(..Actor::ALL.len())];
                kinds.push(one);
                keen = Some(one);
            }
            _ => kinds.extend(Actor::ALL.into_iter().filter(|kind| rng.u32(..24) < kind.chance())),
        }
        if !kinds.iter().any(|kind| kind.asks()) {
            let asking: Vec<Actor> = Actor::ALL.into_iter().filter(|kind| kind.asks()).collect();
            kinds.push(asking[rng.usize(..asking.len())]);
        }
        // Whoever lies about an address is met only where others ask by one.
        if kinds.contains(&Actor::Forms) && !kinds.contains(&Actor::Liars) && rng.bool() {
            kinds.push(Actor::Liars);
        }
        kinds.sort();
        Self { kinds, keen, askers }
    }

    /// Somebody else takes part too.
    pub fn let_in(&mut self, kind: Actor) {
        if !self.has(kind) {
            self.kinds.push(kind);
            self.kinds.sort();
        }
    }

    /// Whether a kind takes part.
    #[must_use]
    pub fn has(&self, kind: Actor) -> bool {
        self.kinds.contains(&kind)
    }

    /// How often a kind does what others do once.
    #[must_use]
    pub fn times(&self, kind: Actor) -> u32 {
        if self.keen == Some(kind) { OFTEN } else { 1 }
    }
}

impl fmt::Display for Cast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of the people, with", self.askers)?;
        for (number, kind) in self.kinds.iter().enumerate() {
            let often = if self.keen == Some(*kind) { " often" } else { "" };
            write!(f, "{} {}{often}", if number == 0 { "" } else { "," }, kind.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn casts() -> Vec<Cast> {
        (0..1_000).map(|seed| Cast::draw(&mut Rng::with_seed(seed))).collect()
    }

    #[test]
    fn somebody_asks_in_every_run() {
        for cast in casts() {
            assert!(cast.kinds.iter().any(|kind| kind.asks()), "{cast}");
            assert_eq!(cast.kinds.iter().collect::<BTreeSet<_>>().len(), cast.kinds.len(), "{cast}");
        }
    }

    #[test]
    fn runs_have_everybody_or_one_kind_often_or_any_of_them() {
        let casts = casts();
        let crowds = casts.iter().filter(|cast| cast.kinds == Actor::ALL).count();
        assert!((5..40).contains(&crowds), "{crowds} have everybody");
        for kind in Actor::ALL {
            let (with, without): (Vec<&Cast>, Vec<&Cast>) = casts.iter().partition(|cast| cast.has(kind));
            assert!(with.len() > 100 && without.len() > 300, "{kind:?} takes part in {}", with.len());
            let often =
                casts.iter().find(|cast| cast.times(kind) > 1).unwrap_or_else(|| panic!("{kind:?} never often"));
            assert!(often.kinds.len() <= 2, "{often}");
        }
        let pairs = |one: Actor, other: Actor| casts.iter().filter(|cast| cast.has(one) && cast.has(other)).count();
        for one in Actor::ALL {
            assert!(Actor::ALL.into_iter().all(|other| pairs(one, other) > 5), "{one:?} does not meet everybody");
        }
    }

    #[test]
    fn a_trace_says_who_takes_part() {
        let cast = Cast { kinds: vec![Actor::Callbacks, Actor::Signals], keen: Some(Actor::Signals), askers: 2 };
        assert_eq!(cast.to_string(), "2 of the people, with callbacks, signals often");
    }
}
