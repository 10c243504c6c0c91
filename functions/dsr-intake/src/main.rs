//! What people ask for: the page with instructions and the form, the interface behind it, codes. Wiring only.

mod answers;
mod ask;
mod asking;
mod config;
mod download;
mod http;
mod instructions;
mod next;
mod proofs;
mod refused;
mod shown;
mod signal;
mod withdrawal;

use lambda_http::{Error, Request};
use privacy_edge::{connect, log};

use crate::config::Config;
use crate::http::Desk;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let desk = &Desk::new(&connect::connect()?, Config::read()?)?;
    privacy_edge::http::run(move |request: Request| async move { desk.answer(&request).await }).await
}
