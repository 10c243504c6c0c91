mod again;

use super::*;
use crate::accept::Became;
use crate::erasure::{Engine, Worked};
use crate::ingest_gate::Arrival;
use crate::keys::KeyedRef;
use crate::memory::{Strike, World, place, prompt_map, proof};
use crate::obligation::State;
use crate::ports::Clock;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn world() -> World {
    let world = World::new(at("2026-12-15T12:00:00Z"), 3);
    for (tenant, connection) in [("alder", "c1"), ("alder", "c9"), ("birch", "c1")] {
        let link = KeyedRef::from_stored(format!("v1-{tenant}-{connection}"));
        world.connect(tenant, connection, at("2026-01-01T00:00:00Z"), &[link]);
        for signal in 0..5 {
            world.put(tenant, connection, &format!("contact#p1#signal#2026-02-01T00:00:00.000Z#s{signal}"));
        }
        world.put_object(&format!("{tenant}/{connection}/p1/avatar/a.jpg"), "1");
    }
    world.strike(None);
    world
}

fn disconnect(platform: &str, disconnected_at: Option<&str>) -> Disconnect {
    Disconnect {
        place: place("alder", "c1", None),
        platform: Platform::parse(platform).unwrap(),
        disconnected_at: disconnected_at.map(at),
    }
}

async fn accepted(world: &World, disconnect: Disconnect) -> Result<Accepted, Fault> {
    accept_disconnect(world, world, &prompt_map(), HOUR, disconnect, world.now()).await
}

async fn work(world: &World, id: &ObligationId) -> Worked {
    let map = prompt_map();
    let looks = map.model().second_looks.after.clone();
    let engine = Engine {
        ledger: world,
        vault: world,
        aftermath: &proof(world, &map),
        clock: world,
        map: &map,
        second_looks: &looks,
    };
    engine.work(id, "w", world.now() + HOUR).await.unwrap()
}

fn of_connection(world: &World) -> Vec<String> {
    world.of_tenant("alder").into_iter().filter(|line| line.contains("c1")).collect()
}

fn bystanders(world: &World) -> Vec<String> {
    let mut lines: Vec<String> = world.of_tenant("alder").into_iter().filter(|line| !line.contains("c1")).collect();
    lines.extend(world.of_tenant("birch"));
    lines
}

#[tokio::test]
async fn everything_of_the_connection_goes_and_nothing_else() {
    let world = world();
    let before = bystanders(&world);
    let accepted = accepted(&world, disconnect("google", None)).await.unwrap();
    assert_eq!((accepted.became, world.calls()), (Became::New, 2), "one write, one message");
    assert_eq!(accepted.due_by.date.to_string(), "2027-01-14");
    assert!(!accepted.id.is_code(), "no status page opens with it");
    assert!(matches!(work(&world, &accepted.id).await, Worked::Erased { .. }));
    assert_eq!(of_connection(&world), Vec::<String>::new());
    assert_eq!(bystanders(&world), before);
}

#[tokio::test]
async fn the_write_itself_stops_ingest() {
    let world = world();
    let contact = place("alder", "c1", Some("p1"));
    let arrival = |connected_at: &str| {
        let arrival =
            Arrival { place: &contact, connected_at: at(connected_at), owners: &[], occurred_at: world.now() };
        world.ingest(&arrival, "contact#p1#signal#2026-12-15T12:00:00.000Z#late")
    };
    assert_eq!(arrival("2026-01-01T00:00:00Z"), Ok(()));
    accepted(&world, disconnect("linkedin", None)).await.unwrap();
    assert!(arrival("2026-01-01T00:00:00Z").is_err(), "no worker has run yet");
    let other = place("alder", "c9", Some("p1"));
    let to_other =
        Arrival { place: &other, connected_at: at("2026-01-01T00:00:00Z"), owners: &[], occurred_at: world.now() };
    assert!(world.ingest(&to_other, "contact#p1#profile").is_ok(), "another connection goes on");
}

#[tokio::test]
async fn the_date_is_the_promise_or_the_platforms_own_where_that_is_shorter() {
    let cases = [
        ("meta", None, "2027-01-14"),
        ("google", Some("2026-12-10T23:30:00Z"), "2027-01-09"),
        ("linkedin", None, "2026-12-25"),
        ("some-new-platform", None, "2027-01-14"),
        ("meta", Some("2026-12-15T12:04:00Z"), "2027-01-14"),
    ];
    for (platform, disconnected_at, due_by) in cases {
        let world = world();
        let accepted = accepted(&world, disconnect(platform, disconnected_at)).await.unwrap();
        assert_eq!(accepted.due_by.date.to_string(), due_by, "{platform} {disconnected_at:?}");
    }
}

#[tokio::test]
async fn it_may_arrive_often_and_reconnecting_cancels_nothing() {
    let world = world();
    let first = accepted(&world, disconnect("google", None)).await.unwrap();
    world.pass(HOUR * 30);
    let again = accepted(&world, disconnect("google", None)).await.unwrap();
    assert_eq!((again.became, &again.due_by), (Became::Widened, &first.due_by), "as of now, and no clock moves");
    world.connect("alder", "c1-again", world.now(), &[]);
    world.put("alder", "c1-again", "contact#p1#profile");
    assert!(matches!(work(&world, &first.id).await, Worked::Erased { .. }));
    let left = of_connection(&world);
    assert!(left.iter().all(|line| line.contains("c1-again")) && left.len() == 3, "{left:?}");
}

