//! Writes down what staff and the engine did: the ledger's stream comes in, signed entries go to the bucket. Wiring only.

mod stream;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use privacy_aws::connection::Patience;
use privacy_edge::{connect, env, log};

use crate::stream::{Batch, Config, Recorder};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let connection = connect::connect()?.with_patience(Patience::WORK);
    let config = Config {
        bucket: env::required("RECEIPTS_BUCKET")?,
        subject_keys_arn: env::required("SUBJECT_KEYS_ARN")?,
        receipt_key_arn: env::required("RECEIPT_KEY_ARN")?,
    };
    let recorder = Recorder::new(&connection, config);
    run(service_fn(async |event: LambdaEvent<Batch>| recorder.record(&event).await.map_err(Error::from))).await
}
