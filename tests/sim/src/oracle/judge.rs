//! The judgement over a run that has come to its end.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use privacy::receipt::PublicKeys;
use privacy_tests::account::Account;

use super::held::kept_until;
use super::{Ask, Broken, Held, LATEST, Oracle, stored};
use crate::process::BEGINNING;

/// How long after an alarm is due it may ring: sweeps are a day apart in the calm at the end of a run, and one may die.
const RINGS_WITHIN: Duration = Duration::from_secs(2 * 86_400);

/// True time since the beginning; what lies before it is the beginning.
pub(super) fn since_beginning(at: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(at.as_second() - BEGINNING).unwrap_or_default())
}

/// What a vendor has since it was first to be asked, and a day for the last one to be over: `policy.toml`, `within`.
const VENDORS_HAVE: Duration = Duration::from_secs(18 * 86_400);

impl Oracle {
    /// Judges a run that has come to its end.
    pub fn judge(&mut self, account: &Account, keys: &PublicKeys) {
        if self.violations.is_empty() {
            // A run that broke a promise was stopped, perhaps before a letter could come.
            self.judge_forms(account);
        }
        self.judge_items(account);
        self.judge_asks(account);
        if self.violations.is_empty() {
            // The same: perhaps before its day.
            self.judge_dated(account);
        }
        if self.violations.is_empty() {
            // Whatever did not come to its end may lack its receipt.
            self.judge_receipts(account, keys);
        }
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

    pub(super) fn judge_items(&mut self, account: &Account) {
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
        let kept = self.kept.iter().filter(|(hold, key)| self.holds[*hold].is_open() && !there.contains_key(key));
        found.extend(kept.map(|(_, key)| (Broken::HoldIgnored, format!("{key} is gone, and a hold keeps it"))));
        let unknown: BTreeSet<&String> = there.keys().filter(|key| !self.is_known(key)).collect();
        found.extend(unknown.into_iter().map(|key| (Broken::Resurrected, format!("{key} was never stored"))));
        for (broken, how) in found {
            self.violate(broken, how);
        }
    }

    fn judge_asks(&mut self, account: &Account) {
        let rows = account.dump("ledger");
        let mut found = Vec::new();
        for ask in self.asks.iter().filter(|ask| ask.is_acknowledged && !ask.is_withdrawn) {
            let done = self.erased.iter().find(|(id, covers, _)| *id == ask.id && *covers >= ask.covers_until);
            let head =
                rows.iter().find(|row| row["pk"]["S"] == format!("obligation#{}", ask.id) && row["sk"]["S"] == "head");
            let state = head.map_or("missing", |head| head["state"]["S"].as_str().unwrap_or_default());
            let is_kept = state == "held" && self.may_be_kept(&ask.id);
            let gone = self.gone.iter().find(|(id, covers, _)| *id == ask.id && *covers >= ask.covers_until);
            let is_late = || self.is_late_and_silent(ask, gone.map(|(_, _, when)| *when));
            if (!is_kept && is_late()) || self.has_late_part(ask) {
                found
                    .push((Broken::PastDateWithoutAlarm, format!("{} was to be erased by {}", ask.id, ask.last_day())));
            }
            if is_kept {
                // So is what vendors have of the person: nobody there can tell apart what the hold is of.
                continue;
            }
            if done.is_none() || state != "completed" {
                found.push((Broken::Lost, format!("{} was acknowledged and is {state} at the end", ask.id)));
            }
            if let Some(copy) = self.copies.iter().find(|copy| ask.concerns(copy) && copy.gone_at.is_none()) {
                found.push((Broken::Lost, format!("{} is done, and {} was left its copy", ask.id, copy.vendor)));
            }
            let (Some((_, _, gone)), Some((_, _, done))) = (gone, done) else { continue };
            let is_told = |(id, when): &(String, Duration)| *id == ask.id && (*gone..*done).contains(when);
            if *done > *gone + VENDORS_HAVE && !self.alarms_of_vendors.iter().any(is_told) {
                found.push((Broken::PastDateWithoutAlarm, format!("{} waits for a vendor past its last day", ask.id)));
            }
        }
        for (broken, how) in found {
            self.violate(broken, how);
        }
    }

    /// Whether what a request covers was not gone in time, and no alarm rang for it days before its end, after it came: one that rang for
    /// an earlier request under the same key says nothing of this one. What came when the alarm was due already rings at the next sweeps.
    /// What a hold kept until then is gone when its last day is over, or soon after the release where that is later, or rings after it.
    fn is_late_and_silent(&self, ask: &Ask, gone: Option<Duration>) -> bool {
        let is_concerned = |hold: &&Held| {
            let mut all = 0..self.connections.len();
            all.any(|one| self.keeps(hold, one) && self.is_about(ask.about, ask.covers_until, one))
        };
        // One that is open has kept nothing of what has come to its end.
        let holds = self.holds.iter().filter(|hold| !hold.is_open()).filter(is_concerned);
        self.is_late_beside(ask, gone, holds)
    }

    /// The same of each connection that it covers: a hold excuses what it keeps, and the rest goes on beside it.
    fn has_late_part(&self, ask: &Ask) -> bool {
        let is_late = |one: usize| {
            let whole = self.gone.iter().map(|(id, covers, when)| (id, covers, one, when));
            let parts = self.beside.iter().map(|(id, covers, part, when)| (id, covers, *part, when));
            let of_it = whole
                .chain(parts)
                .filter(|(id, covers, part, _)| *part == one && **id == ask.id && **covers >= ask.covers_until);
            let gone = of_it.map(|(.., when)| *when).min();
            self.is_late_beside(ask, gone, self.holds.iter().filter(|hold| self.keeps(hold, one)))
        };
        let mut all = 0..self.connections.len();
        all.any(|one| self.is_kept_out(&ask.id, ask.covers_until, one) && is_late(one))
    }

    fn is_late_beside<'a>(&self, ask: &Ask, gone: Option<Duration>, holds: impl Iterator<Item = &'a Held>) -> bool {
        let (received, over) = (since_beginning(ask.received_at), over(ask));
        let is_due = over.saturating_sub(ask.alarm_before()).max(received);
        let (in_time_by, rings_by) = match kept_until(holds.filter_map(Held::span), over, RINGS_WITHIN) {
            Some(until) if until > is_due => {
                let until = until.saturating_add(RINGS_WITHIN);
                (over.max(until), until)
            }
            Some(_) | None => (over, (is_due + RINGS_WITHIN).min(over)),
        };
        let rang = |(id, when): &(String, Duration)| *id == ask.id && received < *when && *when < rings_by;
        gone.unwrap_or(Duration::MAX) > in_time_by && !self.alarms.iter().any(rang)
    }
}

