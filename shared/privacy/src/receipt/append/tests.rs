mod signed;
mod troubles;
mod workers;

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::data_map::DataMap;
use crate::deadline::DueBy;
use crate::fault::Turn;
use crate::ids::TenantId;
use crate::keys::SubjectKeys;
use crate::memory::{Strike, World, built_in_map, place};
use crate::obligation::{Head, ObligationId, PlanHash, State};
use crate::policy::Route;
use crate::receipt::{
    ChainCheck, ClassOutcome, Confirmation, ErasureReceipt, Name, PublicKeys, Put, StoredHead, Summary, Tag, tenants,
};
use crate::scope::{Counts, Scope};

fn now() -> Timestamp {
    "2026-03-10T12:00:00.5Z".parse().unwrap()
}

fn world() -> World {
    World::new(now(), 10)
}

static MAP: LazyLock<DataMap> = LazyLock::new(built_in_map);

static KEYS: LazyLock<SubjectKeys> =
    LazyLock::new(|| SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap());

fn signing(digit: &str) -> SigningKey {
    SigningKey::parse(&format!(r#"{{"seed":"{}"}}"#, digit.repeat(64))).unwrap()
}

fn public(key: &SigningKey) -> PublicKeys {
    PublicKeys::parse(&key.public_hex()).unwrap()
}

fn tenant() -> TenantId {
    TenantId::parse("tenant-alder").unwrap()
}

fn chain() -> KeyedRef {
    KEYS.receipt_chain(&tenant()).unwrap()
}

fn code(letter: &str) -> ObligationId {
    ObligationId::parse(&letter.repeat(32)).unwrap()
}

fn occasion(letter: &str) -> Occasion {
    Occasion::Erasure { obligation: code(letter), request: 1, reopened: 0, tenant: tenant() }
}

fn head(letter: &str) -> Head {
    Head {
        id: code(letter),
        seq: 1,
        route: Route::MetaDataDeletion,
        target: crate::target::Target::Person {
            links: vec![],
            suppressions: vec![],
            limit: crate::target::Limit::Everywhere,
        },
        starts_at: None,
        received_at: "2026-03-09T08:00:00Z".parse().unwrap(),
        covers_until: "2026-03-09T07:59:00Z".parse().unwrap(),
        due_by: DueBy { date: "2026-04-08".parse().unwrap(), time_zone: "UTC".to_owned() },
        state: State::Received,
        next_action_at: None,
        leased_until: None,
        reopened: 0,
        confirmed_plan: None,
        late_since: None,
        begun_at: None,
        returned_at: None,
        retained: Vec::new(),
        replay: None,
        held_by: Vec::new(),
        awaited: None,
    }
}

fn scopes() -> Vec<Scope> {
    let mut own = Scope::found(place("tenant-alder", "connection-1", None));
    own.counted = Counts::from([("signals".to_owned(), 12), ("scores".to_owned(), 1)]);
    let mut other = Scope::found(place("tenant-birch", "connection-2", Some("contact-218471")));
    other.counted = Counts::from([("signals".to_owned(), 700)]);
    vec![own, other]
}

fn receipt(letter: &str) -> ErasureReceipt {
    let plan = PlanHash::from_stored("f".repeat(64));
    ErasureReceipt::draft(&KEYS, &MAP, &head(letter), (now(), &plan), (&tenant(), &scopes())).unwrap()
}

fn body(letter: &str) -> Body {
    Body::ErasureReceipt(receipt(letter))
}

async fn append(world: &World, letter: &str) -> Answer<Appended> {
    let key = signing("1");
    let chains = Chains { ledger: world, store: world, clock: world, key: &key };
    chains.append(&occasion(letter), &chain(), &body(letter)).await
}

/// Every problem of a stored chain, head included.
fn problems(world: &World, keys: &PublicKeys) -> (Summary, Vec<String>) {
    let stored = world.stored();
    let mut check = ChainCheck::new(chain(), keys);
    let mut problems = Vec::new();
    for (position, file) in &stored.chains.entries {
        let found = check.entry(position.seq, file);
        problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", position.seq)));
    }
    let (summary, problem) = check.finish(stored.chains.heads.get(&chain()).map(|(file, _)| file.as_slice()));
    problems.extend(problem.map(|problem| problem.to_string()));
    (summary, problems)
}

/// How many entries each obligation has.
fn per_obligation(world: &World) -> BTreeMap<KeyedRef, u32> {
    let mut counts = BTreeMap::new();
    for file in world.stored().chains.entries.values() {
        let Body::ErasureReceipt(receipt) = Entry::open(file, &public(&signing("1"))).unwrap().body else {
            panic!("no receipt")
        };
        *counts.entry(receipt.obligation).or_default() += 1;
    }
    counts
}

/// The chain is whole, its head and hint agree, and each of these has one entry.
fn violations(world: &World, letters: &[&str]) -> Vec<String> {
    let (summary, mut found) = problems(world, &public(&signing("1")));
    let once: BTreeMap<KeyedRef, u32> =
        letters.iter().map(|letter| (KEYS.receipt_obligation(&code(letter)).unwrap(), 1)).collect();
    if per_obligation(world) != once {
        found.push(format!("not one entry each: {:?}", per_obligation(world).values()));
    }
    if world.stored().chains.hints.get(&chain()) != Some(&summary.last) {
        found.push("the hint is behind".to_owned());
    }
    found
}

fn sound(world: &World, letters: &[&str], when: &str) {
    assert_eq!(violations(world, letters), Vec::<String>::new(), "{when}");
}

#[tokio::test]
async fn entries_follow_each_other_and_the_head_follows_them() {
    let world = world();
    for (letter, seq) in [("a", 1), ("b", 2), ("c", 3)] {
        let appended = append(&world, letter).await.unwrap();
        assert_eq!(appended.position, Position { chain: chain(), seq });
        world.pass(SignedDuration::from_hours(24));
    }
    sound(&world, &["a", "b", "c"], "one after the other");
    let (summary, _) = problems(&world, &public(&signing("1")));
    assert_eq!((summary.entries, summary.kinds["erasure-receipt"]), (3, 3));
    assert_eq!(summary.last_at.unwrap() - summary.first_at.unwrap(), SignedDuration::from_hours(48));
}

#[tokio::test]
async fn the_stored_form_stays_what_it_is() {
    let world = world();
    let mut receipt = receipt("a");
    receipt.classes.insert(
        Name::parse("scores").unwrap(),
        ClassOutcome::Retained { count: 1, because: Name::parse("legal-hold").unwrap() },
    );
    receipt.processors = BTreeMap::from([
        (Name::parse("analytics").unwrap(), Confirmation::FoundNothing { at: now() }),
        (Name::parse("billing").unwrap(), Confirmation::Removed { at: now() }),
        (Name::parse("desk").unwrap(), Confirmation::NothingFound { at: now() }),
        (Name::parse("mail").unwrap(), Confirmation::ExpiresBy { date: "2026-04-01".parse().unwrap() }),
    ]);
    let key = signing("1");
    let chains = Chains { ledger: &world, store: &world, clock: &world, key: &key };
    chains.append(&occasion("a"), &chain(), &Body::ErasureReceipt(receipt)).await.unwrap();
    let stored = world.stored();
    let files: String = stored
        .chains
        .objects()
        .into_iter()
        .map(|(key, file)| format!("{key}\n{}", String::from_utf8(file).unwrap()))
        .collect();
    expect_test::expect![[r#"
        receipts/v1-qukbcbapzhozas3cimvtx2y3d6ktpmh2/0000000001.json
        {"signed":"{\"type\":\"entry\",\"version\":1,\"chain\":\"v1-qukbcbapzhozas3cimvtx2y3d6ktpmh2\",\"seq\":1,\"previous\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"issued_at\":\"2026-03-10T12:00:00.500Z\",\"body\":{\"kind\":\"erasure-receipt\",\"obligation\":\"v1-ftp3l4gmp7kuc7nqkqmymttfn4vkayfl\",\"request\":1,\"reopened\":0,\"route\":\"meta-data-deletion\",\"policy\":\"13.4\",\"received_at\":\"2026-03-09T08:00:00.000Z\",\"due_by\":{\"date\":\"2026-04-08\",\"time_zone\":\"UTC\"},\"erased_at\":\"2026-03-10T12:00:00.500Z\",\"classes\":{\"account-links\":{\"outcome\":\"nothing-found\"},\"account-users\":{\"outcome\":\"nothing-found\"},\"attachments\":{\"outcome\":\"nothing-found\"},\"avatars\":{\"outcome\":\"nothing-found\"},\"connections\":{\"outcome\":\"nothing-found\"},\"contacts\":{\"outcome\":\"nothing-found\"},\"conversation-embeddings\":{\"outcome\":\"nothing-found\"},\"conversation-files\":{\"outcome\":\"nothing-found\"},\"conversation-links\":{\"outcome\":\"nothing-found\"},\"conversation-messages\":{\"outcome\":\"nothing-found\"},\"conversation-profiles\":{\"outcome\":\"nothing-found\"},\"conversation-traces\":{\"outcome\":\"nothing-found\"},\"drafts\":{\"outcome\":\"nothing-found\"},\"embeddings\":{\"outcome\":\"nothing-found\"},\"identity-links\":{\"outcome\":\"nothing-found\"},\"inbox-links\":{\"outcome\":\"nothing-found\"},\"member-activity\":{\"outcome\":\"nothing-found\"},\"member-profiles\":{\"outcome\":\"nothing-found\"},\"organisation-activity\":{\"outcome\":\"nothing-found\"},\"page-reports\":{\"outcome\":\"nothing-found\"},\"payloads\":{\"outcome\":\"nothing-found\"},\"scores\":{\"outcome\":\"retained\",\"count\":1,\"because\":\"legal-hold\"},\"signals\":{\"outcome\":\"removed\",\"count\":12},\"sources\":{\"outcome\":\"nothing-found\"},\"summaries\":{\"outcome\":\"nothing-found\"}},\"processors\":{\"analytics\":{\"how\":\"found-nothing\",\"at\":\"2026-03-10T12:00:00.500Z\"},\"billing\":{\"how\":\"removed\",\"at\":\"2026-03-10T12:00:00.500Z\"},\"desk\":{\"how\":\"nothing-found\",\"at\":\"2026-03-10T12:00:00.500Z\"},\"mail\":{\"how\":\"expires-by\",\"date\":\"2026-04-01\"}},\"plan\":\"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"}}","key":"10ba682c8ad13513","signature":"60b6e06fc225db6bcfb723274786aba71ade13e3a969985a7de877d1d468fdb2f6a52be2ddf39123689718e6e6a5d610dbacc5e6ae44f22889ce9600eec5ca0a"}
        receipts/v1-qukbcbapzhozas3cimvtx2y3d6ktpmh2/head.json
        {"signed":"{\"type\":\"head\",\"version\":1,\"chain\":\"v1-qukbcbapzhozas3cimvtx2y3d6ktpmh2\",\"seq\":1,\"entry\":\"4194cc05d2fc5725e00137ffa3459596c7a5fb16ee131b2d0151c4680b0b9970\",\"issued_at\":\"2026-03-10T12:00:00.500Z\"}","key":"10ba682c8ad13513","signature":"1ae72312ca340d49ee0e275de6017317fa543d1c5f8b3340275b8734f06631f03c5f231b2182ca0c81f22c36fe08a9fff57b27680d4ddb8678aefc62b2288f08"}
    "#]].assert_eq(&files);
}

#[tokio::test]
async fn a_redelivery_finds_its_entry_and_changes_nothing() {
    let world = world();
    let first = append(&world, "a").await.unwrap();
    append(&world, "b").await.unwrap();
    let before = world.stored().chains.objects();
    world.pass(SignedDuration::from_hours(1));
    let mut later = receipt("a");
    later.erased_at += SignedDuration::from_hours(1);
    let key = signing("2");
    let chains = Chains { ledger: &world, store: &world, clock: &world, key: &key };
    let again = chains.append(&occasion("a"), &chain(), &Body::ErasureReceipt(later)).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(world.stored().chains.objects(), before, "neither another body nor another key");
}

#[tokio::test]
async fn each_request_and_each_tenant_is_an_occasion_of_its_own() {
    let world = world();
    let key = signing("1");
    let chains = Chains { ledger: &world, store: &world, clock: &world, key: &key };
    let birch = TenantId::parse("tenant-birch").unwrap();
    for (request, tenant) in [(1, tenant()), (2, tenant()), (1, birch.clone()), (1, tenant())] {
        let chain = KEYS.receipt_chain(&tenant).unwrap();
        let mut receipt = receipt("a");
        receipt.request = request;
        let occasion = Occasion::Erasure { obligation: code("a"), request, reopened: 0, tenant };
        chains.append(&occasion, &chain, &Body::ErasureReceipt(receipt)).await.unwrap();
    }
    let seqs: Vec<u64> = world.stored().chains.entries.keys().map(|position| position.seq).collect();
    assert_eq!(seqs.len(), 3);
    assert_eq!(world.stored().chains.hints[&chain()], 2);
    assert_eq!(world.stored().chains.hints[&KEYS.receipt_chain(&birch).unwrap()], 1);
}

// ------------------------------------------------------------------------------------- many workers
