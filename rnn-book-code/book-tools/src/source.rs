//! Source files of the crate and their anchors.

use regex::Regex;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static ANCHOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"ANCHOR(_END)?:\s*([A-Za-z0-9_-]+)").expect("valid pattern")
});

/// One line of a source file.
#[derive(Debug, Clone)]
pub struct Line {
    /// Line number in the file, from 1.
    pub number: usize,
    /// The text without the line break.
    pub text: String,
    /// Whether the listing shows it.
    pub shown: bool,
}

/// A region of a file: the whole file without its anchor comments, with the shown lines marked.
#[derive(Debug, Clone)]
pub struct Region {
    /// All lines but the anchor comments.
    pub lines: Vec<Line>,
    /// First and last shown line that is not blank.
    pub span: (usize, usize),
}

/// The files below one folder, each read once.
#[derive(Debug)]
pub struct Sources {
    folder: PathBuf,
    cache: BTreeMap<String, Option<String>>,
}

impl Sources {
    /// Files below `folder`.
    pub fn new(folder: &Path) -> Sources {
        Sources { folder: folder.to_path_buf(), cache: BTreeMap::new() }
    }

    /// The text of a file, or nothing when it cannot be read.
    pub fn text(&mut self, path: &str) -> Option<&str> {
        let folder = &self.folder;
        self.cache
            .entry(path.to_owned())
            .or_insert_with(|| std::fs::read_to_string(folder.join(path)).ok())
            .as_deref()
    }

    /// The files asked for so far.
    pub fn asked(&self) -> Vec<PathBuf> {
        self.cache.keys().map(|p| self.folder.join(p)).collect()
    }

    /// A file with the region of `anchor` shown, or all of it without an anchor.
    ///
    /// # Errors
    /// A sentence that says which file or anchor is missing, unclosed or empty.
    pub fn region(
        &mut self,
        path: &str,
        anchor: Option<&str>,
    ) -> Result<Region, String> {
        let Some(text) = self.text(path) else {
            return Err(format!(
                "the source file rnn-book-code/{path} does not exist; name a file below rnn-book-code/"
            ));
        };
        region(path, text, anchor)
    }
}

/// Cuts the region of `anchor` out of `text`; see [`Sources::region`].
///
/// # Errors
/// A sentence that says which anchor is missing, unclosed or empty.
pub fn region(path: &str, text: &str, anchor: Option<&str>) -> Result<Region, String> {
    let mut lines = Vec::new();
    let (mut begun, mut open) = (None, anchor.is_none());
    let mut ended = false;
    for (index, text) in text.lines().enumerate() {
        let number = index + 1;
        if let Some(found) = ANCHOR.captures(text) {
            if Some(&found[2]) == anchor {
                match (found.get(1).is_some(), open, begun) {
                    (false, false, None) => (begun, open) = (Some(number), true),
                    (true, true, _) => (open, ended) = (false, true),
                    (false, _, Some(first)) => {
                        return Err(format!(
                            "anchor '{}' begins twice in rnn-book-code/{path} (lines {first} and {number}); rename one",
                            &found[2]
                        ));
                    }
                    _ => {
                        return Err(format!(
                            "ANCHOR_END '{}' at rnn-book-code/{path}:{number} closes nothing; write the ANCHOR line above it",
                            &found[2]
                        ));
                    }
                }
            }
            continue;
        }
        lines.push(Line { number, text: text.to_owned(), shown: open });
    }
    if let Some(anchor) = anchor {
        match (begun, ended) {
            (None, _) => {
                return Err(format!(
                    "rnn-book-code/{path} has no anchor '{anchor}'; it has {}",
                    anchors(text)
                ));
            }
            (Some(line), false) => {
                return Err(format!(
                    "anchor '{anchor}' at rnn-book-code/{path}:{line} is never closed; add `// ANCHOR_END: {anchor}`"
                ));
            }
            _ => {}
        }
    }
    let mut shown =
        lines.iter().filter(|l| l.shown && !l.text.trim().is_empty()).map(|l| l.number);
    let Some(first) = shown.next() else {
        let what = anchor.map_or("the file".to_owned(), |a| format!("anchor '{a}'"));
        return Err(format!(
            "{what} in rnn-book-code/{path} is empty; put the code to show in it"
        ));
    };
    let last = shown.next_back().unwrap_or(first);
    // Blank lines at the edges would be shown as gaps.
    for line in &mut lines {
        line.shown &= (first..=last).contains(&line.number);
    }
    Ok(Region { lines, span: (first, last) })
}

fn anchors(text: &str) -> String {
    let names: Vec<String> = ANCHOR
        .captures_iter(text)
        .filter(|c| c.get(1).is_none())
        .map(|c| format!("'{}'", &c[2]))
        .collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "use a;\n// ANCHOR: one\n\nfn f() {\n    // ANCHOR: two\n    g();\n    // ANCHOR_END: two\n}\n\n// ANCHOR_END: one\n// ANCHOR: none\n// ANCHOR_END: none\n// ANCHOR: open\nx\n";

    #[test]
    fn nested_anchor_lines_disappear() {
        let region = region("src/a.rs", FILE, Some("one")).unwrap();
        let shown: Vec<&str> =
            region.lines.iter().filter(|l| l.shown).map(|l| l.text.as_str()).collect();
        assert_eq!(shown, ["fn f() {", "    g();", "}"]);
        assert_eq!(region.span, (4, 8));
    }

    #[test]
    fn faults_are_named() {
        let fault = |anchor| region("src/a.rs", FILE, Some(anchor)).unwrap_err();
        assert!(fault("tow").contains("no anchor 'tow'; it has 'one', 'two'"));
        assert!(fault("none").contains("is empty"));
        assert!(fault("open").contains("rnn-book-code/src/a.rs:13 is never closed"));
    }
}
