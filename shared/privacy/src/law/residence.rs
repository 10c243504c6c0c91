//! Where a person says they live, and the regime that holds there. Nothing that they say is an error: whatever is no
//! place in the file is unknown, and who lives at an unknown place has the rights of GDPR and CCPA together.

use crate::clock::model::Regime;
use crate::clock::rights::residence::{country, folded};
use crate::law::Law;

/// A place that the file lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// ISO 3166-1 alpha-2 or ISO 3166-2: `DE`, `US-CA`. Read again, it is the same place.
    pub code: &'a str,
    /// In English.
    pub name: &'a str,
    /// The name of the country, for a part of one.
    pub within: Option<&'a str>,
}

/// What became of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared<'a> {
    /// A place in the file: the one that was named, or the country of a part that the file does not tell apart.
    Known(Place<'a>),
    /// Nothing was said, or nothing that names a place in the file.
    Unknown,
}

/// The regime of a person, by where they live.
#[derive(Clone, Copy, Debug)]
pub struct Residence<'a> {
    /// The regime's name: `EU_GDPR`.
    pub regime_name: &'a str,
    /// The regime.
    pub regime: &'a Regime,
    /// Whether they said where. A known place can be without a law of its own, and so under the fallback.
    pub declared: Declared<'a>,
}

impl Law {
    /// The regime of somebody who declares to live here: a code (`DE`, `us-ca`) or an English name, in any case,
    /// with blanks around. `CA` is Canada; California is `US-CA` or its name.
    #[must_use]
    pub fn residence(&self, text: Option<&str>) -> Residence<'_> {
        let found =
            text.and_then(folded).and_then(|wanted| self.find(&wanted).or_else(|| self.find(country(&wanted)?)));
        let known = found.and_then(|(regime_name, place)| {
            let regime = self.model.regime.get(regime_name)?;
            Some(Residence { regime_name, regime, declared: Declared::Known(place) })
        });
        known.unwrap_or(Residence {
            regime_name: &self.model.rights.fallback,
            regime: &self.fallback,
            declared: Declared::Unknown,
        })
    }

    /// Every place, for a form to choose from: countries by name, each followed by its parts. What people choose who
    /// live elsewhere, or do not say, is the form's own; any text but these is unknown.
    #[must_use]
    pub fn residences(&self) -> Vec<Place<'_>> {
        let mut places: Vec<Place<'_>> = self.places().map(|(_, place, _)| place).collect();
        places.sort_by_key(|place| (place.within.unwrap_or(place.name), place.within.is_some(), place.name));
        places
    }

    /// By a folded code or name.
    fn find(&self, wanted: &str) -> Option<(&str, Place<'_>)> {
        let is_it = |text: &str| folded(text).is_some_and(|text| text == wanted);
        let mut places = self.places();
        let found = places.find(|(_, place, names)| is_it(place.code) || names.iter().any(|name| is_it(name)));
        found.map(|(regime_name, place, _)| (regime_name, place))
    }

    fn places(&self) -> impl Iterator<Item = (&str, Place<'_>, &[String])> {
        let all =
            self.model.residence.iter().flat_map(|(regime, places)| places.iter().map(move |place| (regime, place)));
        all.filter_map(|(regime, (code, names))| {
            let within = country(code).and_then(|code| self.country_name(code));
            Some((regime.as_str(), Place { code, name: names.first()?, within }, names.as_slice()))
        })
    }

    fn country_name(&self, code: &str) -> Option<&str> {
        let names = self.model.residence.values().find_map(|places| places.get(code))?;
        names.first().map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
