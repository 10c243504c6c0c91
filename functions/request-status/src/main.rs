//! Wires the status page: environment, ledger, policy, runtime.

mod asked;
mod asked_json;
mod config;
mod http;
mod json;
mod notice;
mod outcome;
mod page;
mod records;
#[cfg(test)]
mod samples;
mod steps;
mod to_do;
mod ways;

use lambda_http::{Error, Request};
use privacy_aws::ledger::LedgerTable;
use privacy_edge::clock::SystemClock;
use privacy_edge::{connect, log};

use crate::config::Config;
use crate::http::Site;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let Config { ledger_table, map, second_looks, base } = Config::read()?;
    let showcase = LedgerTable::new(&connect::connect()?, ledger_table);
    let site = &Site { showcase, clock: SystemClock, map, second_looks, base };
    privacy_edge::http::run(move |request: Request| async move { site.answer(&request).await }).await
}
