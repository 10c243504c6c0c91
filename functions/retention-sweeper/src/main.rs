//! The sweeper: schedules start it; it sends what is stuck and what has a second look due, and
//! purges what goes by its date. Wiring only.

mod bundles;
mod config;
mod due;
mod periods;
mod replays;
mod requests;
mod schedule;
mod share;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use privacy_aws::connection::Patience;
use privacy_edge::{connect, log};

use crate::schedule::{Sweeper, Tick};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let connection = connect::connect()?.with_patience(Patience::WORK);
    let sweeper = Sweeper::new(&connection)?;
    run(service_fn(async |event: LambdaEvent<Tick>| sweeper.tick(&event).await)).await
}
