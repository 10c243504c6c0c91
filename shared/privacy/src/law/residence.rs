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
    /// The regime of somebody who declares to live here: a code (`DE`, `us-ca`) or a name, in any case, with blanks around, or
    /// several as in an address: `Berlin, Germany`, `California, USA`. `CA` is Canada; California is `US-CA` or its name.
    #[must_use]
    pub fn residence(&self, text: Option<&str>) -> Residence<'_> {
        let found = text.and_then(|text| self.find_one(text).or_else(|| self.find_in_parts(text)));
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

    fn find_one(&self, text: &str) -> Option<(&str, Place<'_>)> {
        let wanted = folded(text)?;
        self.find(&wanted).or_else(|| self.find(country(&wanted)?))
    }

    /// What stands between commas and the like, or a part of a country right before the country's name. Parts that name no place
    /// of the file say nothing. Of places in several countries one counts only if it is the one whole country: Montana lies in
    /// Bulgaria, too.
    fn find_in_parts(&self, text: &str) -> Option<(&str, Place<'_>)> {
        let parts = text.split([',', '/', '(', ')', '|', '\n']);
        let found: Vec<_> = parts.filter_map(|part| self.find_one(part).or_else(|| self.find_beside(part))).collect();
        let of = |place: &Place<'_>| country(place.code).unwrap_or(place.code).to_owned();
        let (_, first) = found.first()?;
        if found.iter().all(|(_, place)| of(place) == of(first)) {
            let is_part = |(_, place): &&(_, Place<'_>)| country(place.code).is_some();
            return found.iter().find(is_part).or(found.first()).copied();
        }
        let mut countries = found.iter().filter(|(_, place)| country(place.code).is_none());
        let one = countries.next().copied()?;
        countries.all(|(_, other)| other.code == one.1.code).then_some(one)
    }

    /// `California USA`: no comma, but a part and then its country.
    fn find_beside(&self, text: &str) -> Option<(&str, Place<'_>)> {
        let words: Vec<&str> = text.split_whitespace().take(12).collect();
        (1..words.len()).find_map(|at| {
            let (head, tail) = words.split_at_checked(at)?;
            let (regime, place) = self.find_one(&head.join(" "))?;
            let tail = folded(&tail.join(" "))?;
            let known = self.find(&tail).map(|(_, place)| place.code);
            // The United States are no place of the file: only their parts have a law.
            let is_states = ["us", "usa", "united states", "united states of america"].contains(&tail.as_str());
            let whole = known.or(is_states.then_some("US"))?;
            (country(place.code) == Some(whole)).then_some((regime, place))
        })
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
