//! How a program of the book ends.
//!
//! In the book: [section 8.6].
//!
//! [section 8.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/program.html

use std::{error::Error, io, process::ExitCode};

/// The exit code of a program, after its message where it failed. That the reader of its
/// output has gone away, as `head` does, is no error.
pub fn finish(outcome: Result<(), Box<dyn Error>>) -> ExitCode {
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    let io = error.downcast_ref::<io::Error>();
    if io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: {error}");
    ExitCode::FAILURE
}
