use super::*;
use crate::data_map::DataMap;
use crate::legal_hold::HoldId;
use crate::memory::built_in_map;
use crate::purge::{Leftover, PurgePlan, Swept};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Days that go after twelve months less a day, and are late 12 hours later.
fn logs() -> PeriodClass {
    let mut model = built_in_map().model().clone();
    model.class.get_mut("security-logs").unwrap().purge.as_mut().unwrap().since = "2026-01-01".parse().unwrap();
    let classes = PeriodClass::all(&DataMap::new(model).unwrap()).unwrap();
    classes.into_iter().find(|class| class.name == "security-logs").unwrap()
}

fn swept(until: &str) -> Progress {
    Progress { swept: Some(Swept { until: at(until), at: None }), ..Progress::default() }
}

fn left(day: &str, held: u64, kept: u64) -> Leftover {
    let by = if held > 0 { vec![HoldId::parse("hold-0001").unwrap()] } else { vec![] };
    Leftover { starts_at: at(day), look_at: at(day), by, held, kept }
}

/// Verdict, periods that are due and late, the oldest of them, and the next.
fn found(progress: &Progress, now: &str) -> (Verdict, u64, u64, Option<String>, String) {
    let standing = judge_class(&logs(), progress, &InForce::default(), at(now));
    let oldest = standing.oldest_due.map(|due| due.period.text());
    (standing.verdict(), standing.due_periods, standing.late_periods, oldest, standing.next_due.unwrap().period.text())
}

#[test]
fn a_class_is_late_when_its_watermark_is_behind_by_more_than_its_alarm_allows() {
    let day = |text: &str| text.to_owned();
    let progress = swept("2026-03-02T00:00:00Z");
    for (now, expected) in [
        ("2027-03-01T23:59:59Z", (Verdict::Holds, 0, 0, None, day("2026-03-02"))),
        ("2027-03-02T00:00:00Z", (Verdict::Holds, 1, 0, Some(day("2026-03-02")), day("2026-03-03"))),
        ("2027-03-02T11:59:59Z", (Verdict::Holds, 1, 0, Some(day("2026-03-02")), day("2026-03-03"))),
        ("2027-03-02T12:00:00Z", (Verdict::Late, 1, 1, Some(day("2026-03-02")), day("2026-03-03"))),
        ("2027-03-04T00:00:00Z", (Verdict::Late, 3, 2, Some(day("2026-03-02")), day("2026-03-05"))),
    ] {
        assert_eq!(found(&progress, now), expected, "{now}");
    }
}

#[test]
fn a_class_that_was_never_swept_does_not_hold_from_its_first_due_date_on() {
    let fresh = Progress::default();
    assert_eq!(found(&fresh, "2026-12-31T23:59:59Z").0, Verdict::Holds, "nothing is due yet");
    let (verdict, due, late, oldest, _) = found(&fresh, "2027-01-01T00:00:00Z");
    assert_eq!((verdict, due, late, oldest.as_deref()), (Verdict::NeverSwept, 1, 1, Some("2026-01-01")));
}

#[test]
fn a_halt_breaks_it_until_its_plan_is_confirmed() {
    let ceiling = logs().ceiling_per_run();
    let plan = PurgePlan::new("security-logs", ceiling, ceiling + 1, at("2026-03-02T00:00:00Z"));
    let halted = |plan: &PurgePlan, confirmed: Option<&PurgePlan>| Progress {
        halted: Some(plan.clone()),
        confirmed_plan: confirmed.map(|plan| plan.hash.clone()),
        ..swept("2026-03-02T00:00:00Z")
    };
    let now = "2027-03-02T00:00:00Z";
    assert_eq!(found(&halted(&plan, None), now).0, Verdict::Halted);
    let other = PurgePlan::new("security-logs", ceiling, ceiling + 2, plan.until);
    assert_eq!(found(&halted(&plan, Some(&other)), now).0, Verdict::Halted, "another plan was confirmed");
    assert_eq!(found(&halted(&plan, Some(&plan)), now).0, Verdict::Holds);
    let lower = PurgePlan::new("security-logs", ceiling - 9, ceiling, plan.until);
    assert_eq!(found(&halted(&lower, None), now).0, Verdict::Holds, "the policy file allows it by now");
    let never = Progress { swept: None, ..halted(&plan, None) };
    assert_eq!(found(&never, now).0, Verdict::Halted, "that is why it never was");
}

