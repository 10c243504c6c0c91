mod needs;
mod sources;

use super::*;
use crate::clock::model::Kind;
use crate::ids::Platform;
use crate::ingest_gate::Flag;
use crate::memory::{Strike, World};
use crate::subject_request::{
    Agent, Channel, ConnectedAccount, Contact, EmailAddress, Handle, PointKind, PointValue, Words,
};

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-05T12:00:00Z")
}

fn ask(kind: Kind) -> Ask {
    let contact = Contact { email: EmailAddress::parse("mia@example.com").ok(), account: None };
    Ask { residence: Some("Germany".to_owned()), ..Ask::of(kind, contact, Channel::Web) }
}

fn agent(has_power_of_attorney: bool) -> Agent {
    let email = EmailAddress::parse("agent@example.org").ok();
    Agent { email, name: None, permission_sha256: None, has_power_of_attorney }
}

struct Desk {
    world: World,
    keys: SubjectKeys,
    law: Law,
}

impl Desk {
    fn new() -> Self {
        Self { world: World::new(now(), 100), keys: SubjectKeys::parse(RING).unwrap(), law: Law::built_in().unwrap() }
    }

    fn terms(&self) -> Terms<'_> {
        Terms { keys: &self.keys, law: &self.law, stuck_after: SignedDuration::from_mins(10) }
    }

    async fn accept(&self, naming: Naming<'_>, ask: Ask) -> Result<AcceptedRequest, Fault> {
        self.accept_at(naming, ask, now()).await
    }

    async fn accept_at(&self, naming: Naming<'_>, ask: Ask, now: Timestamp) -> Result<AcceptedRequest, Fault> {
        accept_request(&self.world, &self.world, self.terms(), naming, Sent { ask, source: None }, now).await
    }
}

