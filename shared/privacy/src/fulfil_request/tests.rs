mod children;
mod copies;
mod crashes;
mod declined;
mod erasures;
mod joins;
mod last_day;
mod matrix;
mod objections;
mod others;
mod parts;
mod reopened;
mod withdrawn;

use jiff::SignedDuration;

use super::*;
use crate::clock::model::Kind;
use crate::erasure::Engine;
use crate::identity::{EmailAddress, Handle, Namespace};
use crate::ids::{InstructionId, UserId};
use crate::memory::{Strike, World, asked, own_contact_place, place, prompt_map, proof, user_place};
use crate::obligation::Head;
use crate::ports::Clock;
use crate::route_request::instruct;
use crate::subject_request::ports::RequestIntake;
use crate::subject_request::{Actor, Member, Proof, Proven};
use crate::sweep_requests::{RequestsSwept, sweep_requests};
use crate::tell_person::Teller;

const RECEIVED: &str = "2026-03-06T12:00:00Z";
const MIN: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn maren_at_alder() -> Member {
    Member { tenant: tenant("alder"), user: UserId::parse("u1").unwrap() }
}

/// Maren works with alder's account and wrote to birch by Instagram, to dogwood's own chat and to elm by LinkedIn. The same
/// handle at cedar, on Facebook, is somebody else.
struct House {
    world: World,
    keys: SubjectKeys,
    law: Law,
    map: DataMap,
}

impl House {
    fn new() -> Self {
        let house = Self::bare();
        house.furnish();
        house
    }

    /// Of nobody.
    fn bare() -> Self {
        let keys = SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap();
        Self { world: World::new(at(RECEIVED), 3), keys, law: Law::built_in().unwrap(), map: prompt_map() }
    }

    fn email(&self) -> Vec<KeyedRef> {
        self.keys.links(&Identity::Email(EmailAddress::parse("maren@example.org").unwrap()))
    }

    fn handle(&self, platform: &str) -> Vec<KeyedRef> {
        let platform = Namespace::parse(platform).unwrap();
        self.keys.links(&Identity::Handle { platform, handle: Handle::parse("maren").unwrap() })
    }

    fn furnish(&self) {
        let (world, long_ago) = (&self.world, at("2026-01-01T00:00:00Z"));
        for name in ["alder", "birch", "cedar", "dogwood", "elm"] {
            let contact = EmailAddress::parse(&format!("privacy@{name}.example")).unwrap();
            world.stored().requests.tenant_contacts.insert(tenant(name), contact);
        }
        for user in ["u1", "u2"] {
            world.put_item("accounts", "account#alder", &format!("user#{user}#profile"));
        }
        for (tenant, platform) in [("birch", "instagram"), ("cedar", "facebook"), ("elm", "linkedin")] {
            world.connect_by(platform, tenant, "c1", long_ago, &[]);
            for contact in ["p1", "p2"] {
                world.put(tenant, "c1", &format!("contact#{contact}#profile"));
                world.put(tenant, "c1", &format!("contact#{contact}#signal#2026-02-01T00:00:00.000Z#s1"));
            }
        }
        for contact in ["p1", "p2"] {
            world.put_item("conversations", "dogwood", &format!("contact#{contact}#profile"));
        }
        // The product writes both: what she has at the dashboard is found by her address, and opened by a login.
        world.link(&user_place("alder", "u1"), long_ago, &self.email()[0]);
        world.link(&user_place("alder", "u1"), long_ago, &self.keys.links(&maren_at_alder().identity())[0]);
        world.link(&own_contact_place("dogwood", "p1"), long_ago, &self.email()[0]);
        world.link(&place("elm", "c1", Some("p1")), long_ago, &self.email()[0]);
        world.link(&place("birch", "c1", Some("p1")), long_ago, &self.handle("instagram")[0]);
        world.link(&place("cedar", "c1", Some("p1")), long_ago, &self.handle("facebook")[0]);
    }

