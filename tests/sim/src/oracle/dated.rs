//! What goes by its date: when the policy lets it go, when it must be gone, what a hold keeps of it.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use privacy_tests::account::Account;
use serde_json::{Value, json};

use super::facts::CLOCKS;
use super::held::{Held, kept_until};
use super::judge::since_beginning;
use super::{Broken, Oracle, row_key, rows};
use crate::process::instant;

/// Within so long before its last instant an alarm rings for what is there still: half a day, and a clock that is wrong.
const RUNG_BEFORE: Duration = Duration::from_secs(13 * 3_600);
/// What has no ceiling beyond its floor rings once it is late: at the next run.
const NEXT_RUN: Duration = Duration::from_secs(8 * 3_600);
/// How long after its release what a hold kept may stand there: runs are six hours apart, a release may take its time, and a run may die.
const LET_GO_WITHIN: Duration = Duration::from_secs(86_400);
/// What is due later than so many days after the beginning is not due in a run.
const SOON: Duration = Duration::from_secs(10 * 86_400);

/// What is recorded by its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Policy section 9: "Security logs are retained for up to 12 months."
    Log,
    /// Policy section 9: "Billing records are retained for 7 years to meet tax and accounting requirements."
    Invoice,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Log, Self::Invoice];

    /// Its record class.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Log => "security-logs",
            Self::Invoice => "billing-records",
        }
    }

    /// Its table.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Log => "logs",
            Self::Invoice => "billing",
        }
    }

    /// In how many partitions a day stands: fewer than in `policy.toml`, since each is read.
    #[must_use]
    pub const fn shards(self) -> u8 {
        match self {
            Self::Log => 2,
            Self::Invoice => 1,
        }
    }

    /// The days of which there are records: three that are over in the first days of a run, and one that is not.
    #[must_use]
    pub const fn days(self) -> [Date; 4] {
        match self {
            Self::Log => [date(2025, 3, 11), date(2025, 3, 12), date(2025, 3, 13), date(2025, 12, 1)],
            Self::Invoice => [date(2019, 3, 10), date(2019, 3, 11), date(2019, 3, 12), date(2025, 2, 1)],
        }
    }
}

/// A record of a day.
#[derive(Clone, Debug)]
pub struct Dated {
    kind: Kind,
    tenant: String,
    day: Date,
    value: Value,
    /// Whether it is there, for all that was seen.
    stands: bool,
    /// When it was first deleted.
    gone: Option<Duration>,
}

fn midnight(day: Date) -> Timestamp {
    day.to_zoned_datetime(TimeZone::UTC).unwrap().timestamp()
}

impl Dated {
    /// From when on it may go: on the same date a year later, and not before seven years are over.
    fn due(&self) -> Timestamp {
        let after = |span: Span| self.day.checked_add(span).unwrap();
        match self.kind {
            Kind::Log => midnight(after(Span::new().months(12))),
            Kind::Invoice => midnight(after(Span::new().years(7)).tomorrow().unwrap()),
        }
    }

    /// When it must be gone, or somebody be told: once twelve months and their last day are over; two days after seven years.
    fn over(&self) -> Timestamp {
        let days = match self.kind {
            Kind::Log => 1,
            Kind::Invoice => 2,
        };
        self.due() + SignedDuration::from_hours(24 * days)
    }

    /// When an alarm counts, of what holds kept until an instant, if any did.
    fn is_rung(&self, when: Duration, kept_until: Option<Duration>) -> bool {
        let over = since_beginning(self.over());
        let until = match self.kind {
            Kind::Log => over,
            Kind::Invoice => over + NEXT_RUN,
        };
        (over.saturating_sub(RUNG_BEFORE)..=until.max(let_go(kept_until))).contains(&when)
    }

    fn is_due(&self, at: Timestamp) -> bool {
        self.due() <= at
    }

    /// The row that says that something of its day is left, and is looked at again.
    fn left(&self) -> Value {
        let sort = format!("left#{}", privacy::instant::to_text(midnight(self.day)));
        json!({"pk": {"S": format!("purge#{}", self.kind.class())}, "sk": {"S": sort}})
    }

    fn is_listed(&self, account: &Account) -> bool {
        let (_, answer) = account.carry_out("GetItem", json!({"TableName": "ledger", "Key": self.left()}));
        answer.get("Item").is_some_and(|row| row["held_by"]["L"] != json!([]))
    }
}

/// When what holds kept until an instant is to be gone again.
fn let_go(kept_until: Option<Duration>) -> Duration {
    kept_until.map_or(Duration::ZERO, |until| until.saturating_add(LET_GO_WITHIN))
}

impl Oracle {
    /// Notes a record of a day that is stored.
    pub fn has_dated(&mut self, kind: Kind, tenant: &str, day: Date, row: &Value) {
        let tenant = tenant.to_owned();
        let dated = Dated { kind, tenant, day, value: row.clone(), stands: true, gone: None };
        self.dated.insert(row_key(kind.table(), row), dated);
    }

