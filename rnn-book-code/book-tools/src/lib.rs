//! The tools that turn the prose in `src/` and the code in `rnn-book-code/` into one book.
//!
//! Three passes, all called by `mdbook` (see `book.toml`), and by the tests:
//!
//! 1. [`expand`]: every `{{#directive}}` becomes Markdown; listings, outputs, figures and numbers come
//!    from the files that made them. Whatever does not hold is an error with file and line.
//! 2. [`formulas`]: after mdbook-katex, no formula may be left unrendered.
//! 3. [`verify`]: in the finished HTML every link resolves, and nothing is loaded from elsewhere.
//!
//! [`epub`] and [`xhtml`] make another form of the finished pages.

pub mod bibliography;
pub mod blocks;
pub mod book;
pub mod comments;
pub mod companion;
pub mod epub;
pub mod expand;
pub mod formulas;
pub mod glossary;
pub mod html;
pub mod inline;
pub mod katex;
pub mod labels;
pub mod listing;
pub mod notation;
pub mod parse;
pub mod problem;
pub mod records;
pub mod snippet;
pub mod source;
pub mod structure;
pub mod subjects;
pub mod svg;
pub mod unused;
pub mod verify;
pub mod version;
pub mod xhtml;
