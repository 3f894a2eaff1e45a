//! One test for every source file that the book shows: programs are compiled and run, the rest is compiled.
//! The tests are written by `build.rs`.
#![allow(clippy::useless_format)]

use std::any::Any;
use std::panic::{catch_unwind, resume_unwind};
use std::thread::sleep;
use std::time::Duration;

include!(concat!(env!("OUT_DIR"), "/tests.rs"));

/// How often a program is tried again that could not be started.
const TRIES: usize = 20;

/// Compiles and runs a program through skeptic.
///
/// Skeptic copies what it compiled into its cache and starts it there. If another thread starts a process
/// while the copy is open for writing, that process holds the file open for a moment, and Linux refuses to
/// start it ("text file busy"). That says nothing about the program, so it is started again.
fn run_test(root_dir: &str, out_dir: &str, target_triple: &str, text: &str) {
    for _ in 0..TRIES {
        let outcome = catch_unwind(|| {
            skeptic::rt::run_test(root_dir, out_dir, target_triple, text);
        });
        match outcome {
            Ok(()) => return,
            Err(panic) if busy(panic.as_ref()) => sleep(Duration::from_millis(100)),
            Err(panic) => resume_unwind(panic),
        }
    }
    panic!("the program could not be started in {TRIES} tries: text file busy");
}

/// Whether a panic of skeptic says that the executable is still open for writing.
fn busy(panic: &(dyn Any + Send)) -> bool {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    message.is_some_and(|message| {
        message.starts_with("Could not run") && message.contains("(os error 26)")
    })
}

#[test]
fn only_a_busy_file_is_tried_again() {
    let panic = |text: &str| -> Box<dyn Any + Send> { Box::new(text.to_owned()) };
    assert!(busy(
        panic("Could not run cd \"/x\" && \"/y\": Text file busy (os error 26)")
            .as_ref()
    ));
    assert!(!busy(panic("Command failed:\nassertion failed").as_ref()));
    assert!(!busy(
        panic("Could not run y: No such file or directory (os error 2)").as_ref()
    ));
}
