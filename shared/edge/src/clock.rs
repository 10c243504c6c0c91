//! The one place that reads the wall clock. A test stack may move it, with the cargo feature `movable-clock` that no release
//! is built with.

use jiff::{SignedDuration, Timestamp};
use privacy::instant;
use privacy::ports::Clock;

/// The clock of the machine, in whole milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    fn now(&self) -> Timestamp {
        instant::to_millis(moved(Timestamp::now()))
    }
}

/// The instant after which an invocation begins nothing more: `margin` before its deadline, which Lambda gives in
/// milliseconds since 1970.
#[must_use]
pub fn stop_at(deadline_millis: u64, margin: SignedDuration) -> Timestamp {
    let deadline = i64::try_from(deadline_millis).ok().and_then(|millis| Timestamp::from_millisecond(millis).ok());
    deadline.map_or_else(|| SystemClock.now(), |deadline| moved(deadline) - margin)
}

#[cfg(not(feature = "movable-clock"))]
const fn moved(real: Timestamp) -> Timestamp {
    real
}

/// Real time and as many seconds as the file says that the test stack names. No file, no move.
#[cfg(feature = "movable-clock")]
fn moved(real: Timestamp) -> Timestamp {
    let text = crate::env::optional("MOVABLE_CLOCK_FILE").and_then(|file| std::fs::read_to_string(file).ok());
    let seconds = text.and_then(|text| text.trim().parse().ok()).unwrap_or_default();
    real.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(real)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_stops_before_the_deadline_or_at_once() {
        let deadline = SystemClock.now() + SignedDuration::from_secs(60);
        let millis = u64::try_from(deadline.as_millisecond()).unwrap();
        assert_eq!(stop_at(millis, SignedDuration::from_secs(40)), deadline - SignedDuration::from_secs(40));
        assert!(stop_at(u64::MAX, SignedDuration::from_secs(40)) <= SystemClock.now());
    }
}
