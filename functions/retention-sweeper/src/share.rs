//! How an invocation is shared among its sweeps. Whoever goes first can be given work without end from outside, by requests that
//! anybody may send; so each has to leave those after it their time. What is due in the ledger goes last, with what the others
//! have made due, and has the largest part.

use jiff::{SignedDuration, Timestamp};

/// When each begins nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shares {
    pub(crate) requests: Timestamp,
    pub(crate) bundles: Timestamp,
    pub(crate) replays: Timestamp,
    pub(crate) obligations: Timestamp,
}

impl Shares {
    /// Of an invocation that ends at this instant.
    pub(crate) fn until(ends_at: Timestamp) -> Self {
        let before = |seconds| ends_at - SignedDuration::from_secs(seconds);
        Self { requests: before(90), bundles: before(82), replays: before(75), obligations: before(28) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_comes_first_leaves_the_others_their_time() {
        // As long as the template lets it run.
        let timeout = SignedDuration::from_secs(120);
        let began_at = Timestamp::UNIX_EPOCH;
        let Shares { requests, bundles, replays, obligations } = Shares::until(began_at + timeout);
        let parts = [began_at, requests, bundles, replays, obligations].map(Timestamp::as_second);
        let parts: Vec<i64> = parts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(parts.iter().all(|seconds| *seconds >= 5), "{parts:?}");
        assert_eq!(parts.iter().max(), parts.last(), "obligations have the largest part: {parts:?}");
        assert!(obligations < began_at + timeout - SignedDuration::from_secs(25), "what has begun can end");
    }
}
