//! Powers of three matrices: what the spectral radius says, and what the largest
//! singular value says.

use ndarray::{Array2, array};
use rnn_book_code::{Real, spectral::spectral_radius};

// ANCHOR: main
/// The largest singular value: the square root of the spectral radius of W Wᵀ.
fn largest_singular_value(w: &Array2<Real>) -> Real {
    spectral_radius(w.dot(&w.t()).view()).sqrt()
}

fn main() {
    let matrices = [
        ("rotation", array![[0.8, 0.6], [-0.6, 0.8]]),
        ("detour", array![[0.9, 2.0], [0.0, 0.9]]),
        ("nilpotent", array![[0.0, 100.0], [0.0, 0.0]]),
    ];
    for (name, w) in matrices {
        let (radius, sigma) = (spectral_radius(w.view()), largest_singular_value(&w));
        println!("{name}: radius {radius:.2}, largest singular value {sigma:.2}");
        let mut power: Array2<Real> = Array2::eye(2);
        let mut norms = Vec::new();
        for n in 1..=100 {
            power = power.dot(&w);
            if [1, 2, 5, 10, 20, 50, 100].contains(&n) {
                norms.push(format!("{n}: {:.2}", largest_singular_value(&power)));
            }
        }
        println!("  norms of powers: {}", norms.join("  "));
    }
}
// ANCHOR_END: main