    fn fulfilment(&self) -> Fulfilment<'_, World, World, World> {
        let Self { world, keys, law, map } = self;
        Fulfilment { ledger: world, vault: world, queues: world, keys, law, map, stuck_after: MIN * 10 }
    }

    /// Stores a request of Maren's by her address and her account on Instagram, with what she has shown of both.
    async fn ask(&self, number: u8, kind: Kind, proven: &[Proof]) -> SubjectRequest {
        self.ask_as(number, kind, Some("maren@example.org"), Some(("instagram", "maren")), proven).await
    }

    async fn ask_as(
        &self,
        number: u8,
        kind: Kind,
        email: Option<&str>,
        account: Option<(&str, &str)>,
        proven: &[Proof],
    ) -> SubjectRequest {
        let mut needs = vec![Proof::EmailCode, Proof::HandleCode];
        let has_login = proven.contains(&Proof::AccountLogin);
        needs.extend(has_login.then_some(Proof::AccountLogin));
        let member = has_login.then(maren_at_alder);
        let now = self.world.now();
        let proven: Vec<Proven> = proven.iter().map(|proof| Proven { proof: *proof, at: now }).collect();
        let is_verified = needs.iter().all(|need| proven.iter().any(|proven| proven.proof == *need));
        let standing = if is_verified { Standing::InProgress { since: now } } else { Standing::AwaitingVerification };
        let told = std::collections::BTreeMap::from([(Notice::Acknowledgement, 1)]);
        let request =
            SubjectRequest { needs, proven, standing, told, member, ..asked(number, kind, email, account, now) };
        self.world.receive(&request).await.unwrap();
        request
    }

    fn request(&self, id: &ObligationId) -> SubjectRequest {
        self.world.stored().requests.heads[id].clone()
    }

    fn head(&self, id: &ObligationId) -> Option<Head> {
        self.world.stored().heads.get(id).cloned()
    }

    fn standing(&self, id: &ObligationId) -> &'static str {
        self.request(id).standing.name()
    }

    async fn change(&self, id: &ObligationId, change: impl FnOnce(&SubjectRequest) -> crate::route_request::Changed) {
        let changed = change(&self.request(id));
        assert!(self.world.record(&changed.request, &changed.act, None).await.unwrap());
    }

    async fn instruct(&self, id: &ObligationId, name: &str) {
        let ticket = InstructionId::parse("ticket-7").unwrap();
        let now = self.world.now();
        let by = Actor::Staff("alex".to_owned());
        self.change(id, |request| instruct(request, &tenant(name), &ticket, by, now).unwrap().unwrap()).await;
    }

    async fn sweep(&self) -> RequestsSwept {
        let stop_at = self.world.now() + HOUR;
        sweep_requests(&self.fulfilment(), &self.world, stop_at).await
    }

    /// Works off every obligation that was sent, or that the sweep of obligations would send again, and every letter.
    async fn work(&self) {
        let mut sent = std::mem::take(&mut self.world.stored().sent);
        let now = self.world.now();
        let stuck = self.world.stored().heads.values().cloned().collect::<Vec<Head>>().into_iter();
        let stuck = stuck.filter(|head| !head.state.is_finished() && head.next_action_at.is_some_and(|at| at <= now));
        sent.extend(stuck.map(|head| crate::message::Work { obligation: head.id }));
        let (looks, proof) = (self.map.model().second_looks.after.clone(), proof(&self.world, &self.map));
        let (ledger, map) = (&self.world, &self.map);
        let engine = Engine { ledger, vault: ledger, aftermath: &proof, clock: ledger, map, second_looks: &looks };
        for work in sent {
            engine.work(&work.obligation, "w", self.world.now() + HOUR).await.unwrap();
        }
        let notices = std::mem::take(&mut self.world.stored().requests.notices);
        let teller = Teller { book: ledger, limits: ledger, tenants: ledger, messenger: ledger, keys: &self.keys };
        for job in notices {
            teller.tell(&job, &[9; 24], self.world.now()).await.unwrap();
        }
    }

    /// Sweeps and works as often as a day would see it.
    async fn rounds(&self, count: usize) {
        for _ in 0..count {
            let swept = self.sweep().await;
            assert!(swept.faults.is_empty(), "{:?}", swept.faults);
            self.work().await;
            self.world.pass(MIN * 11);
        }
    }

    fn of(&self, names: &[&str]) -> Vec<Vec<String>> {
        names.iter().map(|name| self.world.of_tenant(name)).collect()
    }

    fn letters(&self) -> Vec<String> {
        let stored = self.world.stored();
        stored.requests.letters.iter().map(|letter| letter.notice.as_str().to_owned()).collect()
    }

    fn move_to(&self, text: &str) {
        self.world.stored().set_now(at(text));
    }
}
