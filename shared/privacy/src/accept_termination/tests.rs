mod cuts;
mod in_time;
mod late_connections;
mod processors;
mod repeats;
mod returns;
mod second_ends;
mod vendors;

use super::*;
use crate::accept::Became;
use crate::erasure::Engine;
use crate::keys::KeyedRef;
use crate::memory::{Strike, World, place, prompt_map, proof};
use crate::obligation::State;
use crate::ports::Clock;
use jiff::SignedDuration;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

/// Two tenants with the same of everything; the day is 31 January.
fn world() -> World {
    let world = World::new(at("2026-01-31T12:00:00Z"), 3);
    for tenant in ["alder", "birch"] {
        for (platform, connection) in [("facebook", "c1"), ("linkedin", "c2"), ("google", "c3")] {
            let link = KeyedRef::from_stored(format!("v1-{tenant}-{connection}"));
            world.connect_by(platform, tenant, connection, at("2025-06-01T00:00:00Z"), &[link]);
            world.put(tenant, connection, "contact#p1#profile");
            world.put(tenant, connection, "contact#p1#signal#2026-01-01T00:00:00.000Z#s1");
            world.put_object(&format!("{tenant}/{connection}/p1/avatar/a.jpg"), "1");
        }
        for key in ["profile", "user#u1#profile", "key#k1"] {
            world.put_item("accounts", &format!("account#{tenant}"), key);
        }
        for key in ["profile", "message#2026-01-30T00:00:00.000Z#m1", "trace#2026-01-30T00:00:00.000Z#t1"] {
            world.put_item("conversations", tenant, &format!("contact#p1#{key}"));
        }
        world.put_version("files", &format!("{tenant}/p1/talk/a.pdf"), "1");
    }
    world.strike(None);
    world
}

async fn terminate(world: &World, ended_at: Option<&str>) -> Result<Vec<Clocked>, NotEnding> {
    tell(world, ended_at, None).await
}

async fn tell(world: &World, ended_at: Option<&str>, decided_at: Option<&str>) -> Result<Vec<Clocked>, NotEnding> {
    let (ended_at, decided_at) = (ended_at.map(at), decided_at.map(at));
    let termination = Termination { tenant: tenant("alder"), ended_at, decided_at, time_zone: "UTC".to_owned() };
    accept_termination(world, world, &prompt_map(), &termination.count(world.now()).unwrap()).await
}

async fn cancel(world: &World) -> Reactivated {
    reactivate(world, &prompt_map(), &tenant("alder"), world.now()).await.unwrap()
}

/// Lets every phase work that may, as the sweeper would have it.
async fn work(world: &World) {
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
    for phase in map.model().termination.phase.keys() {
        let id = ObligationId::of_termination(&tenant("alder"), phase);
        engine.work(&id, "w", world.now() + HOUR).await.unwrap();
    }
}

/// What is left of alder, by where it stood.
fn left(world: &World) -> Vec<&'static str> {
    let lines = world.of_tenant("alder");
    let places = [
        ("account", "accounts "),
        ("conversations", "conversations "),
        ("files", "files "),
        ("facebook", "c1"),
        ("linkedin", "c2"),
        ("google", "c3"),
    ];
    places.into_iter().filter(|(_, word)| lines.iter().any(|line| line.contains(word))).map(|(name, _)| name).collect()
}

fn go_to(world: &World, text: &str) {
    world.pass(at(text).duration_since(world.now()));
}

#[tokio::test]
async fn each_part_goes_on_its_days_and_nothing_of_others() {
    let world = world();
    let before = world.of_tenant("birch");
    let clocked = terminate(&world, None).await.unwrap();
    let days: Vec<(&str, String, String)> = clocked
        .iter()
        .map(|one| (one.phase.as_str(), one.starts_on.to_string(), one.accepted.due_by.date.to_string()))
        .collect();
    let expected = [
        ("account", "2026-03-03", "2026-03-03"),
        ("conversations", "2026-03-03", "2026-05-01"),
        ("linkedin", "2026-02-07", "2026-02-10"),
        ("people", "2026-02-27", "2026-03-02"),
        ("platforms", "2026-02-27", "2026-03-02"),
    ];
    assert_eq!(days, expected.map(|(phase, starts, due)| (phase, starts.to_owned(), due.to_owned())));
    let all = ["account", "conversations", "files", "facebook", "linkedin", "google"];
    // The tenant still gets messages through the window; they go with the rest.
    world.put_item("conversations", "alder", "contact#p1#message#2026-02-20T00:00:00.000Z#m9");
    let steps: [(&str, &[&str]); 6] = [
        ("2026-01-31T12:00:00Z", &all),
        ("2026-02-06T23:59:59Z", &all),
        ("2026-02-07T00:00:00Z", &["account", "conversations", "files", "facebook", "google"]),
        ("2026-02-27T00:00:00Z", &["account", "conversations", "files"]),
        ("2026-03-02T23:59:59Z", &["account", "conversations", "files"]),
        ("2026-03-03T00:00:00Z", &[]),
    ];
    for (instant, expected) in steps {
        go_to(&world, instant);
        work(&world).await;
        assert_eq!(left(&world), expected, "{instant}");
    }
    assert_eq!(world.of_tenant("birch"), before);
}

