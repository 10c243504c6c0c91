//! A function as the template of `cargo lambda new` has it.

#[cfg(not(feature = "empty"))]
mod callback;

#[cfg(feature = "empty")]
use lambda_http::{Body, Response};
#[cfg(not(feature = "quiet"))]
use lambda_http::tracing;
use lambda_http::{Error, Request, run, service_fn};

#[cfg(not(feature = "empty"))]
use crate::callback::{Callback, handle};

#[cfg_attr(feature = "one-thread", tokio::main(flavor = "current_thread"))]
#[cfg_attr(not(feature = "one-thread"), tokio::main)]
async fn main() -> Result<(), Error> {
    #[cfg(not(feature = "quiet"))]
    tracing::init_default_subscriber();
    serve().await
}

#[cfg(not(feature = "empty"))]
async fn serve() -> Result<(), Error> {
    let callback = &Callback::load().await?;
    run(service_fn(move |request: Request| async move { handle(callback, request).await })).await
}

#[cfg(feature = "empty")]
async fn serve() -> Result<(), Error> {
    run(service_fn(|_: Request| async { Ok::<_, Error>(Response::new(Body::Empty)) })).await
}
