//! Citations and the bibliography page, from `references.bib`.

use crate::book::{Book, Page};
use crate::expand::{Expander, Uses};
use crate::problem::Problems;
use anyhow::Result;
use biblatex::{Bibliography as Bib, ChunksExt, Entry};
use std::collections::BTreeMap;

/// Name of the file below the source folder.
const FILE: &str = "references.bib";

/// One work.
#[derive(Debug)]
struct Work {
    /// "Bengio et al. 1994".
    short: String,
    /// The entry of the bibliography page, in Markdown.
    long: String,
    /// What the page sorts by.
    order: String,
    /// Line in the file.
    line: usize,
}

/// The works of `references.bib`.
#[derive(Debug, Default)]
pub struct Bibliography {
    works: BTreeMap<String, Work>,
    /// The page that lists them, once it was seen.
    pub page: Option<String>,
    file: String,
}

impl Bibliography {
    /// Reads `references.bib`; a book without one has no works.
    ///
    /// # Errors
    /// When the file exists but cannot be read.
    pub fn load(book: &Book, problems: &mut Problems) -> Result<Bibliography> {
        let path = book.root.join(&book.src).join(FILE);
        let file = format!("{}/{FILE}", book.src);
        // The page is needed for links before the pages are expanded.
        let page = book
            .pages
            .iter()
            .find(|p| p.content.lines().any(|l| l.trim() == "{{#bibliography}}"))
            .map(|p| p.path.clone());
        let mut bibliography = Bibliography { works: BTreeMap::new(), page, file };
        if !path.exists() {
            return Ok(bibliography);
        }
        let text = std::fs::read_to_string(path)?;
        let bib = match Bib::parse(&text) {
            Ok(bib) => bib,
            Err(error) => {
                let line = line_at(&text, error.span.start);
                problems.add(
                    &bibliography.file,
                    line,
                    format!("{}; write the entry as BibTeX", error.kind),
                );
                return Ok(bibliography);
            }
        };
        for entry in bib.iter() {
            let line = line_of(&text, &entry.key);
            let work = work(entry, line, &bibliography.file, problems);
            bibliography.works.insert(entry.key.clone(), work);
        }
        bibliography.tell_apart();
        Ok(bibliography)
    }

    /// Works that nothing cites.
    pub fn check(&self, uses: &Uses, problems: &mut Problems) {
        for (key, work) in &self.works {
            if !uses.citations.contains_key(key) {
                problems.add(
                    &self.file,
                    work.line,
                    format!("nothing cites '{key}'; cite it with {{{{#cite {key}}}}} or remove it"),
                );
            }
        }
        if !self.works.is_empty() && self.page.is_none() {
            problems.add(
                &self.file,
                1,
                "no page lists the works; put {{#bibliography}} on one",
            );
        }
    }

    /// The list of works, with links back to the pages that cite them.
    pub fn markdown(&self, book: &Book, page: &Page, uses: &Uses) -> String {
        let mut works: Vec<(&String, &Work)> = self.works.iter().collect();
        works.sort_by(|a, b| a.1.order.cmp(&b.1.order));
        let mut text = String::from("<div class=\"bibliography\">\n\n");
        for (key, work) in works {
            let cited: Vec<String> = uses
                .citations
                .get(key)
                .into_iter()
                .flatten()
                .map(|&index| {
                    let from = &book.pages[index];
                    let label = from.label().unwrap_or_else(|| from.title.clone());
                    format!("[{label}]({})", page.link_to(&from.path, ""))
                })
                .collect();
            text.push_str(&format!(
                "<div class=\"reference\" id=\"{key}\">\n\n{} <small class=\"cited-in\">Cited in {}.</small>\n\n</div>\n\n",
                work.long,
                cited.join(", ")
            ));
        }
        text.push_str("</div>");
        text
    }

    /// Two works of the same authors and year become 1997a and 1997b.
    fn tell_apart(&mut self) {
        let mut same: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (key, work) in &self.works {
            same.entry(work.short.clone())
                .or_default()
                .push((work.order.clone(), key.clone()));
        }
        for mut keys in same.into_values().filter(|k| k.len() > 1) {
            keys.sort();
            for (letter, (_, key)) in ('a'..='z').zip(&keys) {
                if let Some(work) = self.works.get_mut(key) {
                    work.short.push(letter);
                    work.long = work.long.replacen("). ", &format!("{letter}). "), 1);
                }
            }
        }
    }
}

