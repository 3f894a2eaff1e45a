//! Principal components by power iteration: the directions in which a cloud of points
//! is widest, to draw it on paper.
//!
//! Points `[N, D]` become points `[N, k]`.
//!
//! In the book: [section 6.3].
//!
//! [section 6.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/words.html

use crate::Real;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// Rounds of the power iteration.
const ROUNDS: usize = 200;

// ANCHOR: principal
/// The points `x: [N, D]` in the directions of their `k` largest spreads, `[N, k]`, and
/// the share of the whole variance that lies in each (0 if all points are one). Two
/// directions of nearly equal spread may come out mixed: the power iteration parts them
/// slowly.
///
/// # Panics
/// If there are no points, or `k` is above `D`.
pub fn principal(x: ArrayView2<Real>, k: usize) -> (Array2<Real>, Vec<Real>) {
    assert!(k <= x.ncols(), "{k} directions in a space of {}", x.ncols());
    let mean = x.mean_axis(Axis(0)).expect("there are points");
    let mut rest = &x - &mean;
    let all = rest.iter().map(|x| x * x).sum::<Real>();
    let mut places = Array2::zeros((x.nrows(), k));
    let mut shares = Vec::new();
    for j in 0..k {
        // q ← Xᵀ X q, made of length 1: the widest direction grows fastest
        let mut q = Array1::from_shape_fn(x.ncols(), |i| 1.0 / (1.0 + i as Real));
        for _ in 0..ROUNDS {
            q = rest.t().dot(&rest.dot(&q));
            let length = q.dot(&q).sqrt();
            if length > 0.0 {
                q /= length;
            }
        }
        let along = rest.dot(&q);
        shares.push(if all > 0.0 { along.dot(&along) / all } else { 0.0 });
        // Take this direction out, so that the next one is at right angles to it
        for (mut row, &a) in rest.outer_iter_mut().zip(&along) {
            row.scaled_add(-a, &q);
        }
        places.column_mut(j).assign(&along);
    }
    (places, shares)
}
// ANCHOR_END: principal
