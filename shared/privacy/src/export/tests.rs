use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::discover::request_bundle;
use super::download::download_bundle;
use super::erase_bundles::erase_bundles;
use super::job::ExportJob;
use super::make_bundle::{Exporter, Made};
use super::ports::BundleBook;
use crate::accept_request::{Ask, Naming, Sent, Terms, accept_request};
use crate::clock::model::Kind;
use crate::data_map::DataMap;
use crate::identity::{self, Identity};
use crate::ids::{Platform, TenantId};
use crate::keys::SubjectKeys;
use crate::law::Law;
use crate::memory::{Strike, World, built_in_map, place, user_place};
use crate::obligation::ObligationId;
use crate::ports::Clock;
use crate::scope::Place;
use crate::subject_request::challenge::Challenge;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::Challenges;
use crate::subject_request::{
    Channel, ConnectedAccount, Contact, Deed, EmailAddress, Handle, Proof, Proven, Standing, SubjectRequest,
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

    fn bytes(&self) -> Vec<u8> {
        let stored = self.world.stored();
        let bundles: Vec<_> = stored.exports.visible.iter().filter(|(key, _)| key.ends_with(".zip")).collect();
        assert_eq!(bundles.len(), 1);
        assert_eq!(bundles[0].1.len(), 1, "one version");
        bundles[0].1[0].clone()
    }

    fn files(&self) -> Files {
        let mut zip = zip::ZipArchive::new(Cursor::new(self.bytes())).unwrap();
        let mut files = Files::new();
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).unwrap();
            let mut content = String::new();
            file.read_to_string(&mut content).unwrap();
            files.insert(file.name().to_owned(), content);
        }
        files
    }

    async fn code(&self, id: &ObligationId, seed: u8) -> String {
        let (challenge, code) = Challenge::make(&self.keys, id, Proof::EmailCode, &[seed; 24], self.now()).unwrap();
        self.world.issue(id, &challenge).await.unwrap();
        code.expose().to_owned()
    }
}

fn job(id: &ObligationId) -> ExportJob {
    ExportJob::Request(id.clone())
}

#[tokio::test]
async fn an_access_bundle_holds_everything_of_the_person_and_of_nobody_else() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    let files = office.files();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    expect_test::expect![[r#"
        [
            "data/contacts-001.csv",
            "data/contacts-001.json",
            "data/scores-001.csv",
            "data/scores-001.json",
            "data/signals-001.csv",
            "data/signals-001.json",
            "files/attachments/00001-tea.jpg",
            "index.html",
            "manifest.json",
            "notice.html",
            "notice.json",
        ]
    "#]]
    .assert_debug_eq(&names);
    expect_test::expect![[r#"
        [
        {"tenant_id":"alder","contact_id":"p1","signal_id":"s1","author_name":"Mia","text":"Hello person-1, my card is [payment card number]"},
        {"tenant_id":"alder","contact_id":"p1","signal_id":"s2","author_name":"person-2","text":"Hello person-1, my card is [payment card number]"},
        {"tenant_id":"birch","contact_id":"p1","signal_id":"s1","author_name":"Mia","text":"=cmd|' /C calc'!A0"},
        {"tenant_id":"birch","contact_id":"p1","signal_id":"s2","author_name":"person-2","text":"=cmd|' /C calc'!A0"}
        ]
    "#]]
    .assert_eq(&files["data/signals-001.json"]);
    assert!(files["data/signals-001.csv"].contains("\"'=cmd|' /C calc'!A0\""));
    for content in files.values() {
        for hidden in ["ben", "Ben", "Cleo", "4111", "0.1 0.2", "as-received", "extra\""] {
            assert!(!content.contains(hidden), "{hidden} in {content}");
        }
    }
    assert_eq!(files["files/attachments/00001-tea.jpg"], "mia");
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["redactions"], json!({"other-people": 4, "never-disclosed": 2, "unmapped": 2}));
    assert_eq!(
        manifest["records"],
        json!({"attachments": 1, "contacts": 2, "embeddings": 2, "scores": 2, "signals": 4})
    );
    assert_eq!(manifest["received_at"], "2026-03-05T12:00:00.000Z");
}

#[tokio::test]
async fn the_manifest_names_every_file_as_it_is() {
    use sha2::{Digest, Sha256};
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let files = office.files();
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    let listed = manifest["files"].as_array().unwrap();
    assert_eq!(listed.len() + 1, files.len());
    for file in listed {
        let content = files[file["path"].as_str().unwrap()].as_bytes();
        let digest: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            (file["bytes"].as_u64(), file["sha256"].as_str()),
            (Some(content.len() as u64), Some(digest.as_str()))
        );
    }
}

#[tokio::test]
async fn portability_leaves_out_what_was_concluded_and_know_tells_kinds_only() {
    let office = Office::with_mia(100);
    let id = office.asked(Kind::Portability).await;
    office.make(&job(&id)).await;
    let files = office.files();
    assert!(files.keys().any(|name| name.contains("signals")) && !files.keys().any(|name| name.contains("scores")));
    assert!(!files["index.html"].contains("asks often") && !files["notice.json"].contains("Ideal-customer"));

    let office = Office::with_mia(100);
    let id = office.asked(Kind::Know).await;
    office.make(&job(&id)).await;
    let files = office.files();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["index.html", "manifest.json", "notice.html", "notice.json"]);
    let notice: Value = serde_json::from_str(&files["notice.json"]).unwrap();
    assert!(files["notice.json"].contains("Mentions, comments and direct messages"));
    for part in
        ["purposes", "sources", "third_parties", "categories", "rights", "recipients", "authorities", "transfers"]
    {
        assert!(!notice[part].as_array().unwrap().is_empty(), "{part}");
    }
    assert!(files.values().all(|content| !content.contains("Hello")));
}

