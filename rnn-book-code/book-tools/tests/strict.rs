//! Every rule of the book is broken once, in a copy of a small book, and must be reported with file and line.

mod planted;

use planted::Copy;

const CELL: &str = "src/ch01-start/cell.md";
const CODE: &str = "rnn-book-code/src/cell.rs";

#[test]
fn the_small_book_is_right() {
    assert_eq!(Copy::new().faults(), [""; 0]);
}

#[test]
fn listings() {
    let planted = |from: &str, to: &str| {
        let copy = Copy::new();
        copy.replace(CELL, from, to);
        copy
    };
    planted("src/cell.rs:state |", "src/gone.rs:state |").caught(
        CELL,
        "src/gone.rs:state |",
        "rnn-book-code/src/gone.rs does not exist",
    );
    planted("cell.rs:state |", "cell.rs:gone |").caught(
        CELL,
        "cell.rs:gone |",
        "no anchor 'gone'; it has 'step', 'state'",
    );
    planted("{{#listing src/cell.rs:state |", "{{#listing src/cell.rs:state").caught(
        CELL,
        "{{#listing src/cell.rs:state",
        "is not a listing",
    );
    planted(
        "{{#listing examples",
        "{{#listing src/cell.rs:state | Again}}\n\n{{#listing examples",
    )
    .caught(
        CELL,
        "| Again",
        "'lst:cell:state' stands already at src/ch01-start/cell.md:12",
    );
    planted("## Exercises", "```rust\nlet x = 1;\n```\n\n## Exercises").caught(
        CELL,
        "```rust",
        "Rust is typed into the prose",
    );
    planted("## Exercises", "```text,ignore\nx\n```\n\n## Exercises").caught(
        CELL,
        "```text,ignore",
        "marked `ignore`",
    );
    for name in ["include", "rustdoc_include", "playground"] {
        let directive = format!("{{{{#{name} cell.rs}}}}");
        planted("## Exercises", &format!("{directive}\n\n## Exercises")).caught(
            CELL,
            &directive,
            "is not checked; show code with {{#listing",
        );
    }
    planted("## Exercises", "{{#lsting x}}\n\n## Exercises").caught(
        CELL,
        "{{#lsting x}}",
        "there is no directive {{#lsting}}",
    );
}

#[test]
fn anchors() {
    let copy = Copy::new();
    copy.replace(CODE, "// ANCHOR_END: state", "");
    copy.caught(CELL, "cell.rs:state |", "cell.rs:8 is never closed");
    let copy = Copy::new();
    copy.replace(
        CODE,
        "    // eq. (1.1) #cell-state\n    (x + 0.5 * h).tanh()\n    // ANCHOR_END: state\n",
        "    // ANCHOR_END: state\n    x + h\n",
    );
    copy.caught(
        CELL,
        "cell.rs:state |",
        "anchor 'state' in rnn-book-code/src/cell.rs is empty",
    );
}

#[test]
fn names_that_the_code_does_not_have() {
    let copy = Copy::new();
    copy.replace(CODE, "x: f32, h: f32", "x: f32, state: f32");
    copy.replace(CODE, "0.5 * h", "0.5 * state");
    copy.caught("src/landing.md", "$h$", "nothing in rnn-book-code is called 'h'");
}

#[test]
fn lines_that_are_too_long() {
    let copy = Copy::new();
    let long = format!("    // {}\n    (x + 0.5", "wide ".repeat(20).trim_end());
    copy.replace(CODE, "    (x + 0.5", &long);
    copy.caught(CELL, "cell.rs:state |", "has 106 columns, and a page shows 88");
}

#[test]
fn outputs_and_printed_values() {
    let copy = Copy::new();
    copy.remove("rnn-book-code/examples/tiny.out");
    copy.caught(
        CELL,
        "{{#output tiny",
        "no recorded output rnn-book-code/examples/tiny.out",
    );
    copy.caught(
        CELL,
        "{{#printed tiny",
        "no recorded output rnn-book-code/examples/tiny.out",
    );
    let copy = Copy::new();
    copy.replace(CELL, "{{#output tiny:state}}", "{{#output tiny:stat}}");
    copy.caught(CELL, "{{#output tiny", "no section 'stat'; it has 'end', 'state'");
    let copy = Copy::new();
    copy.replace(CELL, "tiny:last", "tiny:lost");
    copy.caught(CELL, "{{#printed tiny", "has no line `lost: …`");
}

