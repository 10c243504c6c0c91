mod again;
mod states;
mod troubles;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::*;
use crate::data_map::DataMap;
use crate::fault::{Fault, Turn};
use crate::keys::KeyedRef;
use crate::memory::{Mood, Strike, Vendor, World, built_in_map, place};
use crate::obligation::ObligationId;
use crate::policy::Route;
use crate::ports::Clock;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id() -> ObligationId {
    ObligationId::parse(&"a".repeat(32)).unwrap()
}

fn subject(reference: &str) -> Target {
    Target::Subject(KeyedRef::from_stored(reference.to_owned()))
}

fn contact(contact: &str) -> Target {
    Target::Place(place("alder", "c1", Some(contact)))
}

/// The person under two key versions, their connection, two contacts.
fn targets() -> Vec<Target> {
    vec![
        contact("p2"),
        subject("v2-person"),
        Target::Place(place("alder", "c1", None)),
        subject("v1-person"),
        contact("p1"),
    ]
}

/// The shipped policy, with payments concerned too.
fn map() -> DataMap {
    map_with(|model| model["processor"]["payments"]["routes"] = json!(["meta-data-deletion"]))
}

fn map_with(change: impl FnOnce(&mut serde_json::Value)) -> DataMap {
    let mut model = serde_json::to_value(built_in_map().model()).unwrap();
    change(&mut model);
    DataMap::new(serde_json::from_value(model).unwrap()).unwrap()
}

/// Every vendor has copies of everybody, bystanders included.
fn world() -> World {
    let world = World::new(at("2026-03-10T12:00:00Z"), 3);
    let everybody: Vec<Target> = targets().into_iter().chain(bystanders()).collect();
    for name in ["posthog", "payments", "crm"] {
        let vendor = Vendor { copies: everybody.iter().cloned().collect(), ..Vendor::default() };
        world.stored().vendors.by_name.insert(name.to_owned(), vendor);
    }
    world
}

fn bystanders() -> Vec<Target> {
    vec![
        subject("v1-other"),
        Target::Place(place("birch", "c1", Some("p1"))),
        Target::Place(place("alder", "c9", None)),
    ]
}

fn mood(world: &World, name: &str, mood: Mood) {
    world.stored().vendors.by_name.entry(name.to_owned()).or_default().mood = mood;
}

fn asked(world: &World, name: &str) -> Vec<Target> {
    world.stored().vendors.by_name.get(name).map(|vendor| vendor.asked.clone()).unwrap_or_default()
}

fn copies(world: &World, name: &str) -> Vec<Target> {
    world.stored().vendors.by_name[name].copies.iter().cloned().collect()
}

fn extent() -> Extent {
    Extent { covers_until: at("2026-03-10T12:00:00Z"), counted: 40, removed: 40 }
}

struct Run {
    map: DataMap,
    targets: Vec<Target>,
    reopened: u32,
    extent: Extent,
}

impl Run {
    fn new() -> Self {
        Self { map: map(), targets: targets(), reopened: 0, extent: extent() }
    }

    fn case<'c>(&'c self, id: &'c ObligationId, kept: &'c Kept) -> Case<'c> {
        let (reopened, route) = (self.reopened, Route::MetaDataDeletion);
        Case { id, seq: 1, reopened, route, targets: &self.targets, extent: self.extent, kept }
    }

    async fn until(&self, world: &World, stop_at: Timestamp) -> Result<Report, Fault> {
        let settling = Settling { processors: world, ledger: world, clock: world, map: &self.map };
        settling.settle(&self.case(&id(), &Kept::new()), stop_at).await
    }

    async fn visit(&self, world: &World) -> Result<Report, Fault> {
        self.until(world, world.now() + HOUR).await
    }

    async fn look_again(&self, world: &World) -> Result<Report, Fault> {
        let settling = Settling { processors: world, ledger: world, clock: world, map: &self.map };
        settling.look_again(&self.case(&id(), &Kept::new()), world.now() + MINUTE, world.now() + HOUR).await
    }

    /// Visits when the report asks for it, or at once after a fault, until all are settled.
    async fn to_the_end(&self, world: &World) -> Report {
        for _ in 0..50 {
            match self.visit(world).await {
                Ok(report) if report.is_settled() => return report,
                Ok(report) => {
                    let wait = report.next_action_at.unwrap().duration_since(world.now());
                    world.pass(wait.max(SignedDuration::ZERO));
                }
                Err(fault) => assert_eq!(fault.turn, Turn::Retry),
            }
        }
        panic!("never settled");
    }
}

fn state<'a>(report: &'a Report, name: &str) -> &'a State {
    &report.lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("no {name}")).state
}

fn brief(state: &State, now: Timestamp) -> String {
    let minutes = |at: &Timestamp| at.duration_since(now).as_mins();
    match state {
        State::Waiting { next_try_at, attempts } => format!("waiting({} min, {attempts})", minutes(next_try_at)),
        State::Asked { confirm_at, attempts, .. } => format!("asked({} min, {attempts})", minutes(confirm_at)),
        State::Confirmed { .. } => "confirmed".to_owned(),
        State::ExpiresBy { date } => date.to_string(),
        State::Retained { .. } => "retained".to_owned(),
        State::NotConcerned => "not concerned".to_owned(),
    }
}

