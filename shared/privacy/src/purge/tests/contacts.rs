//! Where people of closed requests can be reached: when that goes, and what stays.

use super::*;
use crate::clock::model::Kind;
use crate::ingest_gate::{Flag, FlagBook, Mark};
use crate::keys::{KeyedRef, SubjectKeys};
use crate::memory::{Strike, asked};
use crate::ports::{Closed, ClosedRecord};
use crate::purge::own::scrub;
use crate::subject_request::notice::Notice;
use crate::subject_request::ports::RequestBook;
use crate::subject_request::{Agent, Deed, EmailAddress, Standing, SubjectRequest, Words};

const CLOSED: &str = "2026-03-10T23:59:59Z";
/// The last instant of 90 days, and the first after them.
const LAST: &str = "2026-06-08T23:59:59Z";
const DUE: &str = "2026-06-09T00:00:00Z";

/// Answered and settled, by an agent.
fn answered(number: u8) -> SubjectRequest {
    let agent = Agent {
        email: EmailAddress::parse("agent@example.org").ok(),
        name: Words::parse("An Agent").ok(),
        permission_sha256: None,
        has_power_of_attorney: true,
    };
    let account = Some(("instagram", "mia"));
    SubjectRequest {
        standing: Standing::Answered { at: at(CLOSED), in_part: false },
        told: [(Notice::Answer, 1)].into(),
        evidence_erased: true,
        agent: Some(agent),
        details: Words::parse("All of it.").ok(),
        next_action_at: None,
        ..asked(number, Kind::Access, Some("mia@example.com"), account, at("2026-03-05T12:00:00Z"))
    }
}

fn world(requests: &[SubjectRequest]) -> World {
    let world = World::new(at(CLOSED), 3);
    for request in requests {
        world.stored().requests.heads.insert(request.id.clone(), request.clone());
    }
    world
}

async fn purge_by(map: &DataMap, world: &World, now: &str, is_dry_run: bool) -> RunReport {
    world.stored().set_now(at(now));
    let mut report = RunReport::began(world.now(), is_dry_run);
    purge_own(world, world, world, map, Bounds { is_dry_run, ..bounds(world) }, &mut report).await;
    report
}

async fn scrubbed(world: &World, now: &str) -> u64 {
    purge_by(&built_in_map(), world, now, false).await.classes["own.contact-data"].purged
}

fn request(world: &World) -> SubjectRequest {
    world.stored().requests.heads.values().next().unwrap().clone()
}

#[tokio::test]
async fn after_ninety_days_nobody_can_be_reached_by_it_and_the_record_stays_its_months() {
    let world = world(&[answered(1)]);
    for early in [CLOSED, LAST] {
        assert_eq!((scrubbed(&world, early).await, request(&world)), (0, answered(1)), "{early}");
    }
    assert_eq!(scrubbed(&world, DUE).await, 1);
    let left = request(&world);
    assert_eq!(left, SubjectRequest { version: 2, ..answered(1).without_contact() });
    assert!(!left.has_contact() && left.agent.as_ref().unwrap().has_power_of_attorney && left.details.is_some());
    let stored = serde_json::to_string(&left).unwrap();
    for personal in ["mia", "agent@example.org", "An Agent"] {
        assert!(!stored.contains(personal), "{stored}");
    }
    let acts = world.stored().requests.acts[&left.id].clone();
    assert_eq!(acts.iter().map(|act| (&act.deed, act.at)).collect::<Vec<_>>(), [(&Deed::ContactErased, at(DUE))]);
    assert_eq!(scrubbed(&world, "2027-01-01T00:00:00Z").await, 0, "once");
    assert_eq!(left.settled_at(), Some(at(CLOSED)), "its months run from its closing");
    let purged = async |now: &str| purge_by(&built_in_map(), &world, now, false).await.classes["own.requests"].purged;
    assert_eq!((purged("2028-03-10T23:59:59Z").await, purged("2028-03-11T00:00:00Z").await), (0, 1));
}

