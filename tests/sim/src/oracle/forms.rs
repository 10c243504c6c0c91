//! The judgement over what came through the form: a letter with a code, an end by its date, the end that it must have, a letter that
//! says so.

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

/// A promise that was not kept, and how.
type Found = (Broken, String);

impl Oracle {
    pub(super) fn judge_forms(&mut self, account: &Account) {
        let rows = account.dump("ledger");
        let row = |form: &FormSent| {
            let partition = format!("obligation#{}", form.id);
            rows.iter().find(|row| row["pk"]["S"] == partition.as_str() && row["sk"]["S"] == "asked")
        };
        let judged = |form| [self.untold(form), self.ended(form, row(form)), self.is_late(form, row(form))];
        let found: Vec<Found> = self.forms.iter().flat_map(judged).flatten().collect();
        for (broken, how) in found {
            self.violate(broken, how);
        }
    }

    /// Who filled in the form and read that it was taken gets a letter with a code, or somebody hears that they did not.
    fn untold(&self, form: &FormSent) -> Option<Found> {
        let over = form.at + TOLD_WITHIN;
        let is_told = self.letters.iter().any(|(id, when)| *id == form.id && *when <= over);
        let is_rung = || self.silences.iter().any(|when| (form.at..=over).contains(when));
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
    fn is_late(&self, form: &FormSent, row: Option<&Value>) -> Option<Found> {
        let ended = since_beginning(row.and_then(|row| at(&row["at"]))?);
        let over = since_beginning(over(instant(form.at)));
        let is_rung =
            self.alarms_of_requests.iter().any(|when| (over.saturating_sub(RUNG_WITHIN)..over).contains(when));
        let how = || format!("{} was to be answered within a month", form.id);
        (ended > over && !is_rung).then(|| (Broken::PastDateWithoutAlarm, how()))
    }
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
