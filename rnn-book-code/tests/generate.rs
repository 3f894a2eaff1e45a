//! The program `generate` as a user meets it: what it says to bad input, that a killed
//! run ends at the same weights as an undisturbed one, and what each command prints.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};
use tempfile::tempdir;

/// The program, which `cargo test` builds beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile =
        test.ancestors().nth(2).expect("the test lies in target/PROFILE/deps");
    profile.join("examples").join(format!("generate{}", std::env::consts::EXE_SUFFIX))
}

fn generate(flags: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(flags);
    command
}

fn run(flags: &[&str]) -> Output {
    generate(flags).output().expect("the program must start; `cargo test` builds it")
}

/// A small run on `text`.
fn training<'a>(text: &'a Path, out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut flags = vec!["train", "--text", path(text), "--out", path(out)];
    flags.extend(["--hidden", "8", "--lanes", "2", "--window", "8", "--threads", "1"]);
    flags.extend(["--min-count", "1"]);
    flags.extend(more);
    flags
}

fn path(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("texts are UTF-8")
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "it must fail");
    String::from_utf8(output.stderr.clone()).expect("messages are UTF-8")
}

/// What follows the header of a safetensors file: eight bytes say how long that is.
fn numbers(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    let header = u64::from_le_bytes(*bytes.first_chunk().unwrap());
    bytes[8 + header as usize..].to_vec()
}

fn shipped() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/models/book-words.safetensors").into()
}

const RIVER: &str =
    "a river keeps no record of the rain, and no river is the same twice. ";

#[test]
fn a_text_that_cannot_be_used_is_named_with_what_is_wrong() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("model.safetensors");
    let cases: [(&str, &[u8], &str); 3] = [
        ("empty.txt", b" \n", "holds no text"),
        ("latin.txt", b"first line\ncaf\xe9\n", "latin.txt:2: not UTF-8"),
        ("short.txt", b"too short", "short.txt, the eight tenths to learn from"),
    ];
    for (name, bytes, wanted) in cases {
        let text = folder.path().join(name);
        std::fs::write(&text, bytes).unwrap();
        let message = refusal(&run(&training(&text, &out, &["--steps", "2"])));
        assert!(message.contains(wanted), "{name}: {message}");
    }
    let missing = folder.path().join("missing.txt");
    for command in ["train", "count"] {
        let mut flags = vec![command, "--text", path(&missing)];
        if command == "train" {
            flags.extend(["--out", path(&out)]);
        }
        let message = refusal(&run(&flags));
        assert!(message.contains("missing.txt"), "{message}");
    }
    assert!(!out.exists(), "nothing may be written");
}

#[test]
fn absurd_flags_are_refused_before_anything_happens() {
    let folder = tempdir().unwrap();
    let (text, out) = (folder.path().join("text.txt"), folder.path().join("out"));
    std::fs::write(&text, RIVER.repeat(20)).unwrap();
    for flags in [
        ["--minutes", "0"],
        ["--minutes", "NaN"],
        ["--hidden", "0"],
        ["--layers", "99"],
        ["--dropout", "1.5"],
        ["--level", "sentence"],
        ["--rate", "-1"],
        ["--threads", "0"],
    ] {
        let flag = flags.join("=");
        let all = ["train", "--text", path(&text), "--out", path(&out), &flag];
        let message = refusal(&run(&all));
        assert!(message.contains(flags[0]), "{flags:?}: {message}");
    }
    let shipped = shipped();
    for flags in [
        ["--temperature", "-1"],
        ["--temperature", "inf"],
        ["--top-k", "0"],
        ["--top-p", "1.5"],
        ["--length", "0"],
    ] {
        let flag = flags.join("=");
        let message = refusal(&run(&["sample", "--model", &shipped, &flag]));
        assert!(message.contains(flags[0]), "{flags:?}: {message}");
    }
    assert!(!out.exists());
}

#[test]
fn a_foreign_or_broken_file_is_refused_and_left_alone() {
    let folder = tempdir().unwrap();
    let (text, cut) = (folder.path().join("text.txt"), folder.path().join("cut"));
    std::fs::write(&text, RIVER.repeat(20)).unwrap();
    let whole = std::fs::read(shipped()).unwrap();
    std::fs::write(&cut, &whole[..whole.len() - 10]).unwrap();
    for file in [&text, &cut] {
        let before = std::fs::read(file).unwrap();
        for flags in [
            training(&text, file, &["--steps", "2"]),
            vec!["sample", "--model", path(file)],
            vec!["eval", "--text", path(&text), "--model", path(file)],
        ] {
            let message = refusal(&run(&flags));
            let name = file.file_name().and_then(|name| name.to_str()).unwrap();
            assert!(message.contains(name), "{message}");
            assert!(message.contains("no complete safetensors file"), "{message}");
        }
        assert_eq!(std::fs::read(file).unwrap(), before);
    }
    // A model, but no run that could go on
    let copy = folder.path().join("copy");
    std::fs::write(&copy, &whole).unwrap();
    let message = refusal(&run(&training(&text, &copy, &["--steps", "2"])));
    assert!(message.contains("settings"), "{message}");
}

