//! Softmax with cross-entropy, from logits, in a way that cannot overflow.
//!
//! Logits `[N, C]` and targets `[N]` become one number, with a gradient `[N, C]`.
//!
//! In the book: [section 2.1] and [section 6.4].
//!
//! [section 2.1]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/loss.html
//! [section 6.4]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch06-data/batches.html

use crate::{Real, vector};
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

// ANCHOR: options
/// Softmax cross-entropy with the options that training on real text needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrossEntropy {
    /// A target that counts nothing, such as padding. It need not be a class.
    pub ignore: Option<usize>,
    /// This part of every target is spread evenly over all classes (Szegedy et al.
    /// 2016); 0 for none.
    pub label_smoothing: Real,
}

impl CrossEntropy {
    /// The weighted mean of the cross-entropy in nats over the rows of `logits: [N, C]`
    /// that count, and its gradient `[N, C]`. `weights` has one weight a row (a mask of
    /// 0 and 1, say), 1 if there are none. If no row counts, both are 0.
    ///
    /// # Panics
    /// If there is not one target and weight a row, or a target that counts is no
    /// class.
    pub fn loss_and_gradient(
        &self,
        logits: ArrayView2<Real>,
        targets: &[usize],
        weights: Option<&[Real]>,
    ) -> (Real, Array2<Real>) {
        let (n, classes) = logits.dim();
        assert_eq!(
            n,
            targets.len(),
            "{n} rows of logits for {} targets",
            targets.len()
        );
        let given = weights.map_or(n, <[Real]>::len);
        assert_eq!(n, given, "{n} rows of logits for {given} weights");
        let weight = |i: usize| {
            if self.ignore == Some(targets[i]) {
                0.0
            } else {
                weights.map_or(1.0, |w| w[i])
            }
        };
        let total: Real = (0..n).map(weight).sum();
        let mut d_logits = logits.as_standard_layout().into_owned();
        let mut loss = 0.0;
        let (smooth, even) = (self.label_smoothing, 1.0 / classes as Real);
        for (i, mut z) in d_logits.outer_iter_mut().enumerate() {
            let weight = weight(i);
            if weight == 0.0 {
                z.fill(0.0);
                continue;
            }
            let target = targets[i];
            assert!(target < classes, "target {target} of {classes} classes");
            // With targets q: −Σ q_c ln p_c = ln Σ exp(z) − Σ q_c z_c, gradient p − q
            let wanted = (1.0 - smooth) * z[target] + smooth * even * z.sum();
            let log_sum = vector::softmax(vector::slice_mut(z.view_mut()));
            loss += weight * (log_sum - wanted);
            z -= smooth * even;
            z[target] -= 1.0 - smooth;
            z *= weight / total;
        }
        (if total > 0.0 { loss / total } else { 0.0 }, d_logits)
    }
}
// ANCHOR_END: options

// ANCHOR: mse
/// The mean squared error of `y: [N, D]` over the entries of the rows that count, and
/// its gradient. `weights` has one weight a row, 1 if there are none. If no row counts,
/// both are 0.
///
/// # Panics
/// If the shapes do not fit each other.
pub fn mean_squared_error(
    y: ArrayView2<Real>,
    targets: ArrayView2<Real>,
    weights: Option<&[Real]>,
) -> (Real, Array2<Real>) {
    let (n, size) = y.dim();
    assert!(y.dim() == targets.dim(), "{:?} for {:?}", y.dim(), targets.dim());
    let given = weights.map_or(n, <[Real]>::len);
    assert_eq!(n, given, "{n} rows for {given} weights");
    let weight = |i: usize| weights.map_or(1.0, |w| w[i]);
    let total = (0..n).map(weight).sum::<Real>() * size as Real;
    let mut d_y = &y - &targets;
    if total == 0.0 {
        d_y.fill(0.0);
        return (0.0, d_y);
    }
    let mut loss = 0.0;
    for (i, mut row) in d_y.outer_iter_mut().enumerate() {
        loss += weight(i) * row.dot(&row);
        row *= 2.0 * weight(i) / total;
    }
    (loss / total, d_y)
}
// ANCHOR_END: mse
