//! Two models that cannot see what the reader of a sentence sees: a bag of words, and a
//! window.

use rnn_book_code::bag::bag_of_words;

// ANCHOR: window
/// The last `k` words of a text: all that a model on a window of `k` words is given.
fn window(text: &str, k: usize) -> Vec<&str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words[words.len().saturating_sub(k)..].to_vec()
}
// ANCHOR_END: window

// ANCHOR: main
fn main() {
    let praise = "the film was good and not bad at all";
    let blame = "the film was bad and not good at all";
    println!("== bag ==");
    println!("{praise}\n{blame}");
    println!("bag of the first:  {:?}", bag_of_words(praise));
    println!("bag of the second: {:?}", bag_of_words(blame));
    println!("equal: {}", bag_of_words(praise) == bag_of_words(blame));

    let one = "the key to the cabinets in the old hall";
    let many = "the keys to the cabinets in the old hall";
    println!("== window ==");
    for k in [4, 7, 8, 9] {
        println!("k = {k}: {:?}", window(one, k).join(" "));
        println!("       {:?}", window(many, k).join(" "));
        println!("       equal: {}", window(one, k) == window(many, k));
    }
}
// ANCHOR_END: main