#[test]
fn a_watermark_that_the_clock_does_not_allow_is_not_believed() {
    let now = "2027-03-02T00:00:00Z";
    for (until, expected) in [
        ("2026-03-03T00:00:00Z", Verdict::Holds),
        ("2026-03-04T00:00:00Z", Verdict::Ahead),
        ("2037-03-04T00:00:00Z", Verdict::Ahead),
    ] {
        assert_eq!(found(&swept(until), now).0, expected, "{until}");
    }
    assert!(found(&swept("2037-03-04T00:00:00Z"), now).1 > 60, "all that is due may be there");
}

#[test]
fn what_a_hold_keeps_is_held_and_not_broken_and_what_nobody_knows_is_late() {
    let now = at("2027-03-02T06:00:00Z");
    let in_force: InForce = [HoldId::parse("hold-0001").unwrap()].into_iter().collect();
    let judge = |leftovers: Vec<Leftover>| {
        judge_class(&logs(), &Progress { leftovers, ..swept("2026-03-03T00:00:00Z") }, &in_force, now)
    };
    let held = judge(vec![left("2026-02-01T00:00:00Z", 3, 0), left("2026-02-02T00:00:00Z", 4, 0)]);
    assert_eq!((held.verdict(), held.held_periods, held.held_records), (Verdict::Held, 2, 7));
    assert_eq!((held.due_periods, held.oldest_due, held.verdict().is_broken()), (0, None, false));
    let kept = judge(vec![left("2026-02-01T00:00:00Z", 3, 2), left("2026-03-02T00:00:00Z", 0, 1)]);
    assert_eq!((kept.verdict(), kept.due_periods, kept.late_periods, kept.kept_records), (Verdict::Late, 2, 1, 3));
    assert_eq!(kept.oldest_due.unwrap().period.text(), "2026-02-01");
    let seen_again = judge(vec![left("2026-03-02T00:00:00Z", 0, 0)]);
    assert_eq!((seen_again.verdict(), seen_again.due_periods), (Verdict::Holds, 0), "only looked at once more");
}

#[test]
fn what_a_hold_kept_is_due_on_its_old_clock_once_that_is_released() {
    let in_force: InForce = [HoldId::parse("hold-0001").unwrap()].into_iter().collect();
    let by = |ids: &[&str]| ids.iter().map(|id| HoldId::parse(id).unwrap()).collect::<Vec<_>>();
    let judge = |day: &str, ids: &[&str]| {
        let leftovers = vec![Leftover { by: by(ids), ..left(day, 3, 0) }];
        let progress = Progress { leftovers, ..swept("2026-03-03T00:00:00Z") };
        judge_class(&logs(), &progress, &in_force, at("2027-03-02T06:00:00Z"))
    };
    let counts = |one: ClassStanding| (one.held_periods, one.held_records, one.due_periods, one.late_periods);
    let old = "2026-02-01T00:00:00Z";
    assert_eq!(counts(judge(old, &["hold-0001"])), (1, 3, 0, 0));
    assert_eq!(counts(judge(old, &["hold-0002"])), (0, 0, 1, 1), "released");
    assert_eq!(judge(old, &["hold-0002"]).verdict(), Verdict::Late);
    assert_eq!(judge(old, &["hold-0002"]).oldest_due.unwrap().period.text(), "2026-02-01");
    assert_eq!(counts(judge(old, &["hold-0001", "hold-0002"])), (1, 3, 1, 1), "one of two");
    let new = judge("2026-03-02T00:00:00Z", &["hold-0002"]);
    assert_eq!((counts(new), new.verdict()), ((0, 0, 1, 0), Verdict::Holds), "its alarm is hours away");
}

#[test]
fn a_verdict_is_broken_or_not_and_has_a_name_of_its_own() {
    let all = [Verdict::Halted, Verdict::Ahead, Verdict::NeverSwept, Verdict::Late, Verdict::Held, Verdict::Holds];
    assert_eq!(all.map(Verdict::is_broken), [true, true, true, true, false, false]);
    assert_eq!(all.map(Verdict::as_str), ["halted", "ahead", "never-swept", "late", "held", "holds"]);
}
