//! The program `char_lstm` as a user meets it: what it says to bad input, that it touches
//! no file that is not its own, and that a second run goes on where the first ended.

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
    profile.join("examples").join(format!("char_lstm{}", std::env::consts::EXE_SUFFIX))
}

fn run(text: &Path, out: &Path, flags: &[&str]) -> Output {
    let sizes = ["--hidden", "8", "--lanes", "2", "--window", "8", "--threads", "1"];
    Command::new(program())
        .arg("--text")
        .arg(text)
        .arg("--out")
        .arg(out)
        .args(sizes)
        .args(flags)
        .output()
        .expect("the program must start; `cargo test` builds it")
}

/// What follows the header of a safetensors file: eight bytes say how long that is.
fn numbers(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    let header = u64::from_le_bytes(*bytes.first_chunk().unwrap());
    bytes[8 + header as usize..].to_vec()
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "it must fail");
    String::from_utf8(output.stderr.clone()).expect("messages are UTF-8")
}

#[test]
fn a_text_that_cannot_be_used_is_named_with_what_is_wrong() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("model.safetensors");
    let cases: [(&str, &[u8], &str); 3] = [
        ("empty.txt", b"", "holds no text"),
        ("latin.txt", b"first line\ncaf\xe9\n", "latin.txt:2: not UTF-8"),
        ("short.txt", b"too short", "characters"),
    ];
    for (name, bytes, wanted) in cases {
        let text = folder.path().join(name);
        std::fs::write(&text, bytes).unwrap();
        let message = refusal(&run(&text, &out, &[]));
        assert!(message.contains(wanted), "{name}: {message}");
    }
    let message = refusal(&run(&folder.path().join("missing.txt"), &out, &[]));
    assert!(message.contains("missing.txt"), "{message}");
    assert!(!out.exists(), "nothing may be written");
}

#[test]
fn a_foreign_file_is_not_overwritten() {
    let folder = tempdir().unwrap();
    let text = folder.path().join("text.txt");
    std::fs::write(&text, "a river keeps no record of the rain, ".repeat(20)).unwrap();
    let message = refusal(&run(&text, &text, &[]));
    assert!(message.contains("text.txt"), "{message}");
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("a river"));
}

#[test]
fn a_finished_run_stays_finished_and_other_settings_are_refused() {
    let folder = tempdir().unwrap();
    let (text, out) =
        (folder.path().join("text.txt"), folder.path().join("model.safetensors"));
    std::fs::write(&text, "a river keeps no record of the rain, ".repeat(20)).unwrap();
    let first = run(&text, &out, &["--epochs", "2"]);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let weights = numbers(&out);

    let again = run(&text, &out, &["--epochs", "2"]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(again.stdout, first.stdout, "the second run has nothing left to do");
    assert!(numbers(&out) == weights, "the weights must not change");

    let message = refusal(&run(&text, &out, &["--epochs", "2", "--seed", "2"]));
    assert!(message.contains("seed"), "{message}");
}
