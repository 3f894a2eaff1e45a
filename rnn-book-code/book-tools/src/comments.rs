//! Equation numbers in the crate's comments: `eq. (2.7) #bptt-delta`.

use crate::book::{Book, slashes};
use crate::labels::Labels;
use crate::problem::Problems;
use regex::{Captures, Regex};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static EQUATION: LazyLock<Regex> = LazyLock::new(|| {
    // A comment may go on to the next line between the number and the label.
    Regex::new(
        r"eqs?\. \(([0-9A-Z]+\.\d+)\)(?:(?: |\s*\n\s*//[/!]?\s*)#([A-Za-z0-9_-]+))?",
    )
    .expect("valid pattern")
});

/// Every number must be followed by its label, and be the number that the book gives that label.
pub fn check(book: &Book, labels: &Labels, problems: &mut Problems) {
    for folder in ["src", "examples"] {
        for path in rust_files(&book.root.join("rnn-book-code").join(folder)) {
            let file = slashes(path.strip_prefix(&book.root).unwrap_or(&path));
            let Ok(text) = std::fs::read_to_string(&path) else {
                problems.add(&file, 1, "the file cannot be read");
                continue;
            };
            check_text(&file, &text, labels, problems);
        }
    }
}

fn check_text(file: &str, text: &str, labels: &Labels, problems: &mut Problems) {
    for found in EQUATION.captures_iter(text) {
        let written = &found[1];
        let start = found.get(0).map_or(0, |m| m.start());
        let number = text[..start].matches('\n').count() + 1;
        let Some(label) = found.get(2) else {
            problems.add(
                file,
                number,
                format!(
                    "'eq. ({written})' has no label; write `eq. ({written}) #label`"
                ),
            );
            continue;
        };
        let label = label.as_str();
        match labels.get(&format!("eq:{label}")) {
            None => problems.add(
                file,
                number,
                format!(
                    "no equation of the book has the label '{label}'; {}",
                    labels.near(&format!("eq:{label}"))
                ),
            ),
            Some(target) if target.number != written => problems.add(
                file,
                number,
                format!(
                    "equation '{label}' has number ({}), not ({written}); write `eq. ({}) #{label}`",
                    target.number, target.number
                ),
            ),
            Some(_) => {}
        }
    }
}

/// Writes the book's numbers into the comments; says which files changed.
///
/// # Errors
/// When a file cannot be read or written.
pub fn renumber(book: &Book, labels: &Labels) -> std::io::Result<Vec<String>> {
    let mut changed = Vec::new();
    for folder in ["src", "examples"] {
        for path in rust_files(&book.root.join("rnn-book-code").join(folder)) {
            let text = std::fs::read_to_string(&path)?;
            let right = EQUATION.replace_all(&text, |found: &Captures| {
                let label = found.get(2).map_or("", |l| l.as_str());
                match labels.get(&format!("eq:{label}")) {
                    Some(target) => found[0].replacen(&found[1], &target.number, 1),
                    None => found[0].to_owned(),
                }
            });
            if right != text {
                std::fs::write(&path, right.as_bytes())?;
                changed.push(slashes(path.strip_prefix(&book.root).unwrap_or(&path)));
            }
        }
    }
    Ok(changed)
}

/// All Rust files below a folder, sorted.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|e| e.path()) {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
