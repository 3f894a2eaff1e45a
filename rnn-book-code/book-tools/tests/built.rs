//! What only shows in the built book: formulas that do not parse, dead links, what a page loads.
//!
//! Each fault is planted twice: on a page as the pass receives it, and, where mdBook and mdbook-katex are
//! installed, in a copy of the small book that is really built.

mod planted;

use book_tools::book::{Book, Page};
use book_tools::katex::{CDN, PLACEHOLDER, Source};
use book_tools::problem::Problems;
use book_tools::{epub, formulas, verify};
use planted::Copy;
use rbook::Epub;

const CELL: &str = "src/ch01-start/cell.md";

#[test]
fn the_small_book_builds() {
    let copy = Copy::new();
    let Some((success, said)) = copy.build() else {
        return;
    };
    assert!(success, "{said}");
    assert_eq!(said.matches("formulas: ").count(), 1, "{said}");
    let page = copy.read("book/html/ch01-start/cell.html");
    for part in [
        "<a id=\"eq-cell-state\"></a>",
        "<a href=\"#eq-cell-state\">(1.1)</a>",
        "<a href=\"#lst-cell-state\">Listing 1.1</a>",
        "https://example.org/small/book/blob/main/rnn-book-code/src/cell.rs#L9-L10",
        "https://example.org/small/doc/rnn_book_code/cell/index.html",
        "<span class=\"boring\">pub fn step",
        "It prints 0.4621; the error is 0.012.",
        "stroke=\"var(--fig-1)\"",
        "<code>{{#unknown}}</code>",
        "<a href=\"../glossary.html#term-code-rust\">code</a>",
        "<div class=\"index-mark\" id=\"idx-state-that-a-program-prints\"></div>",
        CDN,
    ] {
        assert!(page.contains(part), "no {part} in\n{page}");
    }
    let solutions = copy.read("book/html/appendix-a-solutions.html");
    assert!(solutions.contains("href=\"ch01-start/cell.html#ex-bound\""));
    assert!(solutions.contains("(A.1)"));
    let index = copy.read("book/html/subject-index.html");
    for part in [
        "<a href=\"#letter-s\">S</a>",
        "<li>state,\u{a0}<a href=\"ch01-start/index.html#idx-cell\" title=\"Start\">1</a>",
        "<li>that a program prints,\u{a0}<a href=\"ch01-start/cell.html#idx-state-that-a-program-prints\" title=\"The cell\">1.1</a>",
    ] {
        assert!(index.contains(part), "no {part} in\n{index}");
    }
    let glossary = copy.read("book/html/glossary.html");
    assert!(glossary.contains("id=\"term-code-rust\""));
    assert!(glossary.contains("Introduced in <a href=\"ch01-start/cell.html\""));
    let works = copy.read("book/html/bibliography.html");
    assert!(works.contains("Bengio, Y., Simard, P. and Frasconi, P. (1994)."));
    let start = copy.read("book/html/ch01-start/index.html");
    assert!(start.contains(">Bengio et al. 1994</a>; <a"));
    epub_of(&copy);
}

fn epub_of(copy: &Copy) {
    let file = copy.path("small.epub");
    epub::write(&copy.path(""), &file).unwrap();
    let book = Epub::open(file).unwrap();
    let contents = book.toc().contents().unwrap();
    let labels: Vec<_> = contents.flatten().map(|entry| entry.label()).collect();
    assert_eq!(
        labels,
        [
            "A Small Book",
            "One part",
            "1. Start",
            "1.1. The cell",
            "Solutions",
            "Glossary",
            "Subject index",
            "Bibliography"
        ]
    );
    let pages: Vec<_> = book.spine().iter().map(|entry| entry.idref()).collect();
    assert_eq!(pages.len(), 8, "{pages:?}");
    let cell = book.manifest().by_href("ch01-start/cell.xhtml").unwrap();
    assert_eq!(cell.properties().as_str(), "mathml svg");
    let text = cell.read_str().unwrap();
    assert!(text.contains("<h1 id=\"the-cell\">1.1. The cell</h1>"), "{text}");
    assert!(!text.contains("pub fn step"), "{text}");
}