#[tokio::test]
async fn a_clock_that_jumps_back_erases_nothing_early() {
    let world = world();
    terminate(&world, None).await.unwrap();
    go_to(&world, "2026-02-07T00:00:00Z");
    world.pass(-DAY);
    work(&world).await;
    assert_eq!(left(&world).len(), 6);
}

#[tokio::test]
async fn the_calendar_is_the_tenants_and_the_end_may_lie_ahead() {
    let world = world();
    let clocked = terminate(&world, Some("2026-12-31T23:30:00Z")).await.unwrap();
    let due: Vec<String> = clocked.iter().map(|one| one.accepted.due_by.date.to_string()).collect();
    assert_eq!(due, ["2027-01-31", "2027-03-31", "2027-01-10", "2027-01-30", "2027-01-30"]);
    let count = |ended_at: Option<&str>, zone: &str| {
        let termination = Termination {
            tenant: tenant("alder"),
            ended_at: ended_at.map(at),
            decided_at: None,
            time_zone: zone.to_owned(),
        };
        termination.count(world.now()).err()
    };
    assert_eq!(count(None, "Mars/Olympus"), Some(InvalidTermination::TimeZone));
    assert_eq!(count(Some("2040-01-01T00:00:00Z"), "UTC"), Some(InvalidTermination::EndedAt));
    assert_eq!(count(Some("2010-01-01T00:00:00Z"), "UTC"), Some(InvalidTermination::EndedAt));
}

/// Platforms' clocks are in UTC: nothing that came through them is there when either calendar says that it is over.
#[tokio::test]
async fn what_came_through_platforms_is_gone_by_the_earlier_of_two_calendars() {
    // Account, conversations, LinkedIn, people, other platforms.
    let cases = [
        ("Pacific/Auckland", "2026-03-31T11:30:00Z", ["05-02", "06-30", "04-10", "04-30", "04-30"]),
        ("Pacific/Auckland", "2026-03-31T10:30:00Z", ["05-01", "06-29", "04-10", "04-30", "04-30"]),
        ("America/Los_Angeles", "2026-03-31T02:00:00Z", ["04-30", "06-28", "04-09", "04-29", "04-29"]),
        ("America/Los_Angeles", "2026-03-31T12:00:00Z", ["05-01", "06-29", "04-09", "04-29", "04-29"]),
        ("Europe/Brussels", "2026-03-31T22:30:00Z", ["05-02", "06-30", "04-10", "04-30", "04-30"]),
        ("Europe/Brussels", "2026-03-31T12:00:00Z", ["05-01", "06-29", "04-10", "04-30", "04-30"]),
        ("UTC", "2026-03-31T23:59:59Z", ["05-01", "06-29", "04-10", "04-30", "04-30"]),
    ];
    for (zone, ended_at, expected) in cases {
        let world = world();
        let (ended_at, time_zone) = (Some(at(ended_at)), zone.to_owned());
        let told = Termination { tenant: tenant("alder"), ended_at, decided_at: None, time_zone };
        let counted = told.count(world.now()).unwrap();
        let clocked = accept_termination(&world, &world, &prompt_map(), &counted).await.unwrap();
        let due: Vec<String> = clocked.iter().map(|one| one.accepted.due_by.date.to_string()).collect();
        assert_eq!(due, expected.map(|day| format!("2026-{day}")), "{zone} {ended_at:?}");
        assert!(clocked.iter().all(|one| one.accepted.due_by.time_zone == zone), "{zone}");
        let by_utc = at("2026-04-10T23:59:59Z");
        assert!(clocked[2].accepted.due_by.at().unwrap() <= by_utc, "{zone} {ended_at:?}");
    }
}

#[tokio::test]
async fn accepting_again_keeps_the_clocks() {
    let world = world();
    terminate(&world, None).await.unwrap();
    world.pass(DAY * 5);
    for again in terminate(&world, None).await.unwrap() {
        assert_eq!(again.accepted.became, Became::Duplicate);
        if again.phase == "account" {
            assert_eq!(again.starts_on.to_string(), "2026-03-03");
            assert_eq!(again.accepted.due_by.date.to_string(), "2026-03-03");
        }
    }
}

