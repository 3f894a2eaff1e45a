//! Names of the code in tables of symbols.

use crate::book::Book;
use crate::comments::rust_files;
use crate::parse::code_spans;
use crate::problem::Problems;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[A-Za-z_][A-Za-z0-9_]*").expect("valid pattern"));

/// The head of the column that holds them.
const HEAD: &str = "in the code";

/// What a table says is in the code must occur there, outside comments.
pub fn check(book: &Book, problems: &mut Problems) {
    let mut names = BTreeSet::new();
    for folder in ["src", "examples"] {
        for file in rust_files(&book.root.join("rnn-book-code").join(folder)) {
            let code = std::fs::read_to_string(file).unwrap_or_default();
            for line in code.lines() {
                let line = line.split("//").next().unwrap_or_default();
                names.extend(NAME.find_iter(line).map(|name| name.as_str().to_owned()));
            }
        }
    }
    for page in &book.pages {
        let mut heads: Vec<&str> = Vec::new();
        for (index, line) in page.content.lines().enumerate() {
            let Some(row) = line.strip_prefix('|') else {
                heads.clear();
                continue;
            };
            if heads.is_empty() {
                heads = row.split('|').map(str::trim).collect();
            }
            let column = heads.iter().position(|head| *head == HEAD);
            let row = row.replace(r"\|", "  ");
            let Some(cell) = column.and_then(|k| row.split('|').nth(k)) else {
                continue;
            };
            for span in code_spans(cell) {
                for name in NAME.find_iter(&cell[span]).map(|name| name.as_str()) {
                    if !names.contains(name) {
                        problems.add(
                            &page.file(book),
                            index + 1,
                            format!("nothing in rnn-book-code is called '{name}'; the code's name may have changed"),
                        );
                    }
                }
            }
        }
    }
}
