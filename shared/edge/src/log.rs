//! JSON logs on standard output. Only our own crates log; the SDK and the runtime, which print request bodies
//! when they are asked to, are held at warnings whatever the environment says.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::env;

/// The crates that may log below a warning.
const OURS: [&str; 15] = [
    "privacy",
    "privacy_aws",
    "privacy_edge",
    "privacy_processors",
    "audit_trail",
    "disconnect_intake",
    "dsr_intake",
    "erasure_worker",
    "export_worker",
    "ledger_events",
    "meta_callback",
    "notify_worker",
    "request_status",
    "retention_sweeper",
    "staff_api",
];

/// Starts logging. `LOG_LEVEL` is `error`, `warn` or `info` (default), for our own crates. Nothing below is in a release: none of ours
/// logs there, and what the SDK does must not be read.
pub fn start() {
    let level = env::optional("LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let targets = Targets::new().with_default(LevelFilter::WARN).with_targets(OURS.map(|name| (name, level)));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_ansi(false);
    // A second start, as in tests, keeps the first.
    drop(tracing_subscriber::registry().with(targets).with(lines).try_init());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_may_log_what_its_runbooks_ask_for() {
        let functions = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../functions")).unwrap();
        for function in functions {
            let name = function.unwrap().file_name().into_string().unwrap().replace('-', "_");
            assert!(OURS.contains(&name.as_str()), "{name}");
        }
    }
}
