use super::measure::{
    CEILING, FIRST_PER_ADDRESS, FIRST_PER_SOURCE, MORE_PER_ADDRESS, MORE_PER_SOURCE, PASSES, RESERVED,
};
use super::*;
use crate::accept_request::{Ask, Naming, Sent, Terms, accept_request, source_of};
use crate::clock::model::Kind;
use crate::ids::{Platform, TenantId};
use crate::law::Law;
use crate::memory::{SentLetter, Strike, World};
use crate::obligation::ObligationId;
use crate::subject_request::challenge::TRIES;
use crate::subject_request::notice::Notice;
use crate::subject_request::{Agent, Channel, ConnectedAccount, Contact, EmailAddress, Handle, Proven};
use crate::verify_request::{Verified, verify_request};

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

fn now() -> Timestamp {
    "2026-03-05T12:00:00Z".parse().unwrap()
}

fn ask(kind: Kind) -> Ask {
    Ask::of(kind, Contact { email: EmailAddress::parse("Mia@example.com").ok(), account: None }, Channel::Web)
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

/// What a source had an address told, of requests of its own.
async fn flood(post: &Post, sources: u32, each: u32) -> u32 {
    let mut sent = 0;
    for number in 0..sources * each {
        let id = post.asked_many(ask(Kind::Erasure)).await;
        let source = format!("bot {}", number % sources);
        let told = post.tell(&post.job(&id, Notice::Acknowledgement, 1, &source), now()).await.unwrap();
        sent += u32::from(told == Told::Sent);
    }
    sent
}

#[tokio::test]
async fn no_number_of_sources_has_an_address_written_to_beyond_its_ceiling_nor_a_code_guessed() {
    for (sources, each, expected) in [
        // One place: its first and some more.
        (1, 60, FIRST_PER_SOURCE + MORE_PER_SOURCE),
        (10, 30, FIRST_PER_ADDRESS + MORE_PER_ADDRESS),
        // A net of them, each with a letter or two.
        (200, 2, FIRST_PER_ADDRESS + MORE_PER_ADDRESS),
    ] {
        let post = Post::new();
        assert_eq!(flood(&post, sources, each).await, expected, "{sources} sources");
        let letters = post.letters();
        let passes = letters.iter().filter(|letter| letter.pass.is_some()).count();
        assert_eq!((passes, letters.len()), (PASSES as usize, expected as usize + PASSES as usize));
        assert!(letters.iter().all(|letter| letter.code.is_some() != letter.pass.is_some()));
        let guesses = letters.iter().filter(|letter| letter.code.is_some()).count() * usize::from(TRIES);
        assert!(guesses <= (CEILING * u32::from(TRIES)) as usize && guesses < 400, "of a million");
    }
}

#[tokio::test]
async fn whoever_reads_the_mailbox_gets_through_a_flood_of_it_and_nobody_else_does() {
    let post = Post::new();
    // One place that floods keeps nobody away.
    flood(&post, 1, 60).await;
    let hers = post.asked_many(ask(Kind::Erasure)).await;
    let told = post.tell(&post.job(&hers, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    assert_eq!(told, Told::Sent);
    // A net does, until she enters what only the mailbox has.
    flood(&post, 200, 2).await;
    let mine = post.asked_many(ask(Kind::Erasure)).await;
    let told = post.tell(&post.job(&mine, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    assert_eq!(told, Told::Withheld);
    let pass = post.letters().into_iter().rev().find_map(|letter| letter.pass).unwrap();
    let request = post.world.stored().requests.heads[&mine].clone();
    for (guess, hours) in [("1234567890123456", 0), (&pass[..6], 0), ("", 0), (&pass[..], 48)] {
        let later = now() + SignedDuration::from_hours(hours);
        assert_eq!(measure::by_pass(&post.keys, &request, guess, later), None, "{guess}");
    }
    let other = Contact { email: EmailAddress::parse("tim@example.com").ok(), account: None };
    let other = SubjectRequest { contact: other, ..request.clone() };
    assert_eq!(measure::by_pass(&post.keys, &other, &pass, now()), None, "of another address");
    for round in 1..=3 {
        let source = measure::by_pass(&post.keys, &request, &pass, now());
        let job = NoticeJob { source, ..post.job(&mine, Notice::Code, round, "home") };
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
    }
    let code = post.letters().last().unwrap().code.clone().unwrap();
    assert!(matches!(verify_request(&post.world, &post.keys, &mine, &code, now()).await.unwrap(), Verified::Proved(_)));
    // What was shown to be hers is told whatever else comes in, also a code for her copy.
    let proven = vec![Proven { proof: Proof::EmailCode, at: now() }];
    let standing = Standing::Answered { at: now(), in_part: false };
    let copy = post.asked_many(ask(Kind::Access)).await;
    if let Some(copy) = post.world.stored().requests.heads.get_mut(&copy) {
        (copy.proven, copy.standing) = (proven, standing);
    }
    let job = post.job(&copy, Notice::Code, 1, "home");
    assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
    // Even so there is an end.
    let mut sent = 0;
    for round in 2..100 {
        let told = post.tell(&post.job(&copy, Notice::Code, round, "home"), now()).await.unwrap();
        sent += u32::from(told == Told::Sent);
    }
    assert_eq!(sent, RESERVED - 4);
    assert!(post.letters().len() <= CEILING as usize);
    // What was held back is not lost: it is told a day later.
    let held: Vec<SubjectRequest> = {
        let stored = post.world.stored();
        stored.requests.heads.values().filter(|request| request.standing == Standing::Received).cloned().collect()
    };
    let tomorrow = now() + SignedDuration::from_hours(24);
    assert!(!held.is_empty() && held.iter().all(|request| request.next_action_at == Some(tomorrow)));
    let late = NoticeJob { source: None, ..post.job(&held[0].id, Notice::Acknowledgement, 1, "home") };
    assert_eq!(post.tell(&late, tomorrow).await.unwrap(), Told::Sent);
}

#[tokio::test]
async fn what_somebody_has_shown_of_themselves_takes_nothing_of_what_is_kept_for_another() {
    let post = Post::new();
    let handle = Handle::parse("mia").unwrap();
    let account = ConnectedAccount { platform: Platform::parse("instagram").unwrap(), handle };
    let agent = Agent { email: EmailAddress::parse("mia@example.com").ok(), ..agent() };
    let email = EmailAddress::parse("tim@example.com").ok();
    let contact = Contact { email: email.clone(), account: Some(account.clone()) };
    let asked = Ask { contact, ..ask(Kind::Access) };
    let of_handle = post.asked_many(asked.clone()).await;
    let of_agent = post.asked_many(Ask { agent: Some(agent), ..asked }).await;
    for (id, notice, recipient) in [
        (of_handle, Notice::Code, Recipient::Account(&account)),
        (of_agent, Notice::AgentAnswer, Recipient::Email(&EmailAddress::parse("mia@example.com").unwrap())),
    ] {
        let mut request = post.world.stored().requests.heads[&id].clone();
        request.proven = vec![Proven { proof: Proof::EmailCode, at: now() }];
        assert!(request.has_shown(&Recipient::Email(email.as_ref().unwrap())) && !request.has_shown(&recipient));
        if notice == Notice::AgentAnswer {
            request.standing = Standing::Answered { at: now(), in_part: false };
        }
        post.world.stored().requests.heads.insert(id.clone(), request);
        let mut sent = 0;
        for round in 1..100 {
            let job = NoticeJob { source: None, ..post.job(&id, notice, round, "home") };
            sent += u32::from(post.tell(&job, now()).await.unwrap() == Told::Sent);
        }
        assert_eq!(sent, MORE_PER_ADDRESS, "{notice:?}");
    }
}

#[tokio::test]
async fn a_code_for_what_staff_noted_down_counts_like_any_other() {
    let post = Post::new();
    let id = post.asked_many(Ask { channel: Channel::Phone, ..ask(Kind::Access) }).await;
    let mut sent = 0;
    for round in 1..200 {
        let job = post.job(&id, Notice::Code, round, &format!("bot {round}"));
        sent += u32::from(post.tell(&job, now()).await.unwrap() == Told::Sent);
    }
    assert_eq!(sent, FIRST_PER_ADDRESS + MORE_PER_ADDRESS);
}

#[tokio::test]
async fn what_a_verified_request_is_told_is_never_held_back_and_what_needs_no_proof_is() {
    let post = Post::new();
    let id = post.asked(ask(Kind::OptOut)).await;
    let mut request = post.world.stored().requests.heads[&id].clone();
    let letters = [Notice::Extension, Notice::Answer, Notice::Denial];
    assert!(letters.iter().all(|notice| request.is_limited(*notice)), "anybody can have it sent to anybody");
    request.channel = Channel::Phone;
    assert!(letters.iter().all(|notice| !request.is_limited(*notice)), "staff have noted it down");
    assert!(!request.is_limited(Notice::Acknowledgement));
    let id = post.asked(ask(Kind::Access)).await;
    post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap();
    let code = post.letters()[0].code.clone().unwrap();
    verify_request(&post.world, &post.keys, &id, &code, now()).await.unwrap();
    let request = post.world.stored().requests.heads[&id].clone();
    assert!(letters.iter().all(|notice| !request.is_limited(*notice)));
    // What else was shown says nothing of the address: a declaration that anybody can type, the login of somebody else.
    let proven = |proof| vec![Proven { proof, at: now() }];
    let declared = SubjectRequest { proven: proven(Proof::Declaration), ..request.clone() };
    let logged_in = SubjectRequest { proven: proven(Proof::AccountLogin), ..request };
    for request in [&declared, &logged_in] {
        assert!(letters.iter().all(|notice| request.is_limited(*notice)), "{:?}", request.proven);
    }
    let vouched = SubjectRequest { is_address_vouched: true, ..logged_in };
    assert!(letters.iter().all(|notice| !vouched.is_limited(*notice)));
}

#[tokio::test]
async fn whoever_asks_for_everything_from_one_place_hears_of_each() {
    let post = Post::new();
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Appeal) {
        let id = post.asked(ask(kind)).await;
        assert_eq!(
            post.tell(&post.job(&id, Notice::Acknowledgement, 1, "home"), now()).await.unwrap(),
            Told::Sent,
            "{kind:?}"
        );
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
    for job in [to(&alder, Notice::TenantForward, 1), to(&birch, Notice::TenantForward, 1)] {
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Idle, "delivered twice");
    }
    assert_eq!(post.tell(&post.job(&id, Notice::Routed, 1, "home"), now()).await.unwrap(), Told::Sent);
    let sent: Vec<(String, bool)> =
        post.letters().into_iter().skip(1).map(|letter| (letter.to, letter.code.is_some())).collect();
    let expected =
        ["email#privacy@tenant-alder.example", "email#privacy@tenant-birch.example", "email#mia@example.com"];
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

fn agent() -> Agent {
    let email = EmailAddress::parse("agent@example.org").ok();
    Agent { email, name: None, permission_sha256: None, has_power_of_attorney: false }
}

/// A request that an agent made, answered or refused, or that takes longer.
async fn by_agent(post: &Post, kind: Kind) -> ObligationId {
    let agent = agent();
    post.asked(Ask { agent: Some(agent), residence: Some("Germany".to_owned()), ..ask(kind) }).await
}

fn end(post: &Post, id: &ObligationId, notice: Notice) {
    let mut stored = post.world.stored();
    let request = stored.requests.heads.get_mut(id).unwrap();
    if notice == Notice::Denial {
        request.standing = Standing::Denied { at: now(), reason: "excessive".to_owned() };
    } else if notice == Notice::Extension {
        let law = Law::built_in().unwrap();
        let row = law.row(&request.regime, request.kind).unwrap();
        request.clocks = request.clocks.extend(&row, request.received_at, "many", now()).unwrap();
    } else {
        request.standing = Standing::Answered { at: now(), in_part: false };
    }
}

#[tokio::test]
async fn an_agent_hears_how_it_goes_on_and_so_does_the_person_each_once() {
    for (notice, to_agent) in [
        (Notice::Extension, Notice::AgentExtension),
        (Notice::Answer, Notice::AgentAnswer),
        (Notice::Denial, Notice::AgentDenial),
    ] {
        let post = Post::new();
        let id = by_agent(&post, Kind::Erasure).await;
        end(&post, &id, notice);
        let job = post.job(&id, notice, 1, "home");
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Sent);
        assert_eq!(post.tell(&job, now()).await.unwrap(), Told::Idle, "delivered twice");
        let letters: Vec<(Notice, String)> =
            post.letters().into_iter().map(|letter| (letter.notice, letter.to)).collect();
        let expected = [(notice, "email#mia@example.com"), (to_agent, "email#agent@example.org")];
        assert_eq!(letters, expected.map(|(notice, to)| (notice, to.to_owned())));
        assert!(post.letters().iter().all(|letter| letter.code.is_none()));
    }
}

#[tokio::test]
async fn a_crash_between_the_two_letters_repeats_neither_that_went_out() {
    let count = |post: &Post, notice| post.letters().iter().filter(|letter| letter.notice == notice).count();
    for strike in (1..=12).flat_map(|call| [Strike::Before(call), Strike::After(call)]) {
        let post = Post::new();
        let id = by_agent(&post, Kind::Erasure).await;
        end(&post, &id, Notice::Answer);
        let job = post.job(&id, Notice::Answer, 1, "home");
        post.world.strike(Some(strike));
        let _first = post.tell(&job, now()).await;
        post.world.strike(None);
        let noted = post.world.stored().requests.heads[&id].was_told(Notice::Answer, 1);
        let before = count(&post, Notice::Answer);
        post.tell(&job, now()).await.unwrap();
        assert!(count(&post, Notice::AgentAnswer) >= 1, "{strike:?}");
        assert_eq!(count(&post, Notice::Answer), if noted { before } else { before + 1 }, "{strike:?}");
    }
}

#[tokio::test]
async fn whoever_has_no_agent_is_written_to_alone_and_an_address_that_is_flooded_gets_no_more_as_an_agent() {
    let post = Post::new();
    let id = post.asked(ask(Kind::Erasure)).await;
    end(&post, &id, Notice::Answer);
    post.tell(&post.job(&id, Notice::Answer, 1, "home"), now()).await.unwrap();
    assert_eq!(post.letters().len(), 1);
    let post = Post::new();
    for _ in 0..MORE_PER_ADDRESS + 10 {
        let id = by_agent(&post, Kind::OptOut).await;
        end(&post, &id, Notice::Answer);
        let job = NoticeJob { source: None, ..post.job(&id, Notice::Answer, 1, "home") };
        post.tell(&job, now()).await.unwrap();
    }
    let to_agent = post.letters().iter().filter(|letter| letter.to.contains("agent")).count();
    assert_eq!(to_agent, (MORE_PER_ADDRESS + PASSES) as usize, "nobody has shown that it is an agent's");
}

#[tokio::test]
async fn the_person_of_an_agent_is_asked_only_where_something_is_to_be_shown() {
    let post = Post::new();
    for (kind, asks) in [(Kind::Erasure, true), (Kind::OptOut, false)] {
        let id = by_agent(&post, kind).await;
        let request = post.world.stored().requests.heads[&id].clone();
        assert_eq!(request.asks_person(), asks, "{kind:?}");
    }
}
