//! `staff requests`, `staff promises`, `staff hold …`: see [`arguments::USAGE`]. Wiring only.

mod arguments;
mod call;
mod config;
mod print;
mod wait;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use arguments::Asked;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let given = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let paint = if io::stdout().is_terminal() { print::Paint::Coloured } else { print::Paint::Plain };
    let printed = match Asked::parse(given) {
        Ok(Asked::Help) => Ok((arguments::USAGE.to_owned(), ExitCode::SUCCESS)),
        Ok(Asked::Call(asked)) => match wait::answer(&asked).await {
            Ok(answer) if asked.is_json => Ok((format!("{answer}\n"), wait::code(&answer))),
            Ok(answer) => Ok((print::text(asked.form, &answer, paint), wait::code(&answer))),
            Err(error) => Err(print::plain(&error.to_string())),
        },
        Err(invalid) => Err(print::plain(&invalid.to_string())),
    };
    // Nobody is left to tell if this cannot be written.
    match printed {
        Ok((text, code)) => io::stdout().write_all(text.as_bytes()).map_or(ExitCode::FAILURE, |()| code),
        Err(error) => writeln!(io::stderr(), "staff: {error}").map_or(ExitCode::FAILURE, |()| ExitCode::FAILURE),
    }
}

#[cfg(test)]
mod tests;