#[tokio::test]
async fn under_an_id_that_was_used_again_only_the_old_goes() {
    let world = world();
    let accepted = accepted(&world, disconnect("google", None)).await.unwrap();
    world.pass(HOUR);
    world.connect("alder", "c1", world.now(), &[]);
    world.put("alder", "c1", "contact#p1#signal#2026-12-15T13:00:00.000Z#new");
    world.put("alder", "c1", "contact#p1#profile");
    assert!(matches!(work(&world, &accepted.id).await, Worked::Erased { .. }));
    let left = of_connection(&world);
    assert!(left.iter().any(|line| line.ends_with("#new")), "{left:?}");
    assert!(left.iter().any(|line| line.ends_with("connection#alder#c1 connection")), "{left:?}");
    assert!(left.iter().all(|line| !line.contains("2026-02-01")), "{left:?}");
    assert!(world.stored().connections[&place("alder", "c1", None)].has_tokens);
    world.pass(HOUR);
    assert_eq!(work(&world, &accepted.id).await, Worked::LookedClean { is_last: false });
}

#[tokio::test]
async fn a_second_disconnect_under_the_same_id_counts_while_the_first_is_open() {
    let world = world();
    let first = accepted(&world, disconnect("google", None)).await.unwrap();
    world.pass(HOUR);
    world.connect("alder", "c1", world.now(), &[]);
    world.put("alder", "c1", "contact#p1#signal#2026-12-15T13:00:00.000Z#new");
    world.pass(HOUR);
    let second = accepted(&world, disconnect("google", None)).await.unwrap();
    assert_eq!((&second.id, &second.due_by), (&first.id, &first.due_by), "the stricter of the two dates");
    let contact = place("alder", "c1", Some("p1"));
    let arrival = Arrival {
        place: &contact,
        connected_at: world.now() - SignedDuration::from_hours(1),
        owners: &[],
        occurred_at: world.now(),
    };
    assert!(world.ingest(&arrival, "contact#p1#signal#2026-12-15T14:00:00.000Z#late").is_err(), "the write itself");
    assert!(matches!(work(&world, &first.id).await, Worked::Erased { .. }));
    assert_eq!(of_connection(&world), Vec::<String>::new());
}

#[tokio::test]
async fn an_unknown_connection_ends_with_nothing_found() {
    let world = World::new(at("2026-12-15T12:00:00Z"), 3);
    let accepted = accepted(&world, disconnect("google", None)).await.unwrap();
    assert!(
        matches!(work(&world, &accepted.id).await, Worked::Erased { removed } if removed.values().all(|n| *n == 0))
    );
}

#[tokio::test]
async fn a_lost_answer_or_message_loses_nothing() {
    for strike in [Strike::Before(1), Strike::After(1), Strike::Before(2), Strike::After(2)] {
        let world = world();
        world.strike(Some(strike));
        let first = accepted(&world, disconnect("google", None)).await;
        assert_eq!(first.is_err(), matches!(strike, Strike::Before(1) | Strike::After(1)), "{strike:?}");
        world.strike(None);
        let again = accepted(&world, disconnect("google", None)).await.unwrap();
        assert!(again.unsent.is_none() && !world.stored().sent.is_empty(), "{strike:?}");
        assert_eq!(world.stored().heads[&again.id].state, State::Received);
    }
}

#[test]
fn a_disconnect_that_is_to_come_is_refused() {
    let now = at("2026-12-15T12:00:00Z");
    assert_eq!(disconnect("meta", Some("2026-12-15T12:05:00Z")).check(now), Ok(()));
    assert_eq!(disconnect("meta", Some("2026-12-15T12:05:01Z")).check(now), Err(NotYet));
    assert_eq!(disconnect("meta", None).check(now), Ok(()));
}

/// The path of the dashboard names a platform, the row of the connection another: the stricter limit counts.
#[tokio::test]
async fn a_platform_that_the_row_knows_better_brings_the_last_day_forward() {
    for (named, of_row, at_once, after) in [
        ("meta", "linkedin", "2027-01-14", "2026-12-25"),
        ("linkedin", "facebook", "2026-12-25", "2026-12-25"),
        ("google", "google", "2027-01-14", "2027-01-14"),
    ] {
        let world = world();
        let link = KeyedRef::from_stored("v1-alder-c1".to_owned());
        world.connect_by(of_row, "alder", "c1", at("2026-01-01T00:00:00Z"), &[link]);
        let accepted = accepted(&world, disconnect(named, None)).await.unwrap();
        assert_eq!(accepted.due_by.date.to_string(), at_once, "{named}");
        assert!(matches!(work(&world, &accepted.id).await, Worked::Erased { .. }));
        let head = world.stored().heads[&accepted.id].clone();
        assert_eq!(head.due_by.date.to_string(), after, "{named} for a row of {of_row}");
    }
}