#[tokio::test]
async fn a_request_goes_by_its_months_whether_or_not_its_contact_data_went() {
    let world = world(&[answered(1)]);
    let report = purge_by(&built_in_map(), &world, "2028-03-11T00:00:00Z", false).await;
    assert_eq!((report.classes["own.requests"].purged, report.failures()), (1, 0));
    assert!(world.stored().requests.heads.is_empty());
}

/// A flag does not expire, and only the record says by which request it was raised and has it lifted.
#[tokio::test]
async fn a_request_stays_beyond_its_months_while_what_it_had_stopped_is_stopped() {
    let mut model = built_in_map().model().clone();
    model.own.get_mut("requests").unwrap().ceiling_per_run = Some(1);
    let map = DataMap::new(model).unwrap();
    let flagged = |number: u8, flag: Flag| {
        let mut request = answered(number);
        request.course.flags = vec![flag];
        request
    };
    let (first, second) = (flagged(1, Flag::OptedOut).without_contact(), flagged(2, Flag::OptedOut).without_contact());
    let child = flagged(3, Flag::Quarantined).without_contact();
    let world = world(&[first.clone(), second.clone(), child]);
    let report = purge_by(&map, &world, "2030-03-11T00:00:00Z", false).await;
    let own = &report.classes["own.requests"];
    assert_eq!((own.purged, report.failures()), (1, 0), "nobody lifts what is a child's");
    assert_eq!((own.halted, own.late), (false, 0), "and it is not counted among what is to go");
    assert_eq!(world.stored().requests.heads.keys().collect::<Vec<_>>(), [&first.id, &second.id]);
    let lift = crate::lift_flag::Lift { flag: Flag::OptedOut, asked_in: None };
    let by = crate::subject_request::By {
        actor: crate::subject_request::Actor::Staff("alex".to_owned()),
        why: crate::legal_hold::Note::parse("They called.").unwrap(),
    };
    let keys = SubjectKeys::parse(r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#).unwrap();
    let at = (at("2030-04-01T00:00:00Z"), None);
    crate::lift_flag::lift_flag(&world, &world, &keys, (&first.id, &lift), &by, at).await.unwrap();
    let report = purge_by(&map, &world, "2030-04-02T00:00:00Z", false).await;
    assert_eq!((report.classes["own.requests"].purged, report.failures()), (1, 0), "lifted");
    assert_eq!(world.stored().requests.heads.keys().collect::<Vec<_>>(), [&second.id]);
}

#[tokio::test]
async fn it_stays_also_where_its_contact_data_could_not_go() {
    let mut request = answered(1);
    request.course.flags = vec![Flag::OptedOut];
    let world = world(&[request]);
    let report = purge_by(&built_in_map(), &world, "2028-03-11T00:00:00Z", false).await;
    assert_eq!((report.classes["own.requests"].purged, report.failures()), (0, 0));
    assert_eq!(world.stored().requests.heads.len(), 1);
}

#[tokio::test]
async fn what_is_open_or_put_back_to_work_keeps_it() {
    let open = SubjectRequest { standing: Standing::InProgress { since: at(CLOSED) }, ..answered(1) };
    let untold = SubjectRequest { told: std::collections::BTreeMap::new(), ..answered(2) };
    let world = world(&[open, untold]);
    assert_eq!(scrubbed(&world, "2030-01-01T00:00:00Z").await, 0);
    assert!(world.stored().requests.heads.values().all(SubjectRequest::has_contact));
}

#[tokio::test]
async fn an_entry_of_the_index_that_is_behind_takes_nothing_out() {
    let world = world(&[answered(1)]);
    let id = answered(1).id;
    let entry = |closed_at| Closed { record: ClosedRecord::Asked(id.clone()), closed_at };
    let before = entry(at("2026-03-01T00:00:00Z"));
    assert!(!scrub(&world, &before, at(DUE), false).await.unwrap(), "it was closed later, anew");
    assert_eq!(request(&world), answered(1));
    assert!(scrub(&world, &entry(at(CLOSED)), at(DUE), false).await.unwrap());
}

#[tokio::test]
async fn a_fault_at_any_call_leaves_it_due_or_done_once() {
    for call in 1..=30 {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world(&[answered(1)]);
            world.strike(Some(strike));
            purge_by(&built_in_map(), &world, DUE, false).await;
            world.strike(None);
            assert_eq!(purge_by(&built_in_map(), &world, DUE, false).await.failures(), 0, "{strike:?}");
            let left = request(&world);
            assert_eq!((left.has_contact(), left.version), (false, 2), "{strike:?}");
            assert_eq!(RequestBook::acts(&world, &left.id).await.unwrap().len(), 1, "{strike:?}");
        }
    }
}

