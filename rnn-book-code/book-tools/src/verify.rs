//! The last pass, over the finished HTML: the formulas' style sheet, links, ids, headings, images.

use crate::book::{Book, slashes};
use crate::companion;
use crate::html::{self, Facts};
use crate::katex::{self, Source};
use crate::problem::Problems;
use anyhow::{Context, Result};
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book as MdBook;
use mdbook_preprocessor::config::Config;
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The part of a renderer's input that this pass reads.
#[derive(Deserialize)]
struct Input {
    root: PathBuf,
    book: MdBook,
    config: Config,
    destination: PathBuf,
}

static HTTPS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d+)?([/?#][^\s<>"]*)?$"#)
        .expect("valid pattern")
});
static FOREIGN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(@import|url\()\s*["']?(https?:)?//[^)"']*"#).expect("valid pattern")
});

/// Finishes and checks the HTML that the `html` renderer has just written.
///
/// # Errors
/// When a file cannot be read or written, or the pages have faults (listed on stderr).
pub fn run(input: &str) -> Result<()> {
    let input: Input =
        serde_json::from_str(input).context("cannot read mdBook's input")?;
    let context =
        PreprocessorContext::new(input.root, input.config, "verify".to_owned());
    let book = Book::from_context(&context, &input.book);
    let build = input.destination.parent().unwrap_or(&input.destination);
    let html = build.join("html");
    let source = katex::provide(&book.root, &html);
    let result = check(&book, &html, source)?.report();
    // Nothing is written here; mdBook had made the folder.
    let _ = std::fs::remove_dir(&input.destination);
    result
}

/// Puts the style sheet's link into every page below `folder`, then checks them all.
///
/// # Errors
/// When a file cannot be read or written.
pub fn check(book: &Book, folder: &Path, source: Source) -> Result<Problems> {
    let allowed = (source == Source::Cdn).then_some(katex::CDN);
    let mut problems = Problems::default();
    let mut facts = BTreeMap::new();
    for file in below(folder, "html") {
        let name = slashes(file.strip_prefix(folder)?);
        let mut text = std::fs::read_to_string(&file)?;
        if text.contains(katex::PLACEHOLDER) {
            let head = katex::head(source, name.matches('/').count());
            text = text.replace(katex::PLACEHOLDER, &head);
            std::fs::write(&file, &text)?;
        }
        // All pages on one: what is on it was checked where it belongs.
        if name != "print.html" && name != "toc.html" {
            facts.insert(name, html::facts(&text, allowed));
        }
    }
    for (name, page) in &facts {
        let place = Place::of(book, name);
        for (sought, message) in &page.faults {
            problems.add(&place.file, place.line(sought), message);
        }
        // The page for what was not found is shown at any depth.
        if name != "404.html" {
            links(folder, name, page, &facts, &place, &mut problems);
        }
    }
    companion::check_built(book, &facts, &mut problems);
    for file in below(folder, "css") {
        let text = std::fs::read_to_string(&file)?;
        if let Some(found) = FOREIGN.find(&text) {
            let name = slashes(file.strip_prefix(folder)?);
            let line = text[..found.start()].matches('\n').count() + 1;
            let message = format!(
                "the sheet loads from another host: {}…; keep a copy with the book",
                found.as_str()
            );
            problems.add(&name, line, message);
        }
    }
    Ok(problems)
}

/// The source of a finished page.
struct Place {
    file: String,
    text: String,
}

impl Place {
    fn of(book: &Book, name: &str) -> Place {
        let source = |path: &str| {
            let path = path.replace("README.md", "index.md");
            path.trim_end_matches(".md") == name.trim_end_matches(".html")
        };
        let found = book.pages.iter().find(|p| source(&p.path));
        // mdBook copies the first page to index.html.
        let first = book.pages.first().filter(|_| name == "index.html");
        match found.or(first) {
            Some(page) => Place { file: page.file(book), text: page.content.clone() },
            None => Place { file: format!("book/html/{name}"), text: String::new() },
        }
    }

    fn line(&self, sought: &str) -> usize {
        let position =
            |s: &str| self.text.lines().position(|l| !s.is_empty() && l.contains(s));
        let stem = sought.replace(".html", ".md");
        let file = stem.split('#').next().unwrap_or_default();
        let found =
            position(sought).or_else(|| position(&stem)).or_else(|| position(file));
        found.map_or(1, |index| index + 1)
    }
}

fn links(
    folder: &Path,
    name: &str,
    page: &Facts,
    pages: &BTreeMap<String, Facts>,
    place: &Place,
    problems: &mut Problems,
) {
    for link in &page.links {
        if let Some(message) = link_fault(folder, name, page, pages, link) {
            problems.add(&place.file, place.line(link), message);
        }
    }
}

fn link_fault(
    folder: &Path,
    name: &str,
    page: &Facts,
    pages: &BTreeMap<String, Facts>,
    link: &str,
) -> Option<String> {
    if link.starts_with("https://") {
        return (!HTTPS.is_match(link))
            .then(|| format!("'{link}' is not a well-formed address; correct it"));
    }
    if let Some(rest) = link.strip_prefix("http://") {
        return Some(format!("'{link}' is not encrypted; write https://{rest}"));
    }
    if link.starts_with("mailto:") {
        return None;
    }
    if link.contains(':') || link.starts_with('/') {
        return Some(format!(
            "'{link}' is no link that works everywhere; write a path relative to the page, or https://"
        ));
    }
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = resolve(name, path);
    let facts = if path.is_empty() { Some(page) } else { pages.get(&target) };
    match facts {
        Some(facts) if fragment.is_empty() || facts.ids.contains(fragment) => None,
        Some(_) => Some(format!(
            "the link '{link}' leads to no place on the page {target}; there is no id '{fragment}'"
        )),
        None if folder.join(&target).is_file() => None,
        None => Some(format!(
            "the link '{link}' is dead; there is no file {target} in the book"
        )),
    }
}

/// The path, below the book's folder, that `link` on the page `name` leads to.
pub(crate) fn resolve(name: &str, link: &str) -> String {
    if link.is_empty() {
        return name.to_owned();
    }
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.replace("%20", " ")
    }
}

fn below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = crate::records::files(folder, extension);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|e| e.path()).filter(|p| p.is_dir()) {
        found.extend(below(&path, extension));
    }
    found.sort();
    found
}
