//! An account in which everything stands that the service keeps.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use privacy::accept_request::{admit_source, source_of};
use privacy::erasure::Worked;
use privacy::ids::TenantId;
use privacy::keys::KeyedRef;
use privacy::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use privacy::memory::place;
use privacy::ports::{HoldBook, Intake, Lease, Ledger};
use privacy::promise_ledger::ProofBook;
use privacy::purge::{Leftover, PurgeLedger, PurgePlan, RunBook, RunOf};
use privacy::receipt::{ChainLedger, Intent, Occasion, Position};
use privacy::subject_request::challenge::Challenge;
use privacy::subject_request::ports::{Challenges, RequestBook, RequestIntake};
use privacy::subject_request::{Act, Actor, Deed, Proof, Standing, SubjectRequest};
use privacy_aws::limits::LimitsTable;

use crate::account::Account;
use crate::asked::{deeds, full};
use crate::demo;
use crate::workshop::Workshop;

/// When it stands there.
#[must_use]
pub fn now() -> Timestamp {
    "2026-03-10T12:00:00Z".parse().unwrap()
}

/// A visit to the request of that person.
pub async fn visit(account: &Account, at: Timestamp) -> Worked {
    let id = demo::request(&demo::person("10158000000000001"), now()).id;
    Workshop::of(account).work(&id, &at.to_string(), at).await.unwrap()
}

fn hold(id: &str) -> LegalHold {
    let note = |text| Note::parse(text).unwrap();
    LegalHold {
        id: HoldId::parse(id).unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse("alder").unwrap(),
            connection: None,
            contact: None,
            user: None,
            classes: BTreeSet::from(["signals".to_owned()]),
            from: Some(now()),
            until: None,
        },
        reason: note("a claim"),
        approver: note("counsel"),
        proof: Some(note("case 1")),
        placed_at: now(),
        review_by: "2026-04-01".parse().unwrap(),
    }
}

/// A tenant with a person, an account and conversations; an erasure that failed, was held, released and finished; and
/// a receipt on its way.
pub async fn account() -> Account {
    let account = Account::new();
    let person = demo::person("10158000000000001");
    for connection in ["c1", "c2"] {
        demo::connect(&account, "alder", connection, "2026-01-01T00:00:00.000Z", &person);
        demo::signals(&account, "alder", connection, 12, 300);
    }
    demo::share(&account, "alder", "x", &[("c1", "p1", 3), ("c2", "p1", 4)]);
    account.buckets().put_in("media", "alder/c1/p1/avatar/a.jpg", "1");
    let known_since = "2026-02-01T00:00:00.000Z";
    demo::user(&account, "alder", "u1", known_since, &person);
    demo::own_contact(&account, "alder", "p1", known_since, &person);
    for place in [place("alder", "c1", Some("p1")), place("alder", "c9", Some("p1"))] {
        demo::link_to(&account, &place, known_since, &person);
    }
    account.buckets().put_in("receipts", "receipts/v1-abc/0000000001.json", "1");
    let request = demo::request(&person, now());
    let ledger = demo::ledger(&account);
    ledger.open(&request).await.unwrap();
    let worker = Lease { id: request.id.clone(), worker: "w0".to_owned() };
    let before = |minutes| now() - SignedDuration::from_mins(minutes);
    ledger.lease(&worker, before(2), before(1)).await.unwrap();
    ledger.place(&hold("hold-0001")).await.unwrap();
    ledger.wait_for(&request.id, &HoldId::parse("hold-0001").unwrap()).await.unwrap();
    let occasion = Occasion::Erasure {
        obligation: request.id,
        request: 1,
        reopened: 0,
        tenant: TenantId::parse("alder").unwrap(),
    };
    let position = Position { chain: KeyedRef::from_stored("v1-chain".to_owned()), seq: 1 };
    let intent = Intent { position: position.clone(), file: "one".to_owned(), revision: 1 };
    ledger.propose(&occasion, &intent).await.unwrap();
    ledger.raise_hint(&position).await.unwrap();
    asked(&account).await;
    purged(&account).await;
    account
}

/// A request that says everything that one can say, what was done to it, its code, and the counters of whoever sent it.
async fn asked(account: &Account) {
    let (ledger, request, deeds) = (demo::ledger(account), full(), deeds());
    ledger.receive(&request).await.unwrap();
    let last = u32::try_from(deeds.len()).unwrap() + 2;
    for (version, deed) in (2..).zip(deeds) {
        let act = Act {
            deed,
            actor: Actor::Staff("arn:aws:iam::1:user/alex".to_owned()),
            why: Note::parse("why").ok(),
            at: now(),
        };
        let changed = SubjectRequest { version, ..request.clone() };
        assert!(ledger.record(&changed, &act, None).await.unwrap());
    }
    let closed = SubjectRequest {
        version: last,
        standing: Standing::Answered { at: now(), in_part: true },
        next_action_at: None,
        ..request.clone()
    };
    assert!(ledger.record(&closed, &Act::of_service(Deed::EvidenceErased, now()), None).await.unwrap());
    let made = Challenge::make(&demo::keys(), &request.id, Proof::EmailCode, &[1; 24], now()).unwrap();
    ledger.issue(&request.id, &made.0).await.unwrap();
    let limits = LimitsTable::new(&account.connection(), "limits".to_owned());
    let source = source_of(&demo::keys(), "192.0.2.1").unwrap();
    assert!(admit_source(&limits, &demo::keys(), &source, 60, now()).await.unwrap());
}

/// What a purge leaves in the ledger: how far it came, what a hold left, a halt, its run.
async fn purged(account: &Account) {
    let ledger = demo::ledger(account);
    let leftover =
        Leftover { starts_at: now(), look_at: now(), by: vec![HoldId::parse("hold-0001").unwrap()], held: 3, kept: 1 };
    PurgeLedger::advance(&ledger, "security-logs", now(), now()).await.unwrap();
    ledger.list("security-logs", &leftover).await.unwrap();
    let plan = PurgePlan::new("security-logs", 7, 8, now());
    ledger.halt("security-logs", &plan).await.unwrap();
    ledger.confirm_purge("security-logs", &plan.hash, "alex", now()).await.unwrap();
    ledger.note_proofs(&[("promise.disconnect".to_owned(), now())].into()).await.unwrap();
    for of in [RunOf::Due, RunOf::Periods] {
        ledger.note_run(of, now()).await.unwrap();
    }
}
