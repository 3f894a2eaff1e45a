//! The second pass: mdbook-katex leaves a formula that KaTeX cannot parse as it was. Find those.

use crate::book::{Book, Page};
use crate::problem::Problems;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// Annotation with a formula's source, comment, tag, escaped character; else a formula or a single dollar sign.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?s)<annotation.*?</annotation>|<!--.*?-->|</?[A-Za-z][^<>]*>|\\.|(?<maths>\$\$.*?\$\$|\$[^$]*\$|\$)",
    )
    .expect("valid pattern")
});
static FENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\s>]*(`{3,}|~{3,})(.*)$").expect("valid pattern"));
static ANNOTATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)(<annotation[^>]*>)(.*?)(</annotation>)").expect("valid pattern")
});
static ENTITY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"&#?\w+;|[!-/:-@\[-`{-~]").expect("valid pattern"));

/// Notes every formula of `page` that is still there after mdbook-katex, and returns the page with the
/// formulas' sources safe from Markdown.
pub fn check(book: &Book, page: &Page, problems: &mut Problems) -> String {
    let rendered = &page.content;
    for formula in leftovers(rendered) {
        let text = shorten(&formula);
        let line = line_of(book, page, &formula);
        problems.add(
            &page.file(book),
            line,
            if formula == "$" {
                "a dollar sign without a partner; write `\\$` for the sign itself, or close the formula".to_owned()
            } else {
                format!("KaTeX cannot parse the formula {text}; its complaint is in the warning above")
            },
        );
    }
    protect(rendered)
}

/// The formulas, delimiters and all, that are left outside code and tags.
pub fn leftovers(markdown: &str) -> Vec<String> {
    let prose = without_code(markdown);
    TOKEN
        .captures_iter(&prose)
        .filter_map(|found| Some(found.name("maths")?.as_str().to_owned()))
        .collect()
}

/// Blanks out fenced blocks and code spans.
fn without_code(markdown: &str) -> String {
    let mut fence: Option<String> = None;
    let mut prose = String::with_capacity(markdown.len());
    for line in markdown.lines() {
        match (&fence, FENCE.captures(line)) {
            (None, Some(found)) if !found[2].contains('`') => {
                fence = Some(found[1].to_owned())
            }
            (Some(mark), Some(found))
                if found[1].starts_with(mark.as_str())
                    && found[2].trim().is_empty() =>
            {
                fence = None;
            }
            (None, _) => {
                let mut at = 0;
                for span in crate::parse::code_spans(line) {
                    prose.push_str(&line[at..span.start]);
                    at = span.end;
                }
                prose.push_str(&line[at..]);
            }
            _ => {}
        }
        prose.push('\n');
    }
    prose
}

/// Markdown would take a formula's `_`, `*`, `\` or `|` for its own.
fn protect(rendered: &str) -> String {
    ANNOTATION
        .replace_all(rendered, |found: &Captures| {
            let source =
                ENTITY.replace_all(&found[2], |token: &Captures| match &token[0] {
                    entity if entity.len() > 1 => entity.to_owned(),
                    sign => format!("&#{};", sign.as_bytes()[0]),
                });
            format!("{}{source}{}", &found[1], &found[3])
        })
        .into_owned()
}

/// The line of the source page on which the formula begins.
fn line_of(book: &Book, page: &Page, formula: &str) -> usize {
    let file = book.root.join(&book.src).join(&page.path);
    let source = std::fs::read_to_string(file).unwrap_or_default();
    let first = formula
        .trim_matches('$')
        .lines()
        .map(str::trim)
        .find(|l| !l.is_empty())
        .unwrap_or("$");
    // Numbers and quoted values replaced parts of the source: compare what stands before them.
    let head = first.split("\\tag{").next().unwrap_or(first).trim_end();
    for text in [first, head] {
        let found = source.lines().position(|l| !text.is_empty() && l.contains(text));
        if let Some(index) = found {
            return index + 1;
        }
    }
    let mut prefix: &str = head;
    while let Some((cut, _)) = prefix.char_indices().next_back() {
        prefix = &prefix[..cut];
        if prefix.len() > 4
            && let Some(index) = source.lines().position(|l| l.contains(prefix))
        {
            return index + 1;
        }
    }
    1
}

fn shorten(formula: &str) -> String {
    let one_line = formula.split_whitespace().collect::<Vec<_>>().join(" ");
    match one_line.char_indices().nth(100) {
        Some((cut, _)) => format!("{}…", &one_line[..cut]),
        None => one_line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_formulas_in_prose_are_left_over() {
        let text = "a `$x$` b \\$5 <a title=\"$\">\n```text\n$y$\n```\n<annotation>$z$</annotation> $\\bad$ and $$\n\\worse\n$$ end $";
        assert_eq!(leftovers(text), ["$\\bad$", "$$\n\\worse\n$$", "$"]);
    }

    #[test]
    fn annotations_survive_markdown() {
        let text = "<annotation encoding=\"x\">a_b &lt; \\c</annotation>";
        assert_eq!(
            protect(text),
            "<annotation encoding=\"x\">a&#95;b &lt; &#92;c</annotation>"
        );
    }
}
