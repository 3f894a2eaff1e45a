//! A vocabulary with a cut-off: what it costs, and what comes back.

use rnn_book_code::{
    tokens::{Tokenizer, Words, words},
    vocabulary::{Counts, Vocabulary},
};
use std::error::Error;

const PROSE: &str = include_str!("../data/prose.txt");

fn main() -> Result<(), Box<dyn Error>> {
    // ANCHOR: cut
    println!("== cut ==");
    let tokens = words(PROSE);
    let counts: Counts = tokens.iter().map(String::as_str).collect();
    println!("{} tokens, {} of them distinct", counts.total(), counts.iter().count());
    for min_count in [1, 2, 3, 5, 10] {
        let vocabulary = Vocabulary::of_counts(&counts, min_count, None);
        let known = counts.iter().filter(|&(_, n)| n >= min_count);
        let covered: usize = known.map(|(_, n)| n).sum();
        let unknown = 100.0 * (1.0 - covered as f64 / counts.total() as f64);
        println!(
            "at least {min_count:2}: V = {:4}, unknown {unknown:4.1} %",
            vocabulary.size()
        );
    }
    // ANCHOR_END: cut

    // ANCHOR: round
    println!("\n== round ==");
    let vocabulary = Vocabulary::of_counts(&counts, 3, None);
    let path =
        std::env::temp_dir().join(format!("vocabulary-{}.json", std::process::id()));
    vocabulary.save(&path)?;
    let tokenizer = Words { vocabulary: Vocabulary::load(&path)? };
    std::fs::remove_file(&path)?;
    let ids = tokenizer.encode("The gradient of a walrus is zero. </s>");
    println!("{ids:?}");
    println!("{}", tokenizer.decode(&ids));
    // ANCHOR_END: round
    Ok(())
}
