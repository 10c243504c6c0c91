//! When an obligation may still be cancelled.

use jiff::Timestamp;

use crate::obligation::{Head, State};
use crate::ports::{CancelUntil, Cancelled};

/// Cancels it, unless a worker has begun or its day is what counts and has come.
pub(super) fn cancel(head: &mut Head, until: CancelUntil, now: Timestamp) -> Cancelled {
    let has_begun = head.state != State::Received || head.begun_at.is_some() || head.reopened > 0;
    let is_in_time = head.starts_at.is_some_and(|starts_at| until == CancelUntil::Begun || starts_at > now);
    if matches!(head.state, State::Cancelled { .. }) {
        return Cancelled::Done;
    }
    if has_begun || !is_in_time {
        return Cancelled::TooLate;
    }
    head.state = State::Cancelled { at: now };
    head.next_action_at = None;
    Cancelled::Done
}
