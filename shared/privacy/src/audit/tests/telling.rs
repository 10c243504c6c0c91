//! What each change is called, who did it, and that nobody stands in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::deadline::DueBy;
use crate::export::job::ExportJob;
use crate::export::ports::{Bundle, Round};
use crate::ids::{InstructionId, TenantId, UserId};
use crate::ingest_gate::Flag;
use crate::keys::KeyedRef;
use crate::legal_hold::{HoldId, Note};
use crate::memory::plan_hash;
use crate::obligation::{Head, Outcome, PlanRef, State};
use crate::policy::Route;
use crate::policy::retained::Exception;
use crate::processors;
use crate::purge::{Leftover, Progress, PurgePlan, Swept};
use crate::subject_request::findings::EvidenceId;
use crate::subject_request::{Act, Actor, Deed, Proof, review};
use crate::target::{Limit, Target};

const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/Support/ana.lima@example.com";

fn head(state: State) -> Head {
    let held_by = if let State::Held { by, .. } = &state { by.clone() } else { Vec::new() };
    Head {
        id: code("a"),
        seq: 1,
        route: Route::MetaDataDeletion,
        target: Target::Person { links: vec![], suppressions: vec![], limit: Limit::Everywhere },
        received_at: now(),
        starts_at: None,
        covers_until: now(),
        due_by: DueBy { date: "2026-04-09".parse().unwrap(), time_zone: "UTC".to_owned() },
        state,
        next_action_at: None,
        leased_until: None,
        reopened: 0,
        confirmed_plan: None,
        late_since: None,
        begun_at: None,
        returned_at: None,
        retained: Vec::new(),
        replay: None,
        held_by,
        awaited: None,
    }
}

fn plan() -> PlanRef {
    PlanRef { hash: plan_hash(), covers_until: now() }
}

fn row(head: Head) -> Row {
    Row::Obligation(Box::new(head))
}

fn told(before: Option<Row>, after: Option<Row>) -> Vec<String> {
    let recorded = record(&keys(), &change("e", before, after));
    recorded.map_or_else(Vec::new, |recorded| words(&recorded))
}

