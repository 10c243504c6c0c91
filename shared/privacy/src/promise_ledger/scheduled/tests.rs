use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::*;
use crate::ids::TenantId;
use crate::legal_hold::{HoldId, HoldScope, LegalHold, Note};
use crate::memory::{Strike, World, built_in_map};
use crate::ports::{BookedHold, Clock};
use crate::purge::{Bounds, RunReport, Verdict, purge_periods};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const NOON: &str = "2027-03-10T12:30:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The shipped policy with few records to a run, and classes that begin not long before what is due.
fn map() -> DataMap {
    let mut model = built_in_map().model().clone();
    for (name, class) in &mut model.class {
        let Some(purge) = &mut class.purge else { continue };
        let since = if name.starts_with("member-") { "2027-03-07" } else { "2026-03-01" };
        purge.since = since.parse().unwrap();
        purge.ceiling_per_run = 20;
    }
    DataMap::new(model).unwrap()
}

fn world() -> World {
    let world = World::new(at(NOON), 3);
    for day in ["2026-03-02", "2026-03-05"] {
        put_logs(&world, day, 5);
    }
    world
}

fn put_logs(world: &World, day: &str, count: usize) {
    for record in 0..count {
        world.put_item("logs", &format!("log#{day}#1"), &format!("alder#{day}T00:00:00.000Z#{record:05}"));
    }
}

fn hold_all_of_alder(world: &World) {
    let note = |text| Note::parse(text).unwrap();
    let tenant = TenantId::parse("alder").unwrap();
    let hold = LegalHold {
        id: HoldId::parse("hold-0001").unwrap(),
        scope: HoldScope {
            tenant,
            connection: None,
            contact: None,
            user: None,
            classes: BTreeSet::new(),
            from: None,
            until: None,
        },
        reason: note("a court asked"),
        approver: note("counsel"),
        proof: Some(note("file 7")),
        placed_at: at(NOON),
        review_by: "2027-05-01".parse().unwrap(),
    };
    world.stored().booked.insert(hold.id.clone(), BookedHold { hold, released_at: None });
}

async fn run(world: &World, map: &DataMap, records_max: u64) -> RunReport {
    let bounds = Bounds { stop_at: world.now() + HOUR, records_max, is_dry_run: false };
    purge_periods(world, world, world, map, &PeriodClass::all(map).unwrap(), bounds).await
}

async fn ledger(world: &World, map: &DataMap) -> BTreeMap<String, Scheduled> {
    let read = read_purges(world, map).await.unwrap();
    let in_force = InForce::read(world).await.unwrap();
    scheduled(map, &read, &in_force, world.now()).into_iter().map(|one| (one.promise.clone(), one)).collect()
}

#[tokio::test]
async fn every_class_that_goes_by_its_date_shows_its_sentence_or_the_limit_of_its_platform() {
    let map = built_in_map();
    let ledger = ledger(&world(), &map).await;
    assert_eq!(ledger.len(), map.model().class.values().filter(|class| class.purge.is_some()).count());
    let sentence = |name: &str| ledger[name].sentence.clone().unwrap();
    assert!(sentence("class.billing-records").contains("retained for 7 years"));
    assert!(sentence("class.security-logs").contains("up to 12 months"));
    for (name, one) in &ledger {
        assert!(one.sentence.is_some() != one.platform_limit.is_some(), "{name}");
    }
    assert_eq!(ledger["class.member-profiles"].platform_limit.as_ref().unwrap().platform, "linkedin");
}