#[test]
fn a_formula_that_does_not_parse() {
    let book = Book::load(Copy::new().path("").as_path()).unwrap();
    let page = Page {
        title: String::new(),
        path: "ch01-start/cell.md".to_owned(),
        number: vec![1, 1],
        content: "# The cell\n\n$$ \\frac{1} $$ and <b>$\\no$</b> but `$x` \\$5\n"
            .to_owned(),
    };
    let mut problems = Problems::default();
    formulas::check(&book, &page, &mut problems);
    let messages: Vec<String> =
        problems.sorted().iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|m| m.starts_with(CELL)));
    assert!(messages[0].contains("cannot parse the formula $$ \\frac{1} $$"));

    let copy = Copy::new();
    copy.replace(CELL, "with $|h_t| < 1$", "with $\\undefinedmacro{h}$");
    copy.build_fails(
        CELL,
        "\\undefinedmacro",
        "cannot parse the formula $\\undefinedmacro{h}$",
    );
    let copy = Copy::new();
    copy.replace(CELL, "u\\,h_{t-1})", "u\\,h_{t-1)");
    copy.build_fails(CELL, "u\\,h_{t-1)", "cannot parse the formula $$ h_t");
}

#[test]
fn dead_links_and_foreign_loads() {
    for (from, to, at, message) in [
        ("## Exercises", "[gone](gone.md)\n\n## Exercises", "[gone]", "is dead"),
        (
            "## Exercises",
            "[gone](index.md#gone)\n\n## Exercises",
            "[gone]",
            "there is no id 'gone'",
        ),
        (
            "## Exercises",
            "[plain](http://example.org)\n\n## Exercises",
            "[plain]",
            "not encrypted",
        ),
        (
            "## Exercises",
            "[bad](https://exa_mple)\n\n## Exercises",
            "[bad]",
            "not a well-formed address",
        ),
        ("## Exercises", "![](x.png)\n\n## Exercises", "![](", "no text alternative"),
        (
            "## Exercises",
            "![a](https://example.org/x.png)\n\n## Exercises",
            "![a]",
            "from another host",
        ),
    ] {
        let copy = Copy::new();
        copy.replace(CELL, from, to);
        copy.build_fails(CELL, at, message);
    }
}

#[test]
fn the_finished_pages_are_checked() {
    let page = |body: &str| {
        format!(
            "<html><head>{PLACEHOLDER}</head><body><main>{body}</main></body></html>"
        )
    };
    let copy = Copy::new();
    let book = Book::load(copy.path("").as_path()).unwrap();
    copy.write(
        "html/ch01-start/index.html",
        &page("<h1 id=start>Start</h1><a href='cell.html#x'></a>"),
    );
    copy.write(
        "html/ch01-start/cell.html",
        &page("<h1 id=y>Cell</h1><a href='../landing.html'></a><a href='#y'></a>"),
    );
    copy.write("html/print.html", &page("<a href='nowhere.html'></a>"));
    let problems = verify::check(&book, &copy.path("html"), Source::Local).unwrap();
    let messages: Vec<String> =
        problems.sorted().iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), 3, "{messages:?}");
    assert!(messages[0].starts_with("rnn-book-code/src/cell.rs:3: the link"));
    assert!(
        messages[1].starts_with(
            "src/ch01-start/cell.md:1: the link '../landing.html' is dead"
        )
    );
    assert!(messages[2].starts_with("src/ch01-start/index.md:"));
    let cell = copy.read("html/ch01-start/cell.html");
    assert!(cell.contains("<link rel=\"stylesheet\" href=\"../katex/katex.min.css\">"));
}