#[tokio::test]
async fn the_notice_names_recipients_and_where_to_complain() {
    let office = Office::with_mia(100);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let notice: Value = serde_json::from_str(&office.files()["notice.json"]).unwrap();
    let recipients = notice["recipients"].as_array().unwrap();
    let anthropic = recipients.iter().find(|who| who["name"] == "Language models (Anthropic)").unwrap();
    assert_eq!(anthropic["categories"].as_array().unwrap().len(), 3);
    assert_eq!(notice["authorities"][0]["url"], "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en");
    assert!(notice["categories"].as_array().unwrap().iter().any(|category| category["is_inferred"] == true));
}

#[tokio::test]
async fn the_same_data_is_the_same_bundle_interrupted_or_not() {
    let office = Office::with_mia(1);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let whole = office.bytes();
    let office = Office::with_mia(1);
    let id = office.asked(Kind::Access).await;
    office.world.tick(SignedDuration::from_secs(20));
    let mut visits = 1;
    while office.try_make(&job(&id), &format!("w{visits}"), 3).await.unwrap() == Made::Again {
        assert!(
            office.world.stored().exports.visible.keys().all(|key| key.starts_with("progress/")),
            "nothing is to be seen"
        );
        visits += 1;
        assert!(visits < 200, "it comes no further");
    }
    assert!(visits > 3, "{visits}");
    assert_eq!(office.bytes(), whole);
}

#[tokio::test]
async fn a_crash_at_any_call_shows_no_half_bundle_and_it_is_made_in_the_end() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.world.strike(None);
    office.make(&job(&id)).await;
    let (calls, whole) = (office.world.calls(), office.bytes());
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let office = Office::with_mia(2);
            let id = office.asked(Kind::Access).await;
            office.world.strike(Some(strike));
            drop(office.try_make(&job(&id), "w1", 2).await);
            let visible = office.world.stored().exports.visible.clone();
            assert!(visible.values().flatten().all(|bytes| *bytes == whole), "{strike:?}");
            office.world.strike(None);
            office.world.pass(SignedDuration::from_mins(5));
            let again = office.try_make(&job(&id), "w2", 2).await.unwrap();
            assert!(matches!(again, Made::Whole { .. } | Made::Already), "{strike:?}: {again:?}");
            assert_eq!(office.bytes(), whole, "{strike:?}");
            assert!(matches!(office.request(&id).standing, Standing::Answered { .. }), "{strike:?}");
            assert!(office.world.stored().requests.notices.iter().all(|job| job.notice == Notice::Answer));
            assert!(!office.world.stored().requests.notices.is_empty(), "{strike:?}");
        }
    }
}

#[tokio::test]
async fn two_workers_make_one_bundle() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    let taken = office.now() + SignedDuration::from_mins(1);
    let erase_at = office.now() + SignedDuration::from_hours(24 * 14);
    office.world.claim(&job(&id), "other", taken, erase_at, office.now()).await.unwrap();
    assert_eq!(office.make(&job(&id)).await, Made::Busy);
    office.world.pass(SignedDuration::from_mins(2));
    assert!(matches!(office.make(&job(&id)).await, Made::Whole { .. }));
    assert_eq!(office.make(&job(&id)).await, Made::Already);
    let acts = office.world.stored().requests.acts[&id].clone();
    assert_eq!(acts.iter().filter(|act| act.deed == Deed::Answered).count(), 1);
}

