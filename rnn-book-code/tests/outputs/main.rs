//! Every program of `examples/` still prints what is recorded beside it.
//!
//! `RECORD=1 cargo test -p rnn-book-code --test outputs` rewrites the records.

mod compare;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Programs run at once.
const WORKERS: usize = 2;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Names of the files in `examples/` with this extension, sorted. Programs whose names
/// start neither with a chapter's number nor with an appendix take arguments, and are
/// tested elsewhere.
fn names(extension: &str) -> Vec<String> {
    let entries =
        std::fs::read_dir(folder()).expect("rnn-book-code/examples can be read");
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_stem()?.to_str()?.to_owned();
            let chapter = name.strip_prefix("ch").and_then(|rest| rest.get(..2));
            let of_book = name.starts_with("appendix_")
                || chapter.is_some_and(|n| n.bytes().all(|byte| byte.is_ascii_digit()));
            (of_book && path.extension()? == extension).then_some(name)
        })
        .collect();
    names.sort();
    names
}

/// `target/PROFILE`, where cargo put this test.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test
        .ancestors()
        .find(|p| p.join("examples").is_dir() || p.join("deps").is_dir());
    folder.expect("the test lies in target/PROFILE/deps").to_path_buf()
}

fn program(name: &str) -> PathBuf {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    profile_folder().join("examples").join(file)
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    path.metadata().ok()?.modified().ok()
}

/// `cargo test` builds the examples before it runs a test, `cargo test --test outputs` does not.
fn build_stale(names: &[String]) {
    let sources = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let sources = sources.expect("rnn-book-code/src can be read");
    let library = sources.flatten().filter_map(|e| modified(&e.path())).max();
    let stale = names.iter().any(|name| {
        let built = modified(&program(name));
        built < library || built < modified(&folder().join(format!("{name}.rs")))
    });
    if !stale {
        return;
    }
    let folder = profile_folder();
    let profile = match folder.file_name().and_then(|n| n.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--examples", "--package", "rnn-book-code"])
        .args(["--profile", profile])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "the examples do not compile; see above");
}

fn run(name: &str) -> Result<String, String> {
    let output = Command::new(program(name))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .map_err(|error| format!("examples/{name}.rs:1: cannot be run: {error}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "examples/{name}.rs:1: the program failed ({}); it should end well:\n{errors}",
            output.status
        ));
    }
    String::from_utf8(output.stdout).map_err(|_| {
        format!("examples/{name}.rs:1: prints what is no UTF-8; print text")
    })
}

/// Writes beside the record first, so that an interrupted run leaves the old one.
fn record(name: &str, text: &str) -> Result<(), String> {
    let file = folder().join(format!("{name}.out"));
    let new = folder().join(format!(".{name}.out.new"));
    std::fs::write(&new, text)
        .and_then(|()| std::fs::rename(&new, &file))
        .map_err(|error| format!("examples/{name}.out:1: cannot be written: {error}"))
}

fn check(name: &str) -> Result<(), String> {
    let printed = run(name)?;
    if std::env::var_os("RECORD").is_some() {
        return record(name, &printed);
    }
    let file = folder().join(format!("{name}.out"));
    let recorded = std::fs::read_to_string(file).map_err(|_| {
        format!(
            "examples/{name}.rs:1: its output is not recorded; run `RECORD=1 cargo test -p rnn-book-code --test outputs`"
        )
    })?;
    compare::compare(&recorded, &printed).map_err(|difference| {
        let (line, message) = difference;
        format!("rnn-book-code/examples/{name}.out:{line}: {message}; if the new output is right, run `RECORD=1 cargo test -p rnn-book-code --test outputs`")
    })
}

#[test]
fn programs_print_what_is_recorded() {
    let programs = names("rs");
    build_stale(&programs);
    let queue = Mutex::new(programs.iter());
    let faults = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panics").next();
                    let Some(name) = next else { break };
                    if let Err(fault) = check(name) {
                        faults.lock().expect("no worker panics").push(fault);
                    }
                }
            });
        }
    });
    let mut faults = faults.into_inner().expect("no worker panics");
    faults.sort();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_record_has_a_program() {
    let programs = names("rs");
    for name in names("out") {
        assert!(
            programs.contains(&name),
            "rnn-book-code/examples/{name}.out:1: there is no program examples/{name}.rs; write it or remove the record"
        );
    }
}
