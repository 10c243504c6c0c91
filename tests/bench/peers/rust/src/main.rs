//! A function as the template of `cargo lambda new` has it.

mod callback;

use lambda_http::{Error, Request, run, service_fn, tracing};

use crate::callback::{Callback, handle};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let callback = &Callback::load().await?;
    run(service_fn(move |request: Request| async move { handle(callback, request).await })).await
}