#[test]
fn a_killed_run_ends_at_the_weights_of_one_that_was_not() {
    let folder = tempdir().unwrap();
    let text = folder.path().join("text.txt");
    std::fs::write(&text, RIVER.repeat(40)).unwrap();
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    let more = ["--steps", "400", "--patience", "20", "--save-steps", "1"];
    let printed = said(&run(&training(&text, &whole, &more)));
    assert!(printed.contains("Finished after 400 steps"), "{printed}");

    let mut kills = 0;
    for _ in 0..3 {
        let mut child = generate(&training(&text, &killed, &more))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..2000 {
            std::thread::sleep(Duration::from_millis(5));
            if killed.exists() {
                break;
            }
        }
        std::thread::sleep(Duration::from_millis(60));
        child.kill().unwrap(); // SIGKILL: it cannot say goodbye
        kills += usize::from(!child.wait().unwrap().success());
    }
    assert!(kills > 0, "the run was over before it could be killed");
    let again = said(&run(&training(&text, &killed, &more)));
    assert_eq!(again, printed);
    assert!(numbers(&killed) == numbers(&whole), "the weights differ");

    let other = ["--steps", "400", "--patience", "20", "--seed", "2"];
    let message = refusal(&run(&training(&text, &killed, &other)));
    assert!(message.contains("seed"), "{message}");
}

#[test]
fn the_minutes_become_a_number_of_steps_that_a_second_run_keeps() {
    let folder = tempdir().unwrap();
    let (text, out) = (folder.path().join("text.txt"), folder.path().join("model"));
    std::fs::write(&text, RIVER.repeat(40)).unwrap();
    let more = ["--minutes", "0.01", "--level", "char"];
    let first = said(&run(&training(&text, &out, &more)));
    let weights = numbers(&out);
    assert_eq!(said(&run(&training(&text, &out, &more))), first);
    assert!(numbers(&out) == weights, "a finished run must stay finished");
}

#[test]
fn every_command_does_what_it_says() {
    let folder = tempdir().unwrap();
    let text = folder.path().join("text.txt");
    std::fs::write(&text, RIVER.repeat(60)).unwrap();
    for (level, cell) in [("char", "gru"), ("word", "lstm")] {
        let (out, small) = (folder.path().join(level), folder.path().join("small"));
        let more = ["--level", level, "--cell", cell, "--steps", "30"];
        said(&run(&training(&text, &out, &more)));
        said(&run(&["export", "--model", path(&out), "--out", path(&small)]));
        assert!(numbers(&small).len() * 2 < numbers(&out).len());
        let eval = |model: &Path| {
            let flags =
                ["eval", "--text", path(&text), "--model", path(model), "--json"];
            said(&run(&flags))
        };
        let judged = eval(&small);
        assert_eq!(judged, eval(&out));
        let json: serde_json::Value = serde_json::from_str(&judged).unwrap();
        let of = |key: &str| json[key].as_f64().unwrap();
        assert!((of("nats_per_token").exp() / of("perplexity") - 1.0).abs() < 1e-9);
        assert!(of("bits_per_char") > 0.0);

        let sample = |seed: &str| {
            let flags = ["sample", "--model", path(&small), "--prompt", "a river"];
            said(
                &generate(&flags)
                    .args(["--seed", seed, "--length", "20"])
                    .output()
                    .unwrap(),
            )
        };
        assert_eq!(sample("1"), sample("1"));
        assert_ne!(sample("1"), sample("2"));
        assert!(sample("1").to_lowercase().starts_with("a river"));
        let flags = ["sample", "--model", path(&small), "--beam", "3", "--length", "5"];
        said(&run(&flags));

        let mut child = generate(&["suggest", "--model", path(&small)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = child.stdin.take().unwrap();
        lines.write_all(b"a river ke\na river \n").unwrap();
        drop(lines);
        let offered = said(&child.wait_with_output().unwrap());
        assert_eq!(offered.lines().count(), 2);
        if level == "word" {
            assert_eq!(offered.lines().next(), Some("keeps"));
        }
    }
    let char_model = folder.path().join("char");
    let message =
        refusal(&run(&["sample", "--model", path(&char_model), "--prompt", "ß"]));
    assert!(message.contains("ß"), "{message}");
    let counted =
        said(&run(&["count", "--text", path(&text), "--order", "3", "--json"]));
    assert!(counted.contains("perplexity"), "{counted}");
    let unknown = run(&["sample", "--prompt", "zyx", "--length", "3"]); // by the shipped model
    said(&unknown);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("zyx"));
}

#[test]
fn a_start_from_the_counts_is_ahead_and_is_kept() {
    let folder = tempdir().unwrap();
    let text = folder.path().join("river.txt");
    std::fs::write(&text, RIVER.repeat(40)).unwrap();
    let perplexity = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let more = [&["--steps", "2"][..], more].concat();
        said(&run(&training(&text, &out, &more)));
        let eval = ["eval", "--text", path(&text), "--model", path(&out), "--json"];
        let json: serde_json::Value = serde_json::from_str(&said(&run(&eval))).unwrap();
        json["perplexity"].as_f64().unwrap()
    };
    let (plain, counted) =
        (perplexity("plain", &[]), perplexity("counted", &["--counts"]));
    assert!(counted < 0.9 * plain, "{counted} and {plain}");
    let out = folder.path().join("counted");
    let message = refusal(&run(&training(&text, &out, &["--steps", "2"])));
    assert!(message.contains("counts"), "{message}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempdir().unwrap();
    let text = folder.path().join("river.txt");
    std::fs::write(&text, RIVER.repeat(40)).unwrap();
    let model = shipped();
    for flags in [
        &["sample", "--prompt", "a river"][..],
        &["eval", "--text", path(&text), "--model", &model],
        &["count", "--text", path(&text), "--json"],
    ] {
        let mut child = generate(flags)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{flags:?}: {message}");
        assert!(!message.contains("error"), "{flags:?}: {message}");
    }
}