#[tokio::test]
async fn a_part_that_is_gone_stays_of_its_termination_however_often_that_is_repeated() {
    let world = world();
    terminate(&world, None).await.unwrap();
    go_to(&world, "2026-02-08T00:00:00Z");
    work(&world).await;
    for again in terminate(&world, Some("2026-01-31T18:00:00Z")).await.unwrap() {
        assert_eq!(again.accepted.became, Became::Duplicate, "{}", again.phase);
    }
    go_to(&world, "2026-03-03T00:00:00Z");
    work(&world).await;
    let repeated = terminate(&world, Some("2026-01-31T12:00:00Z")).await.unwrap();
    assert!(repeated.iter().all(|one| one.accepted.became == Became::Duplicate), "the same end, late");
    let ended_again = terminate(&world, Some("2026-03-02T12:00:00Z")).await.unwrap();
    let reopened = ended_again.iter().filter(|one| one.accepted.became == Became::Reopened).count();
    assert_eq!(reopened, 5, "a later end is a new one");
}

#[tokio::test]
async fn a_reactivation_in_the_window_cancels_and_a_new_end_starts_new_clocks() {
    let world = world();
    terminate(&world, None).await.unwrap();
    go_to(&world, "2026-02-08T00:00:00Z");
    work(&world).await;
    let cancelled = ["account", "conversations", "people", "platforms"].map(str::to_owned).to_vec();
    let expected = Reactivated::InTime { cancelled, begun: vec!["linkedin".to_owned()] };
    assert_eq!(cancel(&world).await, expected);
    assert_eq!(cancel(&world).await, expected, "asking again changes nothing");
    go_to(&world, "2026-05-02T00:00:00Z");
    work(&world).await;
    assert_eq!(left(&world), ["account", "conversations", "files", "facebook", "google"]);
    go_to(&world, "2026-06-10T00:00:00Z");
    let clocked = tell(&world, None, Some("2026-06-10T00:00:00Z")).await.unwrap();
    let account = clocked.iter().find(|one| one.phase == "account").unwrap();
    assert_eq!(account.accepted.became, Became::Reopened);
    assert_eq!(account.accepted.due_by.date.to_string(), "2026-07-11");
    go_to(&world, "2026-07-11T00:00:00Z");
    work(&world).await;
    assert_eq!(left(&world), Vec::<&str>::new());
}

#[tokio::test]
async fn a_reactivation_after_the_window_moves_no_clock_and_loses_nothing_new() {
    let world = world();
    let made_at = at("2025-06-01T00:00:00Z");
    for key in ["profile", "user#u1#profile", "key#k1"] {
        world.put_written("accounts", "account#alder", key, made_at);
    }
    world.put_written("conversations", "alder", "contact#p1#profile", made_at);
    world.put_version_at("files", "alder/p1/talk/a.pdf", "1", made_at);
    terminate(&world, None).await.unwrap();
    go_to(&world, "2026-03-03T00:00:00Z");
    assert_eq!(cancel(&world).await, Reactivated::TooLate);
    // The tenant is back before the worker has run: what it writes now is new.
    world.put_item("conversations", "alder", "contact#p2#message#2026-03-03T00:00:00.001Z#new");
    work(&world).await;
    let lines = world.of_tenant("alder");
    assert_eq!(lines, ["conversations alder contact#p2#message#2026-03-03T00:00:00.001Z#new"]);
}

#[tokio::test]
async fn nothing_ends_for_who_never_ended() {
    let world = world();
    assert_eq!(cancel(&world).await, Reactivated::NothingEnding);
    assert!(world.stored().heads.is_empty());
    assert_eq!(place("alder", "c1", None).to_string(), "alder#c1");
}

#[tokio::test]
async fn of_an_end_that_is_told_late_everything_up_to_now_goes() {
    let world = world();
    // Long after the end, through a door that did not know of it.
    world.connect_by(
        "facebook",
        "alder",
        "c4",
        at("2026-01-20T00:00:00Z"),
        &[KeyedRef::from_stored("v1-c4".to_owned())],
    );
    world.put("alder", "c4", "contact#p1#signal#2026-01-21T00:00:00.000Z#s1");
    let before = world.of_tenant("birch");
    let told = || terminate(&world, Some("2025-10-01T12:00:00Z"));
    told().await.unwrap();
    work(&world).await;
    assert_eq!(world.of_tenant("alder"), Vec::<String>::new());
    assert_eq!(world.of_tenant("birch"), before);
    world.pass(DAY);
    let again = told().await.unwrap();
    assert!(again.iter().all(|one| one.accepted.became == Became::Duplicate), "the same end is no new one");
}
