//! The spectral radius of a matrix: the largest modulus of its eigenvalues.
//!
//! The matrix is square: `[H, H]`.
//!
//! In the book: [section 1.5].
//!
//! [section 1.5]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch01-foundations/memory.html

use crate::{Real, Rng, init};
use ndarray::{Array2, ArrayView2};

// ANCHOR: radius
/// The spectral radius of the square matrix `w`, by Gelfand's formula, eq. (1.17)
/// #gelfand: the limit of `‖Wᵏ‖^(1/k)`. Squaring doubles `k`, so 24 products reach k =
/// 2²⁴.
pub fn spectral_radius(w: ArrayView2<Real>) -> Real {
    let mut power = w.to_owned();
    let mut log_scale = 0.0; // power · exp(log_scale) = Wᵏ
    let mut k = 1.0;
    for _ in 0..24 {
        let norm = (&power * &power).sum().sqrt();
        if norm == 0.0 {
            return 0.0;
        }
        power /= norm;
        log_scale += norm.ln();
        power = power.dot(&power);
        (log_scale, k) = (2.0 * log_scale, 2.0 * k);
    }
    let norm = (&power * &power).sum().sqrt();
    ((log_scale + norm.ln()) / k).exp()
}

/// A random `[hidden, hidden]` matrix of normal numbers, scaled to the spectral radius
/// `radius`.
pub fn with_radius(hidden: usize, radius: Real, rng: &mut Rng) -> Array2<Real> {
    let w = init::normal(hidden, hidden, 1.0 / (hidden as Real).sqrt(), rng);
    let scale = radius / spectral_radius(w.view());
    w * scale
}
// ANCHOR_END: radius