#[test]
fn records() {
    let copy = Copy::new();
    copy.remove("figures/records/curve.json");
    for directive in ["{{#value curve", "{{#figure curve", "{{#table curve"] {
        copy.caught(CELL, directive, "no record figures/records/curve.json");
    }
    let copy = Copy::new();
    copy.replace(CELL, "curve.error", "curve.eror");
    copy.caught(CELL, "{{#value curve", "no value 'eror'; it has 'error'");
    let copy = Copy::new();
    copy.replace(CELL, "{{#table curve", "{{#table curve:side");
    copy.caught(CELL, "{{#table curve", "no table 'side'; it has 'main'");
}

#[test]
fn figures() {
    let copy = Copy::new();
    copy.remove("figures/svg/curve.svg");
    copy.caught(CELL, "{{#figure curve", "no figure figures/svg/curve.svg");
    for line in [
        "alt: A line that rises from 0 & stays below 1.\n",
        "A line that rises from 0 & stays below 1.",
    ] {
        let copy = Copy::new();
        copy.replace(CELL, line, "");
        copy.caught(CELL, "{{#figure curve", "'curve' has no text alternative");
    }
    let copy = Copy::new();
    copy.replace(CELL, "caption: Three states, $t = 1, 2, 3$.\n", "");
    copy.caught(CELL, "{{#table curve", "'curve' has no caption");
    let copy = Copy::new();
    copy.replace(CELL, "caption: The state", "The state");
    copy.caught(CELL, "{{#figure curve", "'curve' has no caption");
}

#[test]
fn references() {
    let copy = Copy::new();
    copy.replace(CELL, "By {{#eqref cell-state}}", "By {{#eqref cell-stat}}");
    copy.caught(
        CELL,
        "By {{#eqref",
        "nothing has the label 'eq:cell-stat'; near it are eq:cell-state",
    );
    let copy = Copy::new();
    copy.replace(CELL, "{{#ref fig:curve}}", "{{#ref fig:curv}}");
    copy.caught(CELL, "{{#ref fig", "nothing has the label 'fig:curv'");
    let copy = Copy::new();
    copy.replace(CELL, "{{#ref lst:cell:state}}", "{{#ref lst:cell:stat}}");
    copy.caught(CELL, "{{#ref lst", "nothing has the label 'lst:cell:stat'");
    let copy = Copy::new();
    copy.replace(
        "src/ch01-start/index.md",
        "sec:ch01-start/cell",
        "sec:ch01-start/sell",
    );
    copy.caught(
        "src/ch01-start/index.md",
        "{{#ref sec",
        "no page 'ch01-start/sell.md'",
    );
    let copy = Copy::new();
    copy.replace("src/landing.md", "ch:gated-cells", "ch:gates");
    copy.caught(
        "src/landing.md",
        "{{#Ref ch",
        "no chapter 'gates'; there are gated-cells, ch01-start",
    );
    let copy = Copy::new();
    copy.replace(
        "src/ch01-start/index.md",
        "{{#cite elman1990}}",
        "{{#cite elman1991}}",
    );
    copy.caught(
        "src/ch01-start/index.md",
        "{{#cite",
        "src/references.bib has no entry 'elman1991'",
    );
    let copy = Copy::new();
    copy.replace(
        "src/appendix-a-solutions.md",
        "\\label{tanh-bound}",
        "\\label{cell-state}",
    );
    copy.caught(
        "src/appendix-a-solutions.md",
        "\\label{",
        "'eq:cell-state' stands already at src/ch01-start/cell.md:7",
    );
}

#[test]
fn equation_numbers_in_the_code() {
    for (wrong, message) in [
        (
            "eq. (1.2) #cell-state",
            "has number (1.1), not (1.2); write `eq. (1.1) #cell-state`",
        ),
        ("eq. (1.1)", "'eq. (1.1)' has no label"),
        ("eq. (1.1) #cell", "no equation of the book has the label 'cell'"),
    ] {
        let copy = Copy::new();
        copy.replace(CODE, "eq. (1.1) #cell-state", wrong);
        copy.caught(CODE, "eq. (1.", message);
    }
}