#[tokio::test]
async fn a_request_is_stored_with_every_date_and_the_rule_that_set_it() {
    let desk = Desk::new();
    let accepted = desk.accept(Naming::Fresh(&[1; 20]), ask(Kind::Access)).await.unwrap();
    let id = accepted.request.id.clone();
    let stored = desk.world.stored().requests.heads[&id].clone();
    assert!(accepted.is_new && id.is_request() && stored == accepted.request);
    expect_test::expect![[r#"
        ack 2026-03-05 days:0 tz:Europe/Brussels
        target 2026-03-30 days:25 tz:Europe/Brussels #the target: min(28, legal days - 5)
        legal 2026-04-04 min(months:1,days:30) tz:Europe/Brussels
        rolled 2026-04-06 months:1 tz:Europe/Brussels roll:WEEKEND
        alarms 2026-03-05 2026-03-23 2026-03-30 2026-04-01 2026-04-04
    "#]]
    .assert_eq(&dates(&stored.clocks));
    let notices = desk.world.stored().requests.notices.clone();
    assert_eq!(
        notices,
        [NoticeJob { request: id, notice: Notice::Acknowledgement, tenant: None, round: 1, source: None }]
    );
    assert_eq!(stored.next_action_at, Some(at("2026-03-05T12:10:00Z")));
}

fn dates(clocks: &Clocks) -> String {
    let named = [
        ("ack", Some(&clocks.ack)),
        ("target", Some(&clocks.target)),
        ("legal", Some(&clocks.legal)),
        ("rolled", clocks.rolled.as_ref()),
    ];
    let mut lines = String::new();
    for (name, dated) in named {
        if let Some(dated) = dated {
            lines += &format!("{name} {} {}\n", dated.date, dated.rule.split(';').next().unwrap_or_default());
        }
    }
    lines + &format!("alarms {}\n", clocks.alarms.map(|date| date.to_string()).join(" "))
}

#[tokio::test]
async fn the_clock_starts_when_a_mail_came_not_when_somebody_noted_it() {
    let desk = Desk::new();
    let noted = Ask { channel: Channel::Email, received_at: Some(at("2026-02-20T09:00:00Z")), ..ask(Kind::Erasure) };
    noted.check(now()).unwrap();
    let accepted = desk.accept(Naming::Fresh(&[1; 20]), noted).await.unwrap();
    assert_eq!(accepted.request.clocks.received_on.to_string(), "2026-02-20");
    assert_eq!(accepted.request.clocks.legal.date.to_string(), "2026-03-20");
}

#[tokio::test]
async fn sent_twice_under_one_name_it_is_one_request_and_with_other_words_another() {
    let desk = Desk::new();
    let first = desk.accept(Naming::Repeatable("form-1"), ask(Kind::Access)).await.unwrap();
    let again = desk.accept(Naming::Repeatable("form-1"), ask(Kind::Access)).await.unwrap();
    assert!(first.is_new && !again.is_new);
    assert_eq!(first.request.id, again.request.id);
    let other = desk.accept(Naming::Repeatable("form-1"), ask(Kind::Erasure)).await.unwrap();
    let named_otherwise = desk.accept(Naming::Repeatable("form-2"), ask(Kind::Access)).await.unwrap();
    assert!(other.is_new && named_otherwise.is_new);
    assert_eq!(desk.world.stored().requests.heads.len(), 3);
}

#[tokio::test]
async fn a_name_ends_with_its_day_so_that_nothing_is_taken_for_what_was_asked_long_ago() {
    let desk = Desk::new();
    let noted = || Ask { channel: Channel::Phone, received_at: Some(at("2026-03-04T09:00:00Z")), ..ask(Kind::Access) };
    let mut asked = std::collections::BTreeSet::new();
    for (day, is_new) in [
        ("2026-03-05T00:00:00Z", true),
        ("2026-03-05T23:59:59Z", false),
        ("2026-03-06T00:00:00Z", true),
        ("2026-06-05T12:00:00Z", true),
        ("2027-03-05T12:00:00Z", true),
    ] {
        let accepted = desk.accept_at(Naming::Repeatable("1"), ask(Kind::Access), at(day)).await.unwrap();
        assert_eq!(accepted.is_new, is_new, "{day}");
        assert_eq!(asked.insert(accepted.request.id.clone()), is_new, "{day}");
        assert!(!is_new || accepted.request.received_at == at(day), "its own clock: {day}");
        // What says when it came is the same whenever it is sent.
        let again = desk.accept_at(Naming::Repeatable("1"), noted(), at(day)).await.unwrap();
        assert_eq!(again.is_new, day == "2026-03-05T00:00:00Z", "{day}");
    }
}

fn answered() -> Standing {
    Standing::Answered { at: now(), in_part: false }
}

impl Desk {
    fn change(&self, id: &ObligationId, change: impl FnOnce(&mut SubjectRequest)) {
        change(self.world.stored().requests.heads.get_mut(id).unwrap());
    }
}

#[tokio::test]
async fn who_sends_the_same_again_once_it_is_over_asks_anew_and_a_repeat_of_that_is_the_same_in_its_turn() {
    let denied = Standing::Denied { at: now(), reason: "unverifiable".to_owned() };
    for closed in [Standing::Withdrawn { at: now(), in_part: false }, denied, answered()] {
        let desk = Desk::new();
        let send = async || desk.accept(Naming::Repeatable("form-1"), ask(Kind::Access)).await.unwrap();
        let mut before = send().await.request;
        for _ in 0..3 {
            assert!(!send().await.is_new, "{closed:?}: it is open");
            desk.change(&before.id, |request| request.standing = closed.clone());
            desk.world.stored().requests.notices.clear();
            let (anew, again) = (send().await, send().await);
            assert!(anew.is_new && anew.request.standing == Standing::Received, "{closed:?}");
            assert!(!again.is_new && again.request.id == anew.request.id && anew.request.id.is_request(), "{closed:?}");
            assert_ne!(anew.request.id, before.id);
            let told = desk.world.stored().requests.notices.iter().map(|job| job.request.clone()).collect::<Vec<_>>();
            assert_eq!(told, [anew.request.id.clone(), anew.request.id.clone()], "{closed:?}: acknowledged anew");
            assert_eq!(desk.world.stored().requests.heads[&before.id].standing, closed);
            before = anew.request;
        }
    }
}

#[tokio::test]
async fn what_they_name_of_themselves_is_kept_for_the_request_that_follows_alone() {
    let desk = Desk::new();
    let (kind, value) = (PointKind::Postcode, PointValue::parse("94110").unwrap());
    let named = || Ask {
        residence: Some("California".to_owned()),
        data_points: [(kind, value.clone())].into(),
        ..ask(Kind::Erasure)
    };
    let first = desk.accept(Naming::Repeatable("form-1"), named()).await.unwrap().request;
    assert!(first.is_point(&desk.keys, kind, &value));
    desk.change(&first.id, |request| request.standing = Standing::Withdrawn { at: now(), in_part: false });
    let second = desk.accept(Naming::Repeatable("form-1"), named()).await.unwrap().request;
    assert!(second.id != first.id && second.is_point(&desk.keys, kind, &value));
}

#[tokio::test]
async fn what_is_in_force_and_what_staff_note_is_the_same_when_it_comes_again() {
    for kind in [Kind::OptOut, Kind::Limit] {
        let desk = Desk::new();
        let send = async || desk.accept(Naming::Repeatable("form-1"), ask(kind)).await.unwrap();
        let first = send().await.request;
        let flag = if kind == Kind::OptOut { Flag::OptedOut } else { Flag::Limited };
        desk.change(&first.id, |request| (request.standing, request.course.flags) = (answered(), vec![flag]));
        assert_eq!(send().await.request.id, first.id, "{kind:?}");
        desk.change(&first.id, |request| {
            (request.course.flags, request.course.lifted) = (Vec::new(), vec![flag]);
        });
        assert!(send().await.is_new, "{kind:?}: it is in force no more");
    }
    let desk = Desk::new();
    let noted = || Ask { channel: Channel::Phone, received_at: Some(at("2026-03-04T09:00:00Z")), ..ask(Kind::Access) };
    let first = desk.accept(Naming::Repeatable("1"), noted()).await.unwrap().request;
    desk.change(&first.id, |request| request.standing = answered());
    assert_eq!(desk.accept(Naming::Repeatable("1"), noted()).await.unwrap().request.id, first.id);
}

#[tokio::test]
async fn two_requests_of_one_address_know_nothing_of_each_other() {
    let desk = Desk::new();
    let first = desk.accept(Naming::Fresh(&[1; 20]), ask(Kind::Access)).await.unwrap().request;
    desk.accept(Naming::Fresh(&[2; 20]), ask(Kind::Access)).await.unwrap();
    assert_eq!(desk.world.stored().requests.heads[&first.id], first);
    assert_eq!(desk.world.stored().requests.heads.len(), 2);
}

#[tokio::test]
async fn acknowledged_means_stored_whatever_fails() {
    for strike in [Strike::Before(1), Strike::After(1), Strike::Before(2), Strike::After(2)] {
        let desk = Desk::new();
        desk.world.strike(Some(strike));
        let accepted = desk.accept(Naming::Repeatable("form-1"), ask(Kind::Access)).await;
        match accepted {
            Ok(accepted) => {
                assert!(desk.world.stored().requests.heads.contains_key(&accepted.request.id), "{strike:?}");
                assert!(accepted.unsent.is_some(), "{strike:?}");
            }
            Err(fault) => assert_eq!(fault.turn, crate::fault::Turn::Retry, "{strike:?}"),
        }
        let again = desk.accept(Naming::Repeatable("form-1"), ask(Kind::Access)).await.unwrap();
        assert!(again.unsent.is_none(), "{strike:?}");
        assert_eq!(desk.world.stored().requests.heads.len(), 1, "{strike:?}");
        assert!(!desk.world.stored().requests.notices.is_empty(), "{strike:?}");
    }
}

#[tokio::test]
async fn whoever_lives_anywhere_has_a_law_a_date_and_the_reason_for_it() {
    let desk = Desk::new();
    let mut lines = String::new();
    for (residence, kind) in [
        (Some("Germany"), Kind::Access),
        (Some(" germany "), Kind::OptOut),
        (Some("DE"), Kind::Erasure),
        (Some("California"), Kind::Know),
        (Some("us-ca"), Kind::OptOut),
        (Some("California"), Kind::Objection),
        (Some("US-TX"), Kind::Access),
        (Some("Texas"), Kind::Appeal),
        (Some("Iowa"), Kind::Correction),
        (Some("United Kingdom"), Kind::Complaint),
        (Some("Quebec"), Kind::Access),
        (Some("Brazil"), Kind::Access),
        (Some("South Korea"), Kind::Erasure),
        (Some("Wyoming"), Kind::Erasure),
        (Some("Atlantis"), Kind::Erasure),
        (Some("EU_GDPR"), Kind::Erasure),
        (None, Kind::Appeal),
    ] {
        let asked = Ask { residence: residence.map(str::to_owned), ..ask(kind) };
        let stored = request(desk.terms(), Naming::Fresh(&[1; 20]), asked, now()).unwrap();
        let rule = stored.clocks.legal.rule.split(';').next().unwrap_or_default().to_owned();
        let (law, basis) = (&stored.regime, stored.basis.as_str());
        lines += &format!(
            "{} {}: {law} {basis} {} {rule}\n",
            residence.unwrap_or("-"),
            kind.as_str(),
            stored.clocks.legal.date
        );
    }
    expect_test::expect![[r#"
        Germany access: EU_GDPR own 2026-04-04 min(months:1,days:30) tz:Europe/Brussels
         germany  opt-out: EU_GDPR fallback-unknown 2026-04-04 min(months:1,days:30) tz:UTC
        DE erasure: EU_GDPR own 2026-04-04 min(months:1,days:30) tz:Europe/Brussels
        California know: CA_CCPA own 2026-04-19 days:45 tz:America/Los_Angeles
        us-ca opt-out: CA_CCPA own 2026-03-26 bdays:15 cal:US_FED tz:America/Los_Angeles
        California objection: CA_CCPA fallback-unknown 2026-04-04 min(months:1,days:30) tz:UTC
        US-TX access: US_TX own 2026-04-19 days:45 tz:America/Chicago
        Texas appeal: US_TX own 2026-05-04 days:60 tz:America/Chicago
        Iowa correction: US_IA no-right 2026-04-04 min(months:1,days:30) tz:UTC
        United Kingdom complaint: UK_GDPR own 2026-04-04 days:30 tz:Europe/London
        Quebec access: CA_QC_LAW25 own 2026-04-04 days:30 tz:America/Toronto
        Brazil access: BR_LGPD own 2026-03-20 days:15 tz:America/Sao_Paulo
        South Korea erasure: KR_PIPA own 2026-03-15 days:10 tz:Asia/Seoul
        Wyoming erasure: UNKNOWN own 2026-04-04 min(months:1,days:30) tz:UTC
        Atlantis erasure: UNKNOWN own 2026-04-04 min(months:1,days:30) tz:UTC
        EU_GDPR erasure: UNKNOWN own 2026-04-04 min(months:1,days:30) tz:UTC
        - appeal: UNKNOWN own 2026-04-04 min(months:1,days:30) tz:UTC
    "#]]
    .assert_eq(&lines);
}

/// 1 April in Brussels, Toronto and Greenwich, and 31 March where these people live.
#[tokio::test]
async fn alarms_go_by_the_day_on_which_the_person_asked() {
    let desk = Desk::new();
    let law = Law::built_in().unwrap();
    for (residence, kind, received_at, on) in [
        ("Germany", Kind::Access, "2026-03-31T22:30:00Z", "2026-04-01 2026-04-26 2026-05-01"),
        ("Portugal", Kind::Access, "2026-03-31T22:30:00Z", "2026-04-01 2026-04-25 2026-04-30"),
        ("Vancouver, BC, Canada", Kind::Access, "2026-04-01T06:30:00Z", "2026-04-01 2026-04-25 2026-04-30"),
        ("Quebec", Kind::Access, "2026-04-01T06:30:00Z", "2026-04-01 2026-04-26 2026-05-01"),
        // Under a row that counts in Greenwich.
        ("Wyoming", Kind::Erasure, "2026-04-01T03:00:00Z", "2026-04-01 2026-04-25 2026-04-30"),
        ("California", Kind::Objection, "2026-04-01T03:00:00Z", "2026-04-01 2026-04-25 2026-04-30"),
        ("Atlantis", Kind::Erasure, "2026-04-01T03:00:00Z", "2026-04-01 2026-04-26 2026-05-01"),
    ] {
        let asked = Ask { residence: Some(residence.to_owned()), ..ask(kind) };
        let stored = request(desk.terms(), Naming::Fresh(&[1; 20]), asked, received_at.parse().unwrap()).unwrap();
        let clocks = &stored.clocks;
        assert_eq!(format!("{} {} {}", clocks.received_on, clocks.alarms[2], clocks.alarms[4]), on, "{residence}");
        assert_eq!(clocks.legal.date.to_string(), "2026-05-01", "{residence}: the legal date is the regime's");
        let read: Clocks = serde_json::from_value(serde_json::to_value(clocks).unwrap()).unwrap();
        assert_eq!(read, *clocks);
        // More time counts from the same day.
        let row = law.governing_row(&stored.regime, kind).unwrap().row;
        if let Ok(extended) = read.extend(&row, stored.received_at, "Two systems.", stored.received_at) {
            assert_eq!(extended.person_zone, clocks.person_zone, "{residence}");
        }
    }
}

#[tokio::test]
async fn the_person_of_an_agent_is_asked_even_if_every_message_is_lost() {
    let desk = Desk::new();
    let asked = Ask { agent: Some(agent(false)), ..ask(Kind::Erasure) };
    let accepted = desk.accept(Naming::Fresh(&[1; 20]), asked).await.unwrap();
    let notices: Vec<Notice> = desk.world.stored().requests.notices.iter().map(|job| job.notice).collect();
    assert_eq!(notices, [Notice::Acknowledgement, Notice::AgentConfirmation]);
    assert!(accepted.request.has_to_ask_person());
    for needless in
        [Ask { agent: Some(agent(true)), ..ask(Kind::Erasure) }, Ask { agent: Some(agent(false)), ..ask(Kind::OptOut) }]
    {
        let desk = Desk::new();
        desk.accept(Naming::Fresh(&[1; 20]), needless).await.unwrap();
        assert_eq!(desk.world.stored().requests.notices.len(), 1);
    }
}

#[test]
fn what_is_no_request_is_named_by_its_member() {
    let nobody = Contact { email: None, account: None };
    for (ask, member) in [
        (Ask { contact: nobody, ..ask(Kind::Access) }, "email"),
        (ask(Kind::Appeal), "appeal_of"),
        (Ask { received_at: Some(at("2026-03-05T12:06:00Z")), ..ask(Kind::Access) }, "received_at"),
        (Ask { received_at: Some(at("2025-03-01T12:00:00Z")), ..ask(Kind::Access) }, "received_at"),
    ] {
        assert_eq!(ask.check(now()).unwrap_err().member(), member);
    }
    let appeal = Ask { appeal_of: Some(ObligationId::of_request(&[1; 20])), ..ask(Kind::Appeal) };
    appeal.check(now()).unwrap();
}
