//! Everything that ends by the ledger and could come back: holds, people who came back, disconnects, accounts, periods, flags.

use super::*;
use crate::accept_disconnect::{Disconnect, accept_disconnect};
use crate::accept_termination::{Termination, accept_termination, reactivate};
use crate::clock::model::Kind;
use crate::hold_data::{place_hold, release_hold};
use crate::ids::{ConnectionId, ContactId, Platform, TenantId};
use crate::ingest_gate::{Arrival, FlagBook};
use crate::legal_hold::{HoldId, HoldScope, LegalHold};
use crate::memory::{asked, place};
use crate::obligation::Outcome;
use crate::subject_request::SubjectRequest;

fn hold_on(tenant: &str, connection: &str, contact: &str) -> LegalHold {
    LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope {
            tenant: TenantId::parse(tenant).unwrap(),
            connection: Some(ConnectionId::parse(connection).unwrap()),
            contact: Some(ContactId::parse(contact).unwrap()),
            user: None,
            classes: BTreeSet::from(["signals".to_owned()]),
            from: None,
            until: None,
        },
        reason: Note::parse("a claim").unwrap(),
        approver: Note::parse("counsel").unwrap(),
        proof: Some(Note::parse("case 7").unwrap()),
        placed_at: start(),
        review_by: "2027-05-01".parse().unwrap(),
    }
}

fn signals(world: &World) -> Outcome {
    world.stored().outcomes[&(id(0), 1)]["signals"].clone()
}

fn inbox(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().filter(|line| line.starts_with("inbox")).collect()
}