#[tokio::test]
async fn what_is_not_verified_or_asks_for_something_else_gets_no_bundle() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Erasure).await;
    assert_eq!(office.make(&job(&id)).await, Made::Idle);
    assert_eq!(office.make(&job(&ObligationId::of_request(&[9; 20]))).await, Made::Idle);
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.change(&id, |request| request.standing = Standing::AwaitingVerification);
    assert_eq!(office.make(&job(&id)).await, Made::Idle);
    office.change(&id, |request| {
        request.standing = Standing::InProgress { since: at("2026-03-05T12:00:00Z") };
        request.proven.clear();
    });
    assert_eq!(office.make(&job(&id)).await, Made::Idle);
}

#[tokio::test]
async fn what_somebody_only_named_is_not_in_their_bundle() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.change(&id, |request| {
        request.needs = vec![Proof::EmailCode];
        request.proven.retain(|proven| proven.proof == Proof::EmailCode);
    });
    office.make(&job(&id)).await;
    assert!(!office.files().keys().any(|name| name.starts_with("data/")));
}

#[tokio::test]
async fn a_download_needs_a_code_that_was_sent_for_it() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    let early = office.code(&id, 1).await;
    office.world.pass(SignedDuration::from_mins(1));
    let give = |code: String| {
        let (world, keys, id, now) = (&office.world, &office.keys, id.clone(), office.now());
        async move { download_bundle(world, world, keys, &id, &code, now).await.unwrap() }
    };
    assert!(give(early.clone()).await.is_none(), "there is no bundle");
    office.make(&job(&id)).await;
    assert!(give(early).await.is_none(), "it was for something else");
    let code = office.code(&id, 2).await;
    assert!(give("000000".to_owned()).await.is_none());
    let link = give(code.clone()).await.unwrap();
    assert!(link.expose().contains("bundles/") && !format!("{link:?}").contains("bundles/"));
    assert!(give(code).await.is_none(), "it is used");
    let code = office.code(&id, 3).await;
    for _ in 0..3 {
        assert!(give("111111".to_owned()).await.is_none());
    }
    assert!(give(code).await.is_none(), "its tries are used up");
    office.world.pass(SignedDuration::from_hours(24 * 14));
    let code = office.code(&id, 4).await;
    assert!(give(code).await.is_none(), "its days are over");
}

#[tokio::test]
async fn a_bundle_is_erased_after_fourteen_days_and_the_trail_says_so() {
    let office = Office::with_mia(2);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let sweep = || async {
        let stop_at = office.now() + SignedDuration::from_mins(1);
        erase_bundles(&office.world, &office.world, &office.world, stop_at).await
    };
    office.world.pass(SignedDuration::from_hours(24 * 14 - 1));
    assert_eq!(sweep().await.erased, 0);
    office.world.pass(SignedDuration::from_hours(1));
    office.world.break_store(Some("bundles"));
    let broken = sweep().await;
    assert_eq!((broken.erased, broken.faults.len()), (0, 1), "what a listing still finds is not erased");
    office.world.break_store(None);
    assert_eq!(sweep().await.erased, 1);
    assert!(office.world.stored().exports.visible.is_empty());
    let deeds: Vec<Deed> = office.world.stored().requests.acts[&id].iter().map(|act| act.deed.clone()).collect();
    assert_eq!(deeds.last(), Some(&Deed::BundleErased));
    assert_eq!(sweep().await.erased, 0);
    assert_eq!(office.make(&job(&id)).await, Made::Already, "it is not made again");
}

#[tokio::test]
async fn what_is_left_of_a_bundle_that_was_never_finished_goes_too() {
    let office = Office::with_mia(1);
    let id = office.asked(Kind::Access).await;
    office.world.tick(SignedDuration::from_secs(20));
    assert_eq!(office.try_make(&job(&id), "w1", 1).await.unwrap(), Made::Again);
    office.world.tick(SignedDuration::ZERO);
    assert!(!office.world.stored().exports.visible.is_empty());
    office.world.pass(SignedDuration::from_hours(24 * 15));
    let stop_at = office.now() + SignedDuration::from_mins(1);
    assert_eq!(erase_bundles(&office.world, &office.world, &office.world, stop_at).await.erased, 1);
    assert!(office.world.stored().exports.visible.is_empty() && office.world.stored().exports.uploads.is_empty());
}

