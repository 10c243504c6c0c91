mod agents;
mod floods;

use jiff::SignedDuration;

use super::measure::{
    CEILING, FIRST_PER_ADDRESS, FIRST_PER_SOURCE, MORE_PER_ADDRESS, MORE_PER_SOURCE, PASSES, RESERVED,
};
use super::*;
use crate::accept_request::{Ask, Naming, Sent, Terms, accept_request, source_of};
use crate::clock::model::Kind;
use crate::ids::{Platform, TenantId};
use crate::instant;
use crate::law::Law;
use crate::memory::{SentLetter, Strike, World};
use crate::obligation::ObligationId;
use crate::route_request;
use crate::subject_request::challenge::TRIES;
use crate::subject_request::notice::{NOT_REACHED, Notice, PASSED_ON};
use crate::subject_request::{
    Actor, Agent, Channel, ConnectedAccount, Contact, EmailAddress, Handle, Proven, Standing,
};
use crate::verify_request::{Verified, verify_request};

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

fn now() -> Timestamp {
    "2026-03-05T12:00:00Z".parse().unwrap()
}

fn ask(kind: Kind) -> Ask {
    Ask::of(kind, Contact { email: EmailAddress::parse("Mia@example.com").ok(), account: None }, Channel::Web)
}

fn agent() -> Agent {
    let email = EmailAddress::parse("agent@example.org").ok();
    Agent { email, name: None, permission_sha256: None, has_power_of_attorney: false }
}

struct Post {
    world: World,
    keys: SubjectKeys,
    asked: std::cell::Cell<u8>,
}

impl Post {
    fn new() -> Self {
        let keys = SubjectKeys::parse(RING).unwrap();
        Self { world: World::new(now(), 100), keys, asked: std::cell::Cell::new(0) }
    }

    async fn asked(&self, ask: Ask) -> ObligationId {
        let law = Law::built_in().unwrap();
        let terms = Terms { keys: &self.keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
        self.asked.set(self.asked.get() + 1);
        let seed = [self.asked.get(); 20];
        let sent = Sent { ask, source: None };
        let accepted = accept_request(&self.world, &self.world, terms, Naming::Fresh(&seed), sent, now()).await;
        accepted.unwrap().request.id
    }

    /// As often as one likes.
    async fn asked_many(&self, ask: Ask) -> ObligationId {
        let law = Law::built_in().unwrap();
        let terms = Terms { keys: &self.keys, law: &law, stuck_after: SignedDuration::from_mins(10) };
        let mut seed = [0xee; 20];
        seed[..8].copy_from_slice(&self.world.stored().requests.heads.len().to_be_bytes());
        let sent = Sent { ask, source: None };
        accept_request(&self.world, &self.world, terms, Naming::Fresh(&seed), sent, now()).await.unwrap().request.id
    }

    fn job(&self, id: &ObligationId, notice: Notice, round: u32, source: &str) -> NoticeJob {
        NoticeJob { request: id.clone(), notice, tenant: None, round, source: source_of(&self.keys, source) }
    }

    async fn tell(&self, job: &NoticeJob, now: Timestamp) -> Result<Told, Fault> {
        let number = u8::try_from(self.letters().len() % 250).unwrap();
        let teller = Teller {
            book: &self.world,
            limits: &self.world,
            tenants: &self.world,
            messenger: &self.world,
            keys: &self.keys,
        };
        teller.tell(job, &[number.wrapping_mul(37).wrapping_add(1); 24], now).await
    }

    fn letters(&self) -> Vec<SentLetter> {
        self.world.stored().requests.letters.clone()
    }

    fn standing(&self, id: &ObligationId) -> Standing {
        self.world.stored().requests.heads[id].standing.clone()
    }
}

#[tokio::test]
async fn the_acknowledgement_brings_the_code_and_goes_out_once() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Access)).await;
    let job = post.job(&id, Notice::Acknowledgement, 1, "home");
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
    assert_eq!(post.standing(&id), Standing::AwaitingVerification);
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Idle, "delivered twice");
    let [letter] = &post.letters()[..] else { panic!("one letter") };
    assert_eq!(letter.to, "email#mia@example.com");
    let code = letter.code.clone().unwrap();
    let verified = verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    assert!(matches!(verified, Verified::Proved(_)));
    // Its own alarm, not the one for stuck requests.
    let next = post.world.stored().requests.heads[&id].next_action_at;
    assert_eq!(next, Some(now()));
}

