//! Every processor of one obligation: what is stored between visits.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::settle::Case;
use super::state::{How, Said, State};
use super::target::{Target, asked_about, digest};
use crate::deadline::OutsideCalendar;
use crate::instant;
use crate::policy::Model;
use crate::policy::processor::{Processor, Settle};

/// One processor: its state, and how far the present pass over the targets has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it stands.
    pub state: State,
    /// Since when it is to be settled.
    pub since: Timestamp,
    /// How many targets, in order, are asked or found gone in this state.
    pub done: usize,
    /// Names the targets that it is not asked about for now; empty if there are none. Others begin anew.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub without: String,
    /// What it said when it was asked, over all targets; none: it was not asked yet, or before this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// What of ours is gone when processors are asked: they may have got a copy of any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Up to when the request covers what there was.
    pub covers_until: Timestamp,
    /// How many records were ever counted, also by visits that died before they could say what they erased.
    pub counted: u64,
    /// How many the deletes have answered for, also of what no count had shown.
    pub removed: u64,
}

impl Extent {
    /// Names it, and no other that the same obligation will have.
    fn name(self) -> String {
        let Self { covers_until, counted, removed } = self;
        let hash = Sha256::digest(format!("{}\n{counted}\n{removed}\n", instant::to_text(covers_until)));
        data_encoding::HEXLOWER.encode(hash.get(..8).unwrap_or_default())
    }
}

/// All processors of one request, as of one version. Holds names, instants and hashes; nobody's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// Counts the saves, from 1.
    pub version: u64,
    /// The re-opening that it is for; a later one begins anew.
    pub reopened: u32,
    /// Names the targets that it is for, by the beginning of their digest; other targets begin anew.
    pub targets: String,
    /// Names what of ours was gone when it began; none: it began before this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extent: Option<String>,
    /// By the processor's name.
    pub entries: BTreeMap<String, Entry>,
}

impl Settlement {
    /// What is to go on from: the stored one if it is for the same targets and re-opening, and a new one otherwise. A
    /// processor that the policy file has gained meanwhile begins now; one that it no longer lets us ask begins anew,
    /// since a pass over no targets would confirm without a query. So does every one where more of ours is gone by now, of
    /// which it may have got a copy after it answered. Whoever has not answered within a re-opening keeps the day to answer by.
    pub(super) fn begin(
        stored: Option<Self>,
        model: &Model,
        case: &Case<'_>,
        targets: &[&Target],
        now: Timestamp,
    ) -> Result<Self, OutsideCalendar> {
        let (mut name, reopened, extent) = (digest(targets), case.reopened, Some(case.extent.name()));
        // Half of it tells them apart, and keeps a row of few processors within a unit. Older rows have all of it.
        name.truncate(32);
        let of_now = stored.as_ref().filter(|stored| stored.reopened >= reopened);
        let asked_since = of_now.map(Self::unanswered).unwrap_or_default();
        let mut settlement = match stored {
            Some(stored) if stored.targets.starts_with(&name) && stored.reopened >= reopened => stored,
            Some(other) => {
                Self { version: other.version, reopened, targets: name, extent: None, entries: BTreeMap::new() }
            }
            None => Self { version: 0, reopened, targets: name, extent: None, entries: BTreeMap::new() },
        };
        // A late message of before a re-opening knows less.
        let is_of_now = settlement.reopened == reopened;
        let is_more = is_of_now && settlement.extent.is_some() && settlement.extent != extent;
        if is_of_now {
            settlement.extent = extent;
        }
        for (name, processor) in &model.processor {
            let fresh = first(name, processor, case, targets, now)?;
            let of_it = |(of, target)| if of == name { Some(target) } else { None };
            let kept: Vec<&Target> = case.kept.iter().map(|(of, target)| (of, target)).filter_map(of_it).collect();
            let without = if kept.is_empty() { String::new() } else { digest(&kept) };
            let goes_on =
                |entry: &&Entry| entry.without == without && (entry.state.due().is_none() || fresh.due().is_some());
            let entry = match settlement.entries.get(name).filter(goes_on) {
                Some(known) if is_more => known.anew(fresh, now),
                Some(_) => continue,
                None => {
                    let since = asked_since.get(name).copied().unwrap_or(now);
                    Entry { state: fresh, since, done: 0, without, said: None }
                }
            };
            settlement.entries.insert(name.clone(), entry);
        }
        Ok(settlement)
    }

    /// Since when those were to answer who have not. They keep that day, whatever else they are asked about from now on.
    fn unanswered(&self) -> BTreeMap<String, Timestamp> {
        let open = self.entries.iter().filter(|(_, entry)| entry.state.due().is_some());
        open.map(|(name, entry)| (name.clone(), entry.since)).collect()
    }
}

impl Entry {
    /// More is to be settled. Who has not answered yet keeps the day to answer by, and what was said of the rest stands.
    fn anew(&self, fresh: State, now: Timestamp) -> Self {
        let since = if self.state.due().is_some() { self.since } else { now };
        Self { state: fresh, since, done: 0, ..self.clone() }
    }
}

/// The first state of a processor, once our own copies are found gone.
fn first(
    name: &str,
    processor: &Processor,
    case: &Case<'_>,
    targets: &[&Target],
    now: Timestamp,
) -> Result<State, OutsideCalendar> {
    if !processor.routes.contains(&case.route) {
        return Ok(State::NotConcerned);
    }
    match &processor.settle {
        Settle::OwnInfrastructure(_) => Ok(State::Confirmed { at: now, how: How::OwnErasure }),
        Settle::Expires(expires) => {
            let today = now.to_zoned_datetime(TimeZone::UTC).date();
            let date = today.checked_add(expires.after).map_err(|_| OutsideCalendar)?;
            Ok(State::ExpiresBy { date })
        }
        Settle::Http(http) if asked_about(name, http, targets, case.kept).next().is_some() => {
            Ok(State::Waiting { next_try_at: now, attempts: 0 })
        }
        Settle::Http(_) => Ok(State::NotConcerned),
    }
}