#[tokio::test]
async fn the_period_is_that_of_the_policy_and_a_dry_run_or_too_many_leave_it() {
    let mut model = built_in_map().model().clone();
    let own = model.own.get_mut("contact-data").unwrap();
    own.clock.floor = Some("P30D".parse().unwrap());
    own.ceiling_per_run = Some(1);
    let map = DataMap::new(model).unwrap();
    let one = world(&[answered(1)]);
    let purged =
        |report: RunReport| (report.classes["own.contact-data"].purged, report.classes["own.contact-data"].halted);
    assert_eq!(purged(purge_by(&map, &one, "2026-04-09T23:59:59Z", false).await), (0, false));
    assert_eq!(purged(purge_by(&map, &one, "2026-04-10T00:00:00Z", true).await), (1, false));
    assert!(request(&one).has_contact(), "a dry run");
    assert_eq!(purged(purge_by(&map, &one, "2026-04-10T00:00:00Z", false).await), (1, false));
    let two = world(&[answered(1), answered(2)]);
    assert_eq!(purged(purge_by(&map, &two, DUE, false).await), (0, true));
}

/// What was lifted before rows of flags expired would stand for good once nothing names it any more.
#[tokio::test]
async fn what_was_lifted_and_is_not_dated_is_dated_before_the_request_that_names_it_goes() {
    let (lifted, stands, nobody) = ("v1-lifted", "v1-stands", "v1-nobody");
    let [lifted, stands, nobody] = [lifted, stands, nobody].map(|name| KeyedRef::from_stored(name.to_owned()));
    for (keep_flag, is_dated) in [(false, true), (true, false)] {
        let mut request = answered(1);
        request.course.flagged = [&lifted, &stands, &nobody].map(Clone::clone).into();
        request.course.lifted = if keep_flag { vec![] } else { vec![Flag::Restricted] };
        let world = world(&[request]);
        let since = at("2026-03-06T12:00:00Z");
        for person in [&lifted, &stands] {
            world.raise_flag(person, Flag::Restricted, since).await.unwrap();
            world.lift_flag(person, Flag::Restricted, at("2026-04-01T12:00:00Z"), None).await.unwrap();
        }
        world.raise_flag(&stands, Flag::OptedOut, since).await.unwrap();
        let purged = async |now: &str, is_dry_run: bool| {
            let report = purge_by(&built_in_map(), &world, now, is_dry_run).await;
            (report.classes["own.requests"].purged, report.failures())
        };
        assert_eq!(purged("2028-03-11T00:00:00Z", true).await, (1, 0));
        assert!(world.stored().flags_expire.is_empty(), "a dry run");
        assert_eq!(purged("2028-03-11T00:00:00Z", false).await, (1, 0));
        let expected = is_dated.then(|| (Mark::flags(&lifted), at("2028-04-01T12:00:00Z")));
        assert_eq!(world.stored().flags_expire, expected.into_iter().collect());
    }
}
