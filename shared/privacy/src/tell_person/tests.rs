mod agents;
mod businesses;
mod codes;
mod floods;

use jiff::SignedDuration;

use super::measure::{
    CEILING, FIRST_PER_ADDRESS, FIRST_PER_SOURCE, MORE_PER_ADDRESS, MORE_PER_SOURCE, OF_AGENTS, PASSES, RESERVED,
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
use crate::verify_request::{Verified, send_code, verify_request};

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
