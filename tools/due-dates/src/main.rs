//! `due-dates < requests.csv`: see the library. Wiring only.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let output = BufWriter::new(io::stdout().lock());
    match due_dates::run(io::stdin().lock(), output, io::stderr().lock()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing is left to report a failure of standard error to.
            let _ = writeln!(io::stderr(), "due-dates: {error}");
            ExitCode::from(2)
        }
    }
}
