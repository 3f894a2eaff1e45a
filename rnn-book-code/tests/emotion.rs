//! The program `emotion` as a user meets it: it trains, measures and answers in every
//! format, says what is wrong with bad input, and writes a file whole or not at all.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::tempdir;

/// The program, which `cargo test` builds beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile =
        test.ancestors().nth(2).expect("the test lies in target/PROFILE/deps");
    profile.join("examples").join(format!("emotion{}", std::env::consts::EXE_SUFFIX))
}

fn run(folder: &Path, flags: &[&str]) -> Output {
    Command::new(program())
        .current_dir(folder)
        .args(flags)
        .output()
        .expect("the program must start; `cargo test` builds it")
}

fn good(folder: &Path, flags: &[&str]) -> String {
    let output = run(folder, flags);
    assert!(
        output.status.success(),
        "{flags:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("answers are UTF-8")
}

fn refusal(folder: &Path, flags: &[&str]) -> String {
    let output = run(folder, flags);
    let code = output.status.code();
    assert!(matches!(code, Some(1 | 2)), "{flags:?} must fail, not panic: {code:?}");
    String::from_utf8(output.stderr).expect("messages are UTF-8")
}

/// What follows the header of a safetensors file: eight bytes say how long that is.
fn numbers(path: &Path) -> Vec<u8> {
    let bytes = fs::read(path).unwrap();
    let header = u64::from_le_bytes(*bytes.first_chunk().unwrap());
    bytes[8 + header as usize..].to_vec()
}

const SMALL: [&str; 6] = ["--epochs", "8", "--embedding", "16", "--hidden", "8"];

/// Sixty sentences of two moods.
fn moods(separator: char) -> String {
    let things = ["soup", "train", "letter", "garden", "film"];
    let mut lines = Vec::new();
    for k in 0..60 {
        let (thing, day) = (things[k % 5], k / 5);
        lines.push(if k % 2 == 0 {
            format!("what a wonderful {thing} on day {day}{separator}joy")
        } else {
            format!("such an awful {thing} on day {day}{separator}anger")
        });
    }
    lines.join("\n")
}

#[test]
fn it_trains_and_measures_and_answers() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("moods.txt"), moods(';')).unwrap();
    let file = ["--data", "moods.txt", "--format", "semicolon"];
    let out = ["--out", "model.safetensors", "--rate", "0.01"];
    let said = good(at, &[&["train"][..], &file, &out, &SMALL].concat());
    assert!(said.contains("saved in model.safetensors"), "{said}");

    let model = ["--model", "model.safetensors"];
    let json = good(at, &[&["eval", "--json"][..], &file, &model].concat());
    let scores: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(scores["accuracy"].as_f64().unwrap() > 0.9, "{json}");
    assert!(scores["macro_f1"].as_f64().unwrap() > 0.9, "{json}");
    assert!(scores["per_class"]["joy"]["f1"].as_f64().unwrap() > 0.9, "{json}");

    let text = "such an awful garden";
    let answer = good(at, &["predict", model[0], model[1], text]);
    assert!(answer.starts_with("anger\tanger "), "{answer}");
    // The same seed gives the same model.
    let weights = numbers(&at.join("model.safetensors"));
    good(at, &[&["train"][..], &file, &out, &SMALL].concat());
    assert!(numbers(&at.join("model.safetensors")) == weights);
}

#[test]
fn it_answers_lines_with_the_shipped_model() {
    let folder = tempdir().unwrap();
    let mut child = Command::new(program())
        .current_dir(folder.path())
        .arg("predict")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let input = "I love you more every single day.\n\nThe meeting starts at nine.\n";
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = lines.lines().collect();
    assert!(lines.len() == 3 && lines[1].is_empty(), "{lines:?}");
    assert!(
        lines[0].starts_with("love\t") && lines[2].starts_with("neutral\t"),
        "{lines:?}"
    );
}

#[test]
fn csv_and_several_labels() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let rows = moods('\t').replace('\t', "\",");
    fs::write(at.join("a.csv"), format!("said,mood\n\"{}", rows.replace('\n', "\n\"")))
        .unwrap();
    let columns =
        ["--format", "csv", "--text-column", "said", "--label-column", "mood"];
    let said =
        good(at, &[&["train", "--data", "a.csv"][..], &columns, &SMALL].concat());
    assert!(said.contains("saved in emotion.safetensors"), "{said}");

    let rows = moods('\t').replace("joy", "17,0\tx").replace("anger", "2\ty");
    fs::write(at.join("rows.tsv"), rows).unwrap();
    let file =
        ["--data", "rows.tsv", "--format", "goemotions", "--mapping", "ekman-multi"];
    let out = ["--out", "several.safetensors", "--rate", "0.01"];
    let sizes = ["--epochs", "100", "--embedding", "16", "--hidden", "8"];
    good(at, &[&["train"][..], &file, &out, &sizes].concat());
    let model = ["--model", "several.safetensors", "--json"];
    let json = good(at, &[&["eval"][..], &file, &model].concat());
    let scores: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(scores["macro_f1"].as_f64().unwrap() > 0.9, "{json}");
}

