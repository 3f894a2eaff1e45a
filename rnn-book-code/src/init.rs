//! Random starts, each from a generator that the caller has seeded.
//!
//! Every matrix is `[rows, columns]`: from as many inputs to as many units.
//!
//! In the book: [section 3.4].
//!
//! [section 3.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch03-vanishing/starts.html

use crate::{Real, Rng};
use ndarray::{Array, Array2, Axis};
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

// ANCHOR: fans
/// Uniform with the variance `2 / (rows + columns)`: it keeps the size of signals about
/// the same on the way forward and back through linear layers (Glorot & Bengio 2010).
pub fn glorot_uniform(rows: usize, columns: usize, rng: &mut Rng) -> Array2<Real> {
    uniform(rows, columns, (6.0 / (rows + columns) as Real).sqrt(), rng)
}

/// Normal with the variance `2 / (rows + columns)` (Glorot & Bengio 2010).
pub fn glorot_normal(rows: usize, columns: usize, rng: &mut Rng) -> Array2<Real> {
    normal(rows, columns, (2.0 / (rows + columns) as Real).sqrt(), rng)
}

/// Uniform with the variance `2 / rows`, for layers of ReLU, which silences half of its
/// inputs (He et al. 2015). The rows are the inputs.
pub fn he_uniform(rows: usize, columns: usize, rng: &mut Rng) -> Array2<Real> {
    uniform(rows, columns, (6.0 / rows as Real).sqrt(), rng)
}

/// Normal with the variance `2 / rows` (He et al. 2015).
pub fn he_normal(rows: usize, columns: usize, rng: &mut Rng) -> Array2<Real> {
    normal(rows, columns, (2.0 / rows as Real).sqrt(), rng)
}
// ANCHOR_END: fans

// ANCHOR: orthogonal
/// Rows (or columns, if there are fewer of them) of length `gain` at right angles to
/// each other: no signal shrinks or grows but by `gain` (Saxe et al. 2013). Drawn
/// evenly from all such matrices: a normal matrix made orthogonal by Gram and Schmidt's
/// procedure, twice over for the rounding errors.
pub fn orthogonal(
    rows: usize,
    columns: usize,
    gain: Real,
    rng: &mut Rng,
) -> Array2<Real> {
    let (long, short) = (rows.max(columns), rows.min(columns));
    let mut q = normal(short, long, 1.0, rng);
    for i in 0..short {
        for _ in 0..2 {
            for j in 0..i {
                let (done, mut now) = q.view_mut().split_at(Axis(0), i);
                let along = done.row(j).dot(&now.row(0));
                now.row_mut(0).scaled_add(-along, &done.row(j));
            }
        }
        let mut row = q.row_mut(i);
        let length = row.dot(&row).sqrt();
        row /= length;
    }
    q *= gain;
    if rows <= columns {
        q
    } else {
        q.reversed_axes().as_standard_layout().into_owned()
    }
}
// ANCHOR_END: orthogonal

/// `scale` times the identity, cut off or filled up with zeros: with ReLU, the start of
/// the IRNN (Le et al. 2015).
pub fn identity(rows: usize, columns: usize, scale: Real) -> Array2<Real> {
    Array::from_shape_fn((rows, columns), |(i, j)| if i == j { scale } else { 0.0 })
}
