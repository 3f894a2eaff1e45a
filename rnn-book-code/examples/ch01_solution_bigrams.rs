//! Solution: two sentences with different meanings and the same bag of pairs.

use std::collections::BTreeMap;

// ANCHOR: pairs
/// How often each pair of neighbouring words of `text` occurs, in alphabetical order.
fn bag_of_pairs(text: &str) -> BTreeMap<(&str, &str), usize> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut counts = BTreeMap::new();
    for pair in words.windows(2) {
        *counts.entry((pair[0], pair[1])).or_insert(0) += 1;
    }
    counts
}
// ANCHOR_END: pairs

// ANCHOR: main
fn main() {
    let praise = "the film was good and not bad at all";
    let blame = "the film was bad and not good at all";
    println!(
        "the two reviews: equal bags of pairs: {}",
        bag_of_pairs(praise) == bag_of_pairs(blame)
    );
    assert_ne!(bag_of_pairs(praise), bag_of_pairs(blame));

    let better = "it was bad in the beginning and it was good in the end";
    let worse = "it was good in the beginning and it was bad in the end";
    println!("\n{better}\n{worse}");
    for ((first, second), count) in bag_of_pairs(better) {
        println!("  {count} × {first} {second}");
    }
    println!("equal bags of pairs: {}", bag_of_pairs(better) == bag_of_pairs(worse));
    assert_eq!(bag_of_pairs(better), bag_of_pairs(worse));
}
// ANCHOR_END: main
