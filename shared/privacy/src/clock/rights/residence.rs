//! Places where people live: their codes and the names they are called by.

use std::collections::BTreeMap;

use super::super::model::Model;
use super::super::validate::{InvalidLaw, invalid};
use super::super::zone;

/// By code, ISO 3166-1 alpha-2 (`DE`) or ISO 3166-2 (`US-CA`): names in English, the one that is shown first.
pub type Places = BTreeMap<String, Vec<String>>;

/// By the code of a country whose parts have no law of their own: the letters of its states.
pub type StateLetters = BTreeMap<String, Vec<String>>;

/// No place that is listed has a longer name.
const TEXT_BYTES_MAX: usize = 100;

/// How texts are compared: small letters, single spaces, without dots and accents that stand as characters of their
/// own. Nothing for an empty text and for one that is longer than any name.
#[must_use]
pub fn folded(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").to_lowercase();
    let is_dropped = |letter: &char| *letter == '.' || ('\u{300}'..='\u{36f}').contains(letter);
    let text: String = text.chars().filter(|letter| !is_dropped(letter)).collect();
    (!text.is_empty()).then_some(text)
}

/// The country of a code of ISO 3166-2, folded or not: `US` of `US-CA`. Nothing for other texts.
#[must_use]
pub fn country(code: &str) -> Option<&str> {
    let (country, part) = code.split_once('-')?;
    let is_country = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_part = (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_country && is_part).then_some(country)
}

fn is_code(code: &str) -> bool {
    let is_country = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_country || country(code).is_some()) && !code.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Each place once, each regime with its places.
pub(super) fn validate(model: &Model) -> Result<(), InvalidLaw> {
    let mut seen = BTreeMap::new();
    for (regime_name, places) in &model.residence {
        let place = format!("residence.{regime_name}");
        let regime = model.regime.get(regime_name);
        let regime = regime.ok_or_else(|| invalid(&place, format!("there is no regime {regime_name}")))?;
        if !regime.by_residence {
            return Err(invalid(place, "nobody comes under it by where they live"));
        }
        for (code, names) in places {
            check(code, names, model).map_err(|problem| invalid(&place, problem))?;
            for text in names.iter().chain([code]) {
                let key = folded(text).ok_or_else(|| invalid(&place, format!("`{text}` of {code} is no name")))?;
                if let Some(other) = seen.insert(key, code) {
                    return Err(invalid(place, format!("`{text}` of {code} is also a name of {other}")));
                }
            }
        }
    }
    state_letters(model)?;
    for (code, name) in &model.zones {
        if !model.residence.values().any(|places| places.contains_key(code)) {
            return Err(invalid("zones", format!("{code} is no place of the file")));
        }
        zone::find(name).map_err(|error| invalid("zones", format!("{code}: {error}")))?;
    }
    for (name, regime) in &model.regime {
        if regime.by_residence && model.residence.get(name).is_none_or(BTreeMap::is_empty) {
            return Err(invalid(format!("regime.{name}"), "nobody lives under it: no place has it"));
        }
    }
    Ok(())
}

/// Two letters each, once, of a listed country none of whose parts is listed.
fn state_letters(model: &Model) -> Result<(), InvalidLaw> {
    for (code, letters) in &model.state_letters {
        let place = format!("state_letters.{code}");
        let mut listed = model.residence.values().flat_map(BTreeMap::keys);
        if !model.residence.values().any(|places| places.contains_key(code)) {
            return Err(invalid(place, "there is no such country"));
        }
        if let Some(part) = listed.find(|listed| country(listed) == Some(code)) {
            return Err(invalid(place, format!("{part} is a place of its own")));
        }
        let is_state = |state: &String| state.len() == 2 && state.bytes().all(|byte| byte.is_ascii_uppercase());
        let mut seen = std::collections::BTreeSet::new();
        if let Some(state) = letters.iter().find(|state| !is_state(state) || !seen.insert(*state)) {
            return Err(invalid(place, format!("`{state}` is not two capital letters, or stands there twice")));
        }
    }
    Ok(())
}

fn check(code: &str, names: &[String], model: &Model) -> Result<(), String> {
    if !is_code(code) {
        return Err(format!("`{code}` is no code of a country or a part of one"));
    }
    if names.is_empty() {
        return Err(format!("{code} needs a name"));
    }
    match country(code) {
        Some(country) if !model.residence.values().any(|places| places.contains_key(country)) => {
            Err(format!("{code} needs its country {country}"))
        }
        Some(_) | None => Ok(()),
    }
}
