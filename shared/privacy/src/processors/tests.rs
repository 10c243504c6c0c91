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

struct Run {
    map: DataMap,
    targets: Vec<Target>,
    reopened: u32,
}

impl Run {
    fn new() -> Self {
        Self { map: map(), targets: targets(), reopened: 0 }
    }

    async fn until(&self, world: &World, stop_at: Timestamp) -> Result<Report, Fault> {
        let settling = Settling { processors: world, ledger: world, clock: world, map: &self.map };
        let (id, route) = (id(), Route::MetaDataDeletion);
        let case = Case { id: &id, seq: 1, reopened: self.reopened, route, targets: &self.targets };
        settling.settle(&case, stop_at).await
    }

    async fn visit(&self, world: &World) -> Result<Report, Fault> {
        self.until(world, world.now() + HOUR).await
    }

    async fn look_again(&self, world: &World) -> Result<Report, Fault> {
        let settling = Settling { processors: world, ledger: world, clock: world, map: &self.map };
        let (id, route) = (id(), Route::MetaDataDeletion);
        let case = Case { id: &id, seq: 1, reopened: self.reopened, route, targets: &self.targets };
        settling.look_again(&case, world.now() + MINUTE, world.now() + HOUR).await
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

fn rule() -> Rule {
    Rule { confirm_after: HOUR, alarm_after: HOUR * 24, retains: None }
}

#[test]
fn only_what_fits_a_state_moves_it() {
    let now = at("2026-03-10T12:00:00Z");
    let states = [
        State::Waiting { next_try_at: now, attempts: 1 },
        State::Asked { asked_at: now, confirm_at: now, attempts: 1 },
        State::Confirmed { at: now, how: How::FollowUp },
        State::ExpiresBy { date: "2026-04-09".parse().unwrap() },
        State::Retained { at: now, reason: "invoices".to_owned() },
        State::NotConcerned,
    ];
    let happenings = [
        Happened::Accepted,
        Happened::Gone,
        Happened::StillThere,
        Happened::Later { after: MINUTE * 20 },
        Happened::Failed(Turn::Retry),
        Happened::Failed(Turn::Park),
    ];
    let mut table = String::new();
    for state in &states {
        for happened in happenings {
            let after = step(state, happened, &rule(), now);
            if after != *state {
                table += &format!("{happened:?}: {} -> {}\n", brief(state, now), brief(&after, now));
            }
        }
    }
    expect_test::expect![[r#"
        Accepted: waiting(0 min, 1) -> asked(60 min, 1)
        Later { after: 20m }: waiting(0 min, 1) -> waiting(20 min, 2)
        Failed(Retry): waiting(0 min, 1) -> waiting(10 min, 2)
        Failed(Park): waiting(0 min, 1) -> waiting(60 min, 2)
        Gone: asked(0 min, 1) -> confirmed
        StillThere: asked(0 min, 1) -> waiting(10 min, 2)
        Later { after: 20m }: asked(0 min, 1) -> asked(20 min, 2)
        Failed(Retry): asked(0 min, 1) -> asked(10 min, 2)
        Failed(Park): asked(0 min, 1) -> asked(60 min, 2)
    "#]]
    .assert_eq(&table);
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

#[test]
fn the_wait_doubles_from_five_minutes_to_an_hour() {
    let now = at("2026-03-10T12:00:00Z");
    let mut state = State::Waiting { next_try_at: now, attempts: 0 };
    let mut waits = Vec::new();
    for _ in 0..7 {
        state = step(&state, Happened::Failed(Turn::Retry), &rule(), now);
        waits.push(state.due().unwrap().at().duration_since(now).as_mins());
    }
    assert_eq!(waits, [5, 10, 20, 40, 60, 60, 60]);
}

#[test]
fn a_wish_for_later_is_granted_within_bounds() {
    let now = at("2026-03-10T12:00:00Z");
    for (wish, granted) in [(0, 60), (-5, 60), (90, 90), (86_400, 6 * 3600), (i64::MAX, 6 * 3600)] {
        let happened = Happened::Later { after: SignedDuration::from_secs(wish) };
        let state = step(&State::Waiting { next_try_at: now, attempts: 0 }, happened, &rule(), now);
        assert_eq!(state.due().unwrap().at().duration_since(now).as_secs(), granted, "{wish}");
    }
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
async fn one_that_misbehaves_leaves_the_others_done_and_itself_due() {
    for turn in [Turn::Retry, Turn::Park] {
        let (world, run) = (world(), Run::new());
        mood(&world, "crm", Mood::Broken(turn));
        let first = run.visit(&world).await.unwrap();
        let (retry, trouble) = (&first.troubles[0], first.troubles.len());
        assert_eq!((retry.name.as_str(), retry.turn, trouble), ("crm", turn, 1));
        assert!(matches!(state(&first, "crm"), State::Waiting { attempts: 1, .. }));
        assert!(matches!(state(&first, "posthog"), State::Asked { .. }));
        world.pass(HOUR);
        let second = run.visit(&world).await.unwrap();
        assert!(matches!(state(&second, "posthog"), State::Confirmed { .. }));
        assert_eq!(second.oldest_unsettled_since, Some(at("2026-03-10T12:00:00Z")));
        mood(&world, "crm", Mood::Honest);
        assert!(run.to_the_end(&world).await.is_settled());
    }
}

#[tokio::test]
async fn what_lasts_too_long_rings_and_is_asked_on() {
    let (world, run) = (world(), Run::new());
    mood(&world, "crm", Mood::Broken(Turn::Retry));
    assert_eq!(run.visit(&world).await.unwrap().overdue, Vec::<String>::new());
    world.pass(HOUR * 73);
    let before = asked(&world, "crm").len();
    assert_eq!(run.visit(&world).await.unwrap().overdue, ["crm"]);
    assert!(asked(&world, "crm").len() > before);
}

#[tokio::test]
async fn a_busy_one_is_left_alone_as_long_as_it_wishes() {
    let (world, run) = (world(), Run::new());
    mood(&world, "crm", Mood::Busy(MINUTE * 30));
    run.visit(&world).await.unwrap();
    mood(&world, "crm", Mood::Honest);
    world.pass(MINUTE * 29);
    run.visit(&world).await.unwrap();
    assert_eq!(asked(&world, "crm").len(), 1);
    world.pass(MINUTE);
    run.visit(&world).await.unwrap();
    assert_eq!(asked(&world, "crm").len(), 3);
}

#[tokio::test]
async fn a_fault_at_any_call_changes_nothing_of_the_outcome() {
    let run = Run::new();
    let calls = {
        let world = world();
        world.strike(None);
        run.to_the_end(&world).await;
        world.calls()
    };
    assert!(calls > 20, "{calls}");
    for call in 1..=calls {
        for strike in [Strike::Before(call), Strike::After(call)] {
            let world = world();
            world.strike(Some(strike));
            let report = run.to_the_end(&world).await;
            let ends: Vec<String> = report.lines.iter().map(|line| brief(&line.state, world.now())).collect();
            let expected = [
                "2026-04-09",
                "confirmed",
                "confirmed",
                "not concerned",
                "2026-04-09",
                "2026-04-09",
                "retained",
                "confirmed",
            ];
            assert_eq!(ends, expected, "{strike:?}");
            for (name, kept) in [("posthog", 6), ("payments", 6), ("crm", 6)] {
                assert_eq!(copies(&world, name).len(), kept, "{name} at {strike:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_settled_is_not_asked_again_by_a_redelivery() {
    let (world, run) = (world(), Run::new());
    let report = run.to_the_end(&world).await;
    let before = format!("{:?}", world.stored().vendors);
    world.pass(HOUR * 100);
    assert_eq!(run.visit(&world).await.unwrap(), report);
    assert_eq!(format!("{:?}", world.stored().vendors), before, "nothing asked, nothing written");
}

#[tokio::test]
async fn a_visit_out_of_time_goes_on_where_it_stopped() {
    let (world, mut run) = (world(), Run::new());
    run.targets = (0..40).map(|number| contact(&format!("p{number}"))).collect();
    let report = run.until(&world, world.now()).await.unwrap();
    assert_eq!((asked(&world, "crm").len(), report.next_action_at), (0, Some(world.now())));
    // Every call takes a second: a visit of ten seconds ends among the targets.
    world.tick(SignedDuration::from_secs(1));
    let mut visits = 0;
    while asked(&world, "crm").len() < 40 {
        run.until(&world, world.now() + SignedDuration::from_secs(10)).await.unwrap();
        visits += 1;
        assert!(visits < 20, "no progress");
    }
    assert!(visits > 1);
    let mut seen = asked(&world, "crm");
    seen.dedup();
    assert_eq!(seen.len(), 40, "each target was asked about once");
}

#[tokio::test]
async fn other_targets_or_a_reopening_begin_anew() {
    let changes: [fn(&mut Run); 2] = [|run| run.targets.push(contact("p3")), |run| run.reopened = 1];
    for change in changes {
        let (world, mut run) = (world(), Run::new());
        run.to_the_end(&world).await;
        let before = asked(&world, "crm").len();
        run.targets.reverse();
        run.visit(&world).await.unwrap();
        assert_eq!(asked(&world, "crm").len(), before, "their order says nothing");
        change(&mut run);
        world.pass(HOUR * 24);
        let report = run.to_the_end(&world).await;
        assert!(asked(&world, "crm").len() > before);
        assert_eq!(report.expires_by(), Some("2026-04-10".parse().unwrap()), "what came later expires later");
    }
}

#[tokio::test]
async fn a_late_message_of_before_a_reopening_does_not_begin_anew() {
    let (world, mut run) = (world(), Run::new());
    run.reopened = 1;
    run.to_the_end(&world).await;
    let before = asked(&world, "crm").len();
    run.reopened = 0;
    run.visit(&world).await.unwrap();
    assert_eq!(asked(&world, "crm").len(), before);
}

#[tokio::test]
async fn a_worker_that_was_overtaken_overwrites_nothing() {
    let (world, run) = (world(), Run::new());
    run.visit(&world).await.unwrap();
    world.pass(HOUR * 2);
    world.strike(None);
    // Another worker saves between this one's load and save.
    world.interrupt(2, |stored| {
        let settlement = stored.vendors.settlements.get_mut(&(id(), 1)).unwrap();
        settlement.version += 1;
        settlement.reopened = 7;
    });
    let fault = run.visit(&world).await.unwrap_err();
    assert_eq!((fault.turn, fault.action), (Turn::Retry, "processors.save"));
    assert_eq!(world.stored().vendors.settlements[&(id(), 1)].reopened, 7);
    assert!(run.to_the_end(&world).await.is_settled());
}

#[tokio::test]
async fn a_second_look_that_finds_something_asks_again() {
    let (world, run) = (world(), Run::new());
    run.to_the_end(&world).await;
    let before = asked(&world, "posthog").len();
    let clean = run.look_again(&world).await.unwrap();
    assert!(clean.is_settled());
    assert_eq!(asked(&world, "posthog").len(), before, "a look asks nothing");
    world.stored().vendors.by_name.get_mut("posthog").unwrap().copies.insert(subject("v1-person"));
    let found = run.look_again(&world).await.unwrap();
    assert!(matches!(state(&found, "posthog"), State::Waiting { .. }));
    assert!(matches!(state(&found, "anthropic"), State::ExpiresBy { .. }), "a date stays");
    assert!(run.to_the_end(&world).await.is_settled());
    assert!(!copies(&world, "posthog").contains(&subject("v1-person")));
}

#[tokio::test]
async fn a_policy_that_lets_us_ask_no_more_does_not_confirm_without_a_query() {
    let (world, mut run) = (world(), Run::new());
    run.visit(&world).await.unwrap();
    run.map = map_with(|model| {
        let http = &mut model["processor"]["posthog"]["settle"];
        http["connection"] = json!(null);
        http["subject"] = json!(null);
        model["processor"]["crm"]["settle"] = json!({ "kind": "expires", "after": "P30D", "source": "its contract" });
        let newcomer = model["processor"]["anthropic"].clone();
        model["processor"]["newcomer"] = newcomer;
    });
    world.pass(HOUR * 2);
    let report = run.visit(&world).await.unwrap();
    assert_eq!(state(&report, "posthog"), &State::NotConcerned);
    assert!(matches!(state(&report, "crm"), State::ExpiresBy { .. }));
    assert!(matches!(state(&report, "newcomer"), State::ExpiresBy { .. }));
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
