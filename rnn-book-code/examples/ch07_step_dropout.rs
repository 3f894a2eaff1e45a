//! What masks from step to step leave of a number that should be kept.

use rand::{RngExt, SeedableRng};
use rnn_book_code::Rng;

// ANCHOR: main
fn main() {
    let (rate, runs) = (0.4, 100_000);
    let mut rng = Rng::seed_from_u64(1);
    for steps in [1, 2, 5, 10] {
        // A unit that keeps its state; each step multiplies it by a fresh mask
        let kept: Vec<f64> = (0..runs)
            .map(|_| {
                let alive = (0..steps).all(|_| !rng.random_bool(rate));
                if alive { (1.0 - rate).powi(-steps) } else { 0.0 }
            })
            .collect();
        let mean = kept.iter().sum::<f64>() / runs as f64;
        let square = kept.iter().map(|m| m * m).sum::<f64>() / runs as f64;
        let alive = kept.iter().filter(|&&m| m > 0.0).count() as f64 / runs as f64;
        let predicted = ((1.0 - rate).powi(-steps) - 1.0).sqrt();
        println!(
            "{steps:2} steps: alive {alive:.2}, mean {mean:.1}, deviation {:.1} \
             (predicted {predicted:.1})",
            (square - mean * mean).sqrt()
        );
    }
}
// ANCHOR_END: main
