//! What the trail asks of the ledger.

use std::future::Future;

use super::staff::StaffAct;
use crate::ports::Answer;

/// Where staff and the dashboard say what they are about to do or see. There is one row for each deed; it holds the last one
/// and counts, so that every act changes it.
pub trait StaffActs: Sync {
    /// Notes it. At least once: an answer that was lost may count an act twice, never leave one out.
    fn note_act(&self, act: &StaffAct) -> impl Future<Output = Answer<()>> + Send;
}
