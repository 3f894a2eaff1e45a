//! The first pass: directives become Markdown, and everything that does not hold is noted.

use crate::bibliography::Bibliography;
use crate::book::{Book, Page};
use crate::glossary::{self, Glossary, Term};
use crate::labels::{self, Labels};
use crate::listing::{self, Listing, Request};
use crate::parse::{self, Kind, Parsed};
use crate::problem::Problems;
use crate::records::Records;
use crate::source::Sources;
use crate::structure::{self, Task};
use crate::subjects::{self, Subjects};
use crate::{blocks, comments, companion, notation, unused};
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What the pages use, to find what nothing uses.
#[derive(Debug, Default)]
pub struct Uses {
    /// Source files that a listing shows.
    pub files: BTreeSet<String>,
    /// Records that a value, table or figure quotes.
    pub records: BTreeSet<String>,
    /// Figures shown.
    pub figures: BTreeSet<String>,
    /// Pages that cite an entry, in reading order.
    pub citations: BTreeMap<String, Vec<usize>>,
}

/// The state of the pass.
pub struct Expander<'a> {
    /// The book.
    pub book: &'a Book,
    /// Numbers of everything.
    pub labels: Labels,
    /// Records and outputs.
    pub records: Records,
    /// The bibliography.
    pub bibliography: Bibliography,
    /// What the pages use.
    pub uses: Uses,
    /// Faults found.
    pub problems: Problems,
    glossary: Glossary,
    sources: Sources,
    subjects: Subjects,
    titles: BTreeMap<String, String>,
    listings: Vec<Listing>,
}

/// The expanded book.
#[derive(Debug)]
pub struct Expansion {
    /// The Markdown of each page, in the order of [`Book::pages`].
    pub pages: Vec<String>,
    /// Every listing.
    pub listings: Vec<Listing>,
    /// Everything that is wrong.
    pub problems: Problems,
    /// Every file that was read, besides the pages.
    pub read: Vec<PathBuf>,
}

/// Stands for the bibliography until every page is expanded.
const BIBLIOGRAPHY: &str = "\u{1}bibliography\u{1}";

/// Cuts every page into pieces and checks its headings.
fn parse_pages(book: &Book, problems: &mut Problems) -> Vec<Parsed> {
    let pages = book.pages.iter();
    pages
        .map(|page| {
            let file = page.file(book);
            let parsed = parse::parse(&file, &page.content, problems);
            structure::check(&file, &parsed, problems);
            parsed
        })
        .collect()
}

/// The numbers of everything in the book, without looking at its faults.
pub fn labels(book: &Book) -> Labels {
    let mut problems = Problems::default();
    let parsed = parse_pages(book, &mut problems);
    labels::number(book, &parsed, &mut problems)
}

/// Expands the whole book.
///
/// # Errors
/// When a record or the bibliography cannot be read; faults of the book itself are in the result.
pub fn expand(book: &Book) -> Result<Expansion> {
    let mut problems = Problems::default();
    let parsed = parse_pages(book, &mut problems);
    let labels = labels::number(book, &parsed, &mut problems);
    labels.check_solutions(&mut problems);
    let subjects = subjects::collect(book, &parsed, &mut problems);
    let glossary = glossary::collect(book, &parsed, &mut problems);
    let bibliography = Bibliography::load(book, &mut problems)?;
    let mut expander = Expander {
        book,
        labels,
        records: Records::load(&book.root)?,
        bibliography,
        uses: Uses::default(),
        problems,
        glossary,
        sources: Sources::new(&book.root.join("rnn-book-code")),
        subjects,
        titles: structure::titles(&parsed),
        listings: Vec::new(),
    };
    let mut pages: Vec<String> = book
        .pages
        .iter()
        .zip(&parsed)
        .map(|(page, parsed)| expander.page(page, parsed))
        .collect();
    for (page, text) in book.pages.iter().zip(&mut pages) {
        if text.contains(BIBLIOGRAPHY) {
            let list = expander.bibliography.markdown(book, page, &expander.uses);
            *text = text.replace(BIBLIOGRAPHY, &list);
        }
    }
    expander.glossary.check(book, &mut expander.problems);
    comments::check(book, &expander.labels, &mut expander.problems);
    companion::check(book, &mut expander.problems);
    notation::check(book, &mut expander.problems);
    unused::check(&mut expander);
    let mut read = expander.sources.asked();
    read.extend(expander.records.asked());
    Ok(Expansion {
        pages,
        listings: expander.listings,
        problems: expander.problems,
        read,
    })
}