#[tokio::test]
async fn what_a_hold_keeps_stays_and_what_it_does_not_keep_goes_again() {
    let (world, office) = (world(), Office::new());
    place_hold(&world, &office.map, &hold_on("alder", "c1", "p1"), world.now()).await.unwrap();
    let backup = Backup::of(&world);
    world.pass(HOUR);
    world.open(&request(world.now())).await.unwrap();
    assert!(matches!(office.work(&world, &id(0)).await.unwrap(), Worked::Held { .. }));
    let kept = inbox(residue(&world));
    assert_eq!(kept.len(), 2);
    assert_eq!(signals(&world), Outcome::Held { removed: 6, held: 2 });
    world.pass(DAY);
    backup.restore(&world);
    assert!(inbox(residue(&world)).len() > 2);
    begin(&world, &backup).await;
    office.until_over(&world).await;
    assert_eq!(inbox(residue(&world)), kept, "at once, not when the hold is released");
    assert_eq!(signals(&world), Outcome::Held { removed: 12, held: 2 }, "counted and planned, not only erased");
    assert_eq!(tally(&world), Tally { held: 1, ..Tally::default() });
    release_hold(&world, &world, &world, &HoldId::parse("hold-0001").unwrap(), world.now()).await.unwrap();
    office.drain(&world).await;
    assert_eq!(residue(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_hold_that_was_placed_since_keeps_what_comes_back() {
    let (world, office) = (world(), Office::new());
    let backup = Backup::of(&world);
    office.erase(&world, &request(world.now())).await;
    world.pass(HOUR);
    place_hold(&world, &office.map, &hold_on("alder", "c1", "p1"), world.now()).await.unwrap();
    backup.restore(&world);
    begin(&world, &backup).await;
    office.until_over(&world).await;
    assert_eq!(inbox(residue(&world)).len(), 2);
    assert_eq!(tally(&world), Tally { held: 1, residue_found: 1, ..Tally::default() });
}

#[tokio::test]
async fn whoever_came_back_keeps_what_is_new() {
    let (world, office) = (world(), Office::new());
    world.pass(HOUR);
    // The old is in the backup because the erasure had not begun; the new connection was made before the backup.
    world.open(&request(world.now())).await.unwrap();
    world.pass(HOUR);
    world.connect("alder", "k1", world.now(), &[reference("odile")]);
    fill(&world, "alder", "k1");
    let new = || -> Vec<String> {
        let lines = world.of_tenant("alder").into_iter();
        lines.filter(|line| line.contains("k1") && !line.contains("SharedSources")).collect()
    };
    let (backup, before) = (Backup::of(&world), new());
    world.pass(HOUR);
    assert!(matches!(office.work(&world, &id(0)).await.unwrap(), Worked::Erased { .. }));
    assert_eq!(new(), before);
    world.pass(DAY);
    backup.restore(&world);
    begin(&world, &backup).await;
    office.until_over(&world).await;
    assert_eq!(residue(&world), Vec::<String>::new());
    assert_eq!(new(), before);
    let row = world.stored().connections[&place("alder", "k1", None)].clone();
    assert!(row.has_tokens, "nobody disarmed it");
}

#[tokio::test]
async fn a_disconnected_row_that_says_connected_again_goes_and_the_gate_never_opened() {
    let (world, office) = (world(), Office::new());
    let backup = Backup::of(&world);
    world.pass(HOUR);
    let disconnect = Disconnect {
        place: place("cedar", "c3", None),
        platform: Platform::parse("facebook").unwrap(),
        disconnected_at: None,
    };
    let accepted = accept_disconnect(&world, &world, &office.map, HOUR, disconnect, world.now()).await.unwrap();
    office.drain(&world).await;
    assert_eq!(world.of_tenant("cedar"), Vec::<String>::new());
    world.pass(DAY);
    backup.restore(&world);
    assert!(world.stored().connections[&place("cedar", "c3", None)].has_tokens);
    let contact = place("cedar", "c3", Some("p1"));
    let arrival =
        Arrival { place: &contact, connected_at: at("2027-01-01T00:00:00Z"), owners: &[], occurred_at: world.now() };
    assert!(world.ingest(&arrival, "contact#p1#profile").is_err(), "the ledger was not restored");
    begin(&world, &backup).await;
    office.until_over(&world).await;
    assert_eq!(world.of_tenant("cedar"), Vec::<String>::new());
    assert_eq!(world.stored().heads[&accepted.id].reopened, 1);
}

#[tokio::test]
async fn an_account_that_ended_goes_again_phase_by_phase() {
    let (world, office) = (world(), Office::new());
    for key in ["profile", "user#u1#profile", "key#k1"] {
        world.put_item("accounts", "account#cedar", key);
    }
    world.put_item("conversations", "cedar", "contact#p1#message#2027-01-30T00:00:00.000Z#m1");
    let backup = Backup::of(&world);
    let others = world.of_tenant("alder");
    let termination = Termination {
        tenant: TenantId::parse("cedar").unwrap(),
        ended_at: Some(start() - DAY * 35),
        decided_at: None,
        time_zone: "UTC".to_owned(),
    };
    accept_termination(&world, &world, &office.map, &termination.count(world.now()).unwrap()).await.unwrap();
    world.pass(DAY * 2);
    office.round(&world).await;
    office.round(&world).await;
    assert_eq!(world.of_tenant("cedar"), Vec::<String>::new());
    world.pass(DAY);
    backup.restore(&world);
    begin(&world, &backup).await;
    office.until_over(&world).await;
    assert_eq!(world.of_tenant("cedar"), Vec::<String>::new());
    assert_eq!(world.of_tenant("alder"), others);
    assert!(tally(&world).erased_again >= 3, "{:?}", tally(&world));
}

#[tokio::test]
async fn what_a_platform_had_asked_for_goes_again_although_the_account_came_back_in_time() {
    let (world, office) = (World::new(start(), 3), Office::without_periods());
    for (platform, connection) in [("facebook", "c1"), ("linkedin", "c2")] {
        world.connect_by(platform, "cedar", connection, at("2027-01-01T00:00:00Z"), &[]);
        world.put("cedar", connection, "contact#p1#profile");
    }
    let backup = Backup::of(&world);
    let ended_at = Some(start() - DAY * 12);
    let termination = Termination {
        tenant: TenantId::parse("cedar").unwrap(),
        ended_at,
        decided_at: None,
        time_zone: "UTC".to_owned(),
    };
    accept_termination(&world, &world, &office.map, &termination.count(world.now()).unwrap()).await.unwrap();
    office.round(&world).await;
    let left = world.of_tenant("cedar");
    assert!(left.iter().all(|line| !line.contains("c2")) && !left.is_empty(), "{left:?}");
    reactivate(&world, &office.map, &TenantId::parse("cedar").unwrap(), world.now()).await.unwrap();
    world.pass(DAY);
    backup.restore(&world);
    begin(&world, &backup).await;
    office.until_over(&world).await;
    assert_eq!(world.of_tenant("cedar"), left, "the rest is in use again, and stays");
}

#[tokio::test]
async fn past_periods_are_purged_again_and_what_is_not_due_stays() {
    let (world, office) = (World::new(start(), 3), Office::new());
    for tenant in ["alder", "birch"] {
        for hour in ["2027-03-07T10", "2027-03-10T11", "2027-03-12T11"] {
            world.put_item("social", &format!("due#member-profiles#{hour}#1"), &format!("{tenant}#c1"));
            world.put_item("social", &format!("{tenant}#c1"), &format!("member#{hour}#{hour}:10:00.000Z#m1"));
        }
    }
    // The first hour was purged before the backup.
    office.purge(&world).await;
    let backup = Backup::of(&world);
    world.pass(DAY * 2);
    office.purge(&world).await;
    let before = world.of_tenant("alder");
    assert_eq!(before.len(), 1, "{before:?}");
    world.pass(HOUR);
    let watermark = world.stored().purges.progress["member-profiles"].swept;
    backup.restore(&world);
    assert_eq!(world.of_tenant("alder").len(), 2, "an hour is back that the watermark has passed");
    office.purge(&world).await;
    assert_eq!(world.of_tenant("alder").len(), 2, "and no purge looks there");
    begin(&world, &backup).await;
    let listed = world.stored().purges.progress.clone();
    office.sweep(&world).await.unwrap();
    assert_eq!(world.stored().purges.progress, listed, "a purge that is under way would list over it");
    let rounds = office.until_over(&world).await;
    assert!(rounds > 2, "periods are listed once earlier purges are over");
    assert_eq!(world.of_tenant("alder"), before);
    assert_eq!(world.of_tenant("birch").len(), 1);
    let swept_until = |swept: Option<crate::purge::Swept>| swept.map(|swept| swept.until);
    assert!(swept_until(world.stored().purges.progress["member-profiles"].swept) >= swept_until(watermark));
    assert_eq!(tally(&world), Tally::default());
}

/// A request that flagged somebody.
fn flagged(number: u8, kind: Kind, person: &KeyedRef, flags: &[Flag]) -> SubjectRequest {
    let mut request = asked(number, kind, Some("odile@example.com"), None, start());
    request.course.flags = flags.to_vec();
    request.course.flagged = BTreeSet::from([person.clone()]);
    request.course.begun_at = Some(start());
    request.next_action_at = Some(start() + DAY);
    request
}

#[tokio::test]
async fn flags_are_raised_again_and_what_was_lifted_since_is_not() {
    let (world, office) = (world(), Office::new());
    let backup = Backup::of(&world);
    let (odile, other) = (reference("odile-mark"), reference("other-mark"));
    for request in [
        flagged(1, Kind::Restriction, &odile, &[Flag::Restricted]),
        flagged(2, Kind::Restriction, &other, &[Flag::Restricted]),
    ] {
        world.stored().requests.heads.insert(request.id.clone(), request);
    }
    backup.restore(&world);
    world.pass(HOUR);
    // The other one's was lifted by the word of another request.
    world.raise_flag(&other, Flag::Restricted, start()).await.unwrap();
    world.lift_flag(&other, Flag::Restricted, world.now(), None).await.unwrap();
    begin(&world, &backup).await;
    office.until_over(&world).await;
    assert_eq!(world.flags(std::slice::from_ref(&odile)).await.unwrap(), BTreeSet::from([Flag::Restricted]));
    assert_eq!(world.flags(std::slice::from_ref(&other)).await.unwrap(), BTreeSet::new());
    assert_eq!(tally(&world), Tally { flagged: 2, ..Tally::default() });
}
