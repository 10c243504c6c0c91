//! Bundles over ports in memory: what is in them, whoever dies while they are made, who gets them, how they go.

mod accounts;
mod contents;
mod crashes;
mod downloads;
mod erasing;
mod orders;
mod remade;
mod routing;
mod unread;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::discover::request_bundle;
use super::download::{download_bundle, download_by_login};
use super::erase_bundles::erase_bundles;
use super::job::ExportJob;
use super::make_bundle::{Exporter, Made};
use super::order_account::{AccountOrdered, order_account};
use super::ports::{BundleBook, BundleKey};
use super::show_account::{AccountExport, show_account};
use crate::accept_request::{Ask, Naming, Sent, Terms, accept_request};
use crate::clock::model::Kind;
use crate::data_map::DataMap;
use crate::identity::{self, Identity};
use crate::ids::{Platform, TenantId, UserId};
use crate::keys::SubjectKeys;
use crate::law::Law;
use crate::login::Login;
use crate::memory::{Strike, World, built_in_map, place, user_place};
use crate::obligation::ObligationId;
use crate::ports::Clock;
use crate::scope::Place;
use crate::subject_request::challenge::Challenge;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::Challenges;
use crate::subject_request::{
    Channel, ConnectedAccount, Contact, Deed, EmailAddress, Handle, Member, Proof, Proven, Standing, SubjectRequest,
};

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

struct Office {
    world: World,
    keys: SubjectKeys,
    map: DataMap,
    law: Law,
}

type Files = BTreeMap<String, String>;

impl Office {
    fn new(page: usize) -> Self {
        let world = World::new(at("2026-03-05T12:00:00Z"), page);
        let keys = SubjectKeys::parse(RING).unwrap();
        Self { world, keys, map: built_in_map(), law: Law::built_in().unwrap() }
    }

