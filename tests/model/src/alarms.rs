//! The schedule, and what rings when it runs: the sweeps of `privacy`, whose alarms are kept by name.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use privacy::memory::World;
use privacy::obligation::ObligationId;
use privacy::ports::Clock;
use privacy::sweep_ledger::{self, Notice, Sweep, sweep_ledger};
use privacy::sweep_requests::{RequestsSwept, sweep_requests};

use crate::asked::Asked;
use crate::dates::{is_in_window_of_head, is_in_window_of_request, is_over};
use crate::office::{Office, STUCK_AFTER, ready};

/// Something that has a last day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dated {
    /// A request of a person.
    Request(ObligationId),
    /// The obligation behind it.
    Obligation(ObligationId),
}

/// An alarm that rang.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alarm {
    /// For what.
    pub of: Dated,
    /// As the sweep names it.
    pub why: &'static str,
    /// Whether its last day was not over yet.
    pub is_in_time: bool,
}

/// Every alarm that rang.
pub type Rung = BTreeSet<Alarm>;

/// What was heard of the schedule so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Heard {
    /// The alarms.
    pub rung: Rung,
    /// What was open, and kept by no hold, when the schedule ran in the days before its last one: that it has to ring for.
    pub expected: BTreeSet<Dated>,
}

impl Office {
    /// Both sweeps, now: what rang.
    pub(crate) fn sweep(&self, world: &World, asked: &Asked) -> Rung {
        let now = world.now();
        let stop_at = now + SignedDuration::from_mins(5);
        let bounds = sweep_ledger::Bounds { stuck_after: STUCK_AFTER, taken_max: 80, at_once: 8, stop_at };
        let mut named = Vec::new();
        let swept = ready(sweep_ledger(world, world, world, world, self.map(), bounds, |notice| match notice {
            Notice::Alarming { head, why } => named.push((head.id.clone(), why, is_over(asked.at(&head.id), now))),
            Notice::Fault(fault) => panic!("ports in memory do not fail: {}", fault.chain()),
        }));
        // Whoever is called at night is called by the count.
        named.retain(|(_, why, _)| is_counted(&swept, why));
        let alarm = |(id, why, is_over): (ObligationId, &'static str, bool)| Alarm {
            of: Dated::Obligation(id),
            why,
            is_in_time: !is_over,
        };
        let mut rung: Rung = named.into_iter().map(alarm).collect();
        let due = due_requests(world, asked, now);
        rung.extend(of_requests(&due, &ready(sweep_requests(&self.fulfilment(world), world, stop_at)), now));
        rung
    }

    /// What has to ring at the latest when the schedule runs now.
    pub(crate) fn expected(world: &World, asked: &Asked) -> BTreeSet<Dated> {
        let (now, stored) = (world.now(), world.stored());
        let requests = stored.requests.heads.values();
        let requests = requests.filter(|request| is_in_window_of_request(request, asked.at(&request.id), now));
        let heads = stored.heads.values().filter(|head| is_in_window_of_head(head, asked.at(&head.id), now));
        let requests = requests.map(|request| Dated::Request(request.id.clone()));
        requests.chain(heads.map(|head| Dated::Obligation(head.id.clone()))).collect()
    }
}

fn is_counted(swept: &Sweep, why: &str) -> bool {
    let count = match why {
        "near-due" => swept.near_due,
        "overdue" => swept.overdue,
        "halted" => swept.halted,
        "failed" => swept.failed,
        "hold-past-review" => swept.holds_past_review,
        "processor-late" => swept.processors_late,
        "processor-overdue" => swept.processors_overdue,
        _ => 0,
    };
    count > 0
}

/// Open requests that are due, the nearest last day first.
fn due_requests(world: &World, asked: &Asked, now: Timestamp) -> Vec<(Timestamp, ObligationId)> {
    let stored = world.stored();
    let open = stored.requests.heads.values().filter(|request| request.standing.closed_at().is_none());
    let due = open.filter(|request| request.next_action_at.is_some_and(|at| at <= now));
    let mut due: Vec<_> = due.map(|request| (asked.at(&request.id), request.id.clone())).collect();
    due.sort();
    due
}

/// The sweep counts requests and names none: so many of those that were due, the nearest last day first.
fn of_requests(due: &[(Timestamp, ObligationId)], swept: &RequestsSwept, now: Timestamp) -> Rung {
    let counts = [
        ("near-target", swept.near),
        ("past-target", swept.past_target),
        ("near-legal", swept.near_legal),
        ("last-day", swept.last_day),
        ("overdue", swept.overdue),
    ];
    let alarms = counts.into_iter().flat_map(|(why, count)| {
        let count = usize::try_from(count).expect("a count of a few");
        due.iter().take(count).map(move |(asked_at, id)| Alarm {
            of: Dated::Request(id.clone()),
            why,
            is_in_time: !is_over(*asked_at, now),
        })
    });
    alarms.collect()
}
