//! Where a person says they live, and the regime that holds there. Nothing that they say is an error: whatever is no
//! place in the file is unknown, and who lives at an unknown place has the rights of GDPR and CCPA together.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::clock::model::Regime;
use crate::clock::rights::residence::{country, folded};
use crate::clock::zone;
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
    /// The zone of where they live, of several the one furthest west: an IANA name.
    pub zone: Option<&'a str>,
}

type Found<'a> = (&'a str, Place<'a>);

/// How a part of an address says what it can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// In full, or by letters before a postal code.
    Named,
    /// By two letters: a country, or a state or province whose law is its own.
    Letters,
    /// By two letters that are a state in a country without such, and elsewhere a province, a canton or a country that is not in the
    /// file: they may agree with what else is said, and say nothing alone.
    Hint,
}

type Reading<'a> = (Found<'a>, How);

/// An address has fewer parts.
const PARTS_MAX: usize = 20;

fn is_in_force(regime: &Regime, at: Timestamp) -> bool {
    let zone = zone::find(&regime.time_zone).unwrap_or(TimeZone::UTC);
    regime.in_force_from.is_none_or(|from| from <= zone::local_date(at, &zone))
}

/// The country of a place, or the place itself where it is one.
fn whole<'a>(place: &Place<'a>) -> &'a str {
    country(place.code).unwrap_or(place.code)
}

/// The one whole country that parts name in this way and that can mean nothing else: of two, neither.
fn one_country<'a>(readings: &[Vec<Reading<'a>>], wanted: How) -> Option<Found<'a>> {
    let mut found = readings.iter().filter_map(|part| match part.as_slice() {
        [(found, how)] if *how == wanted && country(found.1.code).is_none() => Some(*found),
        _ => None,
    });
    let one = found.next()?;
    found.all(|(_, other)| other.code == one.1.code).then_some(one)
}

/// The letters of a state before a postal code, and whose post writes such: `CA 94105`, `QC H2X 1Y4`.
fn postal(text: &str) -> (String, Option<&'static str>) {
    let words: Vec<&str> = text.split_whitespace().take(4).collect();
    let has_form = |code: &str, form: &str| {
        code.len() == form.len()
            && code.bytes().zip(form.bytes()).all(|(sign, form)| match form {
                b'9' => sign.is_ascii_digit(),
                b'A' => sign.is_ascii_alphabetic(),
                other => sign == other,
            })
    };
    let (state, country) = match words.as_slice() {
        [state, zip] if has_form(zip, "99999") || has_form(zip, "99999-9999") => (*state, Some("us")),
        [state, code] if has_form(code, "A9A9A9") => (*state, Some("ca")),
        [state, first, second] if has_form(first, "A9A") && has_form(second, "9A9") => (*state, Some("ca")),
        [state] => (*state, None),
        _ => ("", None),
    };
    (state.replace('.', ""), country)
}

