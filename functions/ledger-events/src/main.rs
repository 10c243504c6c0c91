//! Tells others what changed: the ledger's stream comes in, events go to the bus; or all of a span once more, as somebody asks. Wiring only.

mod again;
mod event;
mod stream;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use privacy::data_map::DataMap;
use privacy_aws::connection::Patience;
use privacy_edge::{connect, env, log};

use crate::again::Repeater;
use crate::event::Event;
use crate::stream::Teller;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let connection = connect::connect()?.with_patience(Patience::WORK);
    let bus = env::required("EVENT_BUS_NAME")?;
    let repeater = Repeater::new(&connection, DataMap::built_in()?, env::required("LEDGER_TABLE")?, bus.clone());
    let teller = Teller::new(&connection, bus, env::required("EVENT_DEAD_LETTERS_URL")?);
    run(service_fn(async |event: LambdaEvent<Event>| event::answer(&teller, &repeater, event).await)).await
}
