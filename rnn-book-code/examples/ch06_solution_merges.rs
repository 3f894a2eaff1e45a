//! Solution: the merges of one word, found by a program.

use rnn_book_code::{bpe::BytePairs, tokens::Tokenizer};

fn main() {
    // ANCHOR: main
    let text = "aaabdaaabac";
    for merges in 0..=4 {
        let learned = BytePairs::of(text, merges);
        let ids = learned.encode(text);
        let tokens: Vec<_> =
            ids.iter().map(|&id| String::from_utf8_lossy(learned.bytes(id))).collect();
        println!(
            "{} merges, {:2} tokens: {}",
            learned.merges().len(),
            ids.len(),
            tokens.join("·")
        );
    }
    // ANCHOR_END: main
}
