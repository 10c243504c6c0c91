//! The exporter: makes the bundles that the queue names. Wiring only.

mod config;
mod queue;

use aws_lambda_events::sqs::SqsEvent;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use privacy_aws::connection::Patience;
use privacy_edge::{connect, log};

use crate::config::Config;
use crate::queue::Worker;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let connection = connect::connect()?.with_patience(Patience::WORK);
    let worker = Worker::new(&connection, Config::read()?);
    run(service_fn(async |event: LambdaEvent<SqsEvent>| Ok::<_, Error>(worker.handle(event).await))).await
}
