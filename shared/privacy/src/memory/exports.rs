//! Exports in memory.

use super::World;
use crate::export::job::{ExportJob, ExportQueue};
use crate::ports::Answer;

/// What is stored of exports.
#[derive(Debug, Default)]
pub struct StoredExports {
    /// Messages to the worker that exports.
    pub jobs: Vec<ExportJob>,
}

impl ExportQueue for World {
    async fn export(&self, job: &ExportJob) -> Answer<()> {
        self.call("exports.send", |stored| stored.exports.jobs.push(job.clone()))
    }
}
