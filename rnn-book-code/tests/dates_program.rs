//! The program `dates` as a user meets it: the model that comes with the book answers,
//! bad input gets a sentence, and a small training run writes a model that is loaded.

use std::{
    path::PathBuf,
    process::{Command, Output},
};
use tempfile::tempdir;

/// The program, which `cargo test` builds beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile =
        test.ancestors().nth(2).expect("the test lies in target/PROFILE/deps");
    profile.join("examples").join(format!("dates{}", std::env::consts::EXE_SUFFIX))
}

fn run(args: &[&str]) -> Output {
    let output = Command::new(program()).args(args).output();
    output.expect("the program must start; `cargo test` builds it")
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_shipped_model_answers() {
    for (text, wanted) in [
        ("12 March 98", "1998-03-12\n"),
        ("the 12th of March 1998", "1998-03-12\n"),
        ("2024-02-29", "2024-02-29\n"),
    ] {
        let output = run(&[text]);
        assert_eq!(said(&output), (wanted.into(), String::new()), "{text}");
    }
    let (map, _) = said(&run(&["--map", "12 March 98"]));
    assert_eq!(map.lines().count(), 3 + 11, "a row for each letter and the end: {map}");
}

#[test]
fn input_that_cannot_be_used_gets_a_sentence() {
    let folder = tempdir().unwrap();
    let broken = folder.path().join("broken.safetensors");
    std::fs::write(&broken, b"no model").unwrap();
    let (missing, broken) = (folder.path().join("none"), broken);
    let long = "1".repeat(101);
    for (args, wanted) in [
        (vec![""], "0 letters are not in 1 to 100"),
        (vec![long.as_str()], "101 letters are not in 1 to 100"),
        (vec![], "which date?"),
        (vec!["1.1.1990", "--model", missing.to_str().unwrap()], "none"),
        (vec!["1.1.1990", "--model", broken.to_str().unwrap()], "broken.safetensors"),
    ] {
        let output = run(&args);
        let (_, message) = said(&output);
        assert!(!output.status.success() && message.contains(wanted), "{message}");
        assert!(!message.contains("panicked"), "{message}");
    }
    let (_, warning) = said(&run(&["12 März 98"]));
    assert!(warning.starts_with("warning: a letter"), "{warning}");
}

#[test]
fn a_short_training_run_writes_a_model_that_answers() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("model.safetensors");
    let path = out.to_str().unwrap();
    let output = run(&["train", "--out", path, "--dates", "640", "--threads", "1"]);
    let (report, message) = said(&output);
    assert!(output.status.success() && report.contains("unseen dates"), "{message}");
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "the state of the run is gone: {files:?}");
    let output = run(&["1 May 1999", "--model", path]);
    assert!(output.status.success(), "{:?}", said(&output));
}
