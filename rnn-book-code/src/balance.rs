//! Classes of unequal size: weights that make up for it, or examples drawn again.
//!
//! Labels are `[N]`, weights are `[C]`.
//!
//! In the book: [section 6.5].
//!
//! [section 6.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/splits.html

use crate::{Real, Rng};
use rand::{RngExt, seq::SliceRandom};

// ANCHOR: weights
/// How many examples each class has.
///
/// # Panics
/// If a label is not below `classes`.
pub fn counts(labels: &[usize], classes: usize) -> Vec<usize> {
    let mut counts = vec![0; classes];
    labels.iter().for_each(|&label| counts[label] += 1);
    counts
}

/// A weight for each class so that all classes weigh the same and the mean weight of an
/// example is 1, eq. (6.20) #data-class-weights. A class without examples has weight 0.
///
/// # Panics
/// If a label is not below `classes`.
pub fn class_weights(labels: &[usize], classes: usize) -> Vec<Real> {
    let counts = counts(labels, classes);
    let present = counts.iter().filter(|&&n| n > 0).count();
    let weight = |n: usize| labels.len() as Real / (present * n) as Real;
    counts.iter().map(|&n| if n > 0 { weight(n) } else { 0.0 }).collect()
}
// ANCHOR_END: weights

// ANCHOR: oversample
/// The numbers of all examples once, and those of the smaller classes again, drawn at
/// random, until every class that has examples has as many as the largest; shuffled.
///
/// # Panics
/// If a label is not below `classes`.
pub fn oversample(labels: &[usize], classes: usize, rng: &mut Rng) -> Vec<usize> {
    let largest = counts(labels, classes).into_iter().max().unwrap_or(0);
    let mut drawn: Vec<usize> = (0..labels.len()).collect();
    for class in 0..classes {
        let own: Vec<usize> =
            (0..labels.len()).filter(|&n| labels[n] == class).collect();
        if !own.is_empty() {
            let missing = largest - own.len();
            drawn.extend((0..missing).map(|_| own[rng.random_range(0..own.len())]));
        }
    }
    drawn.shuffle(rng);
    drawn
}
// ANCHOR_END: oversample
