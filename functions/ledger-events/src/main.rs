//! Tells others what changed: the ledger's stream comes in, events go to the bus. Wiring only.

mod stream;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use privacy_aws::connection::Patience;
use privacy_edge::{connect, env, log};

use crate::stream::{Batch, Teller};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let connection = connect::connect()?.with_patience(Patience::WORK);
    let teller = Teller::new(&connection, env::required("EVENT_BUS_NAME")?);
    run(service_fn(async |event: LambdaEvent<Batch>| teller.tell(&event).await.map_err(Error::from))).await
}