#[tokio::test]
async fn a_verified_request_has_its_bundle_made_and_the_end_of_the_account_waits() {
    let office = Office::with_mia(2);
    let email = Identity::Email(identity::EmailAddress::parse("mia@example.com").unwrap());
    office.world.link(&user_place("alder", "u1"), at("2026-01-10T00:00:00Z"), &office.keys.links(&email)[0]);
    let id = office.asked(Kind::Access).await;
    let ask = async |request: &SubjectRequest| {
        let (world, now) = (&office.world, office.now());
        request_bundle(world, world, world, &office.keys, request, now).await.unwrap()
    };
    let open = SubjectRequest { standing: Standing::AwaitingVerification, ..office.request(&id) };
    assert!(!ask(&open).await);
    assert!(!ask(&SubjectRequest { kind: Kind::Erasure, ..office.request(&id) }).await);
    assert!(ask(&office.request(&id)).await);
    let alder = TenantId::parse("alder").unwrap();
    assert!(office.world.stored().exports.awaited.iter().eq([&(alder, id.clone())]));
    let jobs = office.world.stored().exports.jobs.clone();
    assert_eq!(jobs, [job(&id)]);
    assert!(matches!(office.make(&jobs[0]).await, Made::Whole { .. }));
    assert!(office.world.stored().exports.awaited.is_empty());
}

/// Alder's account: two users, one connection of Instagram and one of LinkedIn.
async fn ending(office: &Office) -> TenantId {
    let tenant = TenantId::parse("alder").unwrap();
    let termination = crate::accept_termination::Termination {
        tenant: tenant.clone(),
        ended_at: Some(office.now()),
        time_zone: "UTC".to_owned(),
    };
    let counted = termination.count(office.now()).unwrap();
    crate::accept_termination::accept_termination(&office.world, &office.world, &office.map, &counted).await.unwrap();
    office.world.connect_by("linkedin", "alder", "c2", at("2026-01-10T00:00:00Z"), &[]);
    let mut stored = office.world.stored();
    stored.exports.put_row("inbox", "alder#c2", "contact#p9#profile", &json!({"name": "Lin"}));
    stored.exports.put_row(
        "social",
        "alder#c2",
        "member#2026-03-05T11#2026-03-05T11:00:00.000Z#m1",
        &json!({"name": "Lin"}),
    );
    stored.exports.put_row("accounts", "account#alder", "profile", &json!({"tenant_id": "alder", "company": "Alder"}));
    stored.exports.put_row("accounts", "account#alder", "user#u1#profile", &json!({"user_id": "u1", "name": "Uma"}));
    stored.exports.put_row("accounts", "account#alder", "key#k1", &json!({"secret": "sesame"}));
    tenant
}

#[tokio::test]
async fn an_account_is_exported_while_its_window_is_open_without_what_linkedin_forbids() {
    let office = Office::with_mia(3);
    let job = ExportJob::Tenant(TenantId::parse("alder").unwrap());
    assert_eq!(office.make(&job).await, Made::Closed, "nothing ends");
    ending(&office).await;
    assert!(matches!(office.make(&job).await, Made::Whole { .. }));
    let files = office.files();
    assert!(files["data/account-users-001.json"].contains("Uma"));
    assert!(files["data/signals-001.json"].contains("Cleo"), "it is their own business");
    for content in files.values() {
        for hidden in ["Lin\"", "sesame", "4111"] {
            assert!(!content.contains(hidden), "{hidden} in {content}");
        }
    }
    let manifest: Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["redactions"]["platform"], 1);
    office.world.pass(SignedDuration::from_hours(24 * 15));
    let stop_at = office.now() + SignedDuration::from_mins(1);
    assert_eq!(erase_bundles(&office.world, &office.world, &office.world, stop_at).await.erased, 1);
    assert!(matches!(office.make(&job).await, Made::Whole { .. }), "once more, while it is open");
    office.world.pass(SignedDuration::from_hours(24 * 16));
    assert_eq!(office.make(&job).await, Made::Closed);
}

#[tokio::test]
async fn a_bundle_of_an_account_holder_tells_nothing_of_who_wrote_to_them() {
    let office = Office::with_mia(2);
    let email = Identity::Email(identity::EmailAddress::parse("mia@example.com").unwrap());
    let link = office.keys.links(&email).remove(0);
    let since = at("2026-01-10T00:00:00Z");
    office.world.stored().links.entry(link.clone()).or_default().insert(place("alder", "c1", None), since);
    office.world.link(&user_place("alder", "u1"), since, &link);
    let id = office.asked(Kind::Access).await;
    office.make(&job(&id)).await;
    let files = office.files();
    for content in files.values() {
        assert!(!content.contains("ben_s") && !content.contains("<b>Ben"), "{content}");
    }
    assert!(files["data/contacts-001.json"].contains("person-1"));
    assert!(!files.values().any(|content| content == "ben"), "what another person sent stays theirs");
    assert!(office.world.stored().exports.awaited.is_empty(), "nothing waits any more");
    let _: Place = user_place("alder", "u1");
}
