//! Due dates of a table of requests: what the service itself would count, for a look ahead or a check.
//!
//! In: CSV with the columns `id`, `regime`, `rule`, `received_at_utc`, `extended`, in any order, among others. Only
//! `id` and `received_at_utc` must be there. `received_at_utc` is RFC 3339. Where `rule` is empty, the regime's own
//! rule of the law file counts, the extended one when `extended` is `yes`. A rule without `tz:` counts in the zone
//! of its regime, in UTC when the regime is not known.
//!
//! Out: `id,expected_due_date`, then one line per row in order: a date, or an instant for a rule of hours. A row
//! that cannot be counted has an empty date, and its reason on the error stream.

mod row;

use std::io::{self, Read, Write};

use csv::{ByteRecord, ReaderBuilder, Terminator, WriterBuilder};
use privacy::law::{Law, UnusableLaw};

use crate::row::Columns;

/// Why the table as a whole cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum Unworkable {
    /// A column that is needed.
    #[error("no column `{0}`")]
    Column(&'static str),
    /// Reading or writing.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// Reading or writing.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The law file, which the build has checked.
    #[error(transparent)]
    Law(#[from] UnusableLaw),
}

/// Counts a whole table. Returns how many rows could not be counted.
///
/// # Errors
/// [`Unworkable`]
pub fn run(input: impl Read, output: impl Write, mut problems: impl Write) -> Result<usize, Unworkable> {
    let law = Law::built_in()?;
    // It skips a byte order mark and empty lines, and takes either line end.
    let mut reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(input);
    let mut writer = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(output);
    let mut record = ByteRecord::new();
    reader.read_byte_record(&mut record)?;
    let columns = Columns::of(&record).map_err(Unworkable::Column)?;
    writer.write_record(["id", "expected_due_date"])?;
    let mut failed = 0;
    while reader.read_byte_record(&mut record)? {
        let id = columns.id(&record);
        let due = columns.due(&record, &law);
        writer.write_record([id, due.as_deref().unwrap_or_default().as_bytes()])?;
        if let Err(problem) = due {
            failed += 1;
            let line = record.position().map_or(0, csv::Position::line);
            writeln!(problems, "line {line}, {}: {problem}", String::from_utf8_lossy(id))?;
        }
    }
    writer.flush()?;
    Ok(failed)
}

#[cfg(test)]
mod tests;
