//! Directives within a line: `{{#ref …}}`, `{{#eqref …}}`, `{{#cite …}}`, `{{#value …}}`, `{{#printed …}}`.

use crate::book::{Book, Page};
use crate::expand::Expander;
use crate::labels::Target;
use crate::parse::{ALONE, BLOCKS, code_spans, inside};
use regex::Regex;
use std::sync::LazyLock;

static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{\{#([A-Za-z_]+)\s*([^{}]*)\}\}").expect("valid pattern")
});
static LEFTOVER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{\{#([A-Za-z_]+)").expect("valid pattern"));

/// The directives of this module.
const INLINE: [&str; 6] = ["eqref", "ref", "Ref", "cite", "value", "printed"];

impl Expander<'_> {
    /// Expands the inline directives of `text`, which stands at `line` of `page`.
    pub fn inline(&mut self, page: &Page, line: usize, text: &str) -> String {
        if !text.contains("{{#") {
            return text.to_owned();
        }
        let spans = code_spans(text);
        let mut out = String::new();
        let mut at = 0;
        for found in DIRECTIVE.captures_iter(text) {
            let range = found.get(0).expect("whole match").range();
            if inside(&spans, range.start) {
                continue;
            }
            out.push_str(&text[at..range.start]);
            match self.directive(page, line, &found[1], found[2].trim()) {
                Ok(expansion) => out.push_str(&expansion),
                Err(message) => self.problems.add(&page.file(self.book), line, message),
            }
            at = range.end;
        }
        for found in LEFTOVER.captures_iter(&text[at..]) {
            let start = at + found.get(0).expect("whole match").start();
            if !inside(&spans, start) {
                let message = format!(
                    "{{{{#{}}}}} is not closed on its line; end it with `}}}}`",
                    &found[1]
                );
                self.problems.add(&page.file(self.book), line, message);
            }
        }
        out.push_str(&text[at..]);
        out
    }

    fn directive(
        &mut self,
        page: &Page,
        line: usize,
        name: &str,
        args: &str,
    ) -> Result<String, String> {
        match name {
            "eqref" => {
                let target = self.target(&format!("eq:{args}"))?;
                Ok(link(page, target, &target.text))
            }
            "ref" | "Ref" => self.reference(page, args, name == "Ref"),
            "cite" => self.cite(page, line, args),
            "value" => {
                let (record, key) = args.split_once('.').ok_or_else(|| {
                    format!("'{args}' is not a value; write {{{{#value record.key}}}}")
                })?;
                self.uses.records.insert(record.to_owned());
                Ok(self.records.get(record)?.value(key)?.to_owned())
            }
            "printed" => {
                let (example, key) = args.split_once(':').ok_or_else(|| {
                    format!("'{args}' is not a printed value; write {{{{#printed example:key}}}}")
                })?;
                self.records.printed(example.trim(), key.trim())
            }
            "include" | "rustdoc_include" | "playground" | "playpen" => Err(format!(
                "{{{{#{name}}}}} is not checked; show code with {{{{#listing file:anchor | caption}}}}"
            )),
            _ if ALONE.contains(&name) || BLOCKS.contains(&name) => {
                Err(format!("{{{{#{name}}}}} must stand on a line of its own"))
            }
            _ => Err(format!(
                "there is no directive {{{{#{name}}}}}; there are {}",
                [&ALONE[..], &BLOCKS, &INLINE].concat().join(", ")
            )),
        }
    }

    fn target(&self, label: &str) -> Result<&Target, String> {
        self.labels.get(label).ok_or_else(|| {
            format!("nothing has the label '{label}'; {}", self.labels.near(label))
        })
    }

    /// A link to whatever a label of `{{#ref …}}` names.
    ///
    /// # Errors
    /// A sentence that says what the label should be.
    pub fn reference(
        &self,
        page: &Page,
        label: &str,
        capital: bool,
    ) -> Result<String, String> {
        let (kind, slug) = label.split_once(':').unwrap_or((label, ""));
        match kind {
            "fig" | "tab" | "lst" | "ex" | "sol" => {
                let target = self.target(label)?;
                Ok(link(page, target, &target.text))
            }
            "eq" => Err(format!(
                "refer to an equation with {{{{#eqref {slug}}}}}, not with {{{{#ref}}}}"
            )),
            "ch" => chapter(self.book, page, slug, capital),
            "sec" => section(self.book, page, slug, capital),
            _ => Err(format!(
                "'{label}' is not a reference; begin it with fig:, tab:, lst:, ex:, sol:, ch: or sec:"
            )),
        }
    }
}

fn link(page: &Page, target: &Target, text: &str) -> String {
    format!("[{text}]({})", page.link_to(&target.page, &target.id))
}

/// A word as it begins a sentence.
pub fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

fn word(word: &str, number: &str, capital: bool) -> String {
    let word = if capital { capitalised(word) } else { word.to_owned() };
    // A line must not break between the word and its number.
    format!("{word}\u{a0}{number}")
}

/// A chapter by the name of its folder, with or without `chNN-`; a draft by its title in kebab-case.
fn chapter(
    book: &Book,
    page: &Page,
    slug: &str,
    capital: bool,
) -> Result<String, String> {
    let found = book.pages.iter().find(|p| {
        let folder = p.path.split('/').next().unwrap_or_default();
        let bare = folder.strip_prefix("ch").map_or(folder, |rest| {
            rest.trim_start_matches(|c: char| c.is_ascii_digit())
                .trim_start_matches('-')
        });
        p.number.len() == 1 && p.path.contains('/') && (folder == slug || bare == slug)
    });
    if let Some(found) = found {
        let text = word("chapter", &found.number[0].to_string(), capital);
        return Ok(format!(
            "[{text}]({} \"{}\")",
            page.link_to(&found.path, ""),
            attribute(&found.title)
        ));
    }
    let draft = book.drafts.iter().find(|d| kebab(&d.title) == slug);
    if let Some(number) = draft.and_then(|d| d.number.first()) {
        return Ok(word("chapter", &number.to_string(), capital));
    }
    let mut names: Vec<String> = book.drafts.iter().map(|d| kebab(&d.title)).collect();
    names.extend(
        book.pages
            .iter()
            .filter(|p| p.number.len() == 1)
            .filter_map(|p| Some(p.path.split_once('/')?.0.to_owned())),
    );
    Err(format!("there is no chapter '{slug}'; there are {}", names.join(", ")))
}

/// A page by its path without `.md`, or by its file's stem when only one page has it.
fn section(
    book: &Book,
    page: &Page,
    slug: &str,
    capital: bool,
) -> Result<String, String> {
    let bare = |p: &Page| p.path.trim_end_matches(".md").to_owned();
    let mut found: Vec<&Page> = book.pages.iter().filter(|p| bare(p) == slug).collect();
    if found.is_empty() {
        found = book
            .pages
            .iter()
            .filter(|p| bare(p).rsplit('/').next() == Some(slug))
            .collect();
    }
    match found[..] {
        [] => Err(format!(
            "there is no page '{slug}.md'; name a page's path below src/ without `.md`"
        )),
        [found] => {
            let text = match found.label() {
                None => found.title.clone(),
                Some(label) if label.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                    word("appendix", &label, capital)
                }
                Some(label) if found.number.len() == 1 => {
                    word("chapter", &label, capital)
                }
                Some(label) => word("section", &label, capital),
            };
            Ok(format!(
                "[{text}]({} \"{}\")",
                page.link_to(&found.path, ""),
                attribute(&found.title)
            ))
        }
        _ => {
            let names: Vec<String> =
                found.iter().map(|p| format!("sec:{}", bare(p))).collect();
            Err(format!(
                "several pages are called '{slug}'; write one of {}",
                names.join(", ")
            ))
        }
    }
}

/// A title as a slug: `Gated cells: LSTM` is `gated-cells-lstm`.
pub fn kebab(title: &str) -> String {
    let words: Vec<String> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

/// Text for an HTML attribute, safe from Markdown and the formula pass too.
pub fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('$', "&#36;")
        .replace('`', "&#96;")
        .replace('\\', "&#92;")
}

static LINK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[([^\]]*)\]\([^)]*\)").expect("valid pattern"));

/// A caption without Markdown's marks, for an attribute.
pub fn plain(markdown: &str) -> String {
    LINK.replace_all(markdown, "$1").replace(['$', '*', '`'], "")
}
