//! What becomes on its last day of what nobody has verified: by what is missing, and by whose turn it was.

use super::*;
use crate::legal_hold::Note;
use crate::review_proof::{Comparison, Reading, review_proof};
use crate::subject_request::{Actor, By, PointKind, PointValue, Sha256Hex, Turn};

/// After the end of every last day of a request of 5 March but one with 45 days, and after that.
pub(super) const LATE: [&str; 2] = ["2026-04-04T20:30:00Z", "2026-04-21T12:00:00Z"];

pub(super) fn of_agent(kind: Kind, document: Option<&str>) -> Ask {
    let email = EmailAddress::parse("leo@example.org").ok();
    let permission_sha256 = document.map(|document| Sha256Hex::parse(document).unwrap());
    let agent = Some(Agent { email, name: None, permission_sha256, has_power_of_attorney: false });
    Ask { agent, residence: Some("California".to_owned()), ..ask(kind) }
}

fn of_californian(points: &[(PointKind, &str)]) -> Ask {
    let points = points.iter().map(|(kind, value)| (*kind, PointValue::parse(value).unwrap()));
    Ask { data_points: points.collect(), residence: Some("California".to_owned()), ..ask(Kind::Erasure) }
}

impl Office {
    pub(super) async fn enter_code(&self, id: &ObligationId) {
        let now = self.now();
        let (challenge, code) = Challenge::make(&self.keys, id, Proof::EmailCode, &[3; 24], now).unwrap();
        self.world.issue(id, &challenge).await.unwrap();
        let verified = verify_request(&self.world, &self.keys, id, code.expose(), now).await.unwrap();
        assert!(matches!(verified, crate::verify_request::Verified::Proved(_)));
    }

    /// Sweeps on its last day and beyond; the reason if it was denied.
    async fn late(&self, id: &ObligationId) -> Option<String> {
        self.tell().await;
        for day in LATE {
            self.move_to(day);
            let swept = self.sweep().await;
            assert!(swept.faults.is_empty());
            if let Standing::Denied { reason, .. } = self.request(id).standing {
                return Some(reason);
            }
            assert!(day == LATE[0] || swept.overdue == 1, "it rings");
        }
        None
    }
}

#[tokio::test]
async fn who_can_still_show_something_on_the_last_day_is_heard() {
    let office = Office::new();
    let id = office.asked(1).await;
    office.tell().await;
    office.move_to("2026-04-04T19:55:00Z");
    office.sweep().await;
    office.enter_code(&id).await;
    office.move_to("2026-04-04T21:00:00Z");
    office.sweep().await;
    assert_eq!(office.request(&id).standing.name(), "in-progress");
}

#[tokio::test]
async fn the_reason_is_what_was_missing_and_one_that_the_law_has_for_the_kind() {
    let both = [(PointKind::Phone, "0555"), (PointKind::Company, "Birch")];
    let cases = [
        (of_agent(Kind::Erasure, None), false, Some("permission-missing")),
        (of_agent(Kind::Erasure, None), true, Some("permission-missing")),
        (of_agent(Kind::Erasure, Some(&"ab".repeat(32))), false, Some("unverifiable")),
        (of_agent(Kind::Erasure, Some(&"ab".repeat(32))), true, None),
        (of_agent(Kind::Correction, Some(&"ab".repeat(32))), true, None),
        (of_californian(&both), false, Some("unverifiable")),
        (of_californian(&both), true, None),
        (of_californian(&both[..1]), true, Some("unverifiable")),
    ];
    for (number, (ask, enters_code, expected)) in (1..).zip(cases) {
        let office = Office::new();
        let id = office.asked_for(number, ask).await;
        office.tell().await;
        if enters_code {
            office.enter_code(&id).await;
        }
        assert_eq!(office.late(&id).await.as_deref(), expected, "case {number}");
    }
}

#[tokio::test]
async fn a_californian_whom_staff_compared_in_vain_is_denied_and_one_whom_they_did_not_is_on_their_list() {
    for is_compared in [false, true] {
        let office = Office::new();
        let both = [(PointKind::Phone, "0555"), (PointKind::Company, "Birch")];
        let id = office.asked_for(1, of_californian(&both)).await;
        office.tell().await;
        office.enter_code(&id).await;
        if is_compared {
            let law = Law::built_in().unwrap();
            let held = both.map(|(kind, _)| (kind, PointValue::parse("another").unwrap())).into();
            let reading = Reading::Record(Comparison { held, named: std::collections::BTreeMap::new() });
            let by = By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Compared.").unwrap() };
            let now = office.now();
            review_proof(&office.world, (&law, &office.keys), &id, &reading, &by, now).await.unwrap();
        }
        let expected = is_compared.then(|| "unverifiable".to_owned());
        assert_eq!(office.late(&id).await, expected);
        office.tell().await;
        office.world.pass(SignedDuration::from_hours(1));
        office.sweep().await;
        office.tell().await;
        let letters: Vec<Notice> = office.world.stored().requests.letters.iter().map(|letter| letter.notice).collect();
        let late = letters.iter().filter(|notice| **notice == Notice::Late).count();
        assert_eq!((late, letters.contains(&Notice::Denial)), (usize::from(!is_compared), is_compared), "{letters:?}");
        let turns = office.request(&id).turns();
        assert_eq!(turns.contains(&Turn::CompareData), !is_compared, "{turns:?}");
    }
}

