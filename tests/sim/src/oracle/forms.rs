//! The judgement over what came through the form: a letter with a code, an end by its date, the end that it must have, a letter that
//! says so.

use std::ops::Range;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use privacy_tests::account::Account;
use serde_json::Value;

use super::judge::since_beginning;
use super::{Broken, Closing, FormSent, Oracle, Shown, at};
use crate::process::instant;

/// CCPA regulations section 7021(a), which the service follows for everybody: receipt is confirmed within 10 business days.
const TOLD_WITHIN: Duration = Duration::from_secs(14 * 86_400);
/// How long before a last day its alarms begin at the earliest.
const RUNG_WITHIN: Duration = Duration::from_secs(10 * 86_400);

/// So long before its last day is over whatever is open rings at every sweep: in its last day of two weeks, and on its last days.
const UNTOLD_RINGS: Duration = Duration::from_secs(86_400);
const LATE_RINGS: Duration = Duration::from_secs(4 * 86_400);

/// A form and its row.
type Judged<'a> = (&'a FormSent, Option<&'a Value>);
/// A promise that was not kept, and how.
type Found = (Broken, String);

impl Oracle {
    pub(super) fn judge_forms(&mut self, account: &Account) {
        let rows = account.dump("ledger");
        let row = |form: &FormSent| {
            let partition = format!("obligation#{}", form.id);
            rows.iter().find(|row| row["pk"]["S"] == partition.as_str() && row["sk"]["S"] == "asked")
        };
        let forms: Vec<Judged<'_>> = self.forms.iter().map(|form| (form, row(form))).collect();
        let judged = |(form, row): &Judged<'_>| {
            [self.untold(form, &forms), self.ended(form, *row), self.is_late((form, *row), &forms)]
        };
        let found: Vec<Found> = forms.iter().flat_map(judged).flatten().collect();
        for (broken, how) in found {
            self.violate(broken, how);
        }
    }

    /// Who filled in the form and read that it was taken gets a letter with a code, or somebody hears that they did not.
    fn untold(&self, form: &FormSent, forms: &[Judged<'_>]) -> Option<Found> {
        let over = form.at + TOLD_WITHIN;
        let is_told_by = |form: &FormSent, by| self.letters.iter().any(|(id, when)| *id == form.id && *when <= by);
        let is_silent = |&(form, row): &Judged<'_>, when| {
            form.at + TOLD_WITHIN <= when + UNTOLD_RINGS && when < ended_at(row) && !is_told_by(form, when)
        };
        let is_told = is_told_by(form, over);
        let is_rung = || is_counted(&self.silences, form.at..over, form, forms, is_silent);
        let how = || format!("{} was acknowledged, and no code was sent within two weeks", form.id);
        (!is_told && !is_rung()).then(|| (Broken::Untold, how()))
    }

    /// What was shown to be theirs is answered once it is done, and what nobody has shown is denied; a letter says which.
    fn ended(&self, form: &FormSent, row: Option<&Value>) -> Option<Found> {
        let (id, state) = (&form.id, state(row));
        let is_answered = state == "answered";
        if !is_answered && state != "denied" {
            return Some((Broken::Lost, format!("{id} was acknowledged and is {state} at the end")));
        }
        if !is_answered && form.shown == Shown::Code {
            return Some((Broken::Lost, format!("{id} is denied, and its code was taken")));
        }
        if is_answered && form.shown == Shown::Nothing {
            return Some((Broken::OverErased, format!("{id} is answered, and nobody has shown that it is theirs")));
        }
        let says = |closing: &&Closing| closing.id == *id && closing.is_answer == is_answered;
        let Some(closing) = self.closings.iter().find(says) else {
            return Some((Broken::Untold, format!("{id} is {state}, and no letter says so")));
        };
        let is_erased = || self.erased.iter().any(|(erased, _, when)| erased == id && *when <= closing.at);
        let is_early = is_answered && !closing.in_part && !is_erased();
        is_early
            .then(|| (Broken::CompletedWithResidue, format!("a letter says that {id} is done before it was erased")))
    }

    /// GDPR article 12(3): one month from the receipt, wherever midnight is; or the sweeper rang for a request before.
    fn is_late(&self, (form, row): Judged<'_>, forms: &[Judged<'_>]) -> Option<Found> {
        let over_of = |form: &FormSent| since_beginning(over(instant(form.at)));
        let over = over_of(form);
        let is_near = |&(form, row): &Judged<'_>, when| over_of(form) <= when + LATE_RINGS && when < ended_at(row);
        let within = over.saturating_sub(RUNG_WITHIN)..over;
        let is_rung = || is_counted(&self.alarms_of_requests, within, form, forms, is_near);
        let how = || format!("{} was to be answered within a month", form.id);
        (row.is_some() && ended_at(row) > over && !is_rung()).then(|| (Broken::PastDateWithoutAlarm, how()))
    }
}

