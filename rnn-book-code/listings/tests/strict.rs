//! A listing that no longer compiles fails.

use book_tools::snippet::snippet;
use std::panic::catch_unwind;
use std::path::Path;

/// What skeptic compiles for a source file of the crate that holds `text`.
fn program(path: &str, text: &str) -> String {
    let snippet = snippet(Path::new(env!("CARGO_MANIFEST_DIR")), path, text);
    let inner = |markdown: &str| {
        let lines: Vec<&str> = markdown.lines().collect();
        lines[1..lines.len() - 1].join("\n")
    };
    // As `format!` does it with the template: the slot last, since code has braces too.
    inner(&snippet.templates)
        .replace("{{", "\u{1}")
        .replace("}}", "\u{2}")
        .replace("{}", &inner(&snippet.document))
        .replace('\u{1}', "{")
        .replace('\u{2}', "}")
}

fn compiles(path: &str, text: &str) -> bool {
    let text = program(path, text);
    catch_unwind(|| {
        skeptic::rt::compile_test(
            env!("CARGO_MANIFEST_DIR"),
            env!("OUT_DIR"),
            env!("TARGET"),
            &text,
        )
    })
    .is_ok()
}

#[test]
fn a_module_that_no_longer_compiles() {
    let right = "//! A module.\nuse crate::Real;\n\npub fn half(x: Real) -> Real {\n    0.5 * x\n}\n";
    assert!(compiles("src/planted.rs", right));
    assert!(!compiles("src/planted.rs", &right.replace("0.5 * x", "0.5 * y")));
    assert!(!compiles("src/planted.rs", &right.replace("crate::Real", "crate::Gone")));
}

#[test]
fn a_program_that_no_longer_compiles() {
    let right = "fn main() {\n    let sum: u32 = [1, 1].iter().sum();\n    assert_eq!(sum, 2);\n}\n";
    assert!(compiles("examples/planted.rs", right));
    assert!(!compiles("examples/planted.rs", &right.replace("u32", "String")));
}
