//! The book as an EPUB 3, made of the finished pages: formulas as MathML, figures as SVG, listings without the
//! rest of their files, links from page to page.

use crate::xhtml::{XHTML, content, escape};
use anyhow::{Context, Result};
use mdbook_preprocessor::config::Config;
use mdbook_summary::{Link, SummaryItem, parse_summary};
use rbook::Epub;
use rbook::epub::EpubChapter;
use rbook::epub::manifest::DetachedEpubManifestEntry;
use rbook::epub::metadata::EpubVersion;
use std::collections::BTreeSet;
use std::path::Path;

const SHEET: &str = include_str!("../theme/epub.css");

/// What the readers' shops and libraries ask for.
const ACCESSIBILITY: [(&str, &str); 9] = [
    ("schema:accessMode", "textual"),
    ("schema:accessMode", "visual"),
    ("schema:accessModeSufficient", "textual"),
    ("schema:accessibilityFeature", "alternativeText"),
    ("schema:accessibilityFeature", "MathML"),
    ("schema:accessibilityFeature", "structuralNavigation"),
    ("schema:accessibilityFeature", "tableOfContents"),
    ("schema:accessibilityHazard", "none"),
    (
        "schema:accessibilitySummary",
        "Formulas are MathML, and every figure has a text alternative.",
    ),
];

/// Writes the book below `root`, which `mdbook build` has built, to the file `out`.
///
/// # Errors
/// When a page is missing, or has what an EPUB cannot hold.
pub fn write(root: &Path, out: &Path) -> Result<()> {
    let mut config = Config::from_disk(root.join("book.toml"))?;
    config.update_from_env()?;
    let text = read(&root.join(&config.book.src).join("SUMMARY.md"))?;
    let summary = parse_summary(&text)?;
    let parts =
        [summary.prefix_chapters, summary.numbered_chapters, summary.suffix_chapters];
    let mut writer = Writer {
        html: root.join(&config.build.build_dir).join("html"),
        language: config.book.language.clone().unwrap_or_default(),
        pages: BTreeSet::new(),
    };
    parts.iter().for_each(|items| writer.list(items));
    let title = config.book.title.clone().unwrap_or_default();
    let description = config.book.description.clone().unwrap_or_default();
    let address: Option<String> = config.get("output.html.git-repository-url")?;
    let address = address.context("book.toml names no git-repository-url")?;
    let licence = concat!(env!("CARGO_PKG_LICENSE"), " licence");
    let front = format!(
        "<h1>{}</h1><p>{}</p><p><a href=\"{address}\">{address}</a></p><p>{licence}</p>",
        escape(&title),
        escape(&description)
    );
    let front =
        writer.document(&title, 0, &format!("<div class=\"title\">{front}</div>"));
    let mut chapters = vec![EpubChapter::unlisted("title.xhtml").xhtml(front)];
    for items in &parts {
        chapters.extend(writer.chapters(items)?);
    }
    let sheet = DetachedEpubManifestEntry::new("sheet").href("book.css").content(SHEET);
    Epub::builder()
        .version(EpubVersion::EPUB3)
        .identifier(address)
        .title(title)
        .author(config.book.authors)
        .language(writer.language)
        .description(description)
        .rights(licence)
        .meta(ACCESSIBILITY)
        .toc_title("Contents")
        .resource(sheet)
        .chapter(chapters)
        .write()
        .target(EpubVersion::EPUB3)
        .toc_stylesheet("book.css")
        .save(out)?;
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file)
        .with_context(|| format!("cannot read {}; run `mdbook build`", file.display()))
}

/// The page of a link, below the book's folder: `chapter/page.html`.
fn page(link: &Link) -> Option<String> {
    let path = link.location.as_ref()?.with_extension("html");
    Some(crate::book::slashes(&path))
}

/// The number of a page, as the side bar of the site has it, and a space.
fn number(link: &Link) -> String {
    link.number.as_ref().map_or(String::new(), |number| format!("{number} "))
}

struct Writer {
    html: std::path::PathBuf,
    language: String,
    pages: BTreeSet<String>,
}

impl Writer {
    fn list(&mut self, items: &[SummaryItem]) {
        for item in items {
            if let SummaryItem::Link(link) = item {
                self.pages.extend(page(link));
                self.list(&link.nested_items);
            }
        }
    }

    /// Chapters with their sections; those below a part's title become its children.
    fn chapters(&self, items: &[SummaryItem]) -> Result<Vec<EpubChapter>> {
        let mut chapters = Vec::new();
        let mut part: Option<EpubChapter> = None;
        for item in items {
            match item {
                SummaryItem::Link(link) => {
                    // A chapter that is only announced has none.
                    let Some(name) = page(link) else { continue };
                    let chapter = self.chapter(link, &name)?;
                    match part.take() {
                        Some(open) => part = Some(open.children(chapter)),
                        None => chapters.push(chapter),
                    }
                }
                SummaryItem::PartTitle(title) => {
                    chapters.extend(part.replace(EpubChapter::new(title)));
                }
                _ => chapters.extend(part.take()),
            }
        }
        chapters.extend(part);
        Ok(chapters)
    }

    fn chapter(&self, link: &Link, name: &str) -> Result<EpubChapter> {
        let html = read(&self.html.join(name))?;
        let body = content(name, &number(link), &html, &self.pages)
            .with_context(|| format!("{name} does not fit into an EPUB"))?;
        let title = number(link) + &link.name;
        let text = self.document(&title, name.matches('/').count(), &body);
        let mut entry = DetachedEpubManifestEntry::new("");
        for (property, tag) in [("mathml", "<math"), ("svg", "<svg")] {
            if text.contains(tag) {
                entry = entry.property(property);
            }
        }
        Ok(EpubChapter::new(title)
            .with_manifest_entry(entry)
            .href(name.replace(".html", ".xhtml"))
            .xhtml(text)
            .children(self.chapters(&link.nested_items)?))
    }

    fn document(&self, title: &str, depth: usize, body: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n\
             <html xmlns=\"{XHTML}\" lang=\"{language}\" xml:lang=\"{language}\">\n\
             <head><title>{}</title><link rel=\"stylesheet\" href=\"{}book.css\"/></head>\n\
             <body>{body}</body>\n</html>\n",
            escape(title),
            "../".repeat(depth),
            language = self.language
        )
    }
}
