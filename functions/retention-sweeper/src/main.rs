//! The sweeper: a schedule starts it; it sends what is stuck and what has a second look due. Wiring only.

mod config;
mod schedule;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use privacy_aws::connection::Patience;
use privacy_edge::{connect, log};

use crate::config::Config;
use crate::schedule::{Sweeper, Tick};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let connection = connect::connect()?.with_patience(Patience::WORK);
    let sweeper = Sweeper::new(&connection, Config::read()?)?;
    run(service_fn(async |event: LambdaEvent<Tick>| sweeper.tick(&event).await.map_err(Error::from))).await
}