    /// Notes that a purge rang.
    pub fn alarmed_of_purges(&mut self, elapsed: Duration) {
        self.alarms_of_purges.push(elapsed);
    }

    fn is_kept(&self, dated: &Dated) -> bool {
        self.holds.iter().any(|hold| hold.is_open() && hold.is_of_all(&dated.tenant))
    }

    /// Whether a purge has anything to do by whoever's clock shows this latest; what a hold keeps and a list names has time until
    /// it `is_looked_at`.
    #[must_use]
    pub fn has_to_purge(&self, account: &Account, latest: Timestamp, is_looked_at: bool) -> bool {
        let mut due = self.dated.values().filter(|dated| dated.stands && dated.is_due(latest));
        due.any(|dated| !self.is_kept(dated) || is_looked_at || !dated.is_listed(account))
    }

    /// Whether something is still to go by its date, or to be listed where a hold keeps it.
    #[must_use]
    pub fn awaits_purge(&self, account: &Account) -> bool {
        self.has_to_purge(account, instant(SOON), false)
    }

    /// Sees a record of a day before it is deleted.
    pub(super) fn before_dated(&mut self, key: &str, now: Duration) {
        let Some(dated) = self.dated.get(key).filter(|dated| dated.stands) else { return };
        let is_held = self.holds.iter().any(|hold| hold.is_of_all(&dated.tenant) && hold.is_in_force(now));
        if is_held {
            self.violate(Broken::HoldIgnored, format!("{key} is deleted while a hold keeps it"));
        } else if !dated.is_due(instant(now) + CLOCKS) {
            let due = dated.due();
            self.violate(Broken::OverErased, format!("{key} is deleted before {due}"));
        }
        if let Some(dated) = self.dated.get_mut(key) {
            dated.stands = false;
            dated.gone.get_or_insert(now);
        }
    }

    /// A backup was restored: what stands there now.
    pub(super) fn restored_dated(&mut self, account: &Account) {
        for kind in Kind::ALL {
            for (key, _) in rows(account, kind.table()) {
                if let Some(dated) = self.dated.get_mut(&key) {
                    dated.stands = true;
                }
            }
        }
    }

    /// A record that had gone by its date and is there again, and no hold keeps it.
    pub(super) fn returned_dated(&self) -> Option<&String> {
        let is_back = |dated: &Dated| dated.stands && dated.gone.is_some() && !self.is_kept(dated);
        self.dated.iter().find(|(_, dated)| is_back(dated)).map(|(key, _)| key)
    }

    /// Judges what goes by its date at the end of a run.
    pub(super) fn judge_dated(&mut self, account: &Account) {
        let mut found = Vec::new();
        for kind in Kind::ALL {
            let there: BTreeMap<String, Value> = rows(account, kind.table()).collect();
            for (key, dated) in self.dated.iter().filter(|(_, dated)| dated.kind == kind) {
                found.extend(self.judge_record(account, key, dated, there.get(key)));
            }
        }
        for (broken, how) in found {
            self.violate(broken, how);
        }
    }

