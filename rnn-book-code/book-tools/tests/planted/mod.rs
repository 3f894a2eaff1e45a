//! A copy of the small book in `tests/fixture`, to plant faults in.
#![allow(dead_code)] // each test program uses its part

use book_tools::book::Book;
use book_tools::expand::{expand, labels};
use book_tools::{comments, companion};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The copy; it disappears with the value.
pub struct Copy {
    folder: TempDir,
}

impl Copy {
    /// A fresh copy that calls the `book-tools` just built.
    pub fn new() -> Copy {
        let folder = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
        copy_folder(&from, folder.path());
        let copy = Copy { folder };
        let program = env!("CARGO_BIN_EXE_book-tools").replace('\\', "/");
        let config = copy.read("book.toml").replace("BOOK_TOOLS", &program);
        copy.write("book.toml", &config);
        copy
    }

    /// Path of a file of the copy.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Text of a file of the copy.
    pub fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path(file)).unwrap()
    }

    /// Writes a file of the copy.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Removes a file of the copy.
    pub fn remove(&self, file: &str) {
        std::fs::remove_file(self.path(file)).unwrap();
    }

    /// Plants a fault: the first `from` in a file becomes `to`.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} does not contain {from:?}");
        self.write(file, &text.replacen(from, to, 1));
    }

    /// What the first pass reports.
    pub fn faults(&self) -> Vec<String> {
        let book = Book::load(self.folder.path()).unwrap();
        let problems = expand(&book).unwrap().problems;
        problems.sorted().iter().map(ToString::to_string).collect()
    }

    /// Writes the book's numbers and addresses into the code.
    pub fn renumber(&self) {
        let book = Book::load(self.folder.path()).unwrap();
        comments::renumber(&book, &labels(&book)).unwrap();
        companion::renumber(&book).unwrap();
    }

    /// `file` and the line of it that contains `at`, as messages name a place.
    pub fn place(&self, file: &str, at: &str) -> String {
        let text = self.read(file);
        let line = text.lines().position(|l| l.contains(at));
        let line = line.unwrap_or_else(|| panic!("{file} does not contain {at:?}"));
        format!("{file}:{}: ", line + 1)
    }

    /// Asserts that a fault is reported on the line of `file` that contains `at`, and says `message`.
    pub fn caught(&self, file: &str, at: &str, message: &str) {
        let place = self.place(file, at);
        let faults = self.faults();
        assert!(
            faults.iter().any(|f| f.starts_with(&place) && f.contains(message)),
            "expected `{place}…{message}…` among\n{}",
            faults.join("\n")
        );
    }

    /// Runs `mdbook build` on the copy: whether it succeeded, and what it said. Nothing where mdBook or
    /// mdbook-katex is not installed, or is another version.
    pub fn build(&self) -> Option<(bool, String)> {
        for (program, version) in [("mdbook", "0.5.4"), ("mdbook-katex", "0.10.0")] {
            let output = Command::new(program).arg("--version").output().ok()?;
            if !String::from_utf8_lossy(&output.stdout).contains(version) {
                return None;
            }
        }
        let output = Command::new("mdbook")
            .arg("build")
            .arg(self.folder.path())
            .env("KATEX_ASSETS", "cdn") // no network in a test
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Some((output.status.success(), said))
    }

    /// Asserts that `mdbook build` fails with a fault on the line of `file` that contains `at`.
    pub fn build_fails(&self, file: &str, at: &str, message: &str) {
        let Some((success, said)) = self.build() else {
            eprintln!(
                "skipped: mdbook 0.5.4 and mdbook-katex 0.10.0 are not both installed"
            );
            return;
        };
        let place = self.place(file, at);
        let told = said.lines().any(|l| l.contains(&place) && l.contains(message));
        assert!(!success && told, "expected `{place}…{message}…` in\n{said}");
    }
}

/// Runs one pass of `book-tools` on `input`: whether it succeeded, and its standard error.
pub fn run_pass(pass: &str, input: &str) -> (bool, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_book-tools"))
        .arg(pass)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), errors)
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
