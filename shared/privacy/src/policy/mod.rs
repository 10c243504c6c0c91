//! The data map: what is stored where, what ends it, and what the policy promises about it.
//!
//! `policy.toml` is the only place of a retention number. It is validated when this crate is built; a file
//! that does not validate does not compile.

pub mod model;
pub mod pattern;
pub mod period;
pub mod processor;
pub mod processor_rules;
mod termination;
pub mod validate;

pub use model::{Model, Phase, Promise, Route};
