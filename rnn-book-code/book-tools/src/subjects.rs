//! The subject index: a mark before each paragraph that explains a thing, and the page that lists them all.

use crate::book::{Book, Page};
use crate::inline::{attribute, kebab, plain};
use crate::parse::{Kind, Parsed};
use crate::problem::Problems;
use std::collections::BTreeMap;

/// An entry: how it is spelled, with its sub-entry, and the pages and ids of its marks in reading order.
#[derive(Debug)]
struct Entry {
    term: String,
    sub: Option<String>,
    places: Vec<(usize, String)>,
}

/// All entries in the order of the page: without regard to case, each before its sub-entries.
#[derive(Debug, Default)]
pub struct Subjects {
    entries: BTreeMap<(String, String), Entry>,
}

/// Reads every mark of the book.
pub fn collect(book: &Book, parsed: &[Parsed], problems: &mut Problems) -> Subjects {
    let mut subjects = Subjects::default();
    let mut spellings = BTreeMap::new();
    let mut first = None;
    let mut listed = false;
    for (index, (page, parsed)) in book.pages.iter().zip(parsed).enumerate() {
        let file = page.file(book);
        let mut on_page = BTreeMap::new();
        let mut before = "";
        for piece in &parsed.pieces {
            let above = std::mem::replace(&mut before, piece.text.trim());
            let Kind::Directive(name, args) = &piece.kind else {
                continue;
            };
            listed |= name == "subject_index";
            if name != "index" {
                continue;
            }
            first.get_or_insert((file.clone(), piece.line));
            if !above.is_empty() {
                problems.add(
                    &file,
                    piece.line,
                    "this mark cuts a paragraph in two; put it above the paragraph, below an empty line",
                );
            }
            for mark in args.split(';') {
                let place = (file.as_str(), piece.line);
                match read(mark, place, &mut spellings, &mut on_page) {
                    Ok((term, sub)) => subjects.add(term, sub, (index, id(args))),
                    Err(message) => problems.add(&file, piece.line, message),
                }
            }
        }
    }
    if let Some((file, line)) = first.filter(|_| !listed) {
        problems.add(
            &file,
            line,
            "no page lists the marks; put {{#subject_index}} on one",
        );
    }
    subjects
}

/// The term and sub-entry of a mark, if it is neither empty, nor on the page already, nor spelled
/// differently elsewhere.
fn read(
    mark: &str,
    (file, line): (&str, usize),
    spellings: &mut BTreeMap<String, (String, String)>,
    on_page: &mut BTreeMap<String, usize>,
) -> Result<(String, Option<String>), String> {
    let parts: Vec<&str> = mark.split('!').map(str::trim).collect();
    if parts.len() > 2 || parts.contains(&"") {
        return Err(format!(
            "'{}' is no index entry; write {{{{#index term}}}} or {{{{#index term!sub-entry}}}}, several with `;` between them",
            mark.trim()
        ));
    }
    if !plain(parts[0]).starts_with(char::is_alphabetic) {
        return Err(format!(
            "the entry '{}' begins with no letter, so nobody finds it; begin it with a word",
            parts[0]
        ));
    }
    for end in 1..=parts.len() {
        let spelling = parts[..end].join("!");
        let here = format!("{file}:{line}");
        let (known, at) = spellings
            .entry(folded(&spelling))
            .or_insert_with(|| (spelling.clone(), here));
        if *known != spelling {
            return Err(format!(
                "the entry '{spelling}' is spelled '{known}' at {at}; spell both in one way"
            ));
        }
    }
    let whole = parts.join("!");
    if let Some(before) = on_page.insert(whole.clone(), line) {
        return Err(format!(
            "the entry '{whole}' is marked on line {before} of this page already; keep the mark where it is explained"
        ));
    }
    Ok((parts[0].to_owned(), parts.get(1).map(|sub| (*sub).to_owned())))
}

/// What a term has in common with its plural and its other spellings.
fn folded(term: &str) -> String {
    let word = |word: &str| {
        let word = word.to_lowercase();
        let stem = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
        stem.unwrap_or_else(|| word.trim_end_matches(['e', 's']).to_owned())
    };
    let part = |part: &str| -> String {
        part.split(|c: char| !c.is_alphanumeric()).map(word).collect()
    };
    term.split('!').map(part).collect::<Vec<_>>().join("!")
}

fn id(args: &str) -> String {
    format!("idx-{}", kebab(args.split(';').next().unwrap_or_default()))
}

/// What stands on the page in place of a mark: nothing to be seen, but a place to jump to.
pub fn anchor(args: &str) -> String {
    format!("<div class=\"index-mark\" id=\"{}\"></div>\n\n", id(args))
}

impl Subjects {
    fn add(&mut self, term: String, sub: Option<String>, place: (usize, String)) {
        let sort = |text: &str| plain(text).to_lowercase();
        let key = (sort(&term), sub.as_deref().map_or(String::new(), sort));
        let entry =
            self.entries.entry(key).or_insert(Entry { term, sub, places: Vec::new() });
        entry.places.push(place);
    }

    /// The list for `page`, by first letters.
    pub fn markdown(&self, book: &Book, page: &Page) -> String {
        let letter = |key: &str| key.chars().next().unwrap_or_default();
        let mut letters: Vec<char> =
            self.entries.keys().map(|(term, _)| letter(term)).collect();
        letters.dedup();
        let upper = |c: char| c.to_uppercase().to_string();
        let jumps: Vec<String> =
            letters.iter().map(|&c| format!("[{}](#letter-{c})", upper(c))).collect();
        let mut text = format!(
            "<nav class=\"index-letters\" aria-label=\"First letters\">\n\n{}\n\n</nav>\n\n",
            jumps.join(" ")
        );
        for c in letters {
            text.push_str(&format!(
                "## {} {{#letter-{c}}}\n\n<div class=\"subject-index\">\n\n",
                upper(c)
            ));
            let mut above = "";
            for ((sort, _), entry) in &self.entries {
                if letter(sort) != c {
                    continue;
                }
                let links = links(book, page, &entry.places);
                match &entry.sub {
                    None => text.push_str(&format!("- {},\u{a0}{links}\n", entry.term)),
                    Some(sub) => {
                        if above != entry.term {
                            text.push_str(&format!("- {}\n", entry.term));
                        }
                        text.push_str(&format!("    - {sub},\u{a0}{links}\n"));
                    }
                }
                above = &entry.term;
            }
            text.push_str("\n</div>\n\n");
        }
        text
    }
}

/// Links to marks, named by the numbers of their pages.
fn links(book: &Book, page: &Page, places: &[(usize, String)]) -> String {
    let links = places.iter().map(|(index, id)| {
        let to = &book.pages[*index];
        let name = to.label().unwrap_or_else(|| to.title.clone());
        let title = attribute(&to.title);
        format!("[{name}]({} \"{title}\")", page.link_to(&to.path, id))
    });
    links.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_term_meet() {
        for (one, other) in [
            ("gate", "Gates"),
            ("loss!NaN", "losses!nan"),
            ("bias", "biases"),
            ("query", "queries"),
            ("n-gram", "N grams"),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        assert_ne!(folded("gate"), folded("gating"));
        assert_ne!(folded("loss!nan"), folded("loss nan"));
    }
}
