//! Numbers: every equation, figure, table, listing and exercise gets one, counted per chapter.

use crate::book::{Book, Page};
use crate::listing;
use crate::parse::{Kind, Parsed};
use crate::problem::Problems;
use crate::structure::{self, Task};
use std::collections::BTreeMap;

/// Where a label leads.
#[derive(Debug, Clone)]
pub struct Target {
    /// "Figure 1.2", "(2.7)", "Exercise 1.4".
    pub text: String,
    /// The number alone, "1.2".
    pub number: String,
    /// The page, below the source folder.
    pub page: String,
    /// The id on that page.
    pub id: String,
    /// Source line of the label.
    pub line: usize,
    /// File of the label, as messages name it.
    pub file: String,
}

/// All labels of the book: `fig:…`, `tab:…`, `lst:…`, `eq:…`, `ex:…`, `sol:…`.
#[derive(Debug, Default)]
pub struct Labels {
    map: BTreeMap<String, Target>,
}

struct Counters(BTreeMap<(String, &'static str), usize>);

impl Counters {
    fn next(&mut self, prefix: &str, kind: &'static str) -> String {
        let n = self.0.entry((prefix.to_owned(), kind)).or_default();
        *n += 1;
        format!("{prefix}.{n}")
    }
}

impl Labels {
    /// The target of a label.
    pub fn get(&self, label: &str) -> Option<&Target> {
        self.map.get(label)
    }

    /// The number of a label.
    pub fn number(&self, label: &str) -> String {
        self.get(label).map_or(String::new(), |t| t.number.clone())
    }

    /// Labels that begin with `kind:`, for messages: at most the five nearest in the alphabet.
    pub fn near(&self, label: &str) -> String {
        let kind = label.split(':').next().unwrap_or_default();
        let all: Vec<&str> = self
            .map
            .keys()
            .filter(|k| k.split(':').next() == Some(kind))
            .map(String::as_str)
            .collect();
        let at = all.partition_point(|k| *k < label);
        let from = at.saturating_sub(3);
        let names = &all[from..all.len().min(from + 5)];
        if names.is_empty() {
            return format!("no label of the kind '{kind}' exists yet");
        }
        format!("near it are {}", names.join(", "))
    }

    /// Labels of exercises and solutions that lack their partner are faults.
    pub fn check_solutions(&self, problems: &mut Problems) {
        for (label, target) in &self.map {
            if let Some(slug) = label.strip_prefix("ex:")
                && !self.map.contains_key(&format!("sol:{slug}"))
            {
                problems.add(
                    &target.file,
                    target.line,
                    format!("exercise '{slug}' has no solution; write a heading `### Solution {slug}` on a solutions page"),
                );
            }
            if let Some(slug) = label.strip_prefix("sol:")
                && !self.map.contains_key(&format!("ex:{slug}"))
            {
                problems.add(
                    &target.file,
                    target.line,
                    format!("solution '{slug}' answers no exercise; give it the slug of an exercise or remove it"),
                );
            }
        }
    }

    fn add(&mut self, label: String, target: Target, problems: &mut Problems) {
        if let Some(first) = self.map.get(&label) {
            problems.add(
                &target.file,
                target.line,
                format!(
                    "the label '{label}' stands already at {}:{}; rename one, or refer to the first",
                    first.file, first.line
                ),
            );
            return;
        }
        self.map.insert(label, target);
    }
}

/// Numbers everything in the book.
pub fn number(book: &Book, parsed: &[Parsed], problems: &mut Problems) -> Labels {
    let mut labels = Labels::default();
    let mut counters = Counters(BTreeMap::new());
    for (page, parsed) in book.pages.iter().zip(parsed) {
        number_page(book, page, parsed, &mut labels, &mut counters, problems);
    }
    // A solution bears the number of its exercise, wherever it stands.
    for (page, parsed) in book.pages.iter().zip(parsed) {
        for piece in &parsed.pieces {
            let Kind::Heading(_, text) = &piece.kind else {
                continue;
            };
            let Some(Task::Solution(slug)) = structure::task(text) else {
                continue;
            };
            let number = labels.number(&format!("ex:{slug}"));
            let target = Target {
                text: format!("Solution {number}"),
                number,
                page: page.path.clone(),
                id: format!("sol-{slug}"),
                line: piece.line,
                file: page.file(book),
            };
            labels.add(format!("sol:{slug}"), target, problems);
        }
    }
    labels
}

fn number_page(
    book: &Book,
    page: &Page,
    parsed: &Parsed,
    labels: &mut Labels,
    counters: &mut Counters,
    problems: &mut Problems,
) {
    let file = page.file(book);
    let prefix = page.prefix();
    let mut equations = parsed.equations.iter().peekable();
    for (index, piece) in parsed.pieces.iter().enumerate() {
        while let Some(equation) = equations.next_if(|e| e.start.0 <= index) {
            let name = equation.label.clone();
            let item = ("equation", "eq", name.clone(), format!("eq-{name}"));
            add(&file, page, &prefix, equation.line, item, labels, counters, problems);
        }
        let item = match &piece.kind {
            // Front matter may show pictures and code, without a number.
            Kind::Block(block) if block.name == "figure" && prefix.is_none() => {
                continue;
            }
            Kind::Block(block) if block.name == "figure" => {
                ("Figure", "fig", block.args.clone(), format!("fig-{}", block.args))
            }
            Kind::Block(block) => (
                "Table",
                "tab",
                block.args.clone(),
                format!("tab-{}", block.args.replace(':', "-")),
            ),
            Kind::Directive(name, args) if name == "listing" => {
                let Some(listing) =
                    listing::Request::parse(args).filter(|_| prefix.is_some())
                else {
                    continue;
                };
                ("Listing", "lst", listing.label(), listing.id())
            }
            Kind::Heading(_, text) => match structure::task(text) {
                Some(Task::Exercise(slug, ..)) => {
                    ("Exercise", "ex", slug.clone(), format!("ex-{slug}"))
                }
                _ => continue,
            },
            _ => continue,
        };
        add(&file, page, &prefix, piece.line, item, labels, counters, problems);
    }
}

type Item = (&'static str, &'static str, String, String);

#[allow(clippy::too_many_arguments)]
fn add(
    file: &str,
    page: &Page,
    prefix: &Option<String>,
    line: usize,
    (word, kind, name, id): Item,
    labels: &mut Labels,
    counters: &mut Counters,
    problems: &mut Problems,
) {
    let Some(prefix) = prefix else {
        problems.add(
            file,
            line,
            format!(
                "the {} '{name}' stands on a page without a number; move it to a numbered page or an appendix",
                word.to_lowercase()
            ),
        );
        return;
    };
    let number = counters.next(prefix, kind);
    let text = match kind {
        "eq" => format!("({number})"),
        _ => format!("{word} {number}"),
    };
    let target = Target {
        text,
        number,
        page: page.path.clone(),
        id,
        line,
        file: file.to_owned(),
    };
    labels.add(format!("{kind}:{name}"), target, problems);
}
