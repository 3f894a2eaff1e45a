//! The read-out of a language model: scores for a whole vocabulary at every step, and
//! their loss, without ever holding all the scores.
//!
//! Outputs `h: [N, H]` and targets `[N]` become one number; never are all the scores
//! `[N, V]` there at once.
//!
//! In the book: [section 9.2] and [appendix E].
//!
//! [section 9.2]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch09-generation/model.html
//! [appendix E]: https://rnn-basics.github.io/rnn-basics-from-scratch/appendix-e.html

use crate::{
    Real,
    linear::Linear,
    product::{Packed, add_matmul},
    vector::{self, slice_mut},
};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};

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
    let (w, b) = (out.w.view(), out.b.view());
    pass(w, b, h, targets, count, |h, z| {
        add_matmul(h.t(), z, grad.w.view_mut());
        grad.b += &z.sum_axis(Axis(0));
    })
}

/// The loss and the gradient of `h`. `add` is given rows of `h` and the gradients of
/// their scores, to add up the gradients of the weights.
fn pass(
    w: ArrayView2<Real>,
    b: ArrayView1<Real>,
    h: ArrayView2<Real>,
    targets: &[usize],
    count: usize,
    mut add: impl FnMut(ArrayView2<Real>, ArrayView2<Real>),
) -> (Real, Array2<Real>) {
    let (n, classes) = (h.nrows(), b.len());
    assert_eq!(n, targets.len(), "{n} rows for {} targets", targets.len());
    let (packed, w_t) = (Packed::new(w), Packed::new(w.t()));
    let mut d_h = Array2::zeros(h.dim());
    let mut scores = Array2::zeros((ROWS.min(n), classes));
    let mut loss = 0.0;

    for (k, h) in h.axis_chunks_iter(Axis(0), ROWS).enumerate() {
        let k = k * ROWS..k * ROWS + h.nrows();
        let mut z = scores.slice_mut(s![..k.len(), ..]);
        z.assign(&b);
        packed.add_matmul(h, z.view_mut());
        for (z, &target) in z.outer_iter_mut().zip(&targets[k.clone()]) {
            loss += row_loss(slice_mut(z), target, count);
        }
        // z is the gradient of the scores now
        w_t.add_matmul(z.view(), d_h.slice_mut(s![k, ..]));
        add(h, z.view());
    }
    (loss / count as Real, d_h)
}

/// The sum of the cross-entropies of [`loss_and_gradient`], without gradients.
///
/// # Panics
/// The same.
pub fn loss(out: &Linear, h: ArrayView2<Real>, targets: &[usize]) -> Real {
    loss_by(out.w.view(), out.b.view(), h, targets)
}

/// [`loss`] for any weight `w: [H, V]` and bias `b: [V]`.
///
/// # Panics
/// The same.
pub fn loss_by(
    w: ArrayView2<Real>,
    b: ArrayView1<Real>,
    h: ArrayView2<Real>,
    targets: &[usize],
) -> Real {
    let n = h.nrows();
    assert_eq!(n, targets.len(), "{n} rows for {} targets", targets.len());
    let packed = Packed::new(w);
    let mut scores = Array2::zeros((ROWS.min(n), b.len()));
    let mut loss = 0.0;
    for (h, targets) in h.axis_chunks_iter(Axis(0), ROWS).zip(targets.chunks(ROWS)) {
        let mut z = scores.slice_mut(s![..h.nrows(), ..]);
        z.assign(&b);
        packed.add_matmul(h, z.view_mut());
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

// ANCHOR: rows
/// [`loss_and_gradient`] for a weight with one row a class, `rows: [V, H]`, as an
/// embedding has it: the scores are `h Rᵀ + b`, eq. (9.10) #gen-tied-scores. Adds the
/// gradients to `d_rows` and `d_b`, and returns that of `h`.
///
/// # Panics
/// The same.
pub fn rows_loss_and_gradient(
    rows: ArrayView2<Real>,
    b: ArrayView1<Real>,
    h: ArrayView2<Real>,
    targets: &[usize],
    count: usize,
    d_rows: &mut Array2<Real>,
    d_b: &mut Array1<Real>,
) -> (Real, Array2<Real>) {
    pass(rows.t(), b, h, targets, count, |h, z| {
        add_matmul(z.t(), h, d_rows.view_mut()); // d_R += (P − Y)ᵀ h
        *d_b += &z.sum_axis(Axis(0));
    })
}
// ANCHOR_END: rows
