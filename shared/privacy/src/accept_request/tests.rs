use super::*;
use crate::ids::Platform;
use crate::memory::{Strike, World};
use crate::subject_request::{ConnectedAccount, EmailAddress, Handle};

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-05T12:00:00Z")
}

fn ask(kind: Kind) -> Ask {
    Ask {
        kind,
        contact: Contact { email: EmailAddress::parse("mia@example.com").ok(), account: None },
        residence: Some("EU_GDPR".to_owned()),
        agent: None,
        about_child: false,
        appeal_of: None,
        details: None,
        channel: Channel::Web,
        received_at: None,
    }
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
        accept_request(&self.world, &self.world, self.terms(), naming, Sent { ask, source: None }, now()).await
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
async fn what_has_to_be_shown_depends_on_what_is_asked_and_on_who_asks() {
    let desk = Desk::new();
    let account = Some(ConnectedAccount {
        platform: Platform::parse("instagram").unwrap(),
        handle: Handle::parse("mia").unwrap(),
    });
    let agent = Agent {
        email: EmailAddress::parse("agent@example.org").ok(),
        name: None,
        permission_sha256: None,
        has_power_of_attorney: false,
    };
    let by_handle = |kind| Ask { contact: Contact { email: None, account: account.clone() }, ..ask(kind) };
    for (number, (ask, expected)) in [
        (ask(Kind::Access), vec![Proof::EmailCode]),
        (by_handle(Kind::Erasure), vec![Proof::HandleCode]),
        (ask(Kind::OptOut), vec![]),
        (ask(Kind::Limit), vec![]),
        (Ask { agent: Some(agent), ..ask(Kind::Erasure) }, vec![Proof::EmailCode, Proof::AgentPermission]),
    ]
    .into_iter()
    .enumerate()
    {
        let seed = [u8::try_from(number).unwrap(); 20];
        assert_eq!(desk.accept(Naming::Fresh(&seed), ask).await.unwrap().request.needs, expected);
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

#[tokio::test]
async fn a_source_is_counted_by_the_minute_and_not_by_name() {
    let desk = Desk::new();
    let admit = async |address: &str, now| {
        let source = source_of(&desk.keys, address).unwrap();
        admit_source(&desk.world, &desk.keys, &source, 2, now).await.unwrap()
    };
    let minute = at("2026-03-05T12:00:59Z");
    assert_eq!([admit("a", minute).await, admit("a", minute).await, admit("a", minute).await], [true, true, false]);
    assert!(admit("b", minute).await, "another source");
    assert!(admit("a", at("2026-03-05T12:01:00Z")).await, "the next minute");
    let counters = format!("{:?}", desk.world.stored().requests.counters);
    assert!(!counters.contains("source"), "{counters}");
}
