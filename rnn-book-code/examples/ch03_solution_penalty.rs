//! Solution: a penalty that pulls the recurrent matrix towards orthogonality.

use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng, elman::Elman, gradcheck::gradient_check, parameters::Parameters,
    spectral::spectral_radius,
};

// ANCHOR: main
/// `‖W Wᵀ − I‖²`, and its gradient `4 (W Wᵀ − I) W`.
fn penalty(w: &Array2<Real>) -> (Real, Array2<Real>) {
    let off = w.dot(&w.t()) - Array2::<Real>::eye(w.nrows());
    ((&off * &off).sum(), 4.0 * off.dot(w))
}

fn main() {
    let mut cell = Elman::new(1, 20, &mut Rng::seed_from_u64(1));
    let mut grad = cell.zeros_like();
    grad.w_hh = penalty(&cell.w_hh).1;
    let checks = gradient_check(&cell, &grad, 1e-5, |cell| penalty(&cell.w_hh).0);
    let worst = checks.iter().map(|c| c.error).fold(0.0, Real::max);
    println!("gradient agrees within 1e-7: {}", worst < 1e-7);

    for step in 0..=200 {
        let (value, d_w) = penalty(&cell.w_hh);
        if [0, 20, 200].contains(&step) {
            let sigma = spectral_radius(cell.w_hh.dot(&cell.w_hh.t()).view()).sqrt();
            println!(
                "step {step:3}: penalty {value:.4}, radius {:.3}, σ_max {sigma:.3}",
                spectral_radius(cell.w_hh.view())
            );
        }
        cell.w_hh.scaled_add(-0.05, &d_w);
    }
}
// ANCHOR_END: main
