//! The content of one finished page as XHTML for the EPUB: formulas as MathML, listings without the rest of their
//! files, links from page to page.

use crate::verify::resolve;
use anyhow::{Context, Result, bail, ensure};
use regex::{Captures, Regex};
use scraper::{ElementRef, Html, Selector};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Namespace of XHTML.
pub const XHTML: &str = "http://www.w3.org/1999/xhtml";
const MATHML: &str = "http://www.w3.org/1998/Math/MathML";
const THEME: &str = include_str!("../theme/book.css");

/// Left out with all that is in it: the second form of a formula, and a listing's hidden lines.
const LEFT_OUT: [&str; 2] = ["katex-html", "boring"];
/// Only what is in it is kept.
const UNWRAPPED: [&str; 3] = ["katex", "katex-mathml", "header"];
/// Letters whose variant browsers do not draw by its name.
const LETTERS: [(&str, &str); 3] =
    [("double-struck E", "𝔼"), ("script B", "ℬ"), ("script H", "ℋ")];

static VARIABLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"var\((--[\w-]+)\)").expect("valid pattern"));

/// The content of the finished page `html`, which lies at `name` below the book's folder. `number` stands before
/// its heading, since the text refers to it. `pages` are all pages that the EPUB has.
///
/// # Errors
/// When the page has what an EPUB cannot hold.
pub fn content(
    name: &str,
    number: &str,
    html: &str,
    pages: &BTreeSet<String>,
) -> Result<String> {
    let html = Html::parse_document(html);
    let main = first(html.root_element(), "main").context("no <main>")?;
    let mut body = Body { name, number, pages, out: String::new() };
    body.children(main, XHTML)?;
    Ok(body.out)
}

/// `text` as it stands in XML.
pub fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// Replaces variables of the style sheet by their values in the light theme: not every reader knows variables.
fn plain(value: &str) -> String {
    let value = VARIABLE.replace_all(value, |found: &Captures| {
        let name = format!("{}: ", &found[1]);
        let rest = THEME.split(&name).nth(1).unwrap_or_default();
        plain(rest.split(';').next().unwrap_or_default())
    });
    value.into_owned()
}

fn first<'a>(element: ElementRef<'a>, selector: &str) -> Option<ElementRef<'a>> {
    element.select(&Selector::parse(selector).expect("valid selector")).next()
}

/// Whether it is the invisible sign between a function and its argument, as one child too many: KaTeX writes it
/// after a `max` that is a subscript.
fn applies_in_script(element: ElementRef) -> bool {
    let parent = element.parent().and_then(ElementRef::wrap);
    let script = parent.is_some_and(|p| matches!(p.value().name(), "msub" | "msubsup"));
    script && element.text().eq(["\u{2061}"])
}

/// See [`content`].
struct Body<'a> {
    name: &'a str,
    number: &'a str,
    pages: &'a BTreeSet<String>,
    out: String,
}

