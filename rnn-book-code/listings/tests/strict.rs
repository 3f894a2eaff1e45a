//! A listing that no longer compiles fails.

use book_tools::snippet::program;
use std::panic::catch_unwind;
use std::path::Path;

fn compiles(path: &str, text: &str) -> bool {
    let text = program(Path::new(env!("CARGO_MANIFEST_DIR")), path, text);
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
