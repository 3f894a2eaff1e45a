//! Solution: cross-entropy against smoothed targets.

use ndarray::{Array2, ArrayView2};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    gradcheck::gradient_check,
    init,
    linear::Linear,
    loss::{log_sum_exp, softmax},
    parameters::Parameters,
};

// ANCHOR: smoothed
/// The mean cross-entropy in nats of `logits: [N, C]` against targets of which the
/// share `alpha` is spread evenly over all classes, and its gradient `[N, C]`: (P − Q)
/// / N.
fn smoothed_cross_entropy(
    logits: ArrayView2<Real>,
    targets: &[usize],
    alpha: Real,
) -> (Real, Array2<Real>) {
    let (n, classes) = logits.dim();
    assert_eq!(n, targets.len(), "{n} rows of logits for {} targets", targets.len());
    let mut q = Array2::from_elem((n, classes), alpha / classes as Real);
    for (i, &target) in targets.iter().enumerate() {
        q[[i, target]] += 1.0 - alpha;
    }
    let log_sums: Real = logits.outer_iter().map(log_sum_exp).sum();
    let loss = log_sums - (&q * &logits).sum();
    (loss / n as Real, (softmax(logits) - q) / n as Real)
}
// ANCHOR_END: smoothed

// ANCHOR: main
fn main() {
    println!("== check ==");
    let (rows, input, classes) = (6, 4, 5);
    let mut rng = Rng::seed_from_u64(1);
    let layer = Linear::new(input, classes, &mut rng);
    let x = init::normal(rows, input, 1.0, &mut rng);
    let targets: Vec<usize> = (0..rows).map(|_| rng.random_range(0..classes)).collect();
    for alpha in [0.0, 0.1, 1.0] {
        let loss = |layer: &Linear| {
            smoothed_cross_entropy(layer.forward(x.view()).view(), &targets, alpha)
        };
        let mut grad = layer.zeros_like();
        layer.backward(x.view(), loss(&layer).1.view(), &mut grad);
        let checks = gradient_check(&layer, &grad, 1e-5, |layer| loss(layer).0);
        let right = checks.iter().all(|check| check.error < 1e-7);
        println!("alpha {alpha:3}: relative errors below 1e-7: {right}");
        assert!(right);
    }

    println!("== lead ==");
    let (alpha, classes) = (0.1, 10);
    let best = (1.0 + classes as Real * (1.0 - alpha) / alpha).ln();
    println!("smallest loss at a lead of {best:.3}");
    println!("  lead     p_y  loss, hard  loss, smooth  d_z_y, hard  d_z_y, smooth");
    for lead in [0.0, 2.0, best, 8.0, 12.0] {
        let mut logits = Array2::zeros((1, classes));
        logits[[0, 0]] = lead;
        let p_y = softmax(logits.view())[[0, 0]];
        let (hard, d_hard) = smoothed_cross_entropy(logits.view(), &[0], 0.0);
        let (smooth, d_smooth) = smoothed_cross_entropy(logits.view(), &[0], alpha);
        println!(
            "{lead:6.3}  {p_y:6.4}  {hard:10.4}  {smooth:12.4}  {:11.4}  {:13.4}",
            d_hard[[0, 0]],
            d_smooth[[0, 0]]
        );
        assert_eq!(d_smooth[[0, 0]] > 1e-9, lead > best);
    }
}
// ANCHOR_END: main
