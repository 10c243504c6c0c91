//! `make policy-check`. Wiring only.

use std::io;
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    ExitCode::from(policy_check::run(arguments, &mut io::stdout(), &mut io::stderr()).await)
}