#[tokio::test]
async fn what_needs_no_proof_is_in_work_as_soon_as_it_is_acknowledged() {
    let post = Post::new();
    let id = post.asked(ask(Kind::OptOut)).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    assert_eq!(post.standing(&id), Standing::InProgress { since: now() });
    assert_eq!(post.letters()[0].code, None);
}

#[tokio::test]
async fn a_fresh_code_voids_the_old_one_and_verified_people_get_none() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Access)).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    post.tell(&post.job(&id, Notice::Code, 1, "home"), now()).await.unwrap();
    let codes: Vec<String> = post.letters().into_iter().filter_map(|letter| letter.code).collect();
    let tried = async |code: &str| verify_request(&post.world, &post.keys, &id, code, now()).await.unwrap();
    assert!(matches!(tried(&codes[0]).await, Verified::Refused));
    assert!(matches!(tried(&codes[1]).await, Verified::Proved(_)));
    assert_eq!(post.tell(&post.job(&id, Notice::Code, 2, "home"), now()).await.unwrap(), Told::Idle);
    assert_eq!(post.letters().len(), 2);
}

#[tokio::test]
async fn whoever_was_answered_with_a_bundle_gets_a_code_for_it_and_nobody_else() {
    for (kind, sent) in [(Kind::Access, Told::Sent), (Kind::Know, Told::Sent), (Kind::Erasure, Told::Idle)] {
        let post = Post::new();
        let id = post.asked(ask(kind)).await;
        post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
        let answered = Standing::Answered { at: now(), in_part: false };
        if let Some(request) = post.world.stored().requests.heads.get_mut(&id) {
            request.proven = request.needs.iter().map(|proof| Proven { proof: *proof, at: now() }).collect();
            request.standing = answered.clone();
        }
        assert_eq!(post.tell(&post.job(&id, Notice::Code, 1, "home"), now()).await.unwrap(), sent, "{kind:?}");
        assert_eq!(post.standing(&id), answered, "nothing else changes");
    }
}

#[tokio::test]
async fn a_handle_gets_its_code_where_it_is() {
    let post = Post::new();
    let account = ConnectedAccount {
        platform: Platform::parse("instagram").unwrap(),
        handle: Handle::parse("@Mia.Loves.Tea").unwrap(),
    };
    let contact = Contact { email: None, account: Some(account) };
    let id = post.asked(Ask { contact, ..ask(Kind::Erasure) }).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    assert_eq!(post.letters()[0].to, "instagram#mia.loves.tea");
    assert!(post.letters()[0].code.is_some());
}

#[tokio::test]
async fn a_code_goes_only_where_it_shows_something() {
    let post = Post::new();
    let (platform, handle) = (Platform::parse("instagram").unwrap(), Handle::parse("mia").unwrap());
    let account = Some(ConnectedAccount { platform, handle });
    let contact = Contact { account, ..ask(Kind::Erasure).contact };
    let id = post.asked(Ask { contact, ..ask(Kind::Erasure) }).await;
    for (notice, to) in [(Notice::Acknowledgement, "email#mia@example.com"), (Notice::Code, "instagram#mia")] {
        post.tell(&post.job(&id, notice, 1, "home"), now()).await.unwrap();
        let letter = post.letters().pop().unwrap();
        assert_eq!(letter.to, to);
        let code = letter.code.unwrap();
        let verified = verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
        assert!(matches!(verified, Verified::Proved(_)), "{to}");
    }
    let request = post.world.stored().requests.heads[&id].clone();
    assert!(request.is_verified() && request.identities().len() == 2);
}

#[tokio::test]
async fn an_agent_hears_that_it_came_in_and_the_person_is_asked() {
    let post = Post::new();
    let email = EmailAddress::parse("agent@example.org").ok();
    let agent = Some(Agent { email, name: None, permission_sha256: None, has_power_of_attorney: false });
    let id = post.asked(Ask { agent, ..ask(Kind::Erasure) }).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    post.tell(&post.job(&id, Notice::AgentConfirmation, 1, "home"), now()).await.unwrap();
    let letters = post.letters();
    assert_eq!((letters[0].to.as_str(), letters[0].code.is_some()), ("email#agent@example.org", false));
    assert_eq!((letters[1].to.as_str(), letters[1].code.is_some()), ("email#mia@example.com", true));
}

