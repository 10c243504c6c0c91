//! What settling asks of the world.

use std::future::Future;

use jiff::SignedDuration;

use super::{Settlement, Target};
use crate::obligation::ObligationId;
use crate::ports::Answer;

/// What an ask came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It says that it will. Proves nothing.
    Accepted,
    /// It says that there is nothing. Proves nothing either.
    NothingThere,
    /// It wants to be asked later.
    Later {
        /// By how much.
        after: SignedDuration,
    },
}

/// What a follow-up query came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Nothing was found.
    Gone,
    /// Something was found.
    StillThere,
    /// It wants to be asked later.
    Later {
        /// By how much.
        after: SignedDuration,
    },
}

/// The processors of the policy file, by name. Every call may be repeated.
pub trait Processors: Sync {
    /// Asks a processor to erase one target.
    fn ask(&self, name: &str, target: &Target) -> impl Future<Output = Answer<Reply>> + Send;
    /// Looks whether a processor still has anything of one target.
    fn confirm(&self, name: &str, target: &Target) -> impl Future<Output = Answer<Finding>> + Send;
}

/// Where the states are kept, by obligation and request.
pub trait ProcessorLedger: Sync {
    /// What was saved last, by a strong read.
    fn load(&self, id: &ObligationId, seq: u32) -> impl Future<Output = Answer<Option<Settlement>>> + Send;
    /// Saves version `n` over version `n - 1`, or version 1 where there is none; `false` when that is not what is there.
    fn save(&self, id: &ObligationId, seq: u32, settlement: &Settlement) -> impl Future<Output = Answer<bool>> + Send;
}