impl Expander<'_> {
    fn page(&mut self, page: &Page, parsed: &Parsed) -> String {
        let mut edits: BTreeMap<usize, Vec<(std::ops::Range<usize>, String)>> =
            BTreeMap::new();
        for equation in &parsed.equations {
            let number = self.labels.number(&format!("eq:{}", equation.label));
            let (piece, at) = equation.start;
            let anchor = format!("<a id=\"eq-{}\"></a>", equation.label);
            edits.entry(piece).or_default().push((at..at, anchor));
            let (piece, range) = equation.tag.clone();
            let tag = format!("\\tag{{{number}}}");
            edits.entry(piece).or_default().push((range, tag));
        }
        let mut out = String::with_capacity(page.content.len() * 2);
        for (index, piece) in parsed.pieces.iter().enumerate() {
            let mut text = piece.text.clone();
            if let Some(edits) = edits.get_mut(&index) {
                edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
                for (range, with) in edits {
                    text.replace_range(range.clone(), with);
                }
            }
            let indent = &text[..text.len() - text.trim_start().len()];
            let expansion = match &piece.kind {
                Kind::Code => Ok(text.clone()),
                Kind::Prose => {
                    let linked = self.glossary.link(page, &text);
                    Ok(self.inline(page, piece.line, &linked))
                }
                Kind::Heading(level, heading) => {
                    Ok(self.heading(page, piece.line, *level, heading))
                }
                Kind::Block(block) => self.block(page, piece.line, block),
                Kind::Directive(name, args) => match name.as_str() {
                    "listing" => self.listing(page, piece.line, args),
                    "output" => self.output(args),
                    "records" => Ok(blocks::records(&self.records)),
                    "index" => Ok(subjects::anchor(args)),
                    "subject_index" => Ok(self.subjects.markdown(self.book, page)),
                    "term" => self.term(page, piece.line, args),
                    _ => {
                        self.bibliography.page = Some(page.path.clone());
                        Ok(BIBLIOGRAPHY.to_owned())
                    }
                },
            };
            let expansion = expansion.unwrap_or_else(|message| {
                let file = page.file(self.book);
                self.problems.add(&file, piece.line, message);
                String::new()
            });
            let own_line = matches!(piece.kind, Kind::Block(_) | Kind::Directive(..));
            for line in expansion.lines() {
                if own_line && !line.is_empty() {
                    out.push_str(indent);
                }
                out.push_str(line);
                out.push('\n');
            }
            if expansion.is_empty() {
                out.push('\n');
            }
        }
        out
    }

    fn heading(
        &mut self,
        page: &Page,
        line: usize,
        level: usize,
        text: &str,
    ) -> String {
        let hashes = "#".repeat(level);
        match structure::task(text) {
            Some(Task::Exercise(slug, difficulty, title)) => {
                let number = self.labels.number(&format!("ex:{slug}"));
                let title = self.inline(page, line, &title);
                let link = match self.labels.get(&format!("sol:{slug}")) {
                    Some(target) => format!(
                        "\n\n<div class=\"task-link\">\n\n[Solution]({})\n\n</div>\n",
                        page.link_to(&target.page, &target.id)
                    ),
                    None => String::new(),
                };
                format!(
                    "{hashes} Exercise {number} ({difficulty}): {title} {{#ex-{slug}}}{link}"
                )
            }
            Some(Task::Solution(slug)) => {
                let number = self.labels.number(&format!("ex:{slug}"));
                let title = self.titles.get(&slug).cloned().unwrap_or_default();
                let title = self.inline(page, line, &title);
                let link = match self.labels.get(&format!("ex:{slug}")) {
                    Some(target) => format!(
                        "\n\n<div class=\"task-link\">\n\n[Back to the exercise]({})\n\n</div>\n",
                        page.link_to(&target.page, &target.id)
                    ),
                    None => String::new(),
                };
                format!("{hashes} Solution {number}: {title} {{#sol-{slug}}}{link}")
            }
            None => format!("{hashes} {}", self.inline(page, line, text)),
        }
    }

    fn term(&mut self, page: &Page, line: usize, args: &str) -> Result<String, String> {
        // What is wrong with an entry was noted when the glossary was read.
        let Ok(term) = Term::parse(args) else {
            return Ok(String::new());
        };
        let definition = self.inline(page, line, &term.definition);
        let section = self.reference(page, &format!("sec:{}", term.section), false)?;
        Ok(format!(
            "<div class=\"term\" id=\"{}\">\n\n**{}.** {definition} <small class=\"introduced\">Introduced in {section}.</small>\n\n</div>\n",
            term.id(),
            term.name
        ))
    }

    fn listing(
        &mut self,
        page: &Page,
        line: usize,
        args: &str,
    ) -> Result<String, String> {
        let request = Request::parse(args).ok_or_else(|| {
            format!("'{args}' is not a listing; write {{{{#listing file.rs:anchor | caption}}}}")
        })?;
        let region = self.sources.region(&request.path, request.anchor.as_deref())?;
        self.uses.files.insert(request.path.clone());
        listing::fits(&request.path, &region)?;
        self.listings.push(Listing {
            place: format!("{}:{line}", page.file(self.book)),
            path: request.path.clone(),
            code: listing::hide(&region),
        });
        let title = match self.labels.get(&format!("lst:{}", request.label())) {
            Some(target) if page.prefix().is_some() => target.text.clone(),
            _ => String::new(),
        };
        let caption = self.inline(page, line, &request.caption);
        Ok(listing::markdown(self.book, &request, &region, &title, &caption))
    }
}