/// A request that was denied for want of proof, once an appeal of the same person was upheld.
async fn reopened(office: &Office, id: &ObligationId) {
    for _ in 0..2 {
        office.sweep().await;
        office.tell().await;
        office.world.pass(SignedDuration::from_hours(1));
    }
    assert!(office.request(id).evidence_erased);
    let appeal = office.asked_for(9, Ask { appeal_of: Some(id.clone()), ..ask(Kind::Appeal) }).await;
    let (law, now) = (Law::built_in().unwrap(), office.now());
    let again = crate::reopen_request::reopen(&office.request(id), &office.request(&appeal), &law, &staff(), now);
    let again = again.unwrap().unwrap();
    assert!(office.world.record(&again.request, &again.act, None).await.unwrap());
    office.world.stored().requests.heads.remove(&appeal);
    assert_eq!(again.request.standing, Standing::AwaitingVerification);
}

fn staff() -> By {
    By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Looked at it.").unwrap() }
}

#[tokio::test]
async fn what_staff_read_before_an_upheld_appeal_denies_nothing_after_it_and_what_they_read_since_does() {
    let law = Law::built_in().unwrap();
    let both = [(PointKind::Phone, "0555"), (PointKind::Company, "Birch")];
    let value = |value: &str| PointValue::parse(value).unwrap();
    let compared = || Comparison {
        held: both.map(|(kind, _)| (kind, value("another"))).into(),
        named: both.map(|(kind, named)| (kind, value(named))).into(),
    };
    let permission = |digit: &str| Reading::Permission(Sha256Hex::parse(&digit.repeat(64)).unwrap());
    for (ask, reading, reason) in [
        (of_californian(&both), Reading::Record(compared()), "unverifiable"),
        (of_agent(Kind::Erasure, Some(&"a".repeat(64))), permission("b"), "permission-missing"),
    ] {
        for is_read_again in [false, true] {
            let office = Office::new();
            let id = office.asked_for(1, ask.clone()).await;
            office.tell().await;
            office.enter_code(&id).await;
            let read = async || {
                let (keys, now) = (&office.keys, office.now());
                review_proof(&office.world, (&law, keys), &id, &reading, &staff(), now).await.unwrap();
            };
            read().await;
            assert_eq!(office.late(&id).await.as_deref(), Some(reason));
            reopened(&office, &id).await;
            office.world.pass(SignedDuration::from_mins(1));
            if is_read_again {
                read().await;
                read().await;
            }
            office.move_to("2026-07-21T12:00:00Z");
            let swept = office.sweep().await;
            assert!(swept.faults.is_empty(), "{:?}", swept.faults);
            let denied = matches!(office.request(&id).standing, Standing::Denied { .. });
            assert_eq!((denied, swept.overdue), (is_read_again, 1), "{reason}");
            let acts = office.world.acts(&id).await.unwrap();
            let readings = acts.iter().filter(|act| matches!(act.deed, Deed::Reviewed { .. })).count();
            assert_eq!(readings, 1 + usize::from(is_read_again), "{reason}: each once");
        }
    }
}

#[tokio::test]
async fn a_californian_who_shows_too_little_for_the_data_itself_is_told_its_categories_on_the_last_day() {
    let three = [(PointKind::Phone, "0555"), (PointKind::Company, "Birch"), (PointKind::Name, "Mia")];
    for (kind, agreeing, is_told) in [
        (Kind::Access, 1, false),
        (Kind::Access, 2, true),
        (Kind::Access, 3, true),
        (Kind::Portability, 2, true),
        (Kind::Erasure, 1, false),
    ] {
        let (office, law) = (Office::new(), Law::built_in().unwrap());
        let id = office.asked_for(1, Ask { kind, ..of_californian(&three) }).await;
        office.tell().await;
        office.enter_code(&id).await;
        let held = three.iter().enumerate().map(|(number, (kind, value))| {
            (*kind, PointValue::parse(if number < agreeing { value } else { "another" }).unwrap())
        });
        let reading = Reading::Record(Comparison { held: held.collect(), named: std::collections::BTreeMap::new() });
        let by = By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Compared.").unwrap() };
        let now = office.now();
        review_proof(&office.world, (&law, &office.keys), &id, &reading, &by, now).await.unwrap();
        let denied = office.late(&id).await;
        assert_eq!(denied, (!is_told).then(|| "unverifiable".to_owned()), "{kind:?} {agreeing}");
        if is_told {
            let request = office.request(&id);
            let kind_of_bundle = request.bundle_kind();
            assert_eq!(kind_of_bundle, Some(crate::export::make_bundle::BundleKind::Know), "{kind:?} {agreeing}");
            assert_eq!(request.findings.refused_parts, ["unverifiable"]);
            office.sweep().await;
            assert_eq!(office.world.stored().exports.jobs.len(), 1, "{kind:?} {agreeing}: the file is ordered");
        }
    }
}

