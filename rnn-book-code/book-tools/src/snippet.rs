//! A listed source file as skeptic compiles it.

use regex::{Captures, Regex};
use std::path::Path;
use std::sync::LazyLock;

static INCLUDED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\b(include(?:_str|_bytes)?!)\(\s*"([^"]+)"\s*\)"#)
        .expect("valid pattern")
});
static MODULES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^([ \t]*)((?:pub(?:\([a-z]+\))? )?mod (\w+);)")
        .expect("valid pattern")
});

/// The program to compile for `text`, the file `path` below the crate's folder.
///
/// A program, and a test, stands alone. A module of the library is compiled as a module beside everything that
/// the library makes public, so that its `crate::…` paths resolve; the library's root, as a program of its own.
pub fn program(crate_folder: &Path, path: &str, text: &str) -> String {
    let folder =
        crate_folder.canonicalize().unwrap_or_else(|_| crate_folder.to_path_buf());
    let code = place(&folder, path, text);
    match path {
        "src/lib.rs" => format!(
            "#![allow(missing_docs, dead_code, unused, unexpected_cfgs)]\n{code}\nfn main() {{}}\n"
        ),
        _ if path.starts_with("src/") => format!(
            "#![allow(missing_docs, dead_code, unused)]\npub use rnn_book_code::*;\nmod listing {{\n{code}\n}}\nfn main() {{}}\n"
        ),
        _ => code,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_wrapped_and_a_program_is_not() {
        let folder = Path::new("/none");
        let module = program(folder, "src/deep/cell.rs", "fn f() {}\n");
        assert!(module.contains("mod listing {\nfn f() {}\n"), "{module}");
        let alone = "fn main() {}\n";
        assert_eq!(program(folder, "examples/ch09_a-b.rs", alone), alone);
    }

    #[test]
    fn files_are_found_from_elsewhere() {
        let text = "include_str!(\"../data/a.txt\"); env!(\"CARGO_MANIFEST_DIR\");\n";
        let placed = place(Path::new("/none"), "src/a.rs", text);
        assert_eq!(placed, "include_str!(\"/none/src/../data/a.txt\"); \"/none\";\n");
    }
}
