//! Byte-pair encoding with a pencil: the words of Sennrich et al. (2016).

use rnn_book_code::{
    bpe::{BytePairs, pieces},
    tokens::Tokenizer,
    vocabulary::Counts,
};

/// The bytes of tokens as text, a dot between two tokens.
fn shown(learned: &BytePairs, ids: &[usize]) -> String {
    let token = |&id: &usize| String::from_utf8_lossy(learned.bytes(id)).into_owned();
    ids.iter().map(token).collect::<Vec<_>>().join("·")
}

fn main() {
    // ANCHOR: pencil
    println!("== merges ==");
    let words = [("low", 5), ("lower", 2), ("newest", 6), ("widest", 3)];
    let text = words.iter().flat_map(|&(word, n)| std::iter::repeat_n(word, n));
    let counts: Counts = text.collect();
    for merges in 0..=6 {
        let learned = BytePairs::learn(&counts, merges);
        let list = words.map(|(word, _)| shown(&learned, &learned.encode(word)));
        println!("{merges}: {}", list.join("  "));
    }

    println!("\n== unseen ==");
    let learned = BytePairs::learn(&counts, 6);
    for word in ["lowest", "newer", "böse"] {
        let ids = learned.encode(word);
        println!(
            "{word}: {}  {ids:?}  back: {}",
            shown(&learned, &ids),
            learned.decode(&ids)
        );
    }
    // ANCHOR_END: pencil

    println!("\n== pieces ==");
    println!("{:?}", pieces("She said: don't  go!\n"));

    // ANCHOR: prose
    println!("\n== prose ==");
    let learned = BytePairs::of(include_str!("../data/prose.txt"), 500);
    for text in ["The gradient of a walrus is zero.", "Der Gradient ist null."] {
        let ids = learned.encode(text);
        println!(
            "{} characters, {} tokens: {}",
            text.len(),
            ids.len(),
            shown(&learned, &ids)
        );
    }
    // ANCHOR_END: prose
}