#[tokio::test]
async fn a_report_about_a_child_rings_from_the_hour_in_which_it_came_in_wherever_the_child_lives() {
    for residence in [None, Some("Germany"), Some("California")] {
        let office = Office::new();
        let residence = residence.map(ToOwned::to_owned);
        let id = office.asked_for(1, Ask { about_child: true, residence, ..ask(Kind::Erasure) }).await;
        office.tell().await;
        assert_eq!(office.request(&id).standing, Standing::AwaitingVerification, "acknowledged, and no code entered");
        for hour in 1..=24 {
            office.world.pass(SignedDuration::from_hours(1));
            assert_eq!(office.sweep().await.unread_child_reports, 1, "{hour}");
        }
    }
}

#[tokio::test]
async fn a_report_about_a_child_that_nobody_read_is_never_denied_and_rings_every_hour() {
    let office = Office::new();
    let id = office.asked_for(1, Ask { about_child: true, ..ask(Kind::Erasure) }).await;
    assert_eq!(office.late(&id).await, None);
    for _ in 0..3 {
        office.world.pass(SignedDuration::from_hours(1));
        let swept = office.sweep().await;
        assert_eq!((swept.unread_child_reports, swept.overdue, swept.denied), (1, 1, 0));
    }
    assert_eq!(office.request(&id).turns().first(), Some(&Turn::ReviewChild));
}

/// How long the first letter gives whoever asks, at least.
const HEARD_DAYS: i64 = 7;

#[tokio::test]
async fn what_was_noted_after_its_last_day_rings_as_overdue_and_a_code_still_works() {
    let office = Office::new();
    let received_at = Some(office.now() - SignedDuration::from_hours(24 * 40));
    let late =
        Ask { channel: Channel::Email, residence: Some("Germany".to_owned()), received_at, ..ask(Kind::Erasure) };
    let (heard, silent) = (office.asked_for(1, late.clone()).await, office.asked_for(2, late).await);
    office.tell().await;
    let told_at = office.now();
    for hour in 0..24 * HEARD_DAYS {
        let swept = office.sweep().await;
        let open = u64::from(hour < 24) + 1;
        assert_eq!((swept.denied, swept.overdue, swept.faults.len()), (0, open, 0), "hour {hour}");
        if hour == 23 {
            office.enter_code(&heard).await;
            office.sweep().await;
            assert_eq!(office.request(&heard).standing.name(), "in-progress");
            office.world.stored().requests.heads.get_mut(&heard).unwrap().next_action_at = None;
        }
        office.world.pass(SignedDuration::from_hours(1));
    }
    assert_eq!(office.now(), told_at + SignedDuration::from_hours(24 * HEARD_DAYS));
    assert_eq!(office.sweep().await.denied, 1, "nobody has answered the letter");
    assert_eq!(office.request(&silent).standing.name(), "denied");
}

#[tokio::test]
async fn the_person_of_an_agent_is_asked_also_where_it_was_noted_late() {
    let office = Office::new();
    let received_at = Some(office.now() - SignedDuration::from_hours(24 * 60));
    let ask = of_agent(Kind::Erasure, Some(&"ab".repeat(32)));
    let id = office.asked_for(1, Ask { channel: Channel::Email, received_at, ..ask }).await;
    office.world.stored().requests.notices.retain(|job| job.notice == Notice::Acknowledgement);
    office.tell().await;
    assert_eq!(office.sweep().await.resent, 1);
    office.tell().await;
    assert!(office.request(&id).was_told(Notice::AgentConfirmation, 1));
    office.world.pass(SignedDuration::from_hours(1));
    let swept = office.sweep().await;
    assert_eq!((swept.denied, swept.resent, swept.overdue), (0, 0, 1));
}

#[tokio::test]
async fn who_hears_late_that_another_law_holds_has_a_week_from_then_and_the_letter_is_not_lost() {
    use crate::correct_residence::{Home, correct_residence};
    let (office, law) = (Office::new(), Law::built_in().unwrap());
    let id = office.asked(1).await;
    office.tell().await;
    office.move_to("2026-03-18T12:00:00Z");
    let by = By { actor: Actor::Staff("alex".to_owned()), why: Note::parse("Their mail.").unwrap() };
    let now = office.now();
    correct_residence(&office.world, &office.world, &law, &id, Home::At("KR"), &by, now).await.unwrap();
    assert_eq!(office.request(&id).clocks.legal.date.to_string(), "2026-03-15", "by that law it is late");
    office.world.stored().requests.notices.clear();
    office.sweep().await;
    office.tell().await;
    let is_told = |letter: &crate::memory::SentLetter| letter.notice == Notice::Relocated;
    assert_eq!(office.world.stored().requests.letters.iter().filter(|letter| is_told(letter)).count(), 1);
    for (day, state) in [("2026-03-25T11:00:00Z", "awaiting-verification"), ("2026-03-25T13:30:00Z", "denied")] {
        office.move_to(day);
        office.sweep().await;
        assert_eq!(office.request(&id).standing.name(), state, "{day}");
    }
}
