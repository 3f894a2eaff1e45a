//! One character in several guises: bytes, code points, graphemes, normal forms.

use rnn_book_code::tokens::{graphemes, words};
use unicode_normalization::UnicodeNormalization;

fn points(text: &str) -> String {
    let list: Vec<_> = text.chars().map(|c| format!("{:04X}", u32::from(c))).collect();
    list.join(" ")
}

fn main() {
    // ANCHOR: forms
    println!("== counts ==");
    println!("text     bytes chars graphemes  code points");
    for text in ["e", "é", "e\u{301}", "ﬁ", "한", "🇳🇴", "👩‍👧"] {
        let (bytes, chars) = (text.len(), text.chars().count());
        let seen = graphemes(text).len();
        println!("{text:7} {bytes:6} {chars:5} {seen:9}  {}", points(text));
    }

    println!("\n== forms ==");
    for text in ["e\u{301}", "ﬁ", "\u{212B}"] {
        let [nfc, nfd] = [text.nfc().collect::<String>(), text.nfd().collect()];
        let nfkc: String = text.nfkc().collect();
        println!(
            "{:9}  NFC {:9}  NFD {:9}  NFKC {}",
            points(text),
            points(&nfc),
            points(&nfd),
            points(&nfkc)
        );
    }
    // ANCHOR_END: forms

    // ANCHOR: words
    println!("\n== words ==");
    println!("{:?}", words("Don't stop: 3.5 km, said the O'Hara-Smiths."));
    println!("{:?}", words("東京は大きい"));
    // ANCHOR_END: words
}