#[tokio::test]
async fn a_run_is_the_proof_of_everything_before_its_watermark() {
    let (world, map) = (world(), map());
    let before = &ledger(&world, &map).await["class.security-logs"];
    assert_eq!((before.standing.verdict(), before.last_proof), (Verdict::NeverSwept, None));
    assert_eq!(before.standing.oldest_due.unwrap().period.text(), "2026-03-01");
    run(&world, &map, 1_000).await;
    let after = &ledger(&world, &map).await["class.security-logs"];
    assert_eq!((after.standing.verdict(), after.holds(), after.standing.oldest_due), (Verdict::Holds, true, None));
    let proof = Swept { until: at("2026-03-11T00:00:00Z"), at: Some(at(NOON)) };
    assert_eq!(after.last_proof, Some(proof));
    let next = after.standing.next_due.unwrap();
    assert_eq!((next.period.text().as_str(), next.at), ("2026-03-11", at("2027-03-11T00:00:00Z")));
}

/// What was done to the world before the run, and the worst that some class comes to after it.
const TROUBLES: [(&str, Verdict); 7] = [
    ("nothing", Verdict::Holds),
    ("held", Verdict::Held),
    ("nobody knows a record", Verdict::Late),
    ("above the ceiling", Verdict::Halted),
    ("above the ceiling and confirmed", Verdict::Holds),
    ("too much for a run", Verdict::Late),
    ("a store that fails", Verdict::NeverSwept),
];

async fn troubled(trouble: &str, map: &DataMap) -> (World, u64) {
    let world = world();
    match trouble {
        "held" => hold_all_of_alder(&world),
        "nobody knows a record" => world.put_item("logs", "log#2026-03-03#0", "-"),
        "above the ceiling" => put_logs(&world, "2026-03-06", 30),
        "above the ceiling and confirmed" => {
            put_logs(&world, "2026-03-06", 30);
            run(&world, map, 1_000).await;
            let progress = &mut world.stored().purges.progress;
            let progress = progress.get_mut("security-logs").unwrap();
            progress.confirmed_plan = progress.halted.as_ref().map(|plan| plan.hash.clone());
        }
        "too much for a run" => return (world, 5),
        "a store that fails" => {
            put_logs(&world, "2026-03-01", 1);
            world.break_store(Some("logs"));
        }
        _ => {}
    }
    (world, 1_000)
}

#[tokio::test]
async fn the_ledger_and_the_alarms_never_disagree_about_what_goes_by_its_date() {
    let map = map();
    for (trouble, worst) in TROUBLES {
        let (world, records_max) = troubled(trouble, &map).await;
        for hours in [0, 1, 11, 12, 30] {
            world.pass(HOUR * hours);
            let report = run(&world, &map, records_max).await;
            let ledger = ledger(&world, &map).await;
            for (class, told) in &report.classes {
                let shown = &ledger[&format!("class.{class}")];
                let is_alarm = told.late > 0 || told.halted;
                assert_eq!(shown.holds(), !is_alarm, "{trouble}, {hours} h, {class}");
                let shown = &shown.standing;
                assert_eq!((shown.late_periods, shown.is_halted), (told.late, told.halted), "{trouble}, {class}");
                let kept = (shown.held_periods, shown.held_records, shown.kept_records);
                assert_eq!(kept, (told.held_periods, told.held, told.kept), "{trouble}, {class}");
            }
            if hours == 0 {
                let logs = ledger["class.security-logs"].standing.verdict();
                assert_eq!(logs, worst, "{trouble}");
            }
        }
    }
}

#[tokio::test]
async fn each_class_costs_one_read_and_a_fault_is_told() {
    let (world, map) = (world(), map());
    let classes = PeriodClass::all(&map).unwrap().len() as u64;
    world.strike(None);
    read_purges(&world, &map).await.unwrap();
    assert_eq!(world.calls(), classes);
    for call in 1..=classes {
        world.strike(Some(Strike::Before(call)));
        assert!(read_purges(&world, &map).await.is_err(), "call {call}");
    }
}

/// Words that make a sentence one with a date. Those of a span count beside a number: `7 years`, `30-day`, `thirty days`.
const SPANS: [&str; 8] = ["minute", "hour", "day", "week", "month", "quarter", "year", "weekday"];
const NUMBERS: [&str; 15] = [
    "one", "two", "three", "four", "five", "six", "seven", "ten", "twelve", "fourteen", "thirty", "sixty", "ninety",
    "few", "business",
];
const SPEED: [&str; 8] = ["timeframes", "timeframe", "deadline", "promptly", "immediately", "delay", "periods", "soon"];

