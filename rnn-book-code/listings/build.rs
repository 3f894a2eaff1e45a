//! Writes one Markdown file for every source file that the book shows, and has skeptic make a test of each.
//!
//! The code comes from the expanded pages, so what is compiled is what the reader sees, hidden lines and
//! all. Several listings of one file hold the same text and are compiled once.

use anyhow::{Context, Result, bail};
use book_tools::book::Book;
use book_tools::expand::{Expansion, expand};
use book_tools::listing::reveal;
use book_tools::snippet::{self, Snippet};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let manifest = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("listings");
    let root = manifest
        .ancestors()
        .nth(2)
        .context("this package must lie in rnn-book-code/listings")?;
    for path in [
        "book.toml",
        "src",
        "rnn-book-code/src",
        "rnn-book-code/examples",
        "figures/records",
        "figures/svg",
    ] {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    // The tests compile snippets for the same target.
    println!("cargo::rustc-env=TARGET={}", std::env::var("TARGET")?);
    let book = Book::load(root)?;
    let expansion = expand(&book)?;
    for file in &expansion.read {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let problems = expansion.problems.sorted();
    for problem in &problems {
        println!("cargo::error={problem}");
    }
    if !problems.is_empty() {
        // Cargo shows the faults and fails the build.
        return Ok(());
    }
    let documents = write(&root.join("rnn-book-code"), &out, &expansion)?;
    if documents.is_empty() {
        bail!(
            "the book shows no listing; show code with {{{{#listing file:anchor | caption}}}}"
        );
    }
    skeptic::generate_doc_tests(&documents);
    Ok(())
}

fn write(
    crate_folder: &Path,
    out: &Path,
    expansion: &Expansion,
) -> Result<Vec<PathBuf>> {
    let mut files: BTreeMap<&str, (String, &str)> = BTreeMap::new();
    for listing in &expansion.listings {
        let text = reveal(&listing.code);
        let (first, place) = files
            .entry(&listing.path)
            .or_insert_with(|| (text.clone(), &listing.place));
        if *first != text {
            bail!(
                "{}: this listing of {} differs from the one at {place}; both must hold the whole file",
                listing.place,
                listing.path
            );
        }
    }
    if out.exists() {
        std::fs::remove_dir_all(out)?;
    }
    std::fs::create_dir_all(out)?;
    let mut documents = Vec::new();
    for (path, (text, _)) in files {
        // Compiled, run and compared by their own package: no snippet can name candle.
        if path.starts_with("engines/") {
            continue;
        }
        let Snippet { name, document, templates } =
            snippet::snippet(crate_folder, path, &text);
        let file = out.join(format!("{name}.md"));
        std::fs::write(&file, document)?;
        std::fs::write(out.join(format!("{name}.md.skt.md")), templates)?;
        documents.push(file);
    }
    Ok(documents)
}
