//! Examples of unequal length side by side.
//!
//! Examples of any length become `ids: [T, B]`, `T` being the longest.
//!
//! In the book: [section 6.4].
//!
//! [section 6.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/batches.html

use crate::{Real, Rng, vocabulary::PADDING};
use ndarray::Array2;
use rand::seq::SliceRandom;

// ANCHOR: pad
/// Examples side by side, each filled up to the longest with [`PADDING`].
#[derive(Clone, Debug, PartialEq)]
pub struct Padded {
    /// The tokens, `[T, B]`.
    pub ids: Array2<usize>,
    /// How many tokens of each example are its own, `[B]`.
    pub lengths: Vec<usize>,
}

/// Puts examples side by side, in the order given.
pub fn pad<E: AsRef<[usize]>>(examples: &[E]) -> Padded {
    let lengths: Vec<_> = examples.iter().map(|tokens| tokens.as_ref().len()).collect();
    let steps = lengths.iter().copied().max().unwrap_or(0);
    let mut ids = Array2::from_elem((steps, examples.len()), PADDING);
    for (b, tokens) in examples.iter().enumerate() {
        for (t, &id) in tokens.as_ref().iter().enumerate() {
            ids[[t, b]] = id;
        }
    }
    Padded { ids, lengths }
}
// ANCHOR_END: pad

// ANCHOR: mask
impl Padded {
    /// The mask `[T, B]`: 1 where a token stands, 0 at the padding.
    pub fn mask(&self) -> Array2<Real> {
        Array2::from_shape_fn(self.ids.dim(), |(t, b)| {
            if t < self.lengths[b] { 1.0 } else { 0.0 }
        })
    }

    /// The share of `ids` that is padding; 0 if there is nothing at all.
    pub fn waste(&self) -> f64 {
        let tokens: usize = self.lengths.iter().sum();
        (self.ids.len() - tokens) as f64 / self.ids.len().max(1) as f64
    }
}
// ANCHOR_END: mask

// ANCHOR: buckets
/// How many batches are sorted by length together.
const POOL: usize = 50;

/// Deals the examples with these lengths into batches of `size`, those of like length
/// together, each example once, in an order that differs from epoch to epoch: [`pools`]
/// of 50 batches.
///
/// # Panics
/// If `size` is 0.
pub fn buckets(lengths: &[usize], size: usize, rng: &mut Rng) -> Vec<Vec<usize>> {
    pools(lengths, size, POOL, rng)
}

/// Shuffles the examples and cuts them into pools of `pool` batches; a pool is sorted
/// by length and cut into batches, and all batches are shuffled. With a pool of one
/// batch, batches are random. The last batch of the last pool may be smaller.
///
/// # Panics
/// If `size` or `pool` is 0.
pub fn pools(
    lengths: &[usize],
    size: usize,
    pool: usize,
    rng: &mut Rng,
) -> Vec<Vec<usize>> {
    assert!(
        size > 0 && pool > 0,
        "a batch holds at least one example, a pool one batch"
    );
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.shuffle(rng);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for pool in order.chunks_mut(pool * size) {
        pool.sort_by_key(|&example| lengths[example]);
        batches.extend(pool.chunks(size).map(<[usize]>::to_vec));
    }
    batches.shuffle(rng);
    batches
}
// ANCHOR_END: buckets
