//! Tasks from text to text: the source is read as a whole before the target is written.
//!
//! In the book: [section 7.6].
//!
//! [section 7.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch07-seq2seq/experiments.html

use crate::Rng;
use rand::RngExt;
use std::ops::RangeInclusive;

// ANCHOR: pair
/// A text and the text that answers it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// What is read.
    pub source: String,
    /// What is to be written.
    pub target: String,
}
// ANCHOR_END: pair

// ANCHOR: reversing
/// Random letters a to z, and the same backwards: `stae` is answered by `eats`. Each
/// length of the range is equally likely.
///
/// # Panics
/// If there is no length.
pub fn reversing(
    count: usize,
    lengths: RangeInclusive<usize>,
    rng: &mut Rng,
) -> Vec<Pair> {
    let draw = |_| {
        let length = rng.random_range(lengths.clone());
        let source: String =
            (0..length).map(|_| char::from(rng.random_range(b'a'..=b'z'))).collect();
        let target = source.chars().rev().collect();
        Pair { source, target }
    };
    (0..count).map(draw).collect()
}
// ANCHOR_END: reversing

// ANCHOR: addition
/// Two numbers with a sign between them, and their sum: "417+95" is answered by "512".
/// How many digits a number has is drawn first, evenly, then the number, which does not
/// begin with 0 unless it is 0.
///
/// # Panics
/// If there is no number of digits, one is 0, or one is above 18.
pub fn addition(
    count: usize,
    digits: RangeInclusive<usize>,
    rng: &mut Rng,
) -> Vec<Pair> {
    let (least, most) = (*digits.start(), *digits.end());
    assert!(1 <= least && most <= 18, "{least} to {most} digits are not in 1 to 18");
    let number = |rng: &mut Rng| {
        let digits = rng.random_range(digits.clone()) as u32;
        let least = if digits == 1 { 0 } else { 10_u64.pow(digits - 1) };
        rng.random_range(least..10_u64.pow(digits))
    };
    let draw = |_| {
        let (a, b) = (number(rng), number(rng));
        Pair { source: format!("{a}+{b}"), target: (a + b).to_string() }
    };
    (0..count).map(draw).collect()
}
// ANCHOR_END: addition
