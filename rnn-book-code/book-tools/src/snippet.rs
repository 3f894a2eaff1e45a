//! A listed source file as skeptic compiles it.

use crate::listing::fence;
use regex::{Captures, Regex};
use std::path::Path;
use std::sync::LazyLock;

/// What skeptic reads.
#[derive(Debug, Clone)]
pub struct Snippet {
    /// Name of the files, and of the test: `src_elman` for `src/elman.rs`.
    pub name: String,
    /// `NAME.md`: the code in a fenced block.
    pub document: String,
    /// `NAME.md.skt.md`: what is put around the code.
    pub templates: String,
}

/// A module of the library is compiled as a module beside everything that the library makes public,
/// so that its `crate::…` paths resolve. Braces are doubled since skeptic formats the template.
const MODULE: &str = "#![allow(missing_docs, dead_code, unused)]\n\
    pub use rnn_book_code::*;\nmod listing {{\n{}\n}}\nfn main() {{}}\n";
/// The library's root is compiled as a program of its own with its modules.
const LIBRARY: &str =
    "#![allow(missing_docs, dead_code, unused, unexpected_cfgs)]\n{}\nfn main() {{}}\n";
/// A program, and a test, stands alone.
const PROGRAM: &str = "{}";

static INCLUDED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\b(include(?:_str|_bytes)?!)\(\s*"([^"]+)"\s*\)"#)
        .expect("valid pattern")
});
static MODULES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^([ \t]*)((?:pub(?:\([a-z]+\))? )?mod (\w+);)")
        .expect("valid pattern")
});

/// The snippet for `text`, the file `path` below the crate's folder.
pub fn snippet(crate_folder: &Path, path: &str, text: &str) -> Snippet {
    let folder =
        crate_folder.canonicalize().unwrap_or_else(|_| crate_folder.to_path_buf());
    let name = path.trim_end_matches(".rs").replace(['/', '-'], "_");
    let template = match path {
        "src/lib.rs" => LIBRARY,
        _ if path.starts_with("src/") => MODULE,
        _ => PROGRAM,
    };
    let code = escape(&place(&folder, path, text));
    let mark = fence(&code);
    // Compiled only: the tests of the crate run the programs, and compare what they print.
    Snippet {
        document: format!("{mark}rust,no_run,skt-around\n{code}{mark}\n"),
        templates: format!("````rust,skt-around\n{template}\n````\n"),
        name,
    }
}

/// Files and modules named relative to the source are named absolutely: skeptic compiles elsewhere.
fn place(folder: &Path, path: &str, text: &str) -> String {
    let beside = folder.join(path);
    let beside = beside.parent().unwrap_or(folder);
    let text = text.replace(
        "env!(\"CARGO_MANIFEST_DIR\")",
        &format!("{:?}", folder.to_string_lossy()),
    );
    let text = INCLUDED.replace_all(&text, |found: &Captures| {
        format!("{}({:?})", &found[1], beside.join(&found[2]))
    });
    let stem = Path::new(path).file_stem().unwrap_or_default();
    let nested = match stem.to_str() {
        Some("lib" | "main" | "mod") => beside.to_path_buf(),
        _ => beside.join(stem),
    };
    let text = MODULES.replace_all(&text, |found: &Captures| {
        let file = nested.join(format!("{}.rs", &found[3]));
        let file = match file.exists() {
            true => file,
            false => nested.join(&found[3]).join("mod.rs"),
        };
        format!("{}#[path = {file:?}]\n{}", &found[1], &found[2])
    });
    text.into_owned()
}

/// skeptic drops `# ` from the beginning of a line; give it one more to drop.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let start = line.trim_start();
        if start.starts_with("# ") || start.trim_end() == "#" {
            out.push_str("# ");
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_wrapped_and_a_program_is_not() {
        let folder = Path::new("/none");
        let module = snippet(folder, "src/deep/cell.rs", "fn f() {}\n");
        assert_eq!(module.name, "src_deep_cell");
        assert!(module.document.starts_with("```rust,no_run,skt-around\n"));
        assert!(module.templates.contains("mod listing {{\n{}\n}}"));
        let program = snippet(folder, "examples/ch09_a-b.rs", "fn main() {}\n");
        assert_eq!(program.name, "examples_ch09_a_b");
        assert!(program.templates.contains("\n{}\n"));
    }

    #[test]
    fn files_are_found_from_elsewhere() {
        let text = "include_str!(\"../data/a.txt\"); env!(\"CARGO_MANIFEST_DIR\");\n";
        let placed = place(Path::new("/none"), "src/a.rs", text);
        assert_eq!(placed, "include_str!(\"/none/src/../data/a.txt\"); \"/none\";\n");
    }
}
