//! A bag of words: a text as the counts of its words, without their order.
//!
//! In the book: [section 1.1].
//!
//! [section 1.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/order.html

use std::collections::BTreeMap;

// ANCHOR: bag
/// How often each word of `text` occurs, in alphabetical order. Words are what white
/// space separates.
pub fn bag_of_words(text: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_insert(0) += 1;
    }
    counts
}
// ANCHOR_END: bag
