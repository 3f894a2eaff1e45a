//! A model that is calibrated by construction, and its measured error.

use ndarray::{Array2, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    calibration::{calibration_error, reliability},
};

fn main() {
    // ANCHOR: main
    for n in [100, 1000, 10_000] {
        for bins in [5, 15, 50] {
            let mut errors = Vec::new();
            for seed in 0..20 {
                let rng = &mut Rng::seed_from_u64(seed);
                let mut scores: Array2<Real> = Array2::zeros((n, 2));
                let mut right = Vec::new();
                for mut row in scores.outer_iter_mut() {
                    let p: Real = rng.random_range(0.02..0.98);
                    row.assign(&array![p.ln(), (1.0 - p).ln()]);
                    right.push(usize::from(rng.random_range(0.0..1.0) > p));
                }
                errors.push(calibration_error(&reliability(
                    scores.view(),
                    &right,
                    bins,
                )));
            }
            let mean = errors.iter().sum::<f64>() / errors.len() as f64;
            println!("{n:6} texts, {bins:2} bins: {mean:.3}");
        }
    }
    // ANCHOR_END: main
}