impl Law {
    /// The regime of somebody who declares to live here: a code (`DE`, `us-ca`) or a name, in any case, with blanks around, or
    /// several as in an address: `Berlin, Germany`, `Austin, TX`. `CA` alone is Canada; California is `US-CA` or its name. Behind
    /// a city two letters that are a country and a state are doubtful, and so unknown, unless something else tells the country, and
    /// those of a state or province without a law of its own say nothing alone. A law that is not in force
    /// yet when the request is received, on the calendar of its own zone, is none: then the fallback holds.
    #[must_use]
    pub fn residence(&self, text: Option<&str>, at: Timestamp) -> Residence<'_> {
        let found = text.and_then(|text| self.find_one(text).or_else(|| self.find_in_parts(text)));
        let known = found.and_then(|(regime_name, place)| self.resident(regime_name, place, at));
        known.unwrap_or(Residence {
            regime_name: &self.model.rights.fallback,
            regime: &self.fallback,
            declared: Declared::Unknown,
            zone: None,
        })
    }

    /// A person who lives at a place of the file.
    fn resident<'a>(&'a self, regime_name: &'a str, place: Place<'a>, at: Timestamp) -> Option<Residence<'a>> {
        let declared = Declared::Known(place);
        let regime = self.model.regime.get(regime_name)?;
        let zone = Some(self.model.zones.get(place.code).unwrap_or(&regime.time_zone).as_str());
        if !is_in_force(regime, at) {
            let regime_name = &self.model.rights.fallback;
            return Some(Residence { regime_name, regime: &self.fallback, declared, zone });
        }
        Some(Residence { regime_name, regime, declared, zone })
    }

    /// A place where the law and the zone of somebody hold whose own is not kept: what it says of a request, theirs says. Where the
    /// zone is another by now, the law alone; the fallback holds anywhere, and says nothing of where.
    #[must_use]
    pub fn place_under(&self, regime_name: &str, zone: &str, at: Timestamp) -> Option<Place<'_>> {
        let all = || self.places().filter_map(|(regime, place, _)| Some((place, self.resident(regime, place, at)?)));
        let is_under = |found: &(Place<'_>, Residence<'_>)| found.1.regime_name == regime_name;
        let exact = all().find(|found| is_under(found) && found.1.zone == Some(zone));
        let is_fallback = regime_name == self.model.rights.fallback;
        exact.or_else(|| all().find(is_under).filter(|_| !is_fallback)).map(|(place, _)| place)
    }

    /// Every place, for a form to choose from: countries by name, each followed by its parts. What people choose who
    /// live elsewhere, or do not say, is the form's own; any text but these is unknown.
    #[must_use]
    pub fn residences(&self) -> Vec<Place<'_>> {
        let mut places: Vec<Place<'_>> = self.places().map(|(_, place, _)| place).collect();
        places.sort_by_key(|place| (place.within.unwrap_or(place.name), place.within.is_some(), place.name));
        places
    }

    fn find_one(&self, text: &str) -> Option<Found<'_>> {
        let wanted = folded(text)?;
        self.find(&wanted).or_else(|| self.find(country(&wanted)?))
    }

    /// What stands between commas and the like, or a part of a country right before the country's name. Parts that name no place
    /// of the file say nothing. What the others can mean has to come together in one country: `CA` behind a city is California or
    /// Canada, and only `USA` beside it says which. Of names in several countries one counts only if it is the one whole country:
    /// Montana lies in Bulgaria, too, and `BE` in Switzerland.
    fn find_in_parts(&self, text: &str) -> Option<Found<'_>> {
        let parts: Vec<&str> = text.split([',', '/', '(', ')', '|', '\n']).take(PARTS_MAX).collect();
        let is_address = parts.iter().filter(|part| !part.trim().is_empty()).count() > 1;
        let readings: Vec<Vec<Reading<'_>>> =
            parts.into_iter().map(|part| self.readings(part, is_address)).filter(|part| !part.is_empty()).collect();
        let is_in = |part: &Vec<Reading<'_>>, wanted: &str| part.iter().any(|((_, place), _)| whole(place) == wanted);
        let mut countries: Vec<&str> = readings.first()?.iter().map(|((_, place), _)| whole(place)).collect();
        countries.retain(|wanted| readings.iter().all(|part| is_in(part, wanted)));
        countries.dedup();
        match countries.as_slice() {
            [one] => {
                let said = |((_, place), how): &Reading<'_>| whole(place) == *one && *how != How::Hint;
                readings.iter().flatten().any(said).then(|| self.within(one, &readings)).flatten()
            }
            [] => one_country(&readings, How::Named).or_else(|| one_country(&readings, How::Letters)),
            [_, _, ..] => None,
        }
    }

    /// The one part of this country that is named, or the country: of two, neither.
    fn within(&self, wanted: &str, readings: &[Vec<Reading<'_>>]) -> Option<Found<'_>> {
        let here = || {
            readings.iter().flatten().filter(|((_, place), _)| whole(place) == wanted).map(|((_, place), _)| place.code)
        };
        let mut named = here().filter(|code| country(code).is_some());
        let code = match named.next() {
            Some(one) if named.all(|other| other == one) => one,
            Some(_) => wanted,
            None => here().next()?,
        };
        self.find(&folded(code)?)
    }

    /// Everything that a part of an address can mean. Two letters are a country, or as on an envelope a state or province.
    fn readings(&self, text: &str, is_address: bool) -> Vec<Reading<'_>> {
        let (letters, postal) = postal(text);
        let is_short = letters.len() == 2 && letters.bytes().all(|letter| letter.is_ascii_alphabetic());
        let named = |found| (found, How::Named);
        if !is_address || !is_short {
            return self.find_one(text).or_else(|| self.find_beside(text)).map(named).into_iter().collect();
        }
        let letters = letters.to_ascii_lowercase();
        let part = |country: &str| self.find(&format!("{country}-{letters}"));
        match postal {
            Some("us") => part("us").map(named).into_iter().collect(),
            Some(_) => part("ca").map(named).into_iter().collect(),
            None => {
                let whole = self.find(&letters);
                let has = |codes: &[String]| codes.iter().any(|code| code.eq_ignore_ascii_case(&letters));
                let elsewhere = |(country, codes): (&String, &Vec<String>)| {
                    (whole.is_none() && has(codes)).then(|| self.find(&country.to_ascii_lowercase())).flatten()
                };
                let states = [whole, part("us"), part("ca")].into_iter().flatten().map(|found| (found, How::Letters));
                let hints = self.model.state_letters.iter().filter_map(elsewhere).map(|found| (found, How::Hint));
                states.chain(hints).collect()
            }
        }
    }

    /// `California USA`: no comma, but a part and then its country.
    fn find_beside(&self, text: &str) -> Option<Found<'_>> {
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
    fn find(&self, wanted: &str) -> Option<Found<'_>> {
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
