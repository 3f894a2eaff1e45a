//! Figures in the page itself, so that their colours follow the reader's theme.

use crate::inline::attribute;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// The palette of the figures and the style sheet's name for each colour.
pub const PALETTE: [(&str, &str); 11] = [
    ("#1f2933", "--fig-ink"),
    ("#7b8794", "--fig-muted"),
    ("#d9dee4", "--fig-grid"),
    ("#ffffff", "--fig-paper"),
    ("#0072b2", "--fig-1"),
    ("#d55e00", "--fig-2"),
    ("#009e73", "--fig-3"),
    ("#cc79a7", "--fig-4"),
    ("#e69f00", "--fig-5"),
    ("#56b4e9", "--fig-6"),
    ("#000001", "--fig-7"),
];

static HEX: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"#[0-9A-Fa-f]{6}\b").expect("valid pattern"));
static PROLOG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)<\?.*?\?>|<!DOCTYPE[^>]*>|<!--.*?-->").expect("valid pattern")
});
static ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r##"(\bid="|url\(#|href="#)([^")]+)"##).expect("valid pattern")
});
static ROOT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<svg\b([^>]*)>").expect("valid pattern"));
static ROLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\s(role|aria-label|aria-labelledby)="[^"]*""#).expect("valid pattern")
});
static SPACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\s+").expect("valid pattern"));

/// `svg` on one line for the page: palette colours become variables, ids become unique to `name`,
/// and it is one image with the text alternative `alt`.
///
/// # Errors
/// When the text holds no `<svg>`.
pub fn inline(name: &str, svg: &str, alt: &str) -> Result<String, String> {
    let text = PROLOG.replace_all(svg, "");
    if !ROOT.is_match(&text) {
        return Err(format!(
            "figures/svg/{name}.svg holds no <svg> element; draw it anew with `{}`",
            crate::records::command(name)
        ));
    }
    let text = HEX.replace_all(&text, |found: &Captures| {
        let hex = found[0].to_ascii_lowercase();
        match PALETTE.iter().find(|(colour, _)| *colour == hex) {
            Some((_, variable)) => format!("var({variable})"),
            None => found[0].to_owned(),
        }
    });
    let text = ID.replace_all(&text, |found: &Captures| {
        format!("{}{name}--{}", &found[1], &found[2])
    });
    let text = ROOT.replace(&text, |found: &Captures| {
        let rest = ROLE.replace_all(&found[1], "");
        format!("<svg{rest} role=\"img\" aria-label=\"{}\">", attribute(alt))
    });
    let text = SPACE.replace_all(text.trim(), " ");
    // Markdown and the formula pass would take these for their own.
    Ok(text.replace('$', "&#36;").replace('`', "&#96;").replace('\\', "&#92;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plot_becomes_one_themed_image() {
        let svg = "<?xml version=\"1.0\"?>\n<svg width=\"6\">\n<g id=\"a\"/>\n<use href=\"#a\" fill=\"#0072B2\" stroke=\"#123456\"/>\n</svg>\n";
        let line = inline("p", svg, "an \"alt\" & more").unwrap();
        assert_eq!(
            line,
            "<svg width=\"6\" role=\"img\" aria-label=\"an &quot;alt&quot; &amp; more\"> <g id=\"p--a\"/> \
             <use href=\"#p--a\" fill=\"var(--fig-1)\" stroke=\"#123456\"/> </svg>"
        );
    }
}
