//! Another company changes the policy file and nothing else: the same use cases and the same engine on a second file.

use jiff::{SignedDuration, Timestamp};
use privacy::accept_disconnect::{Disconnect, accept_disconnect};
use privacy::accept_termination::{NotEnding, Termination, accept_termination};
use privacy::clock::model::Kind;
use privacy::data_map::DataMap;
use privacy::erasure::{Engine, Worked};
use privacy::export::erase_bundles::erase_bundles;
use privacy::export::job::ExportJob;
use privacy::export::make_bundle::{Exporter, Made};
use privacy::ids::{InstructionId, Platform, TenantId};
use privacy::keys::{KeyedRef, SubjectKeys};
use privacy::law::Law;
use privacy::memory::{World, asked, place, proof};
use privacy::obligation::ObligationId;
use privacy::policy::Route;
use privacy::policy::own::Purge;
use privacy::policy::validate::validate;
use privacy::ports::Clock;
use privacy::purge::{Bounds, PeriodClass, RunReport, purge_own, purge_periods};
use privacy::route_request::{instruct, route};
use privacy::subject_request::notice::Notice;
use privacy::subject_request::{Actor, Proof, Proven, Standing, SubjectRequest};
use privacy_tests::mistakes::northwind;
use privacy_tests::{retention, short, timeline};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Two tenants, each with a mailbox of so many tickets and a desk.
fn world(tickets: usize) -> World {
    let world = World::new(at("2026-03-10T12:00:00Z"), 3);
    for tenant in ["alder", "birch"] {
        let link = KeyedRef::from_stored(format!("v1-{tenant}"));
        world.connect_by("imap", tenant, "c1", at("2026-01-01T00:00:00Z"), &[link]);
        let partition = format!("box#{tenant}#c1");
        for ticket in 0..tickets {
            world.put_item("tickets", &partition, &format!("from#p1#ticket#2026-02-01T00:00:00.000Z#t{ticket}"));
        }
        world.put_item("tickets", &partition, "from#p1#card");
        world.put_version("uploads", &format!("up/{tenant}/c1/a.pdf"), "1");
        world.put_item("desk", &format!("desk#{tenant}"), "macro#m1");
    }
    world.strike(None);
    world
}

async fn work(world: &World, id: &ObligationId) -> Worked {
    let map = northwind();
    let looks = &map.model().second_looks.after;
    let engine = Engine {
        ledger: world,
        vault: world,
        aftermath: &proof(world, &map),
        clock: world,
        map: &map,
        second_looks: looks,
    };
    engine.work(id, "w", world.now() + HOUR).await.unwrap()
}

async fn disconnect(world: &World) -> (ObligationId, String) {
    let (place, platform) = (place("alder", "c1", None), Platform::parse("imap").unwrap());
    let disconnect = Disconnect { place, platform, disconnected_at: None };
    let accepted = accept_disconnect(world, world, &northwind(), HOUR, disconnect, world.now()).await.unwrap();
    (accepted.id, accepted.due_by.date.to_string())
}

#[tokio::test]
async fn a_mailbox_goes_by_its_own_dates_stores_and_looks() {
    let world = world(4);
    let before = world.of_tenant("birch");
    let (id, due_by) = disconnect(&world).await;
    assert_eq!(due_by, "2026-03-17");
    let Worked::Erased { removed } = work(&world, &id).await else { panic!("not erased") };
    assert_eq!((removed["tickets"], removed["senders"], removed["uploads"]), (4, 1, 1));
    assert_eq!(world.of_tenant("alder"), ["desk desk#alder macro#m1"]);
    assert_eq!(world.of_tenant("birch"), before);
    for is_last in [false, true] {
        world.pass(HOUR * 24 * 3);
        assert_eq!(work(&world, &id).await, Worked::LookedClean { is_last });
    }
}

/// It has no app of Meta's, so it promises nothing for Meta's callbacks, and none of the pages says that it does.
#[test]
fn a_company_without_meta_is_shown_without_it() {
    let map = northwind();
    for route in [Route::MetaDataDeletion, Route::MetaDeauthorize] {
        assert!(map.promise(route).is_none() && !map.model().has_route(route));
    }
    for (page, word) in
        [(retention::page(&map), "Mailbox"), (short::table(&map), "visits"), (timeline::picture(&map), "Mailbox")]
    {
        assert!(page.contains(word) && !page.contains("Meta"), "{page}");
    }
}

#[tokio::test]
async fn its_ceilings_are_its_own() {
    let world = world(6);
    let (id, _) = disconnect(&world).await;
    assert_eq!(work(&world, &id).await, Worked::Halted { over_ceiling: vec![("tickets".to_owned(), 5)] });
}

