//! The tests compile listings for the target that they are compiled for.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!(
        "cargo::rustc-env=TARGET={}",
        std::env::var("TARGET").expect("cargo names the target")
    );
}
