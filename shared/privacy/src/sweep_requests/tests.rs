mod acts;
mod businesses;
mod ending;
mod lapses;
mod withheld;

use super::*;
use crate::accept_request::{Ask, Naming, Sent, Terms, accept_request};
use crate::clock::model::Kind;
use crate::keys::SubjectKeys;
use crate::law::Law;
use crate::memory::{Strike, World, prompt_map};
use crate::obligation::ObligationId;
use crate::subject_request::challenge::Challenge;
use crate::subject_request::{Agent, Channel, Contact, EmailAddress, Proof, Proven};
use crate::tell_person::Teller;
use crate::verify_request::verify_request;

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ask(kind: Kind) -> Ask {
    let contact = Contact { email: EmailAddress::parse("mia@example.com").ok(), account: None };
    Ask::of(kind, contact, Channel::Web)
}

struct Office {
    world: World,
    keys: SubjectKeys,
}

impl Office {
    fn new() -> Self {
        let keys = SubjectKeys::parse(RING).unwrap();
        Self { world: World::new(at("2026-03-05T12:00:00Z"), 100), keys }
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    async fn asked(&self, number: u8) -> ObligationId {
        let residence = Some("Germany".to_owned());
        self.asked_for(number, Ask { residence, ..ask(Kind::Erasure) }).await
    }

    async fn asked_for(&self, number: u8, ask: Ask) -> ObligationId {
        let law = Law::built_in().unwrap();
        let terms = Terms { keys: &self.keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
        let (naming, sent) = (Naming::Fresh(&[number; 20]), Sent { ask, source: None });
        let now = self.now();
        accept_request(&self.world, &self.world, terms, naming, sent, now).await.unwrap().request.id
    }

    /// Works off every message to the worker that tells.
    async fn tell(&self) {
        let jobs = std::mem::take(&mut self.world.stored().requests.notices);
        let teller = Teller {
            book: &self.world,
            limits: &self.world,
            tenants: &self.world,
            messenger: &self.world,
            keys: &self.keys,
        };
        for job in jobs {
            let now = self.now();
            teller.tell(&job, &[9; 24], now).await.unwrap();
        }
    }

    async fn sweep(&self) -> RequestsSwept {
        let stop_at = self.now() + SignedDuration::from_mins(5);
        self.sweep_until(stop_at).await
    }

    async fn sweep_until(&self, stop_at: Timestamp) -> RequestsSwept {
        let (law, map) = (Law::built_in().unwrap(), prompt_map());
        let fulfilment = Fulfilment {
            ledger: &self.world,
            vault: &self.world,
            queues: &self.world,
            keys: &self.keys,
            law: &law,
            map: &map,
            stuck_after: SignedDuration::from_mins(10),
        };
        sweep_requests(&fulfilment, &self.world, stop_at).await
    }

    fn request(&self, id: &ObligationId) -> SubjectRequest {
        self.world.stored().requests.heads[id].clone()
    }

    fn move_to(&self, text: &str) {
        self.world.stored().set_now(at(text));
    }
}

#[tokio::test]
async fn an_acknowledgement_whose_message_was_lost_is_sent_by_the_sweep() {
    let office = Office::new();
    let id = office.asked(1).await;
    office.world.stored().requests.notices.clear();
    assert_eq!(office.sweep().await.resent, 0, "not stuck yet");
    office.world.pass(SignedDuration::from_mins(11));
    assert_eq!(office.sweep().await.resent, 1);
    assert_eq!(office.sweep().await.resent, 0, "not again at once");
    office.tell().await;
    assert_eq!(office.request(&id).standing, Standing::AwaitingVerification);
}

#[tokio::test]
async fn a_denial_that_reaches_nobody_is_settled_as_any_and_stays_on_the_list_of_staff() {
    use crate::list_requests::{Filter, list_requests};
    let office = Office::new();
    let id = office.asked(1).await;
    office.tell().await;
    office.world.stored().requests.unreachable.insert("email#mia@example.com".to_owned());
    office.move_to("2026-04-04T20:30:00Z");
    assert_eq!(office.sweep().await.denied, 1);
    let listed = async |filter: &Filter| {
        let page = list_requests(&office.world, filter, None, 10, office.now()).await.unwrap();
        page.requests.into_iter().map(|listed| listed.request.id).collect::<Vec<_>>()
    };
    for _ in 0..3 {
        office.sweep().await;
        office.tell().await;
        office.world.pass(SignedDuration::from_hours(1));
    }
    let request = office.request(&id);
    assert_eq!((request.undelivered.clone(), request.evidence_erased), ([Notice::Denial].into(), true));
    assert!(request.settled_at().is_some() && request.next_action_at.is_none(), "no sweep looks at it any more");
    for filter in [Filter::default(), Filter { is_waiting: Some(true), ..Filter::default() }] {
        assert_eq!(listed(&filter).await, std::slice::from_ref(&id), "{filter:?}");
    }
}

#[tokio::test]
async fn the_person_of_an_agent_is_asked_by_the_sweep_when_the_message_was_lost() {
    let office = Office::new();
    let email = EmailAddress::parse("leo@example.org").ok();
    let agent = Some(Agent { email, name: None, permission_sha256: None, has_power_of_attorney: false });
    let contact = Contact { email: EmailAddress::parse("mia@example.com").ok(), account: None };
    let law = Law::built_in().unwrap();
    let ask = Ask { agent, ..Ask::of(Kind::Erasure, contact, Channel::Web) };
    let terms = Terms { keys: &office.keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
    let (naming, sent) = (Naming::Fresh(&[1; 20]), Sent { ask, source: None });
    accept_request(&office.world, &office.world, terms, naming, sent, office.now()).await.unwrap();
    office.world.stored().requests.notices.retain(|job| job.notice == Notice::Acknowledgement);
    office.tell().await;
    assert_eq!(office.sweep().await.resent, 1);
    assert_eq!(office.sweep().await.resent, 0, "not again at once");
    office.tell().await;
    let letters: Vec<_> = office.world.stored().requests.letters.iter().map(|letter| letter.to.clone()).collect();
    assert_eq!(letters, ["email#leo@example.org", "email#mia@example.com"]);
    office.world.pass(SignedDuration::from_hours(2));
    assert_eq!(office.sweep().await.resent, 0, "asked once");
}

#[tokio::test]
async fn what_nobody_verified_by_its_date_is_denied_and_the_person_is_told() {
    let office = Office::new();
    let id = office.asked(1).await;
    office.tell().await;
    // 30 days from 5 March are over at the end of 4 April, in Brussels.
    for (day, standing) in [
        ("2026-03-24T00:00:00Z", "awaiting-verification"),
        ("2026-04-03T22:00:00Z", "awaiting-verification"),
        ("2026-04-04T19:59:59Z", "awaiting-verification"),
        ("2026-04-04T20:00:00Z", "denied"),
    ] {
        office.move_to(day);
        office.sweep().await;
        assert_eq!(office.request(&id).standing.name(), standing, "{day}");
    }
    office.sweep().await;
    office.tell().await;
    let letter = office.world.stored().requests.letters.last().unwrap().clone();
    assert_eq!((letter.notice, letter.code), (Notice::Denial, None));
    // The code that was sent at the beginning is forgotten, and that is on record.
    assert!(!office.world.stored().requests.challenges.is_empty());
    office.world.pass(SignedDuration::from_hours(2));
    assert_eq!(office.sweep().await.settled, 1);
    assert!(office.world.stored().requests.challenges.is_empty());
    let deeds: Vec<Deed> = office.world.stored().requests.acts[&id].iter().map(|act| act.deed.clone()).collect();
    assert_eq!(deeds.last(), Some(&Deed::EvidenceErased));
    let settled = office.request(&id);
    assert_eq!((settled.settled_at(), settled.next_action_at), (Some(at("2026-04-04T20:00:00Z")), None));
    office.move_to("2027-04-03T22:00:00Z");
    let idle = office.sweep().await;
    assert_eq!((idle.resent, idle.settled, idle.near), (0, 0, 0), "nothing is left to do");
}

#[tokio::test]
async fn a_verified_request_is_not_denied_and_its_dates_are_counted_when_they_are_near() {
    let office = Office::new();
    let id = office.asked(1).await;
    office.tell().await;
    let (challenge, code) = Challenge::make(&office.keys, &id, Proof::EmailCode, &[3; 24], office.now()).unwrap();
    office.world.issue(&id, &challenge).await.unwrap();
    let now = office.now();
    verify_request(&office.world, &office.keys, &id, code.expose(), now).await.unwrap();
    let mut told = String::new();
    for day in ["2026-03-06", "2026-03-22", "2026-03-24", "2026-04-04", "2026-04-05"] {
        office.move_to(&format!("{day}T12:00:00Z"));
        let swept = office.sweep().await;
        assert!(swept.faults.is_empty() && swept.denied == 0);
        told += &format!("{day} near {} overdue {}\n", swept.near, swept.overdue);
    }
    expect_test::expect![[r#"
        2026-03-06 near 0 overdue 0
        2026-03-22 near 0 overdue 0
        2026-03-24 near 1 overdue 0
        2026-04-04 near 1 overdue 0
        2026-04-05 near 1 overdue 1
    "#]]
    .assert_eq(&told);
    assert_eq!(office.request(&id).standing.name(), "in-progress");
}

#[tokio::test]
async fn one_request_does_not_touch_another_and_a_crash_at_any_step_is_made_good() {
    for strike in (1..=20).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let office = Office::new();
        let (denied, fresh) = (office.asked(1).await, ObligationId::of_request(&[2; 20]));
        office.tell().await;
        office.move_to("2026-04-04T20:30:00Z");
        office.asked(2).await;
        let before = office.request(&fresh);
        office.world.strike(Some(strike));
        office.sweep().await;
        office.world.strike(None);
        for _ in 0..3 {
            office.world.pass(SignedDuration::from_hours(2));
            office.sweep().await;
            let jobs = office.world.stored().requests.notices.clone();
            let own = jobs.into_iter().filter(|job| job.request == denied).collect();
            office.world.stored().requests.notices = own;
            office.tell().await;
        }
        office.world.pass(SignedDuration::from_hours(2));
        office.sweep().await;
        assert!(office.request(&denied).settled_at().is_some(), "{strike:?}");
        let denials =
            office.world.stored().requests.letters.iter().filter(|sent| sent.notice == Notice::Denial).count();
        assert_eq!(denials, 1, "{strike:?}");
        let after = office.request(&fresh);
        assert_eq!(SubjectRequest { next_action_at: before.next_action_at, ..after }, before, "{strike:?}");
    }
}

#[tokio::test]
async fn a_sweep_that_runs_out_of_time_says_so_and_goes_on_later() {
    let office = Office::new();
    for number in 0..40 {
        office.asked(number).await;
    }
    office.world.pass(SignedDuration::from_mins(11));
    office.world.tick(SignedDuration::from_secs(2));
    let first = {
        let stop_at = office.now() + SignedDuration::from_secs(60);
        office.sweep_until(stop_at).await
    };
    assert!(first.is_truncated && first.resent > 0 && first.resent < 40);
    office.world.tick(SignedDuration::ZERO);
    let second = office.sweep().await;
    assert_eq!(first.resent + second.resent, 40);
    assert!(!second.is_truncated);
}

#[tokio::test]
async fn a_code_for_a_bundle_outlives_the_sweep_that_erases_what_served_to_verify() {
    let minutes = SignedDuration::from_mins;
    for (kind, issued_after, swept_after, stays) in [
        (Kind::Access, minutes(2), minutes(5), true),
        (Kind::Know, minutes(2), minutes(5), true),
        // What verified it, and what has stopped working.
        (Kind::Access, minutes(-5), minutes(1), false),
        (Kind::Access, minutes(2), minutes(20), false),
        (Kind::Erasure, minutes(2), minutes(5), false),
    ] {
        let office = Office::new();
        let id = office.asked(1).await;
        office.world.stored().requests.notices.clear();
        let (closed_at, proof) = (office.now(), Proof::EmailCode);
        let seed = [7; 24];
        let (challenge, _) = Challenge::make(&office.keys, &id, proof, &seed, closed_at + issued_after).unwrap();
        {
            let mut stored = office.world.stored();
            let request = stored.requests.heads.get_mut(&id).unwrap();
            request.kind = kind;
            request.proven = vec![crate::subject_request::Proven { proof, at: closed_at }];
            request.standing = Standing::Answered { at: closed_at, in_part: false };
            request.told = [(Notice::Acknowledgement, 1), (Notice::Answer, 1)].into();
            request.next_action_at = Some(closed_at);
            stored.requests.challenges.insert(id.clone(), (challenge, 0));
        }
        office.world.pass(swept_after);
        assert_eq!(office.sweep().await.settled, 1);
        let kept = office.world.stored().requests.challenges.contains_key(&id);
        assert_eq!(kept, stays, "{kind:?} {issued_after:?}");
        assert!(office.request(&id).evidence_erased);
    }
}