#[tokio::test]
async fn its_accounts_end_by_its_own_phases() {
    let world = world(4);
    let tenant = TenantId::parse("alder").unwrap();
    let termination =
        Termination { tenant: tenant.clone(), ended_at: None, decided_at: None, time_zone: "UTC".to_owned() };
    let counted = termination.count(world.now()).unwrap();
    let clocked = accept_termination(&world, &world, &northwind(), &counted).await.unwrap();
    let days: Vec<String> = clocked.iter().map(|one| format!("{} {}", one.phase, one.starts_on)).collect();
    assert_eq!(days, ["desk 2026-03-25", "mailboxes 2026-03-11"]);
    let phase = |name: &str| ObligationId::of_termination(&tenant, name);
    assert_eq!(work(&world, &phase("mailboxes")).await, Worked::Idle);
    world.pass(HOUR * 24);
    assert!(matches!(work(&world, &phase("mailboxes")).await, Worked::Erased { .. }));
    assert_eq!(work(&world, &phase("desk")).await, Worked::Idle);
    assert_eq!(world.of_tenant("alder"), ["desk desk#alder macro#m1"]);
    world.pass(HOUR * 24 * 14);
    assert!(matches!(work(&world, &phase("desk")).await, Worked::Erased { .. }));
    assert_eq!(world.of_tenant("alder"), Vec::<String>::new());
}

/// No account ends in silence: a file without phases does not build, and whoever gets past that is told that nothing was taken.
#[tokio::test]
async fn an_end_for_which_there_is_no_phase_is_refused_and_leaves_nothing() {
    let mut model = northwind().model().clone();
    model.termination.phase.remove("desk");
    assert!(validate(&model).unwrap_err().problem.contains("`window` names no phase"));
    model.termination.phase.clear();
    assert!(validate(&model).unwrap_err().problem.contains("`window` names no phase"));
    let map = DataMap::new(model).unwrap();
    let world = world(4);
    let tenant = TenantId::parse("alder").unwrap();
    let termination = Termination { tenant, ended_at: None, decided_at: None, time_zone: "UTC".to_owned() };
    let counted = termination.count(world.now()).unwrap();
    let refused = accept_termination(&world, &world, &map, &counted).await;
    assert!(matches!(refused, Err(NotEnding::Fault(_))), "{refused:?}");
    assert!(world.stored().heads.is_empty() && world.stored().sent.is_empty());
}

#[tokio::test]
async fn its_visits_go_by_months_with_its_own_lead_and_ceiling() {
    let world = world(0);
    for month in ["2025-12", "2026-01"] {
        for visit in 0..3 {
            let key = format!("alder#{month}-20T12:00:00.000Z#v{visit}");
            world.put_item("visits", &format!("visits#{month}#0"), &key);
        }
    }
    let map = northwind();
    let classes = PeriodClass::all(&map).unwrap();
    let left = |world: &World| {
        let stored = world.stored();
        stored.items.iter().filter(|((store, _), _)| store == "visits").map(|(_, keys)| keys.len()).sum::<usize>()
    };
    // The oldest visit of December can be of the 1st: by March 1 it is three months old, two days before that it goes.
    for (now, purged, expected) in [
        ("2026-02-27T23:00:00Z", 0, 6),
        ("2026-02-28T00:00:00Z", 3, 3),
        ("2026-03-29T23:00:00Z", 0, 3),
        ("2026-03-31T00:00:00Z", 3, 0),
    ] {
        world.stored().set_now(at(now));
        let bounds = Bounds { stop_at: at(now) + HOUR, records_max: 1_000, is_dry_run: false };
        let report = purge_periods(&world, &world, &world, &map, &classes, bounds).await;
        assert_eq!((report.failures(), report.classes["visits"].purged, left(&world)), (0, purged, expected), "{now}");
    }
}

const RING: &str = r#"{"current":"v1","v1":"0123456789abcdef0123456789abcdef"}"#;

/// Somebody who wrote to the mailbox of alder asks for what is held of them, and alder gives its part.
fn asking(world: &World, keys: &SubjectKeys, law: &Law) -> SubjectRequest {
    let now = world.now();
    let request = SubjectRequest {
        needs: vec![Proof::EmailCode],
        proven: vec![Proven { proof: Proof::EmailCode, at: now }],
        standing: Standing::InProgress { since: now },
        ..asked(1, Kind::Access, Some("ida@example.com"), None, now)
    };
    for identity in request.identities() {
        let place = place("alder", "c1", Some("p1"));
        keys.links(&identity).iter().for_each(|link| world.link(&place, at("2026-01-01T00:00:00Z"), link));
    }
    let (alder, ticket) = (TenantId::parse("alder").unwrap(), InstructionId::parse("ticket-7").unwrap());
    let routed = route(&request, &alder, law, Actor::Service, now).unwrap().unwrap().request;
    let request = instruct(&routed, &alder, &ticket, Actor::Service, now).unwrap().unwrap().request;
    world.stored().requests.heads.insert(request.id.clone(), request.clone());
    request
}

