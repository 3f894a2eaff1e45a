//! The pages of the book with mdBook's own numbering, from a preprocessor's input or from the files.

use anyhow::{Context, Result};
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::{Book as MdBook, BookItem};
use mdbook_preprocessor::config::Config;
use mdbook_summary::SummaryItem;
use std::path::{Path, PathBuf};
use toml::Table;

/// One page: a Markdown file that the summary lists.
#[derive(Debug, Clone)]
pub struct Page {
    /// The title that the summary gives it.
    pub title: String,
    /// Path below the source folder, with forward slashes.
    pub path: String,
    /// Number from the summary: `[2, 3]` for section 2.3; empty for front matter.
    pub number: Vec<u32>,
    /// The Markdown.
    pub content: String,
}

/// A chapter that the summary announces but that is not written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The title that the summary gives it.
    pub title: String,
    /// Number from the summary.
    pub number: Vec<u32>,
}

/// The book as the passes see it.
#[derive(Debug, Clone)]
pub struct Book {
    /// Folder of `book.toml`.
    pub root: PathBuf,
    /// Source folder relative to the root, usually `src`.
    pub src: String,
    /// Address of the public repository, without a slash at the end.
    pub repository: String,
    /// The same as Cargo.toml has it: a build elsewhere may set another one.
    pub published: String,
    /// Address at which the book is published, as Cargo.toml has it, without a slash at the end.
    pub homepage: String,
    /// The written pages, in reading order.
    pub pages: Vec<Page>,
    /// The announced chapters.
    pub drafts: Vec<Draft>,
}

impl Page {
    /// The path that messages name, e.g. `src/ch01/intro.md`.
    pub fn file(&self, book: &Book) -> String {
        format!("{}/{}", book.src, self.path)
    }

    /// First component of the numbers on this page: the chapter's number, or an appendix's letter.
    /// Front matter has none.
    pub fn prefix(&self) -> Option<String> {
        let appendix = self.path.split('/').find_map(|part| {
            let letter = part.strip_prefix("appendix-")?.chars().next()?;
            Some(letter.to_ascii_uppercase().to_string())
        });
        appendix.or_else(|| self.number.first().map(u32::to_string))
    }

    /// The page's own number, `2` or `2.3`; an appendix's letter; nothing for front matter.
    pub fn label(&self) -> Option<String> {
        if self.number.is_empty() {
            return self.prefix();
        }
        let parts: Vec<String> = self.number.iter().map(u32::to_string).collect();
        Some(parts.join("."))
    }

    /// Link from this page to a place on another (or the same) page; both paths are below the source folder.
    pub fn link_to(&self, path: &str, id: &str) -> String {
        let fragment = if id.is_empty() { String::new() } else { format!("#{id}") };
        if path == self.path && !id.is_empty() {
            return fragment;
        }
        let depth = self.path.matches('/').count();
        format!("{}{path}{fragment}", "../".repeat(depth))
    }
}

impl Book {
    /// The book as mdBook hands it to a preprocessor.
    pub fn from_context(ctx: &PreprocessorContext, md: &MdBook) -> Book {
        let mut book = Book::empty(&ctx.root, &ctx.config);
        for item in md.iter() {
            let BookItem::Chapter(chapter) = item else {
                continue;
            };
            let number = chapter.number.clone().map_or(Vec::new(), |n| n.to_vec());
            match &chapter.source_path {
                Some(path) => book.pages.push(Page {
                    title: chapter.name.clone(),
                    path: slashes(path),
                    number,
                    content: chapter.content.clone(),
                }),
                None => book.drafts.push(Draft { title: chapter.name.clone(), number }),
            }
        }
        book
    }

    /// The book below `root`, read from `book.toml`, the summary and the pages.
    ///
    /// # Errors
    /// When one of these cannot be read or parsed.
    pub fn load(root: &Path) -> Result<Book> {
        let config = Config::from_disk(root.join("book.toml")).with_context(|| {
            format!("cannot read {}", root.join("book.toml").display())
        })?;
        let mut book = Book::empty(root, &config);
        let folder = root.join(&book.src);
        let summary_file = folder.join("SUMMARY.md");
        let text = std::fs::read_to_string(&summary_file)
            .with_context(|| format!("cannot read {}", summary_file.display()))?;
        let summary = mdbook_summary::parse_summary(&text)
            .with_context(|| format!("cannot parse {}", summary_file.display()))?;
        for part in [
            &summary.prefix_chapters,
            &summary.numbered_chapters,
            &summary.suffix_chapters,
        ] {
            book.add_items(&folder, part)?;
        }
        Ok(book)
    }

    fn empty(root: &Path, config: &Config) -> Book {
        let url: Option<String> =
            config.get("output.html.git-repository-url").unwrap_or_default();
        let manifest = std::fs::read_to_string(root.join("Cargo.toml"));
        let manifest: Table =
            manifest.ok().and_then(|m| m.parse().ok()).unwrap_or_default();
        let address = |key: &str| {
            let value =
                manifest.get("workspace")?.get("package")?.get(key)?.as_str()?;
            Some(value.trim_end_matches('/').to_owned())
        };
        Book {
            root: root.to_path_buf(),
            src: slashes(&config.book.src),
            repository: url.unwrap_or_default().trim_end_matches('/').to_owned(),
            published: address("repository").unwrap_or_default(),
            homepage: address("homepage").unwrap_or_default(),
            pages: Vec::new(),
            drafts: Vec::new(),
        }
    }

    fn add_items(&mut self, folder: &Path, items: &[SummaryItem]) -> Result<()> {
        for item in items {
            let SummaryItem::Link(link) = item else {
                continue;
            };
            let number = link.number.clone().map_or(Vec::new(), |n| n.to_vec());
            match &link.location {
                Some(path) => {
                    let file = folder.join(path);
                    let content =
                        std::fs::read_to_string(&file).with_context(|| {
                            format!(
                                "SUMMARY.md lists {}, which cannot be read",
                                file.display()
                            )
                        })?;
                    self.pages.push(Page {
                        title: link.name.clone(),
                        path: slashes(path),
                        number,
                        content,
                    });
                }
                None => self.drafts.push(Draft { title: link.name.clone(), number }),
            }
            self.add_items(folder, &link.nested_items)?;
        }
        Ok(())
    }
}

/// A path with forward slashes on every system.
pub fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
