//! An account in the process: the real SDK clients over `dynoxide`'s DynamoDB, with counted units, and small
//! models of S3 and SQS where no real part runs in a process. The models are checked against the local stack by the
//! end-to-end tests, which run the same code over them.

pub mod account;
pub mod asked;
pub mod buckets;
mod bus;
mod calls;
pub mod classified;
mod connections;
pub mod demo;
mod dynamodb;
pub mod everything;
mod excluded;
pub mod flood;
pub mod hot;
pub mod logs;
pub mod mails;
pub mod mistakes;
pub mod openapi;
pub mod repository;
pub mod retention;
mod role;
pub mod short;
pub mod stream;
pub mod sweep;
pub mod template;
pub mod timeline;
pub mod types;
pub mod workshop;

/// What a port reads one by one, where everything could be read.
#[must_use]
pub fn each<T>(rows: privacy::ports::Each<T>) -> Vec<T> {
    rows.into_iter().map(Result::unwrap).collect()
}
