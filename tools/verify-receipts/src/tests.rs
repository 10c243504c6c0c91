use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use privacy::audit::{Change, Image, Row, Trail, record};
use privacy::ids::TenantId;
use privacy::keys::{KeyedRef, SubjectKeys};
use privacy::memory::World;
use privacy::obligation::{ObligationId, PlanHash};
use privacy::policy::Route;
use privacy::receipt::{Body, Chains, EntryHash, ErasureReceipt, LastDay, Occasion, Section, SigningKey, Zone};

use std::io;

use crate::arguments;
use crate::run::*;

fn key(digit: char) -> SigningKey {
    SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, digit.to_string().repeat(64))).unwrap()
}

fn subject_keys() -> SubjectKeys {
    SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap()
}

fn chain(tenant: &str) -> KeyedRef {
    subject_keys().receipt_chain(&TenantId::parse(tenant).unwrap()).unwrap()
}

/// Appends an entry as the service does.
async fn append(world: &World, key: &SigningKey, tenant: &str, letter: char) {
    let obligation = ObligationId::parse(&letter.to_string().repeat(32)).unwrap();
    let body = Body::ErasureReceipt(ErasureReceipt {
        obligation: subject_keys().receipt_obligation(&obligation).unwrap(),
        request: 1,
        reopened: 0,
        route: Route::MetaDataDeletion,
        policy: Section::parse("13.4").unwrap(),
        received_at: "2026-03-09T08:00:00Z".parse().unwrap(),
        due_by: LastDay { date: "2026-04-08".parse().unwrap(), time_zone: Zone::parse("UTC").unwrap() },
        erased_at: "2026-03-10T12:00:00Z".parse().unwrap(),
        classes: [].into(),
        processors: [].into(),
        plan: PlanHash::from_stored("0f".repeat(32)),
    });
    let occasion = Occasion::Erasure { obligation, request: 1, reopened: 0, tenant: TenantId::parse(tenant).unwrap() };
    Chains { ledger: world, store: world, clock: world, key }.append(&occasion, &chain(tenant), &body).await.unwrap();
    world.pass(SignedDuration::from_hours(24));
}

/// A folder as synced from the bucket, gone when it is dropped.
struct Synced(PathBuf);

