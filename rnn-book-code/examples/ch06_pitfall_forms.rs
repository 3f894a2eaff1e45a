//! Pitfall: one word in two forms.

use rnn_book_code::{tokens::words, vocabulary::Vocabulary};

fn main() {
    // ANCHOR: main
    let (typed, copied) = ("café", "cafe\u{301}"); // they look alike on any screen
    println!("{typed} == {copied}: {}", typed == copied);
    let text = format!("the {typed} by the sea is a {copied} by a lake");
    let raw = Vocabulary::of(text.split(' '), 1, None);
    let tokens = words(&text);
    let composed = Vocabulary::of(tokens.iter().map(String::as_str), 1, None);
    println!("split at spaces: V = {}, words: V = {}", raw.size(), composed.size());
    // ANCHOR_END: main
}
