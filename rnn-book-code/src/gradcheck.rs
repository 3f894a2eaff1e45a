//! Checking a backward pass against central differences.
//!
//! In the book: [section 2.3].
//!
//! [section 2.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch02-backpropagation/checking.html

use crate::{Real, parameters::Parameters};

// ANCHOR: check
/// How far the gradient of one parameter array is from its numerical estimate.
#[derive(Clone, Debug)]
pub struct Check {
    /// The name of the parameter.
    pub name: String,
    /// The largest difference of any entry, relative to the largest entry of either
    /// gradient.
    pub error: Real,
    /// The entry of `backward` where the difference is largest.
    pub analytic: Real,
    /// The central difference for that entry.
    pub numeric: Real,
}

/// Compares `gradient`, which `backward` computed at `model`, with central differences
/// of `loss`, eq. (2.16) #central-difference, parameter by parameter. `epsilon` is the
/// step: about 1e-5 in `f64`.
pub fn gradient_check<M: Parameters>(
    model: &M,
    gradient: &M,
    epsilon: Real,
    loss: impl Fn(&M) -> Real,
) -> Vec<Check> {
    let mut probe = model.clone();
    let mut checks = Vec::new();
    for (k, (name, analytic)) in gradient.parameters().into_iter().enumerate() {
        let numeric: Vec<Real> = (0..analytic.len())
            .map(|i| {
                let mut loss_at = |step: Real| {
                    let old = nudge(&mut probe, k, i, step);
                    let value = loss(&probe);
                    restore(&mut probe, k, i, old);
                    value
                };
                (loss_at(epsilon) - loss_at(-epsilon)) / (2.0 * epsilon)
            })
            .collect();
        checks.push(compare(name, analytic.iter().copied(), &numeric));
    }
    checks
}
// ANCHOR_END: check

// ANCHOR: compare
/// The worst entry of an array, by the relative error of eq. (2.19) #relative-error.
fn compare(
    name: String,
    analytic: impl Iterator<Item = Real>,
    numeric: &[Real],
) -> Check {
    let (mut scale, mut worst) = (0.0 as Real, (-1.0, 0.0, 0.0));
    for (a, &n) in analytic.zip(numeric) {
        let difference = (a - n).abs();
        scale = scale.max(a.abs()).max(n.abs());
        // A NaN must count as the worst, not as no difference at all.
        if difference > worst.0 || difference.is_nan() {
            worst = (difference, a, n);
        }
    }
    let (difference, analytic, numeric) = worst;
    let error = if difference == 0.0 { 0.0 } else { difference / scale };
    Check { name, error, analytic, numeric }
}
// ANCHOR_END: compare

/// Adds `step` to entry `i` of parameter `k` and returns what stood there.
fn nudge<M: Parameters>(model: &mut M, k: usize, i: usize, step: Real) -> Real {
    let mut list = model.parameters_mut();
    let entry = list[k].1.iter_mut().nth(i).expect("entry of a parameter");
    let old = *entry;
    *entry = old + step;
    old
}

/// Puts `old` back into entry `i` of parameter `k`: adding and subtracting would round.
fn restore<M: Parameters>(model: &mut M, k: usize, i: usize, old: Real) {
    let mut list = model.parameters_mut();
    *list[k].1.iter_mut().nth(i).expect("entry of a parameter") = old;
}