impl Body<'_> {
    fn children(&mut self, element: ElementRef, namespace: &str) -> Result<()> {
        for child in element.children() {
            if let Some(text) = child.value().as_text() {
                self.out += &escape(text);
            } else if let Some(element) = ElementRef::wrap(child) {
                self.element(element, namespace)?;
            }
        }
        Ok(())
    }

    fn element(&mut self, element: ElementRef, outer: &str) -> Result<()> {
        let value = element.value();
        let is = |names: &[&str]| value.classes().any(|class| names.contains(&class));
        match value.name() {
            "annotation" | "script" | "button" => return Ok(()),
            _ if is(&LEFT_OUT) => return Ok(()),
            "semantics" => return self.children(element, outer),
            _ if is(&UNWRAPPED) => return self.children(element, outer),
            "span" if is(&["katex-display"]) => return self.equation(element),
            // An icon beside the word that says the same.
            "svg" if value.attr("role").is_none() => return Ok(()),
            "mo" if applies_in_script(element) => return Ok(()),
            "img" => bail!("an image, which the EPUB does not hold; make it a figure"),
            _ => {}
        }
        if let Some(variant @ ("script" | "double-struck")) = value.attr("mathvariant")
        {
            let wanted = format!("{variant} {}", element.text().collect::<String>());
            let letter = LETTERS.iter().find(|(name, _)| *name == wanted);
            let letter = letter.with_context(|| format!("LETTERS has no {wanted}"))?;
            self.out += &format!("<mi>{}</mi>", letter.1);
            return Ok(());
        }
        // KaTeX puts symbols into one that may only hold text; to an HTML parser they are no longer MathML there.
        let inner: &str = if outer == MATHML { MATHML } else { &value.name.ns };
        let group = matches!(value.name(), "mi" | "mo")
            && element.child_elements().next().is_some();
        let tag = if group { "mrow" } else { value.name() };
        self.out += &format!("<{tag}");
        if inner != outer {
            self.out += &format!(" xmlns=\"{inner}\"");
        }
        if tag == "math" {
            self.alternative(element);
        }
        for (name, text) in value.attrs().filter(|_| !group) {
            let text = match name {
                // Where a wide table can be scrolled by keyboard; a page has no such place.
                "tabindex" | "role" | "aria-label" if tag == "div" => continue,
                "xmlns" => continue,
                // EPUB's schema knows it as a style only.
                "paint-order" => {
                    self.out += &format!(" style=\"paint-order: {text}\"");
                    continue;
                }
                "href" => self.link(text)?,
                _ => plain(text),
            };
            self.out += &format!(" {name}=\"{}\"", escape(&text));
        }
        self.out += ">";
        if tag == "mspace" {
            // Closed here: in an `mi` an HTML parser puts what follows it into it.
            self.out += "</mspace>";
            return self.children(element, inner);
        }
        if tag == "h1" {
            self.out += self.number;
        }
        self.children(element, inner)?;
        self.out += &format!("</{tag}>");
        Ok(())
    }

    /// A displayed formula. Its number, to KaTeX a column at the edge of a table, stands beside it.
    fn equation(&mut self, element: ElementRef) -> Result<()> {
        self.out += "<span class=\"equation\">";
        let cells = Selector::parse("semantics > mtable[width] > mtr > mtd");
        let cells: Vec<_> = element.select(&cells.expect("valid selector")).collect();
        let math = first(element, "math").context("a formula without MathML")?;
        match cells[..] {
            [] => self.element(math, XHTML)?,
            [_, formula, _, number] => {
                self.out += &format!("<math xmlns=\"{MATHML}\" display=\"block\"");
                self.alternative(math);
                self.out += ">";
                self.children(formula, MATHML)?;
                let number = escape(&number.text().collect::<String>());
                self.out += &format!("</math> <span class=\"number\">{number}</span>");
            }
            _ => bail!("a formula with more than one number"),
        }
        self.out += "</span>";
        Ok(())
    }

    /// The formula in TeX, for a reader that cannot draw it.
    fn alternative(&mut self, math: ElementRef) {
        let tex = first(math, "annotation").map(|a| a.text().collect::<String>());
        let tex = tex.unwrap_or_default();
        self.out += &format!(" alttext=\"{}\"", escape(tex.trim()));
    }

    fn link(&self, link: &str) -> Result<String> {
        if link.contains(':') || link.starts_with('#') {
            return Ok(link.to_owned());
        }
        let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
        let there = self.pages.contains(&resolve(self.name, path));
        ensure!(there, "the link '{link}' leads to no page of the summary");
        let mark = if fragment.is_empty() { "" } else { "#" };
        Ok(format!("{}{mark}{fragment}", path.replace(".html", ".xhtml")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xhtml(body: &str) -> Result<String> {
        let page = format!("<html><body><main>{body}</main></body></html>");
        let pages = BTreeSet::from(["a.html".to_owned(), "b/c.html".to_owned()]);
        content("b/c.html", "1.2. ", &page, &pages)
    }

    #[test]
    fn links_lead_to_pages_of_the_epub() {
        let page = "<h1 id=x><a class=header href=#x>A &amp; B</a></h1><a href=../a.html#y>a</a><a href=https://ok.org>b</a><br>";
        assert_eq!(
            xhtml(page).unwrap(),
            "<h1 id=\"x\">1.2. A &amp; B</h1><a href=\"../a.xhtml#y\">a</a><a href=\"https://ok.org\">b</a><br></br>"
        );
        assert!(xhtml("<a href=../print.html>all</a>").is_err());
        assert!(xhtml("<img src=x.png alt=x>").is_err());
    }

    #[test]
    fn a_listing_has_no_hidden_lines_and_a_figure_no_variables() {
        let page = "<pre><code><span class=boring>use a;\n</span>a();\n</code></pre><svg role=img viewBox='0 0 1 1'><path fill='var(--fig-ink)'/></svg>";
        let page = xhtml(page).unwrap();
        assert!(page.starts_with("<pre><code>a();\n</code></pre>"), "{page}");
        assert!(page.contains("viewBox=\"0 0 1 1\""), "{page}");
        assert!(page.contains("<path fill=\"#1f2328\"></path>"), "{page}");
    }

    #[test]
    fn a_formula_is_valid_mathml_with_its_number_beside_it() {
        let formula = |math: &str| {
            let tex = "<annotation>a \\tag{1}</annotation>";
            let math = format!(
                "<math display=block><semantics>{math}{tex}</semantics></math>"
            );
            xhtml(&format!(
                "<span class=katex-display><span class=katex><span class=katex-mathml>{math}</span><span class=katex-html>a</span></span></span>"
            ))
        };
        let cell = "<mi><munder><mo><mi>a</mi></mo><mstyle><mspace width=1em /><mi>b</mi></mstyle></munder></mi>";
        let row = format!(
            "<mtable width=100%><mtr><mtd></mtd><mtd>{cell}</mtd><mtd></mtd><mtd><mtext>(1)</mtext></mtd></mtr></mtable>"
        );
        assert_eq!(
            formula(&row).unwrap(),
            "<span class=\"equation\"><math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\" alttext=\"a \\tag{1}\">\
             <mrow><munder><mrow><mi>a</mi></mrow><mstyle><mspace width=\"1em\"></mspace><mi>b</mi></mstyle></munder></mrow>\
             </math> <span class=\"number\">(1)</span></span>"
        );
        let max = "<msub><mi>n</mi><mi>max</mi><mo>\u{2061}</mo></msub>";
        let max = formula(max).unwrap();
        assert!(max.contains("<msub><mi>n</mi><mi>max</mi></msub>"), "{max}");
        let letter =
            |variant: &str| formula(&format!("<mi mathvariant={variant}>B</mi>"));
        assert!(letter("script").unwrap().contains("<mi>ℬ</mi>"));
        assert!(letter("double-struck").is_err());
    }
}