/// Where the policy gives a number of days, months or years, or says how soon.
fn dated(policy: &str) -> Vec<(usize, String)> {
    let is_break = |letter: char| letter.is_whitespace() || "-‑–—".contains(letter);
    let words: Vec<(usize, String)> = policy
        .split(is_break)
        .map(|word| {
            let bare = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()).to_ascii_lowercase();
            (word.as_ptr() as usize - policy.as_ptr() as usize, bare)
        })
        .filter(|(_, word)| !word.is_empty())
        .collect();
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit()) || NUMBERS.contains(&word);
    let is_span = |word: &str| SPANS.contains(&word.trim_end_matches('s'));
    let of_pair = |pair: &[(usize, String)]| match pair {
        [(at, number), (_, unit)] if is_number(number) && is_span(unit) => Some((*at, format!("{number} {unit}"))),
        [(at, word), _] if SPEED.contains(&word.as_str()) => Some((*at, word.clone())),
        _ => None,
    };
    words.windows(2).filter_map(of_pair).collect()
}

#[test]
fn a_date_is_found_however_it_is_written() {
    for (says, found) in [
        ("deleted within 30 days.", "30 days"),
        ("a 30-day window.", "30 day"),
        ("within thirty (30) days.", "30 days"),
        ("gone in ninety days.", "ninety days"),
        ("kept for 6 weeks at most.", "6 weeks"),
        ("in 72 hours or less", "72 hours"),
        ("for 12 months.", "12 months"),
        ("in 2 business days.", "business days"),
        ("answered without undue delay, always", "delay"),
        ("We delete it promptly. Always", "promptly"),
        ("as soon as we can", "soon"),
        ("within the required timeframes. 11", "timeframes"),
    ] {
        assert_eq!(dated(says).into_iter().map(|(_, what)| what).collect::<Vec<_>>(), [found], "{says}");
    }
    for silent in ["children under 16. We", "Section 9. It", "April 25, 2026 This", "at any time, either"] {
        assert_eq!(dated(silent), [], "{silent}");
    }
}

#[tokio::test]
async fn every_dated_sentence_of_the_policy_is_quoted_in_the_ledger() {
    let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let policy = folded(include_str!("../../../../../docs/privacy-policy.txt"));
    let map = built_in_map();
    let world = World::new(at("2026-03-10T12:00:00Z"), 10);
    let purges = read_purges(&world, &map).await.unwrap();
    let mut sentences: Vec<String> =
        crate::promise_ledger::standing(&map, [], &[], &InForce::default(), at("2026-03-10T12:00:00Z"))
            .into_iter()
            .map(|one| one.sentence)
            .collect();
    sentences.extend(
        scheduled(&map, &purges, &InForce::default(), at("2026-03-10T12:00:00Z"))
            .into_iter()
            .filter_map(|one| one.sentence),
    );
    sentences.extend(crate::promise_ledger::unwatched(&map).into_iter().map(|one| one.said.sentence));
    let quoted: Vec<std::ops::Range<usize>> = sentences
        .iter()
        .map(|sentence| {
            let sentence = folded(sentence);
            let start = policy.find(&sentence).unwrap_or_else(|| panic!("the policy does not say: {sentence}"));
            start..start + sentence.len()
        })
        .collect();
    let dated = dated(&policy);
    assert!(dated.len() >= 12, "{dated:?}");
    let missing: Vec<&str> = dated
        .iter()
        .filter(|(at, _)| !quoted.iter().any(|range| range.contains(at)))
        .map(|(at, _)| policy.get(at.saturating_sub(80)..(at + 40).min(policy.len())).unwrap_or_default())
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
