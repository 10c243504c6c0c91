//! JSON logs on standard output. Only our own crates log; the SDK and the runtime, which print request bodies
//! when they are asked to, are held at warnings whatever the environment says.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::env;

/// The crates that may log below a warning.
const OURS: [&str; 7] = [
    "privacy",
    "privacy_aws",
    "privacy_edge",
    "meta_callback",
    "request_status",
    "erasure_worker",
    "retention_sweeper",
];

/// Starts logging. `LOG_LEVEL` is `error`, `warn`, `info` (default) or `debug`, for our own crates.
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