#[tokio::test]
async fn who_asks_for_their_data_has_a_bundle_for_as_long_as_its_own_file_says() {
    let (world, keys, law, map) = (world(1), SubjectKeys::parse(RING).unwrap(), Law::built_in().unwrap(), northwind());
    let ticket = serde_json::json!({"subject": "Kettle", "text": "It leaks."});
    let key = "from#p1#ticket#2026-02-01T00:00:00.000Z#t1";
    world.stored().exports.put_row("tickets", "box#alder#c1", key, &ticket);
    let request = asking(&world, &keys, &law);
    let job = ExportJob::Request(request.id.clone());
    let exporter = Exporter {
        ledger: &world,
        queue: &world,
        vault: &world,
        bundles: &world,
        clock: &world,
        map: &map,
        law: &law,
        keys: &keys,
    };
    assert!(matches!(exporter.make(&job, "w1", world.now() + HOUR).await, Ok(Made::Whole { .. })));
    let standing = world.stored().requests.heads[&request.id].standing.clone();
    assert!(matches!(standing, Standing::Answered { .. }), "{standing:?}");
    let seen = |world: &World| world.stored().exports.visible.values().map(Vec::len).sum::<usize>();
    for (days, erased, left) in [(10, 0, 1), (11, 1, 0)] {
        world.stored().set_now(at("2026-03-10T12:00:00Z") + HOUR * 24 * days - SignedDuration::from_secs(1));
        let swept = erase_bundles(&world, &world, &map, &world, world.now() + HOUR).await;
        assert_eq!((swept.erased, seen(&world), swept.faults.len()), (erased, left, 0), "{days}");
    }
}

#[tokio::test]
async fn what_it_keeps_of_a_closed_request_goes_by_its_own_months() {
    let (world, map) = (world(0), northwind());
    let closed = SubjectRequest {
        standing: Standing::Answered { at: world.now(), in_part: false },
        told: [(Notice::Answer, 1)].into(),
        evidence_erased: true,
        next_action_at: None,
        ..asked(1, Kind::Access, Some("ida@example.com"), None, world.now())
    };
    world.stored().requests.heads.insert(closed.id.clone(), closed);
    // 30 days for where they can be reached, 12 months for the request; both leave the whole last day.
    for (now, contacts, requests) in [
        ("2026-04-09T23:59:59Z", 0, 0),
        ("2026-04-10T00:00:00Z", 1, 0),
        ("2027-03-10T23:59:59Z", 0, 0),
        ("2027-03-11T00:00:00Z", 0, 1),
    ] {
        world.stored().set_now(at(now));
        let mut report = RunReport::began(world.now(), false);
        let bounds = Bounds { stop_at: world.now() + HOUR, records_max: 1_000, is_dry_run: false };
        purge_own(&world, &world, &world, &map, bounds, &mut report).await;
        let purged = |class: &str| report.classes[class].purged;
        assert_eq!(
            (purged("own.contact-data"), purged("own.requests"), report.failures()),
            (contacts, requests, 0),
            "{now}"
        );
    }
    assert!(world.stored().requests.heads.is_empty());
}

/// Bundles would never be made and records never go, and nobody would see it before a person asks: the file does not build.
#[test]
fn a_file_that_does_not_end_what_every_company_keeps_does_not_build() {
    for name in ["requests", "contact-data", "holds", "exports", "replays", "flags"] {
        let mut model = northwind().model().clone();
        model.own.get_mut(name).unwrap().purge = Purge::NotBuilt;
        if name == "contact-data" {
            model.own.get_mut(name).unwrap().erase = privacy::policy::own::OwnErase::Delete;
        }
        let refused = validate(&model).unwrap_err();
        assert_eq!(refused.place, format!("own.{name}"));
        assert!(refused.problem.contains("nothing else ends it"), "{refused}");
        model.own.remove(name);
        if name == "requests" {
            model.kept.clear();
        }
        let refused = validate(&model).unwrap_err();
        assert_eq!(refused.place, format!("own.{name}"));
        assert!(refused.problem.contains("every policy file needs this section"), "{refused}");
    }
    for name in ["flags", "replays"] {
        let mut model = northwind().model().clone();
        model.own.get_mut(name).unwrap().clock.floor = None;
        model.own.get_mut(name).unwrap().clock.ceiling = Some(jiff::Span::new().months(13));
        assert!(validate(&model).unwrap_err().problem.contains("`floor`"), "{name}");
    }
}
