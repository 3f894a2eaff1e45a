//! Drawing from the distribution that a model gives.
//!
//! The logits are one row, `[V]`.
//!
//! In the book: [section 2.6].
//!
//! [section 2.6]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/training.html

use crate::{Real, Rng, loss::log_sum_exp};
use ndarray::ArrayView1;
use rand::RngExt;

// ANCHOR: sample
/// Draws a class from the softmax of `logits / temperature`. A temperature near 0 takes
/// the most probable class nearly always, 1 keeps the model's own probabilities.
///
/// # Panics
/// If the temperature is not positive.
pub fn sample(logits: ArrayView1<Real>, temperature: Real, rng: &mut Rng) -> usize {
    assert!(temperature > 0.0, "temperature {temperature} must be positive");
    let z = logits.mapv(|z_i| z_i / temperature);
    let log_sum = log_sum_exp(z.view());
    let mut left = rng.random::<Real>();
    for (class, &z_i) in z.iter().enumerate() {
        left -= (z_i - log_sum).exp();
        if left < 0.0 {
            return class;
        }
    }
    z.len() - 1 // rounding may leave a little over
}

/// The most probable class; the first of several equal ones.
pub fn greedy(logits: ArrayView1<Real>) -> usize {
    let mut best = 0;
    for (class, &z_i) in logits.iter().enumerate() {
        if z_i > logits[best] {
            best = class;
        }
    }
    best
}
// ANCHOR_END: sample