#[tokio::test]
async fn a_crash_at_any_step_ends_with_a_code_that_works() {
    for strike in (1..=6).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let post = Post::new();
        let id = post.asked(ask(Kind::Access)).await;
        let job = post.job(&id, Notice::Acknowledgement, 1, "home");
        post.world.strike(Some(strike));
        post.tell(&job, now()).await.unwrap_err();
        post.world.strike(None);
        let told = post.tell(&job, now()).await.unwrap();
        let is_noted = matches!(strike, Strike::After(6));
        assert_eq!(told, if is_noted { Told::Idle } else { Told::Sent }, "{strike:?}");
        assert!(post.letters().len() <= 2, "{strike:?}");
        let code = post.letters().last().unwrap().code.clone().unwrap();
        let verified = verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
        assert!(matches!(verified, Verified::Proved(_)), "{strike:?}");
    }
}

#[tokio::test]
async fn a_business_hears_of_verified_requests_only_once_a_round_each() {
    let post = Post::new();
    let [alder, birch] = ["tenant-alder", "tenant-birch"].map(|tenant| TenantId::parse(tenant).unwrap());
    for tenant in [&alder, &birch] {
        let contact = EmailAddress::parse(&format!("privacy@{tenant}.example")).unwrap();
        post.world.stored().requests.tenant_contacts.insert(tenant.clone(), contact);
    }
    let id = post.asked(ask(Kind::Access)).await;
    let to = |tenant: &TenantId, notice, round| {
        let tenant = Some(tenant.clone());
        NoticeJob { tenant, ..post.job(&id, notice, round, "home") }
    };
    let notices = [Notice::TenantForward, Notice::TenantReminder, Notice::TenantTold];
    for notice in notices {
        assert_eq!(post.tell(&to(&alder, notice, 1), now()).await.unwrap(), Told::Idle, "nobody has verified it");
    }
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    let code = post.letters()[0].code.clone().unwrap();
    verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    let routed = post.job(&id, Notice::Routed, PASSED_ON, "home");
    assert_eq!(post.tell(&routed, now()).await.unwrap(), Told::Idle, "no business knows of it yet");
    for job in [to(&alder, Notice::TenantForward, 1), to(&birch, Notice::TenantForward, 1)] {
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Idle, "delivered twice");
    }
    assert_eq!(post.tell(&routed, now()).await.unwrap(), Told::Idle, "told with the first");
    let sent: Vec<(String, bool)> =
        post.letters().into_iter().skip(1).map(|letter| (letter.to, letter.code.is_some())).collect();
    let expected =
        ["email#privacy@tenant-alder.example", "email#mia@example.com", "email#privacy@tenant-birch.example"];
    assert_eq!(sent, expected.map(|to| (to.to_owned(), false)));
}

#[tokio::test]
async fn who_cannot_be_reached_is_noted_and_the_request_goes_on() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Access)).await;
    post.world.stored().requests.unreachable.insert("email#mia@example.com".to_owned());
    let job = post.job(&id, Notice::Acknowledgement, 1, "home");
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Unreachable);
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Idle, "delivered twice");
    assert_eq!(post.standing(&id), Standing::AwaitingVerification);
    let undelivered = |post: &Post| post.world.stored().requests.heads[&id].undelivered.clone();
    assert_eq!(undelivered(&post), [Notice::Acknowledgement].into());
    let acts = post.world.stored().requests.acts[&id].clone();
    assert_eq!(
        acts.last().unwrap().deed,
        Deed::Bounced { notice: "acknowledgement".to_owned(), tenant: None, round: 1, cause: BounceCause::Unreachable }
    );
    // A business that names nobody.
    post.world.stored().requests.unreachable.clear();
    post.tell(&post.job(&id, Notice::Code, 1, "home"), now()).await.unwrap();
    let code = post.letters().last().unwrap().code.clone().unwrap();
    verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    let tenant = TenantId::parse("tenant-cedar").ok();
    let job = NoticeJob { tenant, ..post.job(&id, Notice::TenantForward, 1, "home") };
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Unreachable);
    assert_eq!(undelivered(&post), [Notice::Acknowledgement, Notice::TenantForward].into());
}