#[test]
fn bad_data_is_named_with_file_and_line() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let long = format!("fine\tjoy\n{}\tjoy\n", "x".repeat(1 << 20));
    let cases: [(&str, &[u8], &str); 7] = [
        ("empty.tsv", b"", "empty.tsv: holds no example"),
        ("blank.tsv", b"\n \n", "blank.tsv: holds no example"),
        ("latin.tsv", b"fine\tjoy\ncaf\xe9\tjoy\n", "latin.tsv:2: not UTF-8"),
        ("long.tsv", long.as_bytes(), "long.tsv:2: more than 65536 bytes"),
        ("none.tsv", b"fine\tjoy\nno tab here\n", "none.tsv:2: no tab"),
        ("few.tsv", b"fine\tjoy\n", "few.tsv: 1 examples are too few"),
        ("semi.tsv", b"fine;joy\n", "semi.tsv:1: no tab"),
    ];
    for (name, bytes, wanted) in cases {
        fs::write(at.join(name), bytes).unwrap();
        let message = refusal(at, &["train", "--data", name, "--out", "m"]);
        assert!(message.contains(wanted), "{name}: {message}");
    }
    let one = moods('\t').replace("anger", "joy");
    fs::write(at.join("one.tsv"), one).unwrap();
    let message = refusal(at, &["train", "--data", "one.tsv", "--out", "m"]);
    assert!(
        message.contains("one.tsv: every example has the label \"joy\""),
        "{message}"
    );

    fs::write(at.join("two.tsv"), moods('\t')).unwrap();
    fs::write(at.join("new.tsv"), "so so\tjoy\nhm\tboredom\n").unwrap();
    let flags = ["train", "--data", "two.tsv", "--dev", "new.tsv", "--out", "m"];
    let message = refusal(at, &flags);
    assert!(
        message.contains("new.tsv:2: the label \"boredom\" is none of"),
        "{message}"
    );
    let message = refusal(at, &["eval", "--data", "new.tsv"]);
    assert!(message.contains("new.tsv:2: the label \"boredom\""), "{message}");
    let message = refusal(at, &["eval", "--data", "missing.tsv"]);
    assert!(message.contains("missing.tsv: cannot be read"), "{message}");
    assert!(!at.join("m").exists(), "nothing may be written");
}

#[test]
fn a_label_that_only_the_held_out_part_has_is_learned_of_too() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    // One text with two labels in two rows: both rows stay on one side, whichever
    let rows = moods('\t') + "\nodd day\tjoy\nodd day\tfear\n";
    fs::write(at.join("rare.tsv"), rows).unwrap();
    for seed in 1..=30 {
        let seed = &seed.to_string();
        let flags = [
            "train", "--data", "rare.tsv", "--out", "m", "--epochs", "1", "--seed",
            seed,
        ];
        good(at, &flags);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for flags in [&["eval"][..], &["eval", "--json"]] {
        let mut child = Command::new(program())
            .args(flags)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn bad_models_and_flags() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let shipped =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("models/emotion.safetensors");
    let bytes = fs::read(shipped).unwrap();
    fs::write(at.join("cut"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(at.join("text"), "not a model\n").unwrap();
    let header = b"{\"__metadata__\":{\"kind\":\"x\"}}";
    let foreign = [&(header.len() as u64).to_le_bytes()[..], header].concat();
    fs::write(at.join("foreign"), foreign).unwrap();
    let cases = [
        ("cut", "cut: no complete safetensors file"),
        ("text", "text: no complete safetensors file"),
        ("foreign", "foreign: the model of another program"),
        ("missing", "missing: "),
    ];
    for (name, wanted) in cases {
        let message = refusal(at, &["predict", "--model", name, "hello"]);
        assert!(message.contains(wanted), "{name}: {message}");
    }
    // Our own kind of file, but with a size that no memory holds
    let length = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
    let header = String::from_utf8(bytes[8..8 + length].to_vec()).unwrap();
    let huge = header.replacen("\\\"hidden\\\":", "\\\"hidden\\\":99999999999", 1);
    assert_ne!(huge, header);
    let huge =
        [&(huge.len() as u64).to_le_bytes(), huge.as_bytes(), &bytes[8 + length..]];
    fs::write(at.join("huge"), huge.concat()).unwrap();
    let message = refusal(at, &["predict", "--model", "huge", "hello"]);
    assert!(message.contains("huge: sizes that no model"), "{message}");
    assert!(refusal(at, &["predict", " "]).contains("no words"));
    for flags in [
        &["train", "--epochs", "0"][..],
        &["train", "--rate", "nan"],
        &["train", "--rate", "-1"],
        &["train", "--hidden", "1000000000"],
        &["train", "--threads", "0"],
        &["train", "--dev", "x"],
        &["train", "--format", "xml"],
        &["dance"],
    ] {
        assert!(refusal(at, flags).contains("error:"), "{flags:?}");
    }
    // A file of somebody else's is not overwritten.
    let message = refusal(at, &["train", "--out", "text"]);
    assert!(message.contains("text: is there already"), "{message}");
    assert_eq!(fs::read_to_string(at.join("text")).unwrap(), "not a model\n");
    let message = refusal(at, &["train", "--out", "no/such/folder"]);
    assert!(message.contains("the folder does not exist"), "{message}");
}
