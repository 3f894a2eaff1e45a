//! Solution: slopes below 1 wake a matrix whose powers vanish.

use ndarray::{Array2, array};
use rnn_book_code::{Real, spectral::spectral_radius};

// ANCHOR: main
fn main() {
    let w = array![[1.2, 1.2], [-1.2, -1.2]];
    println!("linear: radius {:.2}, W² = {:.2}", spectral_radius(w.view()), w.dot(&w));
    for slope in [1.0, 0.5, 0.1, 0.0] {
        let j: Array2<Real> = &w * &array![1.0, slope];
        let mut product: Array2<Real> = Array2::eye(2);
        for _ in 0..50 {
            product = product.dot(&j);
        }
        let norm = product.iter().map(|x| x * x).sum::<Real>().sqrt();
        println!(
            "slopes (1, {slope}): radius {:.2}, norm after 50 steps {norm:.1e}",
            spectral_radius(j.view())
        );
    }
}
// ANCHOR_END: main
