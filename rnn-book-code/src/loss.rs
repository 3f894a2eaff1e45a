//! Softmax with cross-entropy, from logits, in a way that cannot overflow.

use crate::Real;
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

// ANCHOR: softmax
/// `ln Σ exp(z_i)` without overflow: the largest logit is taken out first,
/// eq. (2.5) #log-sum-exp.
pub fn log_sum_exp(z: ArrayView1<Real>) -> Real {
    let largest = z.fold(Real::NEG_INFINITY, |m, &z_i| m.max(z_i));
    largest + z.fold(0.0, |sum: Real, &z_i| sum + (z_i - largest).exp()).ln()
}

/// The softmax of each row of `logits: [N, C]`: positive numbers that sum to 1 in each
/// row.
pub fn softmax(logits: ArrayView2<Real>) -> Array2<Real> {
    let mut p = logits.to_owned();
    for mut row in p.rows_mut() {
        let log_sum = log_sum_exp(row.view());
        row.mapv_inplace(|z_i| (z_i - log_sum).exp());
    }
    p
}
// ANCHOR_END: softmax

// ANCHOR: cross_entropy
/// The mean cross-entropy in nats of `logits: [N, C]` against the right classes
/// `targets: [N]`, and its gradient `[N, C]`: (P − Y) / N, eq. (2.4)
/// #softmax-gradient.
///
/// # Panics
/// If there is not one target a row, or a target is no class.
pub fn softmax_cross_entropy(
    logits: ArrayView2<Real>,
    targets: &[usize],
) -> (Real, Array2<Real>) {
    let (n, classes) = logits.dim();
    assert_eq!(n, targets.len(), "{n} rows of logits for {} targets", targets.len());
    let mut d_logits = softmax(logits);
    let mut loss = 0.0;
    for (i, &target) in targets.iter().enumerate() {
        assert!(target < classes, "target {target} of {classes} classes");
        let z = logits.index_axis(Axis(0), i);
        loss += log_sum_exp(z) - z[target];
        d_logits[[i, target]] -= 1.0;
    }
    d_logits /= n as Real;
    (loss / n as Real, d_logits)
}
// ANCHOR_END: cross_entropy