    /// Mia wrote to two companies from her Instagram account; Ben wrote to one of them.
    fn with_mia(page: usize) -> Self {
        let office = Self::new(page);
        let since = at("2026-01-10T00:00:00Z");
        let handle = Identity::Handle {
            platform: identity::Namespace::parse("instagram").unwrap(),
            handle: identity::Handle::parse("mia.tea").unwrap(),
        };
        let link = office.keys.links(&handle).remove(0);
        for tenant in ["alder", "birch"] {
            office.world.connect_by("instagram", tenant, "c1", since, &[]);
            office.world.link(&place(tenant, "c1", Some("p1")), since, &link);
        }
        for (tenant, contact, name, handle, text) in [
            ("alder", "p1", "Mia", "mia.tea", "Hello @ben_s, my card is 4111 1111 1111 1111"),
            ("birch", "p1", "Mia", "mia.tea", "=cmd|' /C calc'!A0"),
            ("alder", "p2", "<b>Ben</b>", "ben_s", "not hers"),
        ] {
            let partition = format!("{tenant}#c1");
            let mut stored = office.world.stored();
            let mut put = |key: &str, row: Value| {
                stored.exports.put_row("inbox", &partition, &format!("contact#{contact}#{key}"), &row);
            };
            put(
                "profile",
                json!({"tenant_id": tenant, "contact_id": contact, "name": name, "handle": handle, "extra": 1}),
            );
            put("score", json!({"tenant_id": tenant, "contact_id": contact, "fit": 7, "reason": "asks often"}));
            put("embedding#s1", json!({"vector": "0.1 0.2"}));
            put("payload#2026-02-01T09:00:00.000Z#s1", json!({"body": "as-received"}));
            for (signal, author) in [("s1", name), ("s2", "Cleo")] {
                let row = json!({"tenant_id": tenant, "contact_id": contact, "signal_id": signal, "author_name": author, "text": text});
                put(&format!("signal#2026-02-01T09:00:00.000Z#{signal}"), row);
            }
        }
        let mut stored = office.world.stored();
        for (key, content) in [("alder/c1/p1/attachment/tea.jpg", "mia"), ("alder/c1/p2/attachment/ben.jpg", "ben")] {
            stored.exports.contents.insert(("media".to_owned(), key.to_owned()), content.as_bytes().to_vec());
        }
        drop(stored);
        office
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    async fn asked(&self, kind: Kind) -> ObligationId {
        let account = ConnectedAccount {
            platform: Platform::parse("instagram").unwrap(),
            handle: Handle::parse("mia.tea").unwrap(),
        };
        let contact = Contact { email: EmailAddress::parse("mia@example.com").ok(), account: Some(account) };
        let ask = Ask {
            kind,
            contact,
            residence: Some("EU_GDPR".to_owned()),
            agent: None,
            data_points: std::collections::BTreeMap::new(),
            declaration: None,
            has_account: false,
            about_child: false,
            appeal_of: None,
            details: None,
            channel: Channel::Web,
            received_at: None,
        };
        let terms = Terms { keys: &self.keys, law: &self.law, stuck_after: SignedDuration::from_mins(10) };
        let (naming, sent) = (Naming::Fresh(&[7; 20]), Sent { ask, source: None });
        let now = self.now();
        let id = accept_request(&self.world, &self.world, terms, naming, sent, now).await.unwrap().request.id;
        self.change(&id, |request| {
            request.needs = vec![Proof::EmailCode, Proof::HandleCode];
            request.proven = request.needs.iter().map(|proof| Proven { proof: *proof, at: now }).collect();
            request.standing = Standing::InProgress { since: now };
        });
        self.world.stored().requests.notices.clear();
        id
    }

    fn change(&self, id: &ObligationId, change: impl FnOnce(&mut SubjectRequest)) {
        change(self.world.stored().requests.heads.get_mut(id).unwrap());
    }

    fn request(&self, id: &ObligationId) -> SubjectRequest {
        self.world.stored().requests.heads[id].clone()
    }

    async fn try_make(&self, job: &ExportJob, worker: &str, minutes: i64) -> Result<Made, crate::fault::Fault> {
        let Self { world, keys, map, law } = self;
        let exporter =
            Exporter { ledger: world, queue: world, vault: world, bundles: world, clock: world, map, law, keys };
        exporter.make(job, worker, self.now() + SignedDuration::from_mins(minutes)).await
    }

    async fn make(&self, job: &ExportJob) -> Made {
        self.try_make(job, "w1", 2).await.unwrap()
    }

    /// Every version of every bundle that a link could open.
    fn seen(&self) -> Vec<Vec<u8>> {
        let stored = self.world.stored();
        let bundles = stored.exports.visible.iter().filter(|(key, _)| !key.starts_with("progress/"));
        bundles.flat_map(|(_, versions)| versions.clone()).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        <[_; 1]>::try_from(self.seen()).unwrap_or_else(|seen| panic!("{} bundles", seen.len()))[0].clone()
    }

    /// One of several bundles of a request: there is one version of each.
    fn bytes_of(&self, id: &ObligationId, round: u32) -> Option<Vec<u8>> {
        let stored = self.world.stored();
        let versions = stored.exports.visible.get(&BundleKey::of(&job(id), round).object())?.clone();
        Some(<[_; 1]>::try_from(versions).unwrap_or_else(|seen| panic!("{} versions", seen.len()))[0].clone())
    }

    fn files(&self) -> Files {
        files_in(self.bytes())
    }
}

fn files_in(bytes: Vec<u8>) -> Files {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = Files::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        files.insert(file.name().to_owned(), content);
    }
    files
}

impl Office {
    /// She is a user of alder's account, too, under the same address.
    fn know_user(&self) {
        let email = Identity::Email(EmailAddress::parse("mia@example.com").unwrap());
        for identity in [email, mia_at_alder().identity()] {
            let link = self.keys.links(&identity).remove(0);
            self.world.link(&user_place("alder", "u1"), at("2026-01-10T00:00:00Z"), &link);
        }
        let row = json!({"tenant_id": "alder", "user_id": "u1", "name": "Mia", "email": "mia@example.com"});
        self.world.stored().exports.put_row("accounts", "account#alder", "user#u1#profile", &row);
    }

    /// She has logged in for it, beside what she has shown.
    fn log_in(&self, id: &ObligationId) {
        let now = self.now();
        self.change(id, |request| {
            request.needs.push(Proof::AccountLogin);
            request.proven.push(Proven { proof: Proof::AccountLogin, at: now });
            request.member = Some(mia_at_alder());
        });
    }

    async fn code(&self, id: &ObligationId, seed: u8) -> String {
        let (challenge, code) = Challenge::make(&self.keys, id, Proof::EmailCode, &[seed; 24], self.now()).unwrap();
        self.world.issue(id, &challenge).await.unwrap();
        code.expose().to_owned()
    }
}

fn mia_at_alder() -> Member {
    Member { tenant: TenantId::parse("alder").unwrap(), user: UserId::parse("u1").unwrap() }
}

fn job(id: &ObligationId) -> ExportJob {
    ExportJob::Request(id.clone())
}
