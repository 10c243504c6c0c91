//! Meta's callbacks: data deletion and deauthorize. Wiring only.

mod config;
mod http;

use lambda_http::{Error, Request};
use privacy_edge::{connect, log};

use crate::config::Config;
use crate::http::Callbacks;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let config = Config::read()?;
    let callbacks = &Callbacks::new(&connect::connect()?, config)?;
    // Reads the secrets while Lambda still gives a whole core; a failure here is met again by the first request.
    callbacks.warm().await;
    privacy_edge::http::run(move |request: Request| async move { callbacks.answer(&request).await }).await
}
