//! Solution: how many words cover how much of a text.

use rnn_book_code::{tokens::words, vocabulary::Counts};

fn main() {
    // ANCHOR: main
    let tokens = words(include_str!("../data/prose.txt"));
    let counts: Counts = tokens.iter().map(String::as_str).collect();
    let (mut covered, mut used) = (0, 0);
    let mut list = counts.iter();
    for percent in [50, 80, 90, 95, 99, 100] {
        while covered * 100 < percent * counts.total() {
            let Some((_, n)) = list.next() else { break };
            covered += n;
            used += 1;
        }
        println!("{percent:3} % of the text: {used:4} words");
    }
    // ANCHOR_END: main
}
