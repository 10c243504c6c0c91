//! Downstream processors: an erasure is complete when each has confirmed, or the date by which its copy expires has
//! passed (GDPR Art. 19, CCPA regulations section 7022, policy sections 5 and 13.3).
//!
//! ```text
//!            accepted                 every query finds nothing
//! Waiting ─────────────► Asked ─────────────────────────────────► Confirmed | Retained
//!    ▲  └ again later      │ └ again later
//!    └─────────────────────┘ a query still finds something
//!
//! at once: ExpiresBy (cannot be asked) | Confirmed (our own stores) | NotConcerned
//! ```
//!
//! Each has a last day of its own (`within`), counted from when it was first to be asked: our own last day is over with our own strong
//! read. What counts is the follow-up query, never a processor's "accepted". Asking twice and looking twice is defined, so any
//! call may be lost, repeated or cut short. Nothing is ever given up: what lasts too long rings and is asked on.
//! Once more of ours is gone than when they were asked, each is asked anew: it may have got a copy after it had answered.

mod last_day;
mod ports;
mod report;
mod settle;
mod settlement;
mod state;
mod target;

pub use last_day::{last_day, timeliness};
pub use ports::{Finding, ProcessorLedger, Processors, Reply};
pub use report::{Line, Report, Trouble};
pub use settle::{Case, Settling};
pub use settlement::{Entry, Extent, Settlement};
pub use state::{Due, Happened, How, Rule, Said, State, step};
pub use target::{Kept, Target};

#[cfg(test)]
mod tests;
