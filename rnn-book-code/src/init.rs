//! Random starts, each from a generator that the caller has seeded.

use crate::{Real, Rng};
use ndarray::{Array, Array2};
use rand::RngExt;
use rand_distr::StandardNormal;

// ANCHOR: uniform
/// A `[rows, columns]` matrix of numbers drawn uniformly from `-limit..limit`.
pub fn uniform(
    rows: usize,
    columns: usize,
    limit: Real,
    rng: &mut Rng,
) -> Array2<Real> {
    Array::from_shape_simple_fn((rows, columns), || rng.random_range(-limit..limit))
}
// ANCHOR_END: uniform

/// A `[rows, columns]` matrix of normal numbers with mean 0 and the given standard
/// deviation.
pub fn normal(
    rows: usize,
    columns: usize,
    deviation: Real,
    rng: &mut Rng,
) -> Array2<Real> {
    Array::from_shape_simple_fn((rows, columns), || {
        deviation * rng.sample::<Real, _>(StandardNormal)
    })
}