#[test]
fn renumbering_mends_the_code() {
    let copy = Copy::new();
    copy.replace(CODE, "eq. (1.1) #", "eq. (7.9)\n    // #");
    assert_eq!(copy.faults().len(), 1);
    copy.renumber();
    assert_eq!(copy.faults(), [""; 0]);
    assert!(copy.read(CODE).contains("eq. (1.1)\n    // #cell-state"));
}

#[test]
fn the_crates_links_to_the_book() {
    let planted = |from: &str, to: &str| {
        let copy = Copy::new();
        copy.replace(CODE, from, to);
        copy
    };
    planted("ch01-start/cell.html", "ch01-start/sell.html").caught(
        CODE,
        "sell.html",
        "leads to no page of the book",
    );
    planted("//! [section 1.1]: https", "//! [cell]: ftp").caught(
        CODE,
        "//! A cell",
        "the module should say what it teaches, then lead to its section",
    );
    let old = planted("https://example.org/small/", "https://old.org/");
    old.caught(CODE, "https://old.org/", "run `book-tools renumber`");
    let wrong = planted("[section 1.1]:", "[section 1.2]:");
    wrong.caught(CODE, "[section 1.2]:", "should be '[section 1.1]: https");
    wrong.replace(CODE, "[section 1.1]", "[section 1.2]");
    for copy in [old, wrong] {
        copy.renumber();
        assert_eq!(copy.read(CODE), Copy::new().read(CODE));
    }
    planted("A cell.", "The cell.").caught(
        "rnn-book-code/src/modules.md",
        "- [`cell`]",
        "the list differs from the modules' documentation",
    );
}

#[test]
fn one_place_has_the_addresses() {
    let copy = Copy::new();
    for address in ["small", "small/book"] {
        let from = format!("https://example.org/{address}\"");
        copy.replace("Cargo.toml", &from, &format!("https://new.org/{address}\""));
    }
    copy.caught("book.toml", "git-repository-url", "should be \"https://new.org");
    copy.renumber();
    assert_eq!(copy.faults(), [""; 0]);
    assert!(copy.read("book.toml").contains("= \"https://new.org/small/book\""));
    let copy = Copy::new();
    copy.remove("Cargo.toml");
    assert!(copy.faults()[0].contains("there is no `homepage"));
}

#[test]
fn exercises() {
    let copy = Copy::new();
    copy.replace(
        "src/appendix-a-solutions.md",
        "### Solution bound",
        "### Solution bond",
    );
    copy.caught(CELL, "### Exercise bound", "exercise 'bound' has no solution");
    copy.caught(
        "src/appendix-a-solutions.md",
        "### Solution",
        "solution 'bond' answers no exercise",
    );
    let copy = Copy::new();
    copy.replace(CELL, "bound (easy)", "bound (simple)");
    copy.caught(CELL, "### Exercise bound", "neither exercise nor solution");
}

#[test]
fn what_nothing_uses() {
    let copy = Copy::new();
    copy.write("rnn-book-code/examples/extra.rs", "fn main() {}\n");
    copy.caught(
        "rnn-book-code/examples/extra.rs",
        "fn main",
        "no page shows this program",
    );
    let copy = Copy::new();
    copy.write("figures/records/extra.json", "{ \"name\": \"extra\" }\n");
    copy.caught("figures/records/extra.json", "extra", "no page quotes this record");
    let copy = Copy::new();
    copy.write("figures/records/extra.json", "{ \"name\": \"extra\", \"svg\": true, \"values\": { \"a\": { \"value\": 1, \"text\": \"1\" } } }\n");
    copy.replace(
        CELL,
        "{{#value curve.error}}",
        "{{#value curve.error}} {{#value extra.a}}",
    );
    copy.caught(
        "figures/records/extra.json",
        "extra",
        "no page shows figures/svg/extra.svg",
    );
    let copy = Copy::new();
    copy.replace(
        "src/references.bib",
        "@article{bengio1994",
        "@misc{x2000, author = {X, Y}, title = {Z}, year = 2000}\n@article{bengio1994",
    );
    copy.caught("src/references.bib", "@misc", "nothing cites 'x2000'");
}

