//! A scan by running products and a division: fast, elegant, and infinite.

use ndarray::Array2;
use rnn_book_code::{Real, scan};

// ANCHOR: wrong
/// `h_t = P_t (h_0 + Σ b_k / P_k)` with `P_t = a_1 … a_t`: two running sums, no tree.
fn by_division(a: &[Real], b: &[Real]) -> Vec<Real> {
    let (mut product, mut sum) = (1.0, 0.0);
    let pairs = a.iter().zip(b);
    pairs
        .map(|(a, b)| {
            product *= a;
            sum += b / product;
            product * sum
        })
        .collect()
}
// ANCHOR_END: wrong

// ANCHOR: run
fn main() {
    let steps = 400;
    let (a, b) = (vec![0.73; steps], vec![1.0; steps]);
    let wrong = by_division(&a, &b);
    let factors = Array2::from_shape_vec((steps, 1), a).expect("a column");
    let mut h = Array2::ones((steps + 1, 1));
    h[[0, 0]] = 0.0;
    scan::tree(factors.view(), h.view_mut());
    for t in [1, 10, 100, 270, 281, 300, 340, 400] {
        println!(
            "step {t:3}: by division {:7.4}, by a tree {:.4}",
            wrong[t - 1],
            h[[t, 0]]
        );
    }
}
// ANCHOR_END: run
