//! The program `forecast` as a user meets it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::tempdir;

/// The program, which `cargo test` builds beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile =
        test.ancestors().nth(2).expect("the test lies in target/PROFILE/deps");
    profile.join("examples").join(format!("forecast{}", std::env::consts::EXE_SUFFIX))
}

fn run(data: &Path, column: &str, flags: &[&str]) -> Output {
    Command::new(program())
        .arg("--data")
        .arg(data)
        .args(["--column", column])
        .args(flags)
        .output()
        .expect("the program must start; `cargo test` builds it")
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "it must fail");
    String::from_utf8(output.stderr.clone()).expect("messages are UTF-8")
}

fn passengers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/air_passengers.csv")
}

#[test]
fn the_table_has_the_known_baselines() {
    let flags = ["--period", "12", "--epochs", "3", "--seeds", "2", "--hidden", "4"];
    let output = run(&passengers(), "passengers", &flags);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8(output.stdout).unwrap();
    let line = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(line("persistence").contains("44.2"), "{table}");
    assert!(line("seasonal-naive").contains("47.6"), "{table}");
    assert!(line("AR(13), recursive").contains("14.5"), "{table}");
    assert!(line("GRU, direct").contains('±'), "{table}");
}

#[test]
fn input_that_cannot_be_used_is_named_with_what_is_wrong() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("zeros.csv");
    let rows: String = (0..80).map(|n| format!("{n},{}\n", n % 7)).collect();
    std::fs::write(&file, format!("t,value\n{rows}")).unwrap();
    let period = ["--period", "7"];
    let with = |more: &[&'static str]| [&period[..], more].concat();
    let flat = folder.path().join("flat.csv");
    let rows: String = (0..80).map(|n| format!("{n},5\n")).collect();
    std::fs::write(&flat, format!("t,value\n{rows}")).unwrap();
    // One zero among the values that judge
    let late = folder.path().join("late.csv");
    let rows: String = (1..=80).map(|n| format!("{n},{}\n", 78 - n.min(78))).collect();
    std::fs::write(&late, format!("t,value\n{rows}")).unwrap();
    let cases = [
        (
            run(&flat, "value", &period),
            "flat.csv: column \"value\": the windows do not determine 13 weights",
        ),
        (
            run(&late, "value", &with(&["--log"])),
            "late.csv: column \"value\": value 78: 0 has no logarithm",
        ),
        (
            run(&file, "value", &with(&["--until", "49"])),
            "zeros.csv: column \"value\": 12 windows for 13 weights",
        ),
        (run(&file, "price", &period), "zeros.csv:1: no column \"price\""),
        (run(&folder.path().join("none.csv"), "value", &period), "none.csv"),
        (run(&file, "value", &with(&["--log"])), "0 has no logarithm"),
        (run(&file, "value", &with(&["--until", "40"])), "40 values"),
        (run(&file, "value", &with(&["--test", "5"])), "a test of 12"),
        (run(&file, "value", &with(&["--difference", "0"])), "--difference 0"),
        (run(&file, "value", &["--period", "0"]), "not in 1..=10000"),
    ];
    for (output, wanted) in cases {
        let message = refusal(&output);
        assert!(message.contains(wanted), "{message}");
    }
}