#[test]
fn the_subject_index() {
    let start = "src/ch01-start/index.md";
    let mark = "{{#index state!that a program prints}}";
    for (wrong, message) in [
        ("{{#index state;}}", "'' is no index entry"),
        ("{{#index state!}}", "'state!' is no index entry"),
        ("{{#index a!b!c}}", "'a!b!c' is no index entry"),
        ("{{#index 2 gates}}", "'2 gates' begins with no letter"),
        (
            "{{#index States}}",
            "'States' is spelled 'state' at src/ch01-start/index.md:3",
        ),
        (
            "{{#index bound; bound}}",
            "'bound' is marked on line 18 of this page already",
        ),
    ] {
        let copy = Copy::new();
        copy.replace(CELL, mark, wrong);
        copy.caught(CELL, wrong, message);
    }
    let copy = Copy::new();
    copy.replace(CELL, mark, &format!("Before it.\n{mark}"));
    copy.caught(CELL, mark, "cuts a paragraph in two");
    let copy = Copy::new();
    copy.replace(CELL, "It prints", "It prints {{#index x}}");
    copy.caught(CELL, "{{#index x}}", "must stand on a line of its own");
    let copy = Copy::new();
    copy.replace("src/subject-index.md", "{{#subject_index}}", "");
    copy.caught(start, "{{#index", "no page lists the marks");
}

#[test]
fn the_glossary() {
    const GLOSSARY: &str = "src/glossary.md";
    for (from, to, message) in [
        ("| code | ch01-start/cell ", "| code ", "is no entry of a glossary"),
        ("| code |", "| code, |", "is no entry of a glossary"),
        ("Code (Rust)", "Auto", "'Auto' stands after 'Cell'"),
        (
            "| code |",
            "| cells |",
            "the form 'cells' belongs to 'Cell' already, on line 3",
        ),
        ("| code |", "| codes |", "no chapter uses 'Code (Rust)'"),
        ("| ch01-start/cell |", "| ch01-start/index |", "does not use 'Code (Rust)'"),
        ("| ch01-start/cell |", "| ch01-start/sell |", "no page 'ch01-start/sell.md'"),
    ] {
        let copy = Copy::new();
        copy.replace(GLOSSARY, from, to);
        copy.caught(GLOSSARY, "What is compiled", message);
    }
}

#[test]
fn headings_and_fences() {
    let copy = Copy::new();
    copy.replace(CELL, "## Exercises", "# Exercises");
    copy.caught(CELL, "# Exercises", "a second `# ` heading");
    copy.caught(
        CELL,
        "### Exercise bound",
        "skips a level; it should begin with `## `",
    );
    let copy = Copy::new();
    copy.replace(CELL, "# The cell", "The cell");
    copy.caught(CELL, "The cell", "has no `# ` heading");
    let copy = Copy::new();
    copy.replace(CELL, "\\label{cell-state}\n$$", "\\label{cell-state}");
    copy.caught(CELL, "$$", "the formula is never closed");
}

#[test]
fn all_faults_are_listed_at_once() {
    let copy = Copy::new();
    copy.replace(CELL, "curve.error", "curve.eror");
    copy.replace("src/ch01-start/index.md", "{{#cite elman1990}}", "{{#cite nobody}}");
    assert_eq!(copy.faults().len(), 2);
}

#[test]
fn another_mdbook_is_refused() {
    for (version, right) in
        [("0.4.52", false), ("0.5.3", false), ("0.5.4", true), ("0.6.0", false)]
    {
        for pass in ["expand", "formulas", "verify"] {
            let input = match pass {
                "verify" => format!("{{\"version\": \"{version}\"}}"),
                _ => format!("[{{\"mdbook_version\": \"{version}\"}}, 1]"),
            };
            let (success, errors) = planted::run_pass(pass, &input);
            assert!(!success);
            let told = errors.contains(&format!("this is mdBook {version}"))
                && errors.contains("cargo install --locked mdbook@0.5.4");
            assert_eq!(told, !right, "{errors}");
        }
    }
}
