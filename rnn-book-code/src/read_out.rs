//! The read-out of a language model: scores for a whole vocabulary at every step, and
//! their loss, without ever holding all the scores.

use crate::{
    Real,
    linear::Linear,
    product::{Packed, add_matmul},
    vector::{self, slice_mut},
};
use ndarray::{Array2, ArrayView2, Axis, s};

/// How many rows of scores exist at a time.
const ROWS: usize = 384;

// ANCHOR: read_out
/// The cross-entropy in nats, summed and divided by `count`, of the scores `h W + b` of
/// the rows of `h: [N, H]` against the classes `targets: [N]`, as `Linear::forward` and
/// `softmax_cross_entropy` compute it. Adds the gradients of `w` and `b` to `grad`, and
/// returns that of `h`.
///
/// # Panics
/// If there is not one target a row, or a target is no class.
pub fn loss_and_gradient(
    out: &Linear,
    h: ArrayView2<Real>,
    targets: &[usize],
    count: usize,
    grad: &mut Linear,
) -> (Real, Array2<Real>) {
    let (n, classes) = (h.nrows(), out.b.len());
    assert_eq!(n, targets.len(), "{n} rows for {} targets", targets.len());
    let (w, w_t) = (Packed::new(out.w.view()), Packed::new(out.w.t()));
    let mut d_h = Array2::zeros(h.dim());
    let mut scores = Array2::zeros((ROWS.min(n), classes));
    let mut loss = 0.0;

    for (k, h) in h.axis_chunks_iter(Axis(0), ROWS).enumerate() {
        let k = k * ROWS..k * ROWS + h.nrows();
        let mut z = scores.slice_mut(s![..k.len(), ..]);
        z.assign(&out.b);
        w.add_matmul(h, z.view_mut());
        for (z, &target) in z.outer_iter_mut().zip(&targets[k.clone()]) {
            loss += row_loss(slice_mut(z), target, count);
        }
        // z is the gradient of the scores now
        w_t.add_matmul(z.view(), d_h.slice_mut(s![k, ..]));
        add_matmul(h.t(), z.view(), grad.w.view_mut());
        grad.b += &z.sum_axis(Axis(0));
    }
    (loss / count as Real, d_h)
}

/// The sum of the cross-entropies of [`loss_and_gradient`], without gradients.
///
/// # Panics
/// The same.
pub fn loss(out: &Linear, h: ArrayView2<Real>, targets: &[usize]) -> Real {
    assert_eq!(
        h.nrows(),
        targets.len(),
        "{} rows for {} targets",
        h.nrows(),
        targets.len()
    );
    let w = Packed::new(out.w.view());
    let mut scores = Array2::zeros((ROWS.min(h.nrows()), out.b.len()));
    let mut loss = 0.0;
    for (h, targets) in h.axis_chunks_iter(Axis(0), ROWS).zip(targets.chunks(ROWS)) {
        let mut z = scores.slice_mut(s![..h.nrows(), ..]);
        z.assign(&out.b);
        w.add_matmul(h, z.view_mut());
        for (z, &target) in z.outer_iter_mut().zip(targets) {
            loss += row_loss(slice_mut(z), target, 1);
        }
    }
    loss
}

/// The loss of one row of scores, which become their gradient, (p − y) / count.
fn row_loss(z: &mut [Real], target: usize, count: usize) -> Real {
    assert!(target < z.len(), "target {target} of {} classes", z.len());
    let score = z[target];
    let loss = vector::softmax(z) - score;
    z[target] -= 1.0;
    let scale = 1.0 / count as Real;
    z.iter_mut().for_each(|d| *d *= scale);
    loss
}
// ANCHOR_END: read_out
