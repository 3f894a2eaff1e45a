//! The glossary: its entries, and links to them from each chapter's first use of a term.

use crate::book::{Book, Page};
use crate::inline::{capitalised, kebab};
use crate::parse::{Kind, Parsed, code_spans, inside};
use crate::problem::Problems;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// One `{{#term Name | forms | section | definition}}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The name, as the glossary prints it.
    pub name: String,
    /// What is looked for in the chapters, plurals among them; a capital at the start is found as well.
    pub forms: Vec<String>,
    /// The page that introduces it, below the source folder and without `.md`.
    pub section: String,
    /// The definition.
    pub definition: String,
}

impl Term {
    /// Reads the arguments of the directive.
    ///
    /// # Errors
    /// A sentence that says how an entry is written.
    pub fn parse(args: &str) -> Result<Term, String> {
        let parts: Vec<&str> = args.splitn(4, '|').map(str::trim).collect();
        let &[name, forms, section, definition] = &parts[..] else {
            return Err(wrong(args));
        };
        let forms: Vec<String> =
            forms.split(',').map(|f| f.trim().to_owned()).collect();
        if parts.contains(&"") || forms.contains(&String::new()) {
            return Err(wrong(args));
        }
        Ok(Term {
            name: name.to_owned(),
            forms,
            section: section.to_owned(),
            definition: definition.to_owned(),
        })
    }

    /// The id of its entry.
    pub fn id(&self) -> String {
        format!("term-{}", kebab(&self.name))
    }
}

fn wrong(args: &str) -> String {
    format!(
        "'{args}' is no entry of a glossary; write {{{{#term Name | form, plural | page | definition}}}}"
    )
}

/// All terms, and where they were found.
#[derive(Debug, Default)]
pub struct Glossary {
    page: String,
    /// Each term with its line.
    terms: Vec<(Term, usize)>,
    /// The term that a word or words of a chapter mean.
    words: BTreeMap<String, usize>,
    pattern: Option<Regex>,
    /// Chapters in which a term has its link.
    linked: BTreeSet<(usize, u32)>,
    /// Whether the line before was inside a display formula.
    formula: bool,
}

/// Parts of a line in which nothing may be linked: formulas, directives, links, tags.
static TAKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\.|\$[^$]*\$|\{\{.*?\}\}|\[[^\]]*\](\([^)]*\))?|<[^>]*>")
        .expect("valid pattern")
});

/// Reads the glossary's entries.
pub fn collect(book: &Book, parsed: &[Parsed], problems: &mut Problems) -> Glossary {
    let mut glossary = Glossary::default();
    for (page, parsed) in book.pages.iter().zip(parsed) {
        for piece in &parsed.pieces {
            let Kind::Directive(name, args) = &piece.kind else {
                continue;
            };
            if name != "term" {
                continue;
            }
            glossary.page.clone_from(&page.path);
            let file = page.file(book);
            match Term::parse(args) {
                Ok(term) => glossary.add(term, &file, piece.line, problems),
                Err(message) => problems.add(&file, piece.line, message),
            }
        }
    }
    glossary.compile();
    glossary
}

impl Glossary {
    fn add(&mut self, term: Term, file: &str, line: usize, problems: &mut Problems) {
        let sort = |term: &Term| term.name.to_lowercase();
        if let Some((before, _)) = self.terms.last()
            && sort(before) >= sort(&term)
        {
            problems.add(
                file,
                line,
                format!(
                    "the entry '{}' stands after '{}'; sort the entries",
                    term.name, before.name
                ),
            );
        }
        let number = self.terms.len();
        for form in &term.forms {
            for word in BTreeSet::from([form.clone(), capitalised(form)]) {
                if let Some(other) = self.words.insert(word, number) {
                    let (name, before) = self
                        .terms
                        .get(other)
                        .map_or((&term.name, line), |(other, line)| {
                            (&other.name, *line)
                        });
                    let message = format!(
                        "the form '{form}' belongs to '{name}' already, on line {before}; keep one"
                    );
                    problems.add(file, line, message);
                }
            }
        }
        self.terms.push((term, line));
    }