/// When the last day of a request is over.
fn over(ask: &Ask) -> Duration {
    since_beginning(ask.last_day().tomorrow().unwrap().to_zoned_datetime(TimeZone::UTC).unwrap().timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::oracle::{About, Connected};

    const DAY: u64 = 86_400;

    /// A callback on the 40th day, under a key that was asked for before.
    fn ask() -> Ask {
        let received_at = Timestamp::from_second(BEGINNING).unwrap() + SignedDuration::from_hours(40 * 24);
        Ask::acknowledged("8abc", About::Person(0), received_at)
    }

    fn is_rung(ask: &Ask, id: &str, when: Duration) -> bool {
        let mut oracle = Oracle::default();
        oracle.alarmed(id, when);
        !oracle.is_late_and_silent(ask, None)
    }

    #[test]
    fn an_alarm_counts_days_before_the_end_of_its_own_request_only() {
        let (ask, day) = (ask(), |number: u64| Duration::from_secs(number * DAY));
        let end = over(&ask);
        assert!(is_rung(&ask, "8abc", end - day(5)) && is_rung(&ask, "8abc", end - day(3) - day(1) / 2));
        assert!(!is_rung(&ask, "8abc", end - Duration::from_secs(1)), "a second before the end");
        assert!(!is_rung(&ask, "8abc", end - day(3)), "too late for anybody to do anything");
        assert!(!is_rung(&ask, "8abc", day(39)), "of the request before");
        assert!(!is_rung(&ask, "8abd", end - day(5)), "of another");
        let by_mail = Ask { by_mail: true, ..ask.clone() };
        assert!(is_rung(&by_mail, "8abc", end - day(6)) && !is_rung(&by_mail, "8abc", end - day(4)));
        // One that came on its last days rings at once, and before its end at least.
        let short = |days: i64| Ask { last_day: Some(last_day(&ask, days)), ..ask.clone() };
        assert!(is_rung(&short(4), "8abc", day(41)) && !is_rung(&short(4), "8abc", day(43)));
        assert!(is_rung(&short(0), "8abc", day(40) + day(1) / 2) && !is_rung(&short(0), "8abc", day(41) + day(1)));
    }

    fn last_day(ask: &Ask, days: i64) -> jiff::civil::Date {
        let received_on = ask.received_at.to_zoned_datetime(TimeZone::UTC).date();
        received_on.checked_add(jiff::Span::new().days(days)).unwrap()
    }

    /// One connection, and what rang for a request about it.
    fn connected() -> Oracle {
        Oracle { connections: vec![Connected::long_ago("alder", "c1")], ..Oracle::default() }
    }

    fn hold(placed: Duration, released: Duration) -> Held {
        let (id, about) = ("hold-number-1".to_owned(), About::Connection(0));
        Held { id, about, placed: Some(placed), released: Some(released) }
    }

    /// What the oracle says of a request in a state about what was connected here and there, of which a hold keeps the one.
    fn beside_a_hold(
        state: &str,
        until: Option<Duration>,
        other_went: Option<Duration>,
        gone: Duration,
    ) -> Vec<Broken> {
        let (ask, account, mut oracle) = (ask(), Account::new(), connected());
        let head = json!({"pk": {"S": "obligation#8abc"}, "sk": {"S": "head"}, "state": {"S": state}});
        account.put_all("ledger", &[head]);
        oracle.connections.push(Connected::long_ago("birch", "c2"));
        oracle.holds.push(Held { released: until, ..hold(Duration::ZERO, Duration::ZERO) });
        let said = |when| (ask.id.clone(), ask.covers_until, when);
        if until.is_some() {
            (oracle.gone, oracle.erased) = (vec![said(gone)], vec![said(gone)]);
        }
        oracle.beside.extend(other_went.map(|when| (ask.id.clone(), ask.covers_until, 1, when)));
        oracle.asks.push(ask);
        oracle.judge_asks(&account);
        oracle.violations().iter().map(|violation| violation.broken).collect()
    }

    #[test]
    fn a_hold_excuses_what_it_keeps_and_nothing_beside_it() {
        let (end, day) = (over(&ask()), |number: u64| Duration::from_secs(number * DAY));
        let until = Some(end + day(20));
        for (state, until) in [("completed", until), ("held", None)] {
            let found = |other_went| beside_a_hold(state, until, other_went, end + day(21));
            assert_eq!(found(Some(end - day(9))), [], "{state}");
            assert_eq!(found(Some(end + day(1))), [Broken::PastDateWithoutAlarm], "{state}");
            assert_eq!(found(None), [Broken::PastDateWithoutAlarm], "{state}");
        }
        assert_eq!(beside_a_hold("completed", until, None, end - day(1)), [], "all of it went in time");
    }

    #[test]
    fn what_was_held_rings_once_it_is_released() {
        let ask = Ask { about: About::Connection(0), ..ask() };
        let released = over(&ask) - Duration::from_secs(2 * DAY);
        let mut oracle = connected();
        oracle.alarmed("8abc", released + Duration::from_secs(DAY));
        assert!(oracle.is_late_and_silent(&ask, None), "nothing held it");
        oracle.holds.push(hold(Duration::ZERO, released));
        assert!(!oracle.is_late_and_silent(&ask, None));
    }

    #[test]
    fn what_was_held_over_its_last_day_goes_or_rings_soon_after_its_release() {
        let (ask, day) =
            (Ask { about: About::Connection(0), ..ask() }, |number: u64| Duration::from_secs(number * DAY));
        let (end, mut oracle) = (over(&ask), connected());
        let is_late = |oracle: &Oracle, gone: Duration| oracle.is_late_and_silent(&ask, Some(gone));
        oracle.holds.push(hold(end + day(1), end + day(6)));
        assert!(is_late(&oracle, end + day(6)), "it came when the last day was over");
        oracle.holds.push(hold(end - day(6), end + day(2)));
        assert!(!is_late(&oracle, end + day(7)), "one took over from the other");
        assert!(is_late(&oracle, end + day(9)), "and was released three days before");
        assert!(oracle.is_late_and_silent(&ask, None));
        oracle.alarmed("8abc", end + day(7));
        assert!(!is_late(&oracle, end + day(9)), "it rang");
        assert!(!is_late(&connected(), end) && is_late(&connected(), end + day(1)));
    }
}
