//! Four kinds of file, one kind of example; and what is said when a line is wrong.

use rnn_book_code::{
    goemotions::Mapping,
    labelled::{Examples, Format},
};
use std::path::Path;

fn main() {
    // ANCHOR: main
    let csv = Format::Csv { text: "said".into(), label: "mood".into() };
    let files = [
        ("a.tsv", "It rained again.\tsadness\n", Format::Tabs),
        ("b.txt", "i feel fine; thank you;joy\n", Format::Semicolon),
        ("c.tsv", "\"Oh no\t14,26\tid1\n", Format::GoEmotions(Mapping::All)),
        ("c.tsv", "\"Oh no\t14,26\tid1\n", Format::GoEmotions(Mapping::Strict)),
        ("d.csv", "mood,said\nanger,\"Not again, \"\"sir\"\"!\"\n", csv),
        ("e.tsv", "fine\tjoy\nno tab here\n", Format::Tabs),
    ];
    for (name, text, format) in files {
        let examples = Examples::new(Path::new(name), text.as_bytes(), format);
        let examples = examples.expect("these files have their columns");
        let all: Vec<_> = examples.collect();
        println!("{name}: {} examples", all.len());
        for example in all {
            match example {
                Ok(e) => println!("  line {}: {:?} {:?}", e.line, e.text, e.labels),
                Err(error) => println!("  error: {error}"),
            }
        }
    }
    // ANCHOR_END: main
}
