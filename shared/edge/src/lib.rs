//! What every function needs at its edge: the environment, the clock, logs and metrics, problem documents,
//! form bodies, batches of messages and random bytes. The only crate that reads the environment or the wall clock.

pub mod asked;
pub mod batch;
pub mod caller;
pub mod clock;
#[cfg(feature = "aws")]
pub mod connect;
pub mod decision;
pub mod env;
pub mod form;
pub mod http;
pub mod json;
pub mod log;
pub mod metrics;
pub mod path;
pub mod problem;
pub mod random;
pub mod stores;
