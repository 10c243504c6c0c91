//! Downstream processors over HTTPS, as the policy file describes them, and what carries messages to accounts of platforms. No
//! business rule: what an answer means for an erasure is decided in `privacy::processors`.
//!
//! Requests leave for one configured host each, over TLS, to an address that was looked up and found public in the same
//! step. There is no code here that follows a redirect, reads a proxy from the environment, or unpacks a body; answers
//! are read up to 64 KiB and for 10 seconds. Nothing that is logged holds an id, a URL, a body or a secret.

mod address;
mod answer;
mod base_url;
mod client;
mod http_messengers;
mod http_processors;
mod problem;
mod request;
mod resolver;
mod settings;

pub use client::Patience;
pub use http_messengers::{HttpMessengers, Message};
pub use http_processors::HttpProcessors;
pub use problem::{Problem, Refusal};
pub use settings::{InvalidSettings, Settings};

#[cfg(test)]
mod tests;
