//! The judgement over a run that has come to its end.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use privacy_tests::account::Account;

use super::{Broken, LATEST, Oracle, stored};
use crate::process::BEGINNING;

/// CCPA regulations section 7021(a), which the service follows for everybody: receipt is confirmed within 10 business days.
const TOLD_WITHIN: Duration = Duration::from_secs(14 * 86_400);

/// What a vendor has since it was first to be asked, and a day for the last one to be over: `policy.toml`, `within`.
const VENDORS_HAVE: Duration = Duration::from_secs(18 * 86_400);

impl Oracle {
    /// Judges a run that has come to its end.
    pub fn judge(&mut self, account: &Account) {
        if self.violations.is_empty() {
            // A run that broke a promise was stopped, perhaps before a letter could come.
            self.judge_forms();
        }
        self.judge_items(account);
        self.judge_asks(account);
    }

    /// A run goes round in circles: what is open in it never comes to its end.
    pub fn never_ends(&mut self) {
        self.violate(Broken::Lost, "what is worked on is worked on again and again, and comes to no end".to_owned());
    }

    /// What was written is in the data map, all of it, however the run ended.
    pub fn judge_names(&mut self, account: &Account) {
        for stray in account.take_strays() {
            self.violate(Broken::Unclassified, stray);
        }
    }

    fn judge_items(&mut self, account: &Account) {
        let there = stored(account);
        let mut found = Vec::new();
        for (key, item) in &self.items {
            let (must_go, may_go) = (self.must_go(item.connection), self.may_go(item.connection, LATEST));
            let stands = there.get(key);
            if self.may_be_held(item.connection) {
                if stands.is_none() && item.is_sure && !may_go {
                    found.push((Broken::OverErased, format!("{key} is gone")));
                }
            } else if must_go && stands.is_some() {
                let owner = &self.connections[item.connection];
                let was_erased = self.erased.iter().any(|(id, _, _)| {
                    self.asks
                        .iter()
                        .any(|ask| ask.id == *id && self.is_about(ask.about, ask.covers_until, item.connection))
                });
                let broken = if was_erased { Broken::Resurrected } else { Broken::Lost };
                found.push((broken, format!("{key} of {} is there at the end", owner.tenant)));
            } else if !may_go && item.is_sure && stands != Some(&item.value) {
                found.push((Broken::OverErased, format!("{key} is gone or changed: {stands:?}")));
            }
        }
        let unknown: BTreeSet<&String> = there.keys().filter(|key| !self.items.contains_key(*key)).collect();
        found.extend(unknown.into_iter().map(|key| (Broken::Resurrected, format!("{key} was never stored"))));
        for (broken, how) in found {
            self.violate(broken, how);
        }
    }

    /// Who filled in the form and read that it was taken gets a letter with a code, or somebody hears that they did not.
    fn judge_forms(&mut self) {
        let mut untold = Vec::new();
        for form in &self.forms {
            let over = form.at + TOLD_WITHIN;
            let is_told = self.letters.iter().any(|(id, when)| *id == form.id && *when <= over);
            if !is_told && !self.silences.iter().any(|when| (form.at..=over).contains(when)) {
                untold.push(format!("{} was acknowledged, and no code was sent within two weeks", form.id));
            }
        }
        for how in untold {
            self.violate(Broken::Untold, how);
        }
    }

    fn judge_asks(&mut self, account: &Account) {
        let rows = account.dump("ledger");
        let mut found = Vec::new();
        for ask in self.asks.iter().filter(|ask| ask.is_acknowledged && !ask.is_withdrawn) {
            let is_held = (0..self.connections.len())
                .any(|one| self.may_be_held(one) && self.is_about(ask.about, ask.covers_until, one));
            let done = self.erased.iter().find(|(id, covers, _)| *id == ask.id && *covers >= ask.covers_until);
            let head =
                rows.iter().find(|row| row["pk"]["S"] == format!("obligation#{}", ask.id) && row["sk"]["S"] == "head");
            let state = head.map_or("missing", |head| head["state"]["S"].as_str().unwrap_or_default());
            if !is_held && (done.is_none() || state != "completed") {
                found.push((Broken::Lost, format!("{} was acknowledged and is {state} at the end", ask.id)));
            }
            if is_held {
                continue;
            }
            if let Some(copy) = self.copies.iter().find(|copy| ask.concerns(copy) && copy.gone_at.is_none()) {
                found.push((Broken::Lost, format!("{} is done, and {} was left its copy", ask.id, copy.vendor)));
            }
            let over = ask.last_day().tomorrow().unwrap().to_zoned_datetime(TimeZone::UTC).unwrap().timestamp();
            let over = Duration::from_secs(u64::try_from(over.as_second() - BEGINNING).unwrap());
            let gone = self.gone.iter().find(|(id, covers, _)| *id == ask.id && *covers >= ask.covers_until);
            let is_late = gone.is_none_or(|(_, _, when)| *when > over);
            let is_alarmed = |by: Duration| self.alarms.iter().any(|(id, when)| *id == ask.id && *when < by);
            if is_late && !is_alarmed(over) {
                found
                    .push((Broken::PastDateWithoutAlarm, format!("{} was to be erased by {}", ask.id, ask.last_day())));
            }
            let (Some((_, _, gone)), Some((_, _, done))) = (gone, done) else { continue };
            if *done > *gone + VENDORS_HAVE && !is_alarmed(*done) {
                found.push((Broken::PastDateWithoutAlarm, format!("{} waits for a vendor past its last day", ask.id)));
            }
        }
        for (broken, how) in found {
            self.violate(broken, how);
        }
    }
}
