//! Clocks: a rule in one line of text, and the date or instant that it leads to.
//!
//! `months:1 tz:Europe/Brussels roll:none` is a rule. It is parsed once ([`Rule`]), then counted by
//! [`Rule::due`]. What days are holidays, and which rule holds where, stands in `law.toml` ([`model`]), beside
//! what else laws say of requests ([`rights`]); it is validated when this crate is built. The modules here are also
//! compiled into `build.rs`, so they read nothing and reach for nothing outside this folder.

pub mod due;
pub mod holiday;
mod kind;
pub mod model;
mod parse;
pub mod rights;
pub mod rule;
pub mod validate;
pub mod zone;

pub use due::{ClockError, Due};
pub use holiday::Holidays;
pub use rule::{BadRule, Rule};