/// Gives a business its part in a request that is in work.
async fn route(post: &Post, id: &ObligationId, tenant: &TenantId) {
    let (law, by, at) = (Law::built_in().unwrap(), Actor::Service, instant::to_millis(now()));
    let request = post.world.stored().requests.heads[id].clone();
    let in_work = SubjectRequest { standing: Standing::InProgress { since: at }, ..request };
    let routed = route_request::route(&in_work, tenant, &law, by, at).unwrap().unwrap();
    assert!(post.world.record(&routed.request, &routed.act, None).await.unwrap());
}

#[tokio::test]
async fn a_business_that_names_nobody_is_asked_once_it_does_and_before_that_whoever_asked_hears_that_it_was_not() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Access)).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    let code = post.letters()[0].code.clone().unwrap();
    verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    let cedar = TenantId::parse("tenant-cedar").unwrap();
    route(&post, &id, &cedar).await;
    let forward = NoticeJob { tenant: Some(cedar.clone()), ..post.job(&id, Notice::TenantForward, 1, "home") };
    let routed = |round| post.job(&id, Notice::Routed, round, "home");
    let told = || post.world.stored().requests.heads[&id].told.get(&Notice::Routed).copied();
    assert_eq!(post.tell(&routed(NOT_REACHED), now()).await.unwrap(), Told::Idle, "nobody has tried");
    // Whichever call fails, it is told.
    post.world.strike(Some(Strike::After(4)));
    post.tell(&forward, now()).await.unwrap_err();
    post.world.strike(None);
    let mut acts = None;
    for _ in 0..3 {
        assert_eq!(post.tell(&forward, now()).await.unwrap(), Told::Unreachable);
        assert_eq!(post.tell(&routed(PASSED_ON), now()).await.unwrap(), Told::Idle, "nobody has it");
        assert_eq!(told(), Some(NOT_REACHED));
        let known = post.world.stored().requests.acts[&id].len();
        assert_eq!(*acts.get_or_insert(known), known, "noted once");
    }
    assert_eq!(post.letters().len(), 2, "told once that it could not be passed on");
    let contact = EmailAddress::parse("privacy@cedar.example").unwrap();
    post.world.stored().requests.tenant_contacts.insert(cedar, contact);
    // Whichever call fails, both hear of it in the end.
    post.world.strike(Some(Strike::After(4)));
    post.tell(&forward, now()).await.unwrap_err();
    post.world.strike(None);
    post.tell(&forward, now()).await.unwrap();
    let sent: Vec<String> = post.letters().into_iter().skip(1).map(|letter| letter.to).collect();
    assert_eq!(sent, ["email#mia@example.com", "email#privacy@cedar.example", "email#mia@example.com"]);
    assert_eq!(told(), Some(PASSED_ON));
    assert_eq!(post.tell(&forward, now()).await.unwrap(), Told::Idle);
    assert_eq!(post.tell(&routed(NOT_REACHED), now()).await.unwrap(), Told::Idle, "it is so no more");
    assert_eq!(post.letters().len(), 4);
}

#[tokio::test]
async fn of_several_businesses_one_that_is_reached_is_enough_and_nobody_hears_before_the_last_was_tried() {
    let [alder, birch] = ["tenant-alder", "tenant-birch"].map(|tenant| TenantId::parse(tenant).unwrap());
    for is_birch_reached in [false, true] {
        let post = Post::new();
        let id = post.asked(ask(Kind::Access)).await;
        post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
        let code = post.letters()[0].code.clone().unwrap();
        verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
        for tenant in [&alder, &birch] {
            route(&post, &id, tenant).await;
        }
        if is_birch_reached {
            let contact = EmailAddress::parse("privacy@birch.example").unwrap();
            post.world.stored().requests.tenant_contacts.insert(birch.clone(), contact);
        }
        let told = || post.world.stored().requests.heads[&id].told.get(&Notice::Routed).copied();
        let round = if is_birch_reached { PASSED_ON } else { NOT_REACHED };
        for (tenant, expected) in [(&alder, None), (&birch, Some(round)), (&alder, Some(round))] {
            let forward = NoticeJob { tenant: Some(tenant.clone()), ..post.job(&id, Notice::TenantForward, 1, "home") };
            post.tell(&forward, now()).await.unwrap();
            assert_eq!(told(), expected, "{tenant:?} {is_birch_reached}");
        }
    }
}
