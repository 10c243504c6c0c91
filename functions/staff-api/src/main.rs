//! What staff see and do: requests of people, legal holds, halted plans, the promise ledger. Wiring only.

mod config;
mod http;

use lambda_http::{Error, Request};
use privacy_edge::{connect, log};

use crate::config::Config;
use crate::http::Staff;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let staff = &Staff::new(&connect::connect()?, Config::read()?)?;
    privacy_edge::http::run(move |request: Request| async move { staff.answer(&request).await }).await
}