fn words(recorded: &Recorded) -> Vec<String> {
    recorded.acts.iter().map(|act| serde_json::to_value(act).unwrap().as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_step_of_an_obligation_has_its_word() {
    let erased_at = now() + SignedDuration::from_mins(1);
    let by = vec![HoldId::parse("hold-2026-1").unwrap()];
    let by_the_hold = by.clone();
    let failed = State::Failed { plan: plan(), retry_at: erased_at, attempts: 1 };
    let held = State::Held { plan: plan(), by, review_by: "2026-05-01".parse().unwrap() };
    let verifying = |looks: Vec<Timestamp>| State::Verifying { plan: plan_hash(), erased_at, looks };
    let completed = State::Completed { erased_at, completed_at: erased_at, looks: vec![erased_at] };
    let from = head(State::Received);
    let planned = head(State::Planned { plan: plan() });
    let executing = head(State::Executing { plan: plan() });
    let beside = Head { held_by: by_the_hold, ..executing.clone() };
    let confirmed = Head { confirmed_plan: Some(plan_hash()), ..planned.clone() };
    let retained = Head { retained: vec![Exception::ALL[0]], ..head(verifying(vec![])) };
    let cases: Vec<(Option<Head>, Head, &[&str])> = vec![
        (None, from.clone(), &["accepted"]),
        (Some(from.clone()), executing.clone(), &["begun"]),
        (Some(from.clone()), planned.clone(), &["halted"]),
        (Some(planned.clone()), confirmed.clone(), &["confirmed"]),
        (Some(confirmed), executing.clone(), &["begun"]),
        (Some(executing.clone()), head(failed.clone()), &["failed"]),
        (Some(head(failed)), executing.clone(), &["begun"]),
        (Some(executing.clone()), head(held.clone()), &["held"]),
        (Some(head(held.clone())), executing.clone(), &["released", "begun"]),
        (Some(head(held.clone())), beside.clone(), &["begun"]),
        (Some(beside), head(held), &["held"]),
        (Some(executing.clone()), head(verifying(vec![])), &["erased"]),
        (Some(executing.clone()), retained, &["erased", "retained"]),
        (Some(head(verifying(vec![]))), head(verifying(vec![erased_at])), &["looked-again"]),
        (Some(head(verifying(vec![]))), head(completed), &["completed", "looked-again"]),
        (Some(head(verifying(vec![]))), Head { reopened: 1, ..from.clone() }, &["resurfaced"]),
        (Some(from.clone()), head(State::Cancelled { at: erased_at }), &["cancelled"]),
        (Some(from.clone()), Head { late_since: Some(erased_at), ..from.clone() }, &["late"]),
        (Some(from.clone()), Head { covers_until: erased_at, ..from.clone() }, &["widened"]),
        (Some(from.clone()), Head { returned_at: Some(erased_at), ..from.clone() }, &["returned"]),
        (Some(head(verifying(vec![]))), Head { seq: 2, ..from.clone() }, &["accepted"]),
        (Some(from.clone()), Head { received_at: erased_at, ..from.clone() }, &["altered"]),
    ];
    for (before, after, expected) in cases {
        assert_eq!(told(before.clone().map(row), Some(row(after.clone()))), expected, "{before:?} to {after:?}");
    }
    assert_eq!(told(Some(row(from.clone())), None), ["removed"]);
    assert_eq!(told(Some(row(from.clone())), Some(row(from))), [""; 0], "a lease says nothing");
}

fn act(deed: Deed) -> Row {
    let why = Some(Note::parse("she said so on the phone").unwrap());
    Row::Deed {
        id: code("8"),
        version: 2,
        act: Box::new(Act { deed, actor: Actor::Staff(SESSION.to_owned()), why, at: now() }),
    }
}

fn deeds() -> Vec<(Deed, &'static str)> {
    let tenant = || TenantId::parse("tenant-alder").unwrap();
    let instruction = InstructionId::parse("ticket-7").unwrap();
    let reason = || "excessive".to_owned();
    vec![
        (Deed::Received, "request-received"),
        (Deed::Told { notice: "answer".to_owned(), tenant: Some(tenant()) }, "told"),
        (Deed::Withheld, "withheld"),
        (Deed::Bounced { notice: "code".to_owned(), tenant: None, round: 1, cause: Default::default() }, "bounced"),
        (Deed::Proved { proof: Proof::EmailCode }, "proved"),
        (Deed::Extended, "extended"),
        (Deed::Paused { asked_at: Timestamp::UNIX_EPOCH }, "paused"),
        (Deed::Resumed { answered_at: Timestamp::UNIX_EPOCH }, "resumed"),
        (Deed::Relocated { from: "EU_GDPR".to_owned(), to: "CA_CCPA".to_owned() }, "relocated"),
        (Deed::Begun, "request-begun"),
        (Deed::PartsSought, "parts-sought"),
        (Deed::Routed { tenant: tenant() }, "routed"),
        (Deed::Instructed { tenant: tenant(), instruction: instruction.clone() }, "instructed"),
        (
            Deed::Declined { tenant: tenant(), instruction: instruction.clone(), reason: "legal-claims".to_owned() },
            "part-declined",
        ),
        (
            Deed::OrderedAgain { order: instruction.clone(), reason: crate::order_bundle::OrderReason::Lost },
            "bundle-ordered",
        ),
        (Deed::AskedTime { tenant: tenant(), instruction }, "time-asked"),
        (Deed::CarriedOut { tenant: tenant() }, "carried-out"),
        (Deed::LeftOff { tenant: tenant() }, "part-left-off"),
        (Deed::Flagged { flag: Flag::NoMarketing }, "flagged"),
        (Deed::Lifted { flag: Flag::NoMarketing, asked_in: None }, "flag-lifted"),
        (Deed::Withdrawn { proof: None, evidence: None }, "withdrawn"),
        (Deed::Waits, "waits"),
        (Deed::Joined { first: code("8") }, "joined"),
        (Deed::FoundCredible, "found-credible"),
        (Deed::FoundNotCredible, "found-not-credible"),
        (Deed::Denied { reason: reason() }, "denied"),
        (Deed::RefusedPart { reason: reason() }, "part-refused"),
        (Deed::Corrected { fields: vec![] }, "corrected"),
        (Deed::Reopened, "reopened"),
        (Deed::Answered, "answered"),
        (
            Deed::Closed { outcome: review::Outcome::Completed, evidence: EvidenceId::parse("file-7").unwrap() },
            "closed",
        ),
        (Deed::CopyLacks { classes: vec!["signals".to_owned()] }, "copy-lacks"),
        (Deed::Downloaded, "downloaded"),
        (Deed::BundleErased, "bundle-erased"),
        (Deed::EvidenceErased, "evidence-erased"),
        (Deed::ContactErased, "contact-erased"),
    ]
}

#[test]
fn each_deed_has_its_word_and_whose_it_is() {
    for (deed, word) in deeds() {
        let recorded = record(&keys(), &change("e", None, Some(act(deed.clone())))).unwrap();
        assert_eq!(words(&recorded), [word]);
        let (principal, role) = keys().audit_staff(SESSION).unwrap();
        let by = Doer::Staff { principal: Ref(principal), role: role.map(Ref) };
        assert_eq!(recorded.by, by, "{word}");
        assert_eq!(recorded.about.obligation, keys().receipt_obligation(&code("8")).map(Ref), "as receipts call it");
        let text = serde_json::to_string(&recorded).unwrap();
        for secret in ["ana", "Support", "phone", "alder", "ticket", "file-7", &"8".repeat(32)] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        let rewritten = told(Some(act(Deed::Extended)), Some(act(deed)));
        assert!(rewritten.first().is_none_or(|word| word == "altered"), "a trail is never rewritten: {rewritten:?}");
    }
    assert_eq!(told(Some(request(1)), Some(request(2))), ["request-changed"]);
    assert_eq!(told(None, Some(request(1))), ["request-received"]);
    let altered = Change {
        after: Some(Image { row: Some(request(1)), counted: "another address".to_owned() }),
        ..change("e", Some(request(1)), None)
    };
    assert_eq!(words(&record(&keys(), &altered).unwrap()), ["altered"], "changed under its version");
}

#[test]
fn whoever_of_a_business_decides_is_told_as_such_and_named_by_a_reference() {
    let user = UserId::parse("user-of-alder").unwrap();
    let tenant = TenantId::parse("tenant-alder").unwrap();
    let instruction = InstructionId::parse("ticket-7").unwrap();
    let deed = Deed::Declined { tenant: tenant.clone(), instruction, reason: "legal-claims".to_owned() };
    let act = Act { deed, actor: Actor::Tenant(user.clone()), why: None, at: now() };
    let row = Row::Deed { id: code("8"), version: 2, act: Box::new(act) };
    let recorded = record(&keys(), &change("e", None, Some(row))).unwrap();
    assert_eq!(recorded.by, Doer::Tenant { user: Ref(keys().audit_user(&user).unwrap()) });
    assert_eq!(recorded.about.tenant, keys().receipt_chain(&tenant).map(Ref));
    let text = serde_json::to_string(&recorded).unwrap();
    assert!(text.contains("legal-claims") && !text.contains("alder") && !text.contains("ticket"), "{text}");
    assert_eq!(serde_json::from_str::<Recorded>(&text).unwrap(), recorded);
    assert_ne!(
        keys().audit_user(&user),
        keys().audit_staff("user-of-alder").map(|(staff, _)| staff),
        "two kinds of people"
    );
}

#[test]
fn staff_are_told_apart_by_person_and_by_role_and_named_by_neither() {
    let other = "arn:aws:sts::123456789012:assumed-role/Support/bo@example.com";
    let (ana, support) = keys().audit_staff(SESSION).unwrap();
    let (bo, the_same) = keys().audit_staff(other).unwrap();
    assert!(ana != bo && support.is_some() && support == the_same);
    let (user, role) = keys().audit_staff("arn:aws:iam::123456789012:user/ana").unwrap();
    assert!(user != ana && role.is_none());
}

fn hold(is_released: bool) -> Row {
    let tenant = TenantId::parse("tenant-alder").unwrap();
    Row::Hold { hold: HoldId::parse("hold-2026-1").unwrap(), tenant, is_released }
}

fn in_force() -> Row {
    Row::HoldInForce { hold: HoldId::parse("hold-2026-1").unwrap(), tenant: TenantId::parse("tenant-alder").unwrap() }
}

fn watermark(until: Option<Timestamp>, planned: Option<u64>, confirmed: Option<u64>) -> Row {
    let swept = until.map(|until| Swept { until, at: Some(now()) });
    let plan = |records: u64| PurgePlan::new("billing-records", 4, records, now());
    let (halted, confirmed_plan) = (planned.map(plan), confirmed.map(|records| plan(records).hash));
    Row::Watermark {
        class: "billing-records".to_owned(),
        progress: Progress { swept, halted, confirmed_plan, ..Progress::default() },
    }
}

fn bundle(made_at: Option<Timestamp>, erased_at: Option<Timestamp>) -> Row {
    let bundle = Bundle { made_at, erased_at, ..Bundle::default() };
    Row::Bundle { job: ExportJob::Tenant(TenantId::parse("tenant-alder").unwrap()), bundle }
}

/// One that was made, after others that are still there.
fn after(earlier: &[u32]) -> Row {
    let round = |round: &u32| Round { round: *round, made_at: now(), erase_at: now() };
    let earlier = earlier.iter().map(round).collect();
    let bundle = Bundle { round: 3, made_at: Some(now()), earlier, ..Bundle::default() };
    Row::Bundle { job: ExportJob::Tenant(TenantId::parse("tenant-alder").unwrap()), bundle }
}

fn settlement(state: processors::State) -> Row {
    let entry = processors::Entry { state, since: now(), done: 0, without: String::new(), said: None };
    let entries = BTreeMap::from([("posthog".to_owned(), entry)]);
    let settlement = processors::Settlement { version: 1, reopened: 0, targets: "t".to_owned(), extent: None, entries };
    Row::Processors { obligation: code("a"), request: 1, settlement }
}

#[test]
fn holds_purges_bundles_and_processors_have_their_words() {
    let later = Some(now() + SignedDuration::from_hours(1));
    let leftover = Leftover { starts_at: now(), look_at: now(), by: vec![], held: 2, kept: 0 };
    let left = Row::Leftover { class: "billing-records".to_owned(), leftover };
    let waiting = settlement(processors::State::Waiting { next_try_at: now(), attempts: 0 });
    let confirmed = settlement(processors::State::Confirmed { at: now(), how: processors::How::FollowUp });
    let planned =
        Row::Plan { obligation: code("a"), request: 1, hash: plan_hash(), counts: [("signals".to_owned(), 7)].into() };
    let outcome = vec![("signals".to_owned(), Outcome::Held { removed: 5, held: 2 })];
    let outcomes = Row::Outcomes { obligation: code("a"), request: 1, outcomes: outcome };
    let cases: Vec<(Option<Row>, Option<Row>, &[&str])> = vec![
        (None, Some(hold(false)), &["hold-placed"]),
        (Some(hold(false)), Some(hold(true)), &["hold-released"]),
        (Some(hold(true)), Some(hold(false)), &["altered"]),
        (Some(hold(true)), None, &["removed"]),
        (None, Some(in_force()), &["hold-took-force"]),
        (Some(in_force()), None, &["hold-lost-force"]),
        (None, Some(watermark(Some(now()), None, None)), &["periods-purged"]),
        (Some(watermark(Some(now()), None, None)), Some(watermark(later, None, None)), &["periods-purged"]),
        (Some(watermark(Some(now()), None, None)), Some(watermark(Some(now()), Some(5), None)), &["purge-halted"]),
        (Some(watermark(None, Some(5), None)), Some(watermark(None, Some(5), Some(5))), &["purge-confirmed"]),
        (Some(watermark(None, Some(5), Some(5))), Some(watermark(None, None, None)), &["purge-resumed"]),
        (Some(watermark(later, None, None)), Some(watermark(Some(now()), None, None)), &["altered"]),
        (None, Some(left.clone()), &["period-left"]),
        (Some(left), None, &["period-cleared"]),
        (None, Some(bundle(None, None)), &["bundle-begun"]),
        (Some(bundle(None, None)), Some(bundle(Some(now()), None)), &["bundle-made"]),
        (Some(after(&[1, 2])), Some(after(&[2])), &["bundle-erased"]),
        (Some(after(&[1, 2])), Some(after(&[])), &["bundle-erased"]),
        (Some(bundle(Some(now()), None)), Some(bundle(Some(now()), Some(now()))), &["bundle-erased"]),
        (Some(bundle(Some(now()), Some(now()))), Some(bundle(None, None)), &["bundle-begun"]),
        (None, Some(waiting.clone()), &["processor-asked"]),
        (Some(waiting), Some(confirmed), &["processors-settled"]),
        (None, Some(planned), &["planned"]),
        (None, Some(outcomes), &["accounted"]),
        (None, Some(Row::Earlier { obligation: code("a"), request: 1 }), &["set-aside"]),
    ];
    for (before, after, expected) in cases {
        assert_eq!(told(before.clone(), after.clone()), expected, "{before:?} to {after:?}");
    }
}

#[test]
fn counts_are_told_by_class() {
    let outcomes = vec![
        ("signals".to_owned(), Outcome::Held { removed: 5, held: 2 }),
        ("scores".to_owned(), Outcome::NothingFound),
        ("Ana Lima".to_owned(), Outcome::Removed { count: 9 }),
    ];
    let row = Row::Outcomes { obligation: code("a"), request: 1, outcomes };
    let recorded = record(&keys(), &change("e", None, Some(row))).unwrap();
    let text = serde_json::to_value(&recorded.about.counts).unwrap();
    assert_eq!(text, serde_json::json!({"scores": 0, "signals": 5}), "what is no name of ours is not told");
}

#[test]
fn a_row_that_cannot_be_read_leaves_a_mark_and_the_next_change_follows_it() {
    let poison = |counted: &str| Some(Image { row: None, counted: counted.to_owned() });
    let first = record(&keys(), &change("1", None, Some(request(1)))).unwrap();
    let mark =
        record(&keys(), &Change { after: poison("later version"), ..change("2", Some(request(1)), None) }).unwrap();
    let next =
        record(&keys(), &Change { before: poison("later version"), ..change("3", None, Some(request(3))) }).unwrap();
    assert_eq!((words(&mark), words(&next)), (vec!["unreadable".to_owned()], vec!["unreadable".to_owned()]));
    assert_eq!((&mark.by, &mark.about), (&Doer::Service, &About::default()));
    let mut rows = Continuity::default();
    assert_eq!(rows.next(&Acts { changes: vec![first.clone(), mark.clone(), next.clone()] }), []);
    let mut rows = Continuity::default();
    assert_eq!(rows.next(&Acts { changes: vec![first.clone(), next] }).len(), 1, "without the mark there is a gap");
    let mut rows = Continuity::default();
    assert_eq!(rows.next(&Acts { changes: vec![first, mark.clone(), mark] }).len(), 1, "or a change told twice");
}

#[test]
fn two_rows_with_the_same_in_them_have_nothing_in_common() {
    let one = change("1", None, Some(request(1)));
    let other = Change { key: "pk\nother".to_owned(), ..one.clone() };
    let [one, other] = [one, other].map(|change| record(&keys(), &change).unwrap());
    assert!(one.row != other.row && one.after != other.after);
}

#[test]
fn the_stored_form_stays_what_it_is() {
    let hold = keys().audit_hold(&HoldId::parse("hold-2026-1").unwrap()).unwrap();
    let staff = StaffAct { deed: StaffDeed::PlaceHold(hold), who: SESSION.to_owned(), at: now() };
    let image = |row: Row, counted: &str| Some(Image { row: Some(row), counted: counted.to_owned() });
    let received = || row(head(State::Received));
    let executing = row(head(State::Executing { plan: plan() }));
    let changes = [
        (None, image(received(), "received")),
        (image(received(), "received"), image(executing, "executing")),
        (None, image(Row::Staff(staff), "staff")),
    ];
    let changes = changes.map(|(before, after)| Change { before, after, ..change("e", None, None) });
    let lines: Vec<String> =
        changes.iter().map(|change| serde_json::to_string(&record(&keys(), change).unwrap()).unwrap()).collect();
    expect_test::expect![[r#"
        {"event":"3f79bb7b435b05321651daefd374cdc6","at":"2026-03-10T12:00:00.000Z","row":"v1-xzgmrndn4vhnxz2xq5a5hw2ynakpvmkx","acts":["accepted"],"by":{"who":"service"},"about":{"obligation":"v1-ftp3l4gmp7kuc7nqkqmymttfn4vkayfl","number":1,"detail":"meta-data-deletion"},"after":"v1-p74qsq2k55bhdjtanbbw2liw4j5h5flf"}
        {"event":"3f79bb7b435b05321651daefd374cdc6","at":"2026-03-10T12:00:00.000Z","row":"v1-xzgmrndn4vhnxz2xq5a5hw2ynakpvmkx","acts":["begun"],"by":{"who":"service"},"about":{"obligation":"v1-ftp3l4gmp7kuc7nqkqmymttfn4vkayfl","number":1,"plan":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f","detail":"meta-data-deletion"},"before":"v1-p74qsq2k55bhdjtanbbw2liw4j5h5flf","after":"v1-s2nff5cqqtlw7je7o2lhazdozcem6fqw"}
        {"event":"3f79bb7b435b05321651daefd374cdc6","at":"2026-03-10T12:00:00.000Z","row":"v1-xzgmrndn4vhnxz2xq5a5hw2ynakpvmkx","acts":["placing-hold"],"by":{"who":"staff","principal":"v1-qnbzj5ycjwtpudabky5tmbsfiavea23v","role":"v1-z45px6rp52ojgozj4oa3ihhnfq63ofnm"},"about":{"holds":["v1-3vwahrjhsus734bfqq4e6ipc2kq37ibd"]},"after":"v1-saejpmljapw2vrah2ahzozc5sygm7uap"}"#]].assert_eq(&lines.join("\n"));
    for line in lines {
        let read: Recorded = serde_json::from_str(&line).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), line);
    }
}

#[test]
fn every_staff_deed_reads_back_by_its_name() {
    let about: KeyedRef = keys().audit_chain().unwrap();
    let tenant = TenantId::parse("tenant-alder").unwrap();
    let deeds = [
        StaffDeed::PlaceHold(about.clone()),
        StaffDeed::ReleaseHold(about.clone(), StaffReason::MatterClosed),
        StaffDeed::ConfirmPlan(about.clone(), StaffReason::RecordsReviewed),
        StaffDeed::ConfirmPurge("billing-records".to_owned(), StaffReason::Backlog),
        StaffDeed::BeginReplay(now()),
        StaffDeed::LookAtRequest(about),
        StaffDeed::LookAtList,
        StaffDeed::OrderExport(tenant.clone()),
        StaffDeed::LookAtExport(tenant.clone()),
    ];
    let mut told_as = BTreeSet::new();
    for deed in deeds {
        assert_eq!(StaffDeed::named(deed.name(), deed.noted()), Some(deed.clone()));
        let act = StaffAct { deed, who: SESSION.to_owned(), at: now() };
        assert!(!format!("{act:?}").contains("ana"));
        told_as.extend(told(None, Some(Row::Staff(act))));
    }
    assert_eq!(told_as.len(), 9);
    let of_tenant = || Noted { tenant: Some(tenant.clone()), ..Noted::default() };
    assert_eq!(StaffDeed::named("place-hold", of_tenant()), None);
    assert_eq!(StaffDeed::named("confirm-purge", of_tenant()), None);
}

#[test]
fn why_staff_change_what_is_erased_stands_beside_who() {
    let about: KeyedRef = keys().audit_chain().unwrap();
    let reasons = StaffReason::OF_RELEASE.into_iter().chain(StaffReason::OF_CONFIRMATION);
    let words: BTreeSet<&str> = reasons.map(StaffReason::as_str).collect();
    assert_eq!(words.len(), 9, "no word means two things");
    let of = |deed: StaffDeed| {
        let act = StaffAct { deed, who: SESSION.to_owned(), at: now() };
        let recorded = record(&keys(), &change("e", None, Some(Row::Staff(act)))).unwrap();
        assert!(matches!(recorded.by, Doer::Staff { .. }));
        serde_json::to_value(&recorded.about).unwrap()
    };
    let reference = about.as_str();
    for reason in StaffReason::OF_RELEASE {
        let told = of(StaffDeed::ReleaseHold(about.clone(), reason));
        assert_eq!(told, serde_json::json!({"holds": [reference], "detail": reason.as_str()}));
        assert_eq!(
            (StaffReason::of_release(reason.as_str()), StaffReason::stored(reason.as_str())),
            (Ok(reason), Ok(reason))
        );
        assert!(StaffReason::of_confirmation(reason.as_str()).is_err());
    }
    for reason in StaffReason::OF_CONFIRMATION {
        let told = of(StaffDeed::ConfirmPlan(about.clone(), reason));
        assert_eq!(told, serde_json::json!({"obligation": reference, "detail": reason.as_str()}));
        let told = of(StaffDeed::ConfirmPurge("own.requests".to_owned(), reason));
        assert_eq!(told, serde_json::json!({"class": "own-requests", "detail": reason.as_str()}));
        assert_eq!(StaffReason::stored(reason.as_str()), Ok(reason));
        assert!(StaffReason::of_release(reason.as_str()).is_err());
    }
    let earlier = StaffDeed::named("release-hold", Noted { about: Some(about), ..Noted::default() }).unwrap();
    assert_eq!(of(earlier)["detail"], "not-said", "noted before there were reasons");
    assert_eq!(StaffReason::stored("not-said"), Ok(StaffReason::NotSaid));
    for word in ["", "not-said", "she asked nicely", "Backlog", "backlog "] {
        assert!(StaffReason::of_release(word).is_err() && StaffReason::of_confirmation(word).is_err(), "{word}");
    }
    assert_eq!(of(StaffDeed::BeginReplay(now())), serde_json::json!({"until": "2026-03-10T12:00:00.000Z"}));
}

proptest! {
    /// Whatever stands in a row, its key, its words and who did it: an entry has none of it.
    #[test]
    fn nothing_that_a_row_holds_stands_in_an_entry(mark in "[A-Z]{3}[a-z0-9@. ]{12,40}[A-Z]", number in 1_000_000_000_u64..) {
        let mark = format!("{mark}{number}");
        let secret = |text: &str| text.contains(mark.as_str()) || text.contains(&number.to_string());
        let actor = Actor::Staff(format!("arn:aws:sts::1:assumed-role/{mark}/{mark}"));
        let why = Note::parse(&mark).ok();
        let rows = [
            Row::Deed {
                id: code("8"),
                version: 1,
                act: Box::new(Act { deed: Deed::Told { notice: mark.clone(), tenant: None }, actor, why, at: now() }),
            },
            Row::Deed {
                id: code("8"),
                version: 1,
                act: Box::new(Act::of_asker(Deed::Denied { reason: mark.clone() }, now())),
            },
            Row::Outcomes { obligation: code("a"), request: 1, outcomes: vec![(mark.clone(), Outcome::NothingFound)] },
            Row::Watermark { class: mark.clone(), progress: Progress::default() },
            Row::Staff(StaffAct { deed: StaffDeed::LookAtList, who: mark.clone(), at: now() }),
            Row::Staff(StaffAct {
                deed: StaffDeed::ConfirmPurge(mark.clone(), StaffReason::NotSaid),
                who: mark.clone(),
                at: now(),
            }),
        ];
        for row in rows {
            let counted = format!("{mark} {row:?}");
            let change = Change {
                event: mark.clone(),
                at: now(),
                key: mark.clone(),
                before: Some(Image { row: None, counted: mark.clone() }),
                after: Some(Image { row: Some(row.clone()), counted }),
            };
            let readable = Change { before: None, ..change.clone() };
            for change in [change, readable] {
                let text = serde_json::to_string(&record(&keys(), &change).unwrap()).unwrap();
                prop_assert!(!secret(&text), "{}", text);
            }
        }
    }
}
