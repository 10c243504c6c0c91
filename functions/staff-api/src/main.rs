//! What staff see and do: requests of people, legal holds, halted plans, the promise ledger. Wiring only.

mod config;
mod http;

use lambda_http::{Error, Request};
use privacy::data_map::DataMap;
use privacy_edge::{connect, log};

use crate::config::Config;
use crate::http::Staff;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let map = DataMap::built_in()?;
    let config = Config::read(&map)?;
    let staff = &Staff::new(&connect::connect()?, map, config)?;
    privacy_edge::http::run(move |request: Request| async move { staff.answer(&request).await }).await
}