impl Expander<'_> {
    /// Author–year links for `key` or `key; key`.
    ///
    /// # Errors
    /// A sentence that names the unknown key.
    pub fn cite(
        &mut self,
        page: &Page,
        line: usize,
        args: &str,
    ) -> Result<String, String> {
        let target = self.bibliography.page.clone().unwrap_or_default();
        let index = self.book.pages.iter().position(|p| p.path == page.path);
        let mut links = Vec::new();
        for key in args.split(';').map(str::trim) {
            let Some(work) = self.bibliography.works.get(key) else {
                let file = page.file(self.book);
                self.problems.add(
                    &file,
                    line,
                    format!(
                        "{} has no entry '{key}'; add it there",
                        self.bibliography.file
                    ),
                );
                continue;
            };
            let citing = self.uses.citations.entry(key.to_owned()).or_default();
            if let Some(index) = index.filter(|i| !citing.contains(i)) {
                citing.push(index);
            }
            links.push(format!("[{}]({})", work.short, page.link_to(&target, key)));
        }
        Ok(links.join("; "))
    }
}

fn work(entry: &Entry, line: usize, file: &str, problems: &mut Problems) -> Work {
    let mut need = |what: &str, value: Option<String>| {
        value.unwrap_or_else(|| {
            let message = format!("the entry '{}' has no {what}; add one", entry.key);
            problems.add(file, line, message);
            String::new()
        })
    };
    let people = entry
        .author()
        .or_else(|_| {
            entry.editors().map(|e| e.into_iter().flat_map(|(p, _)| p).collect())
        })
        .ok()
        .filter(|p| !p.is_empty());
    need("author", people.as_ref().map(|_| String::new()));
    let people = people.unwrap_or_default();
    let family = |p: &biblatex::Person| match p.prefix.as_str() {
        "" => p.name.clone(),
        prefix => format!("{prefix} {}", p.name),
    };
    let names: Vec<String> = people.iter().map(family).collect();
    let short = match &names[..] {
        [] => entry.key.clone(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, ..] => format!("{one} et al."),
    };
    let date = field(entry, &["date", "year"]).map(|d| d.chars().take(4).collect());
    let year: String = need("year", date);
    let title = need("title", field(entry, &["title"]));
    let full: Vec<String> = people
        .iter()
        .map(|p| {
            let initials: Vec<String> = p
                .given_name
                .split([' ', '.'])
                .filter(|w| !w.is_empty())
                .map(initial)
                .collect();
            match initials.is_empty() {
                true => family(p),
                false => format!("{}, {}", family(p), initials.join(" ")),
            }
        })
        .collect();
    let authors = match full.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    };
    let stop = if title.ends_with(['?', '!']) { "" } else { "." };
    let mut long = format!("{} ({year}). *{}*{stop}", escape(&authors), escape(&title));
    if let Some(venue) = venue(entry) {
        long.push_str(&format!(" {}.", escape(&venue)));
    }
    if let Some((text, url)) = link(entry) {
        long.push_str(&format!(" [{}](<{url}>).", escape(&text)));
    }
    Work {
        short: format!("{short} {year}"),
        order: format!("{} {year} {}", names.join(" "), entry.key).to_lowercase(),
        long,
        line,
    }
}

fn initial(name: &str) -> String {
    let parts: Vec<String> = name
        .split('-')
        .filter_map(|part| part.chars().next().map(|c| format!("{c}.")))
        .collect();
    parts.join("-")
}

fn venue(entry: &Entry) -> Option<String> {
    let name = field(
        entry,
        &[
            "journaltitle",
            "journal",
            "booktitle",
            "school",
            "institution",
            "publisher",
            "howpublished",
        ],
    )?;
    let mut text = name;
    if let Some(volume) = field(entry, &["volume"]) {
        text.push_str(&format!(" {volume}"));
        if let Some(number) = field(entry, &["number", "issue"]) {
            text.push_str(&format!("({number})"));
        }
    }
    if let Some(pages) = field(entry, &["pages"]) {
        let pages = pages.replace("--", "–").replace('-', "–");
        text.push_str(&format!(", {pages}"));
    }
    Some(text)
}

fn link(entry: &Entry) -> Option<(String, String)> {
    if let Some(doi) = field(entry, &["doi"]) {
        return Some((format!("doi:{doi}"), format!("https://doi.org/{doi}")));
    }
    if let Some(id) = field(entry, &["eprint", "arxiv"]) {
        return Some((format!("arXiv:{id}"), format!("https://arxiv.org/abs/{id}")));
    }
    let url = field(entry, &["url"])?;
    let text = url.trim_start_matches("https://").trim_end_matches('/').to_owned();
    Some((text, url))
}

fn field(entry: &Entry, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let text = entry.fields.get(*name)?.format_verbatim();
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(text)
    })
}

/// Escapes what Markdown would read as its own.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if matches!(c, '*' | '_' | '[' | ']' | '<' | '>' | '`' | '\\' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&b| b == b'\n').count() + 1
}

fn line_of(text: &str, key: &str) -> usize {
    let found = text.find(&format!("{{{key},"));
    found.map_or(1, |offset| line_at(text, offset))
}