    fn compile(&mut self) {
        let mut words: Vec<String> =
            self.words.keys().map(|word| regex::escape(word)).collect();
        // Of the words that begin at one place the longest is meant.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        if !words.is_empty() {
            let pattern = format!(r"\b(?:{})\b", words.join("|"));
            self.pattern = Some(Regex::new(&pattern).expect("escaped words"));
        }
    }

    /// A line of prose with links at its chapter's first uses of terms.
    pub fn link(&mut self, page: &Page, text: &str) -> String {
        let (Some(pattern), Some(&chapter)) = (&self.pattern, page.number.first())
        else {
            return text.to_owned();
        };
        let spans = code_spans(text);
        let dollars = text
            .match_indices('$')
            .filter(|(at, _)| !inside(&spans, *at) && !text[..*at].ends_with('\\'));
        let within = self.formula;
        let displays = text.matches("$$").count();
        self.formula ^= displays % 2 == 1;
        // A formula that goes on over the line's end, and a table, are left alone.
        if within || displays > 0 || dollars.count() % 2 == 1 || text.starts_with('|') {
            return text.to_owned();
        }
        let taken: Vec<_> = TAKEN.find_iter(text).map(|found| found.range()).collect();
        let mut out = String::new();
        let mut at = 0;
        for found in pattern.find_iter(text) {
            let joined = |c: Option<char>| c.is_some_and(|c| c == '-' || c == '–');
            if inside(&spans, found.start())
                || inside(&taken, found.start())
                || joined(text[..found.start()].chars().next_back())
                || joined(text[found.end()..].chars().next())
            {
                continue;
            }
            let number = self.words[found.as_str()];
            if self.linked.insert((number, chapter)) {
                let target = page.link_to(&self.page, &self.terms[number].0.id());
                out.push_str(&text[at..found.start()]);
                out.push_str(&format!("[{}]({target})", found.as_str()));
                at = found.end();
            }
        }
        out.push_str(&text[at..]);
        out
    }

    /// Terms that no chapter uses, or that their section does not use.
    pub fn check(&self, book: &Book, problems: &mut Problems) {
        let file = format!("{}/{}", book.src, self.page);
        for (number, (term, line)) in self.terms.iter().enumerate() {
            let message = if !self.linked.iter().any(|(n, _)| *n == number) {
                format!(
                    "no chapter uses '{}'; correct its forms, or remove the entry",
                    term.name
                )
            } else if !stands(book, term) {
                format!(
                    "{}.md does not use '{}'; name the page that introduces it",
                    term.section, term.name
                )
            } else {
                continue;
            };
            problems.add(&file, *line, message);
        }
    }
}

/// Whether the page that a term names has one of its forms, be it in a heading.
fn stands(book: &Book, term: &Term) -> bool {
    let path = format!("{}.md", term.section);
    let page = book.pages.iter().find(|page| page.path == path);
    page.is_some_and(|page| {
        let has = |word: &str| page.content.contains(word);
        term.forms.iter().any(|form| has(form) || has(&capitalised(form)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glossary() -> Glossary {
        let mut glossary =
            Glossary { page: "glossary.md".to_owned(), ..Default::default() };
        let mut problems = Problems::default();
        for args in [
            "Attention | attention | a | x",
            "Cell state | cell state | a | x",
            "State | state, states | a | x",
        ] {
            glossary.add(Term::parse(args).unwrap(), "glossary.md", 1, &mut problems);
        }
        assert!(problems.is_empty());
        glossary.compile();
        glossary
    }

    fn page(chapter: u32) -> Page {
        let path = format!("ch{chapter}/a.md");
        Page {
            title: String::new(),
            path,
            number: vec![chapter],
            content: String::new(),
        }
    }

    #[test]
    fn the_first_use_in_a_chapter_is_linked() {
        let mut glossary = glossary();
        let state = "[State](../glossary.md#term-state)";
        assert_eq!(glossary.link(&page(1), "State, state"), format!("{state}, state"));
        assert_eq!(glossary.link(&page(1), "A state"), "A state");
        assert_eq!(glossary.link(&page(2), "State"), state);
        let cell = "[cell state](../glossary.md#term-cell-state)";
        assert_eq!(glossary.link(&page(2), "a *cell state*"), format!("a *{cell}*"));
    }

    #[test]
    fn nothing_is_linked_in_formulas_code_links_and_longer_words() {
        let mut glossary = glossary();
        for text in [
            "`state` and $state$ and \\text{state}$",
            "[a state](x.md) {{#ref sec:state}} <a title=\"state\">",
            "self-attention, restate, attention-like",
            "| state | attention |",
            "$$",
            "state",
            "$$",
        ] {
            assert_eq!(glossary.link(&page(1), text), text);
        }
        assert!(glossary.link(&page(1), "states").starts_with("[states]"));
    }
}