/// Whether an alarm within so long is of a form: alarms name none, but say how many they are of, so one that is counts it beside all that
/// ring then.
fn is_counted(
    alarms: &[(Duration, u64)],
    within: Range<Duration>,
    form: &FormSent,
    forms: &[Judged<'_>],
    rings: impl Fn(&Judged<'_>, Duration) -> bool,
) -> bool {
    let beside = |when| forms.iter().filter(|judged| judged.0.id != form.id && rings(judged, when)).count() as u64;
    alarms.iter().any(|(when, count)| within.contains(when) && beside(*when) < *count)
}

/// When a request was closed, if it was.
fn ended_at(row: Option<&Value>) -> Duration {
    row.and_then(|row| at(&row["at"])).map_or(Duration::MAX, since_beginning)
}

fn state(row: Option<&Value>) -> &str {
    row.map_or("missing", |row| row["state"]["S"].as_str().unwrap_or_default())
}

/// When the last day is over in every zone.
fn over(received_at: Timestamp) -> Timestamp {
    let received_on = received_at.to_zoned_datetime(TimeZone::UTC).date();
    let over = received_on.checked_add(Span::new().months(1).days(2)).unwrap();
    over.to_zoned_datetime(TimeZone::UTC).unwrap().timestamp()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const DAY: u64 = 86_400;

    fn day(number: u64) -> Duration {
        Duration::from_secs(number * DAY)
    }

    /// What the oracle says of two requests that came in on days of their own and were answered months later.
    fn found(came_in: [u64; 2], told: bool, alarm: impl FnOnce(&mut Oracle)) -> Vec<Broken> {
        let (mut oracle, account) = (Oracle::default(), Account::new());
        for (id, at) in ["7abc", "7abd"].into_iter().zip(came_in) {
            oracle.forms.push(FormSent { id: id.to_owned(), at: day(at), shown: Shown::Code });
            let ended = privacy::instant::to_text(instant(day(90)));
            let row = json!({
                "pk": {"S": format!("obligation#{id}")}, "sk": {"S": "asked"},
                "state": {"S": "answered"}, "at": {"S": ended},
            });
            account.put_all("ledger", &[row]);
            if told {
                oracle.wrote(id, day(at));
            }
            oracle.closed(Closing { id: id.to_owned(), is_answer: true, in_part: true, at: day(90) });
        }
        alarm(&mut oracle);
        oracle.judge_forms(&account);
        oracle.violations().iter().map(|violation| violation.broken).collect()
    }

    #[test]
    fn an_alarm_counts_as_many_as_are_late() {
        use Broken::{PastDateWithoutAlarm as Late, Untold};
        let late =
            |came_in, when: u64, count| found(came_in, true, |oracle| oracle.alarmed_of_requests(day(when), count));
        assert_eq!(late([0, 0], 30, 2), []);
        assert_eq!(late([0, 0], 30, 1), [Late, Late], "one of them only, and nobody knows which");
        assert_eq!(late([0, 9], 29, 1), [Late], "of the other not yet");
        let silent = |when: u64, count| {
            let alarm = |oracle: &mut Oracle| {
                oracle.alarmed_of_requests(day(30), 2);
                oracle.alarmed_of_forms(day(when), count);
            };
            found([0, 0], false, alarm)
        };
        assert_eq!(silent(13, 2), []);
        assert_eq!(silent(13, 1), [Untold, Untold]);
        assert_eq!(silent(15, 2), [Untold, Untold], "two weeks are over");
    }
}
