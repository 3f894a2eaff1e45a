//! Pitfall: tokens that are decoded one by one.

use rnn_book_code::{bpe::BytePairs, tokens::Tokenizer};

fn main() {
    // ANCHOR: main
    let tokenizer = BytePairs::of(include_str!("../data/prose.txt"), 300);
    let ids = tokenizer.encode("naïve Bäume");
    let apart: String = ids.iter().map(|&id| tokenizer.decode(&[id])).collect();
    println!("one by one: {apart}");
    println!("together:   {}", tokenizer.decode(&ids));

    // The cure for a stream: hold back what is not yet a whole character
    let (mut held, mut shown) = (Vec::new(), String::new());
    for &id in &ids {
        held.extend_from_slice(tokenizer.bytes(id));
        let whole =
            std::str::from_utf8(&held).map_or_else(|e| e.valid_up_to(), str::len);
        shown += &String::from_utf8_lossy(&held[..whole]);
        held.drain(..whole);
    }
    println!("as stream:  {shown}");
    // ANCHOR_END: main
}
