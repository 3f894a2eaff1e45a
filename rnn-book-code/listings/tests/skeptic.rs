//! One test for every source file that the book shows: it compiles.
//!
//! The code comes from the expanded pages, so what is compiled is what the reader sees, hidden lines and
//! all. Several listings of one file hold the same text and are compiled once.

use anyhow::{Context, Result, bail, ensure};
use book_tools::book::Book;
use book_tools::expand::expand;
use book_tools::listing::reveal;
use book_tools::snippet::program;
use libtest_mimic::{Arguments, Trial};
use std::collections::BTreeMap;
use std::path::Path;

fn main() -> Result<()> {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .context("this package must lie in rnn-book-code/listings")?;
    let crate_folder = root.join("rnn-book-code");
    let tests = shown(root)?.into_iter().map(|(path, text)| {
        let program = program(&crate_folder, &path, &text);
        Trial::test(path, move || {
            skeptic::rt::compile_test(
                env!("CARGO_MANIFEST_DIR"),
                env!("OUT_DIR"),
                env!("TARGET"),
                &program,
            );
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, tests.collect()).exit()
}

/// The text of each file that the book shows, by its path below the crate's folder.
fn shown(root: &Path) -> Result<BTreeMap<String, String>> {
    let expansion = expand(&Book::load(root)?)?;
    let problems = expansion.problems.sorted();
    if !problems.is_empty() {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        bail!("{}\n{} faults in the book", list.join("\n"), list.len());
    }
    let mut files = BTreeMap::new();
    for listing in &expansion.listings {
        // Compiled, run and compared by their own package: no snippet can name candle.
        if listing.path.starts_with("engines/") {
            continue;
        }
        let text = reveal(&listing.code);
        let first = files.entry(listing.path.clone()).or_insert_with(|| text.clone());
        ensure!(
            *first == text,
            "{}: this listing of {} differs from another one; each must hold the whole file",
            listing.place,
            listing.path
        );
    }
    ensure!(
        !files.is_empty(),
        "the book shows no listing; show code with {{{{#listing file:anchor | caption}}}}"
    );
    Ok(files)
}
