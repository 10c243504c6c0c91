//! What the dashboard tells us that ends: a disconnected integration. Wiring only.

mod config;
mod http;

use lambda_http::{Error, Request};
use privacy_edge::{connect, log};

use crate::config::Config;
use crate::http::Intake;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let intake = &Intake::new(&connect::connect()?, Config::read()?)?;
    privacy_edge::http::run(move |request: Request| async move { intake.answer(&request).await }).await
}
