//! The report: a table per store of what is not classified.

use std::io::{self, Write};

use crate::check::{StoreReport, What};
use crate::{GOOD, UNCHECKED, UNCLASSIFIED};

/// Writes the report and answers with the exit code.
///
/// # Errors
/// The output cannot be written to.
pub fn write_report(reports: &[StoreReport], out: &mut impl Write) -> io::Result<u8> {
    for report in reports {
        let state = match (report.seen, report.findings.len(), report.is_required) {
            (None, _, true) => "NOT CHECKED: nobody said what it is called".to_owned(),
            (None, _, false) => "not there: nobody said what it is called".to_owned(),
            (Some(seen), 0, _) => format!("{seen} items, all classified"),
            (Some(seen), kinds, _) => format!("{seen} items, {kinds} unclassified:"),
        };
        writeln!(out, "{:<16} {state}", report.store)?;
        for (finding, count) in &report.findings {
            let what = match finding.what {
                What::Store => "store",
                What::Key => "key",
                What::Attribute => "attribute",
                What::Older => "older",
                What::Shard => "shard",
                What::Platform => "platform",
                What::Misdated => "misdated",
                What::Overdue => "overdue",
                What::Unlisted => "unlisted",
            };
            writeln!(out, "  {what:<10} {:<60} {count:>8}", finding.name)?;
        }
    }
    let is_unclassified = reports.iter().any(|report| !report.findings.is_empty());
    let is_unchecked = reports.iter().any(|report| report.seen.is_none() && report.is_required);
    Ok(match (is_unchecked, is_unclassified) {
        (true, _) => UNCHECKED,
        (false, true) => UNCLASSIFIED,
        (false, false) => GOOD,
    })
}