fn rule() -> Rule {
    Rule { confirm_after: HOUR, alarm_after: HOUR * 24, retains: None }
}

#[tokio::test]
async fn every_processor_ends_in_its_own_outcome() {
    let (world, run) = (world(), Run::new());
    let report = run.to_the_end(&world).await;
    let mut table = String::new();
    for line in &report.lines {
        table += &format!("{}: {}\n", line.name, brief(&line.state, world.now()));
    }
    expect_test::expect![[r#"
        anthropic: 2026-04-09
        crm: confirmed
        hosting: confirmed
        mailing: not concerned
        messages: 2026-04-09
        openai: 2026-04-09
        payments: retained
        posthog: confirmed
    "#]]
    .assert_eq(&table);
    assert_eq!(asked(&world, "posthog"), [subject("v1-person"), subject("v2-person")]);
    assert_eq!(asked(&world, "crm"), [contact("p1"), contact("p2")], "it holds nothing of a whole connection");
    assert_eq!(asked(&world, "hosting"), [], "our own stores are not asked");
    assert!(matches!(state(&report, "hosting"), State::Confirmed { how: How::OwnErasure, .. }));
    assert!(matches!(state(&report, "payments"), State::Retained { reason, .. } if reason.contains("Invoices")));
    for name in ["posthog", "payments", "crm"] {
        assert!(bystanders().iter().all(|target| copies(&world, name).contains(target)), "{name} erased a bystander");
    }
}

#[tokio::test]
async fn a_route_that_does_not_concern_a_processor_asks_it_nothing() {
    let (world, mut run) = (world(), Run::new());
    run.map = built_in_map();
    let report = run.to_the_end(&world).await;
    assert_eq!(state(&report, "payments"), &State::NotConcerned);
    assert_eq!(asked(&world, "payments"), []);
}

#[tokio::test]
async fn a_copy_with_a_date_is_settled_at_once_and_complete_after_it() {
    let (world, run) = (world(), Run::new());
    let report = run.to_the_end(&world).await;
    assert_eq!(report.expires_by(), Some("2026-04-09".parse().unwrap()));
    assert!(!report.is_complete(at("2026-04-09T23:59:59Z")));
    assert!(report.is_complete(at("2026-04-10T00:00:00Z")));
    world.pass(HOUR * 24 * 20);
    let later = run.visit(&world).await.unwrap();
    assert_eq!(later.expires_by(), report.expires_by(), "a redelivery does not move the date");
}

#[tokio::test]
async fn a_date_stands_even_where_nobody_is_asked() {
    let (world, mut run) = (world(), Run::new());
    run.targets.clear();
    let first = run.visit(&world).await.unwrap();
    assert!(first.is_settled(), "nothing was found, so nobody can be asked");
    world.pass(HOUR * 24 * 5);
    assert_eq!(run.visit(&world).await.unwrap(), first);
}

#[tokio::test]
async fn nothing_is_complete_while_one_is_unsettled() {
    let (world, run) = (world(), Run::new());
    mood(&world, "crm", Mood::Lying);
    let report = run.visit(&world).await.unwrap();
    assert!(!report.is_settled() && !report.is_complete(at("2027-01-01T00:00:00Z")));
}

#[tokio::test]
async fn accepted_is_not_erased() {
    let (world, run) = (world(), Run::new());
    mood(&world, "posthog", Mood::Lying);
    for _ in 0..6 {
        let report = run.visit(&world).await.unwrap();
        assert!(matches!(state(&report, "posthog"), State::Waiting { .. } | State::Asked { .. }));
        world.pass(report.next_action_at.unwrap().duration_since(world.now()));
    }
    assert!(asked(&world, "posthog").len() >= 4, "what was found again is asked again");
    mood(&world, "posthog", Mood::Honest);
    let report = run.to_the_end(&world).await;
    assert!(matches!(state(&report, "posthog"), State::Confirmed { how: How::FollowUp, .. }));
    assert!(
        targets()
            .iter()
            .filter(|target| matches!(target, Target::Subject(_)))
            .all(|target| !copies(&world, "posthog").contains(target))
    );
}

#[tokio::test]
async fn nothing_there_is_looked_at_all_the_same() {
    let (world, run) = (world(), Run::new());
    world.stored().vendors.by_name.clear();
    run.to_the_end(&world).await;
    assert_eq!(world.stored().vendors.by_name["posthog"].looked_for.len(), 2);
}

#[tokio::test]
async fn what_is_stored_reads_back_and_names_nobody() {
    let (world, run) = (world(), Run::new());
    mood(&world, "crm", Mood::Broken(Turn::Retry));
    run.visit(&world).await.unwrap();
    let settlement = world.stored().vendors.settlements[&(id(), 1)].clone();
    let text = serde_json::to_string(&settlement).unwrap();
    assert_eq!(serde_json::from_str::<Settlement>(&text).unwrap(), settlement);
    for name in ["alder", "p1", "person", &"a".repeat(32)] {
        assert!(!text.contains(name), "{text}");
    }
}
