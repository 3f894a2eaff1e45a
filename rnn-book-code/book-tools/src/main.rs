//! `book-tools expand|formulas|verify`: the passes that mdBook calls (see `book.toml`); `check` and `renumber`
//! are for authors; `epub` writes another form of the built book.

use anyhow::{Context, Result};
use book_tools::book::{Book, slashes};
use book_tools::problem::Problems;
use book_tools::{comments, companion, epub, expand, formulas, verify, version};
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book as MdBook;
use std::collections::BTreeMap;
use std::io::Read;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["expand" | "formulas", "supports", "html"] => Ok(()),
        ["expand" | "formulas", "supports", _] => return ExitCode::FAILURE,
        ["expand"] => preprocess(expand_pages),
        ["formulas"] => preprocess(check_formulas),
        ["verify"] => input().and_then(|text| verify::run(&text)),
        ["check"] => check("."),
        ["check", root] => check(root),
        ["renumber"] => renumber("."),
        ["renumber", root] => renumber(root),
        ["epub", out] => epub::write(".".as_ref(), out.as_ref()),
        _ => Err(anyhow::anyhow!(
            "mdBook calls this program with expand, formulas or verify; by hand, `book-tools check` lists the book's faults, `book-tools renumber` writes its numbers and addresses into the code, and `book-tools epub FILE` writes the built book as an EPUB"
        )),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn input() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("cannot read mdBook's input")?;
    let value: serde_json::Value = serde_json::from_str(&text)
        .context("the input is not mdBook's; run `mdbook build`")?;
    version::check(&value)?;
    Ok(text)
}

/// Replaces each page, given in the order of [`Book::pages`].
type Pass = fn(&Book) -> Result<(Vec<String>, Problems)>;

fn preprocess(pass: Pass) -> Result<()> {
    let text = input()?;
    let (context, mut md): (PreprocessorContext, MdBook) =
        serde_json::from_str(&text).context("cannot read mdBook's input")?;
    let book = Book::from_context(&context, &md);
    let (pages, problems) = pass(&book)?;
    problems.report()?;
    let mut texts: BTreeMap<&str, String> =
        book.pages.iter().map(|p| p.path.as_str()).zip(pages).collect();
    md.for_each_chapter_mut(|chapter| {
        let path = chapter.source_path.as_deref().map(slashes);
        if let Some(text) = path.and_then(|p| texts.remove(p.as_str())) {
            chapter.content = text;
        }
    });
    serde_json::to_writer(std::io::stdout().lock(), &md)?;
    Ok(())
}

fn expand_pages(book: &Book) -> Result<(Vec<String>, Problems)> {
    let expansion = expand::expand(book)?;
    Ok((expansion.pages, expansion.problems))
}

fn check_formulas(book: &Book) -> Result<(Vec<String>, Problems)> {
    let mut problems = Problems::default();
    let check = |page| formulas::check(book, page, &mut problems);
    let pages = book.pages.iter().map(check).collect();
    Ok((pages, problems))
}

fn check(root: &str) -> Result<()> {
    let book = Book::load(std::path::Path::new(root))?;
    expand::expand(&book)?.problems.report()
}

fn renumber(root: &str) -> Result<()> {
    let book = Book::load(std::path::Path::new(root))?;
    let mut changed = comments::renumber(&book, &expand::labels(&book))?;
    changed.extend(companion::renumber(&book)?);
    for file in changed {
        println!("renumbered {file}");
    }
    Ok(())
}
