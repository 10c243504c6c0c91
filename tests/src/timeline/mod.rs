//! `docs/timeline.svg` as the policy file says it: for each promise, phase and record, what happens on which day after its
//! event. Every number comes from the map.

mod drawing;

use privacy::data_map::DataMap;
use privacy::policy::model::{Class, Model};
use privacy::policy::own::{Own, Purge};
use privacy::policy::{Ends, Phase, Route};

use crate::retention::words;

/// What a stretch of days is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stretch {
    /// It stays, or the person may still act.
    Kept,
    /// It is worked on.
    Work,
    /// It may still take so long.
    Allowed,
}

/// One line of the picture. Days since the event.
struct Line {
    label: String,
    note: String,
    stretches: Vec<(Stretch, f64, f64)>,
    alarm: Option<f64>,
    last: Option<f64>,
    /// It may go on past its end.
    is_open: bool,
}

/// Lines with one event.
struct Group {
    heading: &'static str,
    lines: Vec<Line>,
}

/// A span as days of the picture: months and years have their mean length.
fn days(span: &jiff::Span) -> f64 {
    let months = i32::from(span.get_years()) * 12 + span.get_months();
    let hours = f64::from(span.get_hours()) + (span.get_minutes() as f64) / 60.0;
    f64::from(months) * 30.4375 + f64::from(span.get_weeks()) * 7.0 + f64::from(span.get_days()) + hours / 24.0
}

/// `25`, or `1.5`.
fn day(days: f64) -> String {
    if days.fract() == 0.0 { format!("{days:.0}") } else { format!("{days:.1}") }
}

/// What stands before the colon.
fn short(title: &str) -> String {
    title.split(':').next().unwrap_or(title).to_owned()
}

fn promises(policy: &Model) -> Vec<Line> {
    let mut lines: Vec<Line> = policy
        .promise
        .values()
        .filter_map(|promise| Some((promise, promise.counted.as_ref()?)))
        .map(|(promise, counted)| {
            let (work, last) = (days(&counted.work_within), days(&counted.within));
            let alarm = last - days(&promise.alarm_before);
            Line {
                label: promise.title.clone(),
                note: format!("worked off by day {} · alarm {} · last day {}", day(work), day(alarm), day(last)),
                stretches: vec![(Stretch::Work, 0.0, work), (Stretch::Allowed, work, last)],
                alarm: Some(alarm),
                last: Some(last),
                is_open: false,
            }
        })
        .collect();
    let promise = &policy.promise[&Route::Disconnect];
    for rule in policy.platform.values() {
        let Some(within) = &rule.erase_within else { continue };
        let Some(counted) = &promise.counted else { continue };
        let (work, last) = (days(&counted.work_within), days(within));
        let alarm = last - days(&promise.alarm_before);
        lines.push(Line {
            label: format!("Disconnect of {}", rule.title),
            note: format!("worked off by day {} · alarm {} · last day {}", day(work), day(alarm), day(last)),
            stretches: vec![(Stretch::Work, 0.0, work), (Stretch::Allowed, work, last)],
            alarm: Some(alarm),
            last: Some(last),
            is_open: false,
        });
    }
    lines
}

fn phases(policy: &Model) -> Vec<Line> {
    let window = days(&policy.termination.phase[&policy.termination.window].starts_after);
    let mut lines = vec![Line {
        label: "Export and reactivation".to_owned(),
        note: format!("open through day {}", day(window - 1.0)),
        stretches: vec![(Stretch::Kept, 0.0, window - 1.0)],
        alarm: None,
        last: None,
        is_open: false,
    }];
    let mut phases: Vec<&Phase> = policy.termination.phase.values().collect();
    phases.sort_by_key(|phase| (phase.within.get_days(), phase.starts_after.get_days()));
    lines.extend(phases.into_iter().map(|phase| {
        let (starts, last) = (days(&phase.starts_after), days(&phase.within));
        let alarm = last - days(&phase.alarm_before);
        Line {
            label: short(&phase.title),
            note: format!("erased from day {} · alarm {} · last day {}", day(starts), day(alarm), day(last)),
            stretches: vec![(Stretch::Kept, 0.0, starts), (Stretch::Work, starts, last)],
            alarm: Some(alarm),
            last: Some(last),
            is_open: false,
        }
    }));
    lines
}

/// A record with a clock of its own.
fn clocked(label: &str, ends: &Ends) -> Line {
    let floor = ends.floor.as_ref().map(days);
    let last = ends.last_day.as_ref().map(days);
    let before = |span: &jiff::Span| last.map(|last| last - days(span));
    let begin = ends.purge_lead.as_ref().and_then(before).or(floor).or(last).unwrap_or_default();
    let mut stretches = vec![(Stretch::Kept, 0.0, begin)];
    stretches.extend(last.map(|last| (Stretch::Work, begin, last)));
    let alarm = ends.alarm_before.as_ref();
    let alarm_note = alarm.filter(|_| last.is_some()).map(|before| format!("alarm {} before", words(before)));
    let note = match (&ends.floor, &ends.last_day) {
        (Some(floor), Some(last)) => format!("{} to {}", words(floor), words(last)),
        (Some(floor), None) => format!("at least {}", words(floor)),
        (None, Some(last)) => format!("at most {}", words(last)),
        (None, None) => String::new(),
    };
    Line {
        label: short(label),
        note: [Some(note), alarm_note].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        stretches,
        alarm: alarm.and_then(before),
        last,
        is_open: last.is_none(),
    }
}

/// Classes that end by themselves: neither a disconnect nor the end of an account does it.
fn rolling(policy: &Model) -> Vec<Line> {
    let is_rolling = |class: &&Class| !["disconnected_at", "terminated_at"].contains(&class.clock.anchor.as_str());
    policy
        .class
        .values()
        .filter(is_rolling)
        .map(|class| clocked(&class.title, &Ends::effective(class, policy)))
        .collect()
}

fn own(policy: &Model) -> Vec<Line> {
    let is_own_clock = |own: &&Own| own.clock.anchor != "disconnected_at";
    let ends = |own: &Own| Ends {
        floor: own.clock.floor,
        last_day: own.clock.ceiling,
        purge_lead: own.purge_lead,
        alarm_before: own.alarm_before,
    };
    let line = |own: &Own| {
        let mut line = clocked(&own.title, &ends(own));
        if own.purge == Purge::NotBuilt && own.clock.ceiling.is_some() {
            // An alarm that nobody can hear is not drawn.
            line.alarm = None;
            let span = line.note.split(" · ").next().unwrap_or_default();
            line.note = format!("{span} · not built yet");
        }
        line
    };
    policy.own.values().filter(is_own_clock).map(line).collect()
}

/// The picture.
#[must_use]
pub fn picture(map: &DataMap) -> String {
    let policy = map.model();
    let groups = [
        Group { heading: "A request, from the day it comes in", lines: promises(policy) },
        Group { heading: "An account, from the day the paid service ends", lines: phases(policy) },
        Group { heading: "Records that age, from the day they are made", lines: rolling(policy) },
        Group { heading: "Our own records, from their closing, making or placing", lines: own(policy) },
    ];
    let groups: Vec<Group> = groups.into_iter().filter(|group| !group.lines.is_empty()).collect();
    drawing::draw(&policy.company.name, &groups)
}