    fn judge_record(
        &self,
        account: &Account,
        key: &str,
        dated: &Dated,
        stands: Option<&Value>,
    ) -> Option<(Broken, String)> {
        if dated.stands && stands != Some(&dated.value) {
            return Some((Broken::OverErased, format!("{key} is gone or changed, and no purge took it")));
        }
        if !dated.is_due(instant(SOON)) {
            return None;
        }
        if stands.is_some() && !self.is_kept(dated) {
            return Some((Broken::Lost, format!("{key} was to be gone by {}, and is there at the end", dated.over())));
        }
        if stands.is_some() && !dated.is_listed(account) {
            return Some((Broken::Lost, format!("{key} is kept by a hold, and no list says that it is left")));
        }
        let over = since_beginning(dated.over());
        let holds = self.holds.iter().filter(|hold| hold.is_of_all(&dated.tenant));
        let kept_until = kept_until(holds.filter_map(Held::span), over, LET_GO_WITHIN);
        let is_late = dated.gone.unwrap_or(Duration::MAX) > over.max(let_go(kept_until));
        let is_rung = || self.alarms_of_purges.iter().any(|when| dated.is_rung(*when, kept_until));
        let how = || format!("{key} was to be gone by {}", dated.over());
        (is_late && !is_rung()).then(|| (Broken::PastDateWithoutAlarm, how()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::About;

    const DAY: u64 = 86_400;

    fn at(day: u64, hours: u64) -> Duration {
        Duration::from_secs(day * DAY + hours * 3_600)
    }

    fn row(kind: Kind, day: Date) -> Value {
        let key = match kind {
            Kind::Log => format!("log#{day}#0"),
            Kind::Invoice => format!("billing#{day}#0"),
        };
        json!({"pk": {"S": key}, "sk": {"S": format!("alder#{day}T10:00:00.000Z#1")}})
    }

    /// What the oracle says of the first record of a kind that is deleted at an instant, or stays there; runs begin at nine.
    fn found(kind: Kind, gone: Option<Duration>, alarm: Option<Duration>, hold: Option<Held>) -> Vec<Broken> {
        found_beside(kind, gone, alarm, hold, &[])
    }

    /// The same where a list names its day as left because of some holds.
    fn found_beside(
        kind: Kind,
        gone: Option<Duration>,
        alarm: Option<Duration>,
        hold: Option<Held>,
        listed: &[&str],
    ) -> Vec<Broken> {
        let (mut oracle, account) = (Oracle::default(), Account::new());
        let row = row(kind, kind.days()[0]);
        account.put_all(kind.table(), std::slice::from_ref(&row));
        oracle.has_dated(kind, "alder", kind.days()[0], &row);
        let mut left = oracle.dated.values().next().unwrap().left();
        left["held_by"] = json!({"L": listed.iter().map(|id| json!({"S": id})).collect::<Vec<_>>()});
        account.put_all("ledger", &[left]);
        oracle.holds.extend(hold);
        alarm.into_iter().for_each(|when| oracle.alarmed_of_purges(when));
        if let Some(gone) = gone {
            oracle.before_dated(&row_key(kind.table(), &row), gone);
            let (status, _) = account.carry_out("DeleteItem", json!({"TableName": kind.table(), "Key": row}));
            assert_eq!(status, 200);
        }
        oracle.judge_dated(&account);
        oracle.violations().iter().map(|violation| violation.broken).collect()
    }

    fn hold(about: About) -> Option<Held> {
        Some(Held { id: "hold-number-0".to_owned(), about, placed: Some(Duration::ZERO), released: None })
    }

    #[test]
    fn a_record_goes_on_its_day_and_not_before() {
        for kind in Kind::ALL {
            // Both are due at the first midnight.
            assert_eq!(found(kind, Some(at(0, 15)), None, None), []);
            assert_eq!(found(kind, Some(at(0, 14)), None, None), [], "a clock may be an hour ahead");
            assert_eq!(found(kind, Some(at(0, 13)), None, None), [Broken::OverErased]);
            assert_eq!(found(kind, None, None, None), [Broken::Lost]);
        }
    }

    #[test]
    fn what_is_late_is_rung_for() {
        let (log, invoice) = (at(1, 15), at(2, 15));
        for (kind, over) in [(Kind::Log, log), (Kind::Invoice, invoice)] {
            assert_eq!(found(kind, Some(over), None, None), []);
            let late = Some(over + at(0, 1));
            assert_eq!(found(kind, late, None, None), [Broken::PastDateWithoutAlarm]);
            assert_eq!(found(kind, late, Some(over - at(0, 12)), None), []);
            assert_eq!(found(kind, late, Some(over - at(0, 14)), None), [Broken::PastDateWithoutAlarm], "too early");
        }
        assert_eq!(found(Kind::Log, Some(log + at(0, 1)), Some(log + at(0, 1)), None), [Broken::PastDateWithoutAlarm]);
        assert_eq!(found(Kind::Invoice, Some(invoice + at(0, 9)), Some(invoice + at(0, 8)), None), []);
    }

    #[test]
    fn a_hold_of_the_tenant_keeps_it_and_is_listed() {
        let (alder, birch) = (About::Tenant("alder"), About::Tenant("birch"));
        let gone = Some(at(1, 0));
        assert_eq!(found(Kind::Log, gone, None, hold(alder)), [Broken::HoldIgnored]);
        assert_eq!(found(Kind::Log, gone, None, hold(birch)), [], "of another tenant");
        assert_eq!(found(Kind::Log, gone, None, hold(About::Connection(0))), [], "it is of no connection");
        assert_eq!(found(Kind::Log, None, None, hold(alder)), [Broken::Lost], "no list names the hold");
        assert_eq!(found_beside(Kind::Log, None, None, hold(alder), &["hold-number-0"]), []);
        assert_eq!(found_beside(Kind::Log, None, None, hold(birch), &["hold-number-0"]), [Broken::Lost]);
    }

    #[test]
    fn a_hold_excuses_what_it_kept_over_its_day_and_nothing_else() {
        let late = |after: Duration, alarm: Option<Duration>, (from, until): (Duration, Duration)| {
            let held = Held { placed: Some(from), released: Some(until), ..hold(About::Tenant("alder")).unwrap() };
            found(Kind::Log, Some(at(1, 15) + after), alarm, Some(held))
        };
        let over = at(1, 15);
        let kept = (at(0, 12), over + at(8, 0));
        assert_eq!(late(at(0, 1), None, (at(0, 0), at(0, 10))), [Broken::PastDateWithoutAlarm], "released before");
        assert_eq!(
            late(at(9, 0), None, (over + at(3, 0), over + at(8, 0))),
            [Broken::PastDateWithoutAlarm],
            "it came later"
        );
        assert_eq!(late(at(8, 12), None, kept), [], "soon after its release");
        assert_eq!(late(at(10, 0), None, kept), [Broken::PastDateWithoutAlarm], "two days after");
        assert_eq!(late(at(10, 0), Some(over + at(8, 12)), kept), [], "it rang");
    }
}
