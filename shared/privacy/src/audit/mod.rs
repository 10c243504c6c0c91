//! The audit trail: what staff and the engine did, in one signed chain, so that an act that is missing, edited or added later
//! is found by whoever holds the public key.
//!
//! Every act changes a row of the ledger, and the ledger's stream carries every change of every row. So nothing is written
//! beside an act, and no act is without its entry: a consumer of the stream appends what changed, one entry for a batch.
//!
//! Each change names its row, by keyed reference, and what stood there before and after, by keyed digest. What a change says to
//! have stood before must be what the one before it left: so a change that never came is found, not only one that was taken
//! away. The same change delivered again is recognised by its event and not written twice.
//!
//! Nothing in it is anybody's: keyed references, dates, counts, and words of closed lists, by type. What staff wrote stands in
//! the ledger and counts in the digest.

mod act_kind;
mod append;
mod continuity;
mod facts;
mod kinds;
mod ports;
mod recorded;
mod row;
mod staff;
mod staff_reason;

pub use act_kind::ActKind;
pub use append::{Appended, Trail};
pub use continuity::{Continuity, Discontinued};
pub use ports::StaffActs;
pub use recorded::{About, Acts, At, Doer, PlanName, Recorded, Ref, record};
pub use row::{Change, Image, Row};
pub use staff::{Noted, StaffAct, StaffDeed};
pub use staff_reason::StaffReason;

#[cfg(test)]
mod tests;
