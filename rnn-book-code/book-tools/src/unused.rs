//! Programs, records, figures and works that no page uses.

use crate::expand::Expander;
use crate::records::{files, stem};

/// Whatever was made for the book must be shown in it.
pub fn check(expander: &mut Expander) {
    let Expander { book, records, uses, problems, bibliography, .. } = expander;
    for file in files(&book.root.join("rnn-book-code/examples"), "rs") {
        let name = stem(&file);
        if !uses.files.contains(&format!("examples/{name}.rs")) {
            problems.add(
                &format!("rnn-book-code/examples/{name}.rs"),
                1,
                format!("no page shows this program; show it with {{{{#listing examples/{name}.rs | caption}}}} or remove it"),
            );
        }
    }
    for (name, record) in records.names() {
        let file = format!("figures/records/{name}.json");
        if !uses.records.contains(name) {
            problems.add(
                &file,
                1,
                format!("no page quotes this record; use it with {{{{#value {name}.key}}}}, a table or a figure, or remove it"),
            );
        } else if record.svg && !uses.figures.contains(name) {
            problems.add(
                &file,
                1,
                format!("no page shows figures/svg/{name}.svg; show it with {{{{#figure {name} … }}}} or draw none"),
            );
        }
    }
    for file in files(&book.root.join("figures/svg"), "svg") {
        let name = stem(&file);
        if records.get(&name).is_err() {
            problems.add(
                &format!("figures/svg/{name}.svg"),
                1,
                format!("this figure has no record figures/records/{name}.json; make both with the same program, or remove it"),
            );
        }
    }
    bibliography.check(uses, problems);
}
