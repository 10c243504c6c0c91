//! Rows that stem from several connections.

use std::future::Future;

use super::Answer;
use crate::data_map::SharedRow;

/// What taking a source out of a row came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detached {
    /// Others are left: it holds their sum.
    Kept,
    /// It was the last one: the row is gone.
    Emptied,
    /// There is no such row.
    Absent,
}

/// Shared rows.
pub trait SharedRows: Sync {
    /// Takes one source out of each row and out of its total, exactly once however often it is asked; a row without any
    /// source is erased unless one came in meanwhile. In the order of `rows`. A fault may leave some of them done.
    fn detach(&self, rows: &[SharedRow]) -> impl Future<Output = Answer<Vec<Detached>>> + Send;

    /// The sources of rows of one partition, by strong reads, in the order of `rows`; none of a row that is gone.
    fn sources(
        &self,
        store: &str,
        partition: &str,
        rows: &[String],
    ) -> impl Future<Output = Answer<Vec<Vec<String>>>> + Send;
}