impl Synced {
    fn write(world: &World) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("verify-receipts-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let synced = Self(std::env::temp_dir().join(name));
        for (name, bytes) in world.stored().chains.objects() {
            let path = synced.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        synced
    }

    fn chain(&self, tenant: &str) -> PathBuf {
        self.0.join("receipts").join(chain(tenant).as_str())
    }

    fn entry(&self, tenant: &str, seq: u64) -> PathBuf {
        self.chain(tenant).join(format!("{seq:010}.json"))
    }
}

impl Drop for Synced {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Four entries of alder, one of birch.
async fn bucket() -> World {
    let world = World::new("2026-03-10T12:00:00Z".parse::<Timestamp>().unwrap(), 10);
    for letter in ['a', 'b', 'c', 'd'] {
        append(&world, &key('1'), "alder", letter).await;
    }
    append(&world, &key('1'), "birch", 'a').await;
    world
}

fn verify(folder: &Path, more: &[&str]) -> (u8, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let public = key('1').public_hex();
    let arguments = [folder.to_str().unwrap(), "--key", &public].into_iter().chain(more.iter().copied());
    let code = run(arguments.map(str::to_owned), &mut io::empty(), &mut out, &mut err);
    (code, String::from_utf8(out).unwrap() + &String::from_utf8(err).unwrap())
}

#[tokio::test]
async fn an_untouched_folder_passes() {
    let synced = Synced::write(&bucket().await);
    let (code, said) = verify(&synced.0, &[]);
    expect_test::expect![[r#"
        ok      v1-ner2hyeaglosoodf4nd72qbo4z4pgpbg  1 entry, 2026-03-14 to 2026-03-14
        ok      v1-p22qex6q5f6ypuoygnn3gk6v3ov432uv  4 entries, 2026-03-10 to 2026-03-13
        2 chains, 5 entries, 0 problems
    "#]]
    .assert_eq(&said);
    assert_eq!(code, GOOD);
    let (code, inner) = verify(&synced.0.join("receipts"), &[]);
    assert_eq!((code, inner), (GOOD, said), "the folder itself, or what is in it");
}

/// What is done to a folder, and what must be said of it.
type Case = (&'static str, fn(&Synced), &'static str);

async fn all_found(cases: &[Case]) {
    let world = bucket().await;
    for (what, damage, expected) in cases {
        let synced = Synced::write(&world);
        damage(&synced);
        let (code, said) = verify(&synced.0, &[]);
        assert!(code == BROKEN && said.contains(expected), "{what}: {code} {said}");
        let (code, said) = verify(&synced.0, &["--json"]);
        let report: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!((code, &report["ok"]), (BROKEN, &serde_json::Value::Bool(false)), "{what}");
    }
}

fn rename(from: PathBuf, to: PathBuf) {
    fs::rename(from, to).unwrap();
}

#[tokio::test]
async fn what_is_changed_or_removed_is_found() {
    all_found(&[
        ("a flipped bit", |of| flip(&of.entry("alder", 2)), "0000000002.json does not match its signature"),
        ("in a head", |of| flip(&of.chain("alder").join("head.json")), "head.json does not match its signature"),
        (
            "one in the middle removed",
            |of| fs::remove_file(of.entry("alder", 2)).unwrap(),
            "0000000003.json is preceded by a gap: 2 to 2 are missing",
        ),
        (
            "the last removed",
            |of| fs::remove_file(of.entry("alder", 4)).unwrap(),
            "head.json reaches to 4, the entries end at 3: the tail is cut off",
        ),
        (
            "the head removed",
            |of| fs::remove_file(of.chain("birch").join("head.json")).unwrap(),
            "head.json is missing",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_is_moved_renamed_or_copied_is_found() {
    let swap = |of: &Synced| {
        rename(of.entry("alder", 2), of.entry("alder", 9));
        rename(of.entry("alder", 3), of.entry("alder", 2));
        rename(of.entry("alder", 9), of.entry("alder", 3));
    };
    all_found(&[
        ("two swapped", swap, "0000000002.json belongs at place 3"),
        ("renamed", |of| rename(of.entry("alder", 4), of.entry("alder", 5)), "0000000005.json belongs at place 4"),
        (
            "another kind of name",
            |of| rename(of.entry("alder", 4), of.chain("alder").join("4.json")),
            "4.json is neither an entry nor a head",
        ),
        (
            "copied into another chain",
            |of| fs::write(of.entry("birch", 2), fs::read(of.entry("alder", 2)).unwrap()).unwrap(),
            "0000000002.json belongs to the chain v1-",
        ),
        (
            "a chain called otherwise",
            |of| rename(of.chain("alder"), of.chain("cedar")),
            "0000000001.json belongs to the chain v1-",
        ),
        ("a stray file", |of| fs::write(of.0.join("receipts/notes.txt"), "").unwrap(), "notes.txt is not a chain"),
    ])
    .await;
}

#[tokio::test]
async fn a_broken_chain_says_so_beside_a_good_one() {
    let synced = Synced::write(&bucket().await);
    flip(&synced.entry("alder", 2));
    expect_test::expect![[r#"
        ok      v1-ner2hyeaglosoodf4nd72qbo4z4pgpbg  1 entry, 2026-03-14 to 2026-03-14
        BROKEN  v1-p22qex6q5f6ypuoygnn3gk6v3ov432uv  4 entries, 2026-03-10 to 2026-03-13
                receipts/v1-p22qex6q5f6ypuoygnn3gk6v3ov432uv/0000000002.json does not match its signature
        2 chains, 5 entries, 1 problem
    "#]]
    .assert_eq(&verify(&synced.0, &[]).1);
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let place = bytes.len() / 3;
    bytes[place] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn keys_that_were_not_given_sign_nothing() {
    let world = bucket().await;
    append(&world, &key('2'), "alder", 'e').await;
    let synced = Synced::write(&world);
    let (code, said) = verify(&synced.0, &[]);
    assert_eq!(code, BROKEN);
    assert!(
        said.contains("0000000005.json is signed with the key") && said.contains("head.json is signed with"),
        "{said}"
    );
    let list = synced.0.join("keys.txt");
    fs::write(&list, format!("# after the rotation\n{}\n", key('2').public_hex())).unwrap();
    assert_eq!(verify(&synced.0, &["--key", list.to_str().unwrap()]).0, GOOD);
}

#[tokio::test]
async fn what_an_earlier_report_saw_must_still_stand() {
    let world = World::new("2026-03-10T12:00:00Z".parse::<Timestamp>().unwrap(), 10);
    append(&world, &key('1'), "alder", 'a').await;
    let old = Synced::write(&world);
    append(&world, &key('1'), "alder", 'b').await;
    append(&world, &key('1'), "birch", 'b').await;
    let new = Synced::write(&world);
    let report = |of: &Synced| {
        let path = of.0.join("report.json");
        fs::write(&path, verify(&of.0, &["--json"]).1).unwrap();
        path
    };
    let (old_report, new_report) = (report(&old), report(&new));
    assert_eq!(verify(&new.0, &["--seen", old_report.to_str().unwrap()]).0, GOOD, "it only grew");
    assert_eq!(verify(&old.0, &[]).0, GOOD, "put back with its head, it agrees with itself");
    let (code, said) = verify(&old.0, &["--seen", new_report.to_str().unwrap()]);
    assert_eq!(code, BROKEN);
    assert!(said.contains("0000000002.json is not what the earlier report saw there"), "{said}");
    assert!(said.contains(&format!("{} is gone", chain("birch"))), "{said}");
}

#[tokio::test]
async fn the_report_for_machines_names_the_last_file() {
    let synced = Synced::write(&bucket().await);
    let (_, said) = verify(&synced.0, &["--json"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    let birch = report["chains"].as_array().unwrap().iter().find(|one| one["entries"] == 1).unwrap();
    let expected = serde_json::json!({
        "chain": chain("birch").as_str(), "ok": true, "entries": 1, "kinds": {"erasure-receipt": 1},
        "first_at": "2026-03-14T12:00:00.000Z", "last_at": "2026-03-14T12:00:00.000Z", "seq": 1,
        "hash": EntryHash::of(&fs::read(synced.entry("birch", 1)).unwrap()).to_string(),
    });
    assert_eq!((birch, &report["problems"]), (&expected, &serde_json::json!([])));
}

#[tokio::test]
async fn what_cannot_be_checked_is_neither_good_nor_broken() {
    let synced = Synced::write(&bucket().await);
    let folder = synced.0.to_str().unwrap();
    for bad in [&[][..], &[folder], &[folder, "--key"], &[folder, "--key", "d75a"], &[folder, folder], &["--nothing"]] {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(bad.iter().map(|argument| (*argument).to_owned()), &mut io::empty(), &mut out, &mut err);
        assert!(code == UNCHECKED && out.is_empty() && err.starts_with(b"verify-receipts: "), "{bad:?}");
    }
    assert_eq!(verify(&synced.0.join("nowhere"), &[]).0, UNCHECKED);
    assert_eq!(verify(&synced.0, &["--seen", synced.entry("birch", 1).to_str().unwrap()]).0, UNCHECKED);
    let (code, said) = verify(&synced.chain("birch"), &[]);
    assert!(code == BROKEN && said.contains("holds no chain"), "a wrong folder never passes: {said}");
    let mut out = Vec::new();
    assert_eq!(run(["--help".to_owned()].into_iter(), &mut io::empty(), &mut out, &mut Vec::new()), GOOD);
    assert_eq!(out, arguments::USAGE.as_bytes());
}

#[test]
fn the_public_key_is_told_and_the_seed_is_not() {
    let asked = |mut secret: &[u8]| {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = run(["--public-key".to_owned()].into_iter(), &mut secret, &mut out, &mut err);
        (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    };
    let seed = "7".repeat(64);
    let (code, printed, _) = asked(format!("{{\"seed\":\"{seed}\"}}\n").as_bytes());
    let key = SigningKey::parse(&format!("{{\"seed\":\"{seed}\"}}")).unwrap();
    assert_eq!((code, printed.trim()), (GOOD, key.public_hex().as_str()));
    let (code, printed, error) = asked(b"{\"seed\":\"sesame\"}");
    assert_eq!((code, printed.as_str()), (UNCHECKED, ""));
    assert!(!error.contains("sesame"));
}

fn audit_chain() -> KeyedRef {
    subject_keys().audit_chain().unwrap()
}

/// Versions of one request, recorded one to an entry as far as they are asked for.
async fn record_versions(world: &World, versions: &[u32]) {
    let request = |version: u32| {
        let row = Row::Request { id: ObligationId::parse(&"8".repeat(32)).unwrap(), version };
        Image { counted: format!("{row:?}"), row: Some(row) }
    };
    for version in versions {
        let change = Change {
            event: version.to_string(),
            at: "2026-03-10T12:00:00Z".parse().unwrap(),
            key: "row".to_owned(),
            before: (*version > 1).then(|| request(version - 1)),
            after: Some(request(*version)),
        };
        let recorded = record(&subject_keys(), &change).unwrap();
        Trail::default().append((world, world, &key('1')), &audit_chain(), &[recorded]).await.unwrap();
        world.pass(SignedDuration::from_hours(24));
    }
}

/// A folder with receipts and a trail, as synced from the bucket.
async fn with_trail(versions: &[u32]) -> Synced {
    let synced = Synced::write(&bucket().await);
    let trail = World::new("2026-03-10T12:00:00Z".parse::<Timestamp>().unwrap(), 10);
    record_versions(&trail, versions).await;
    for (name, bytes) in trail.stored().chains.objects() {
        let path = synced.0.join(name.replacen("receipts/", "audit/", 1));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    synced
}

#[tokio::test]
async fn the_trail_is_checked_beside_the_receipts() {
    let synced = with_trail(&[1, 2, 3, 4]).await;
    let (code, said) = verify(&synced.0, &[]);
    let line = format!("ok      {}  4 entries, 2026-03-10 to 2026-03-13", audit_chain());
    assert!(code == GOOD && said.contains(&line) && said.ends_with("3 chains, 9 entries, 0 problems\n"), "{said}");
    let (code, said) = verify(&synced.0.join("audit"), &[]);
    assert!(code == GOOD && said.ends_with("1 chain, 4 entries, 0 problems\n"), "{said}");
}

#[tokio::test]
async fn what_is_done_to_the_trail_is_found() {
    type Damage = (&'static str, fn(&Path), &'static str);
    let cases: [Damage; 6] = [
        (
            "a flipped bit",
            |of| flip(&of.join("0000000002.json")),
            "0000000002.json is not in the form it was stored in",
        ),
        (
            "an entry removed",
            |of| fs::remove_file(of.join("0000000002.json")).unwrap(),
            "0000000003.json is preceded by a gap: 2 to 2 are missing",
        ),
        (
            "two swapped",
            |of| {
                rename(of.join("0000000002.json"), of.join("x"));
                rename(of.join("0000000003.json"), of.join("0000000002.json"));
                rename(of.join("x"), of.join("0000000003.json"));
            },
            "0000000002.json belongs at place 3",
        ),
        (
            "edited",
            |of| {
                let path = of.join("0000000003.json");
                let text = fs::read_to_string(&path).unwrap().replace("request-changed", "request-received");
                fs::write(path, text).unwrap();
            },
            "0000000003.json does not match its signature",
        ),
        (
            "the tail cut off",
            |of| fs::remove_file(of.join("0000000004.json")).unwrap(),
            "head.json reaches to 4, the entries end at 3: the tail is cut off",
        ),
        ("the head removed", |of| fs::remove_file(of.join("head.json")).unwrap(), "head.json is missing"),
    ];
    for (what, damage, expected) in cases {
        let synced = with_trail(&[1, 2, 3, 4]).await;
        damage(&synced.0.join("audit").join(audit_chain().as_str()));
        let (code, said) = verify(&synced.0, &[]);
        assert!(code == BROKEN && said.contains(expected), "{what}: {code} {said}");
        assert!(!said.contains("tells of the row"), "of what follows a broken entry nothing is known: {said}");
    }
}

#[tokio::test]
async fn an_act_that_was_never_recorded_is_found_though_every_signature_holds() {
    let synced = with_trail(&[1, 3, 4]).await;
    let (code, said) = verify(&synced.0, &[]);
    let row = subject_keys().audit_row("row").unwrap();
    let problem = format!("0000000002.json tells of the row {row} what does not follow from the change before");
    assert!(code == BROKEN && said.contains(&problem) && !said.contains("9 entries"), "{said}");
    assert!(said.ends_with("1 problem\n"), "the rest goes on from there: {said}");
}

#[test]
fn staff_are_found_by_the_reference_of_their_name() {
    let principal = "arn:aws:sts::123456789012:assumed-role/Support/ana@example.com";
    let secret = format!("{{\"current\":\"v1\",\"v1\":\"{}\"}}", "0123456789abcdef".repeat(2));
    let asked = |mut secret: &[u8]| {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let arguments = ["--reference", principal].map(str::to_owned).into_iter();
        let code = run(arguments, &mut secret, &mut out, &mut err);
        (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    };
    let (code, said, _) = asked(secret.as_bytes());
    let (person, role) = subject_keys().audit_staff(principal).unwrap();
    assert_eq!((code, said), (GOOD, format!("principal {person}\nrole      {}\n", role.unwrap())));
    let (code, said, error) = asked(b"sesame");
    assert!(code == UNCHECKED && said.is_empty() && !error.contains("sesame"));
}
