//! `make sim`.

use std::process::ExitCode;

fn main() -> ExitCode {
    privacy_sim::command::command()
}
