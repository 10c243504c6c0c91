//! The data map: what is stored where, what ends it, and what the policy promises about it.
//!
//! `policy.toml` is the only place of a retention number. It is validated when this crate is built; a file
//! that does not validate does not compile.

mod class_rules;
mod company;
mod ends;
mod excluded;
mod instructions;
pub mod letters;
pub mod model;
pub mod notice;
pub mod own;
mod own_rules;
pub mod pattern;
pub mod period;
mod period_rules;
mod phases;
pub mod platform;
pub mod processor;
mod processor_routes;
pub mod processor_rules;
mod promise;
pub mod redaction;
pub mod retained;
pub mod shared;
mod spans;
pub mod spoken;
mod termination;
pub mod unwatched;
pub mod validate;

pub use ends::Ends;
pub use model::{Model, Phase};
pub use promise::{Counted, Promise, Route};
