//! The one place that reads the wall clock.

use jiff::Timestamp;
use privacy::instant;
use privacy::ports::Clock;

/// The clock of the machine, in whole milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place")]
    fn now(&self) -> Timestamp {
        instant::to_millis(Timestamp::now())
    }
}
