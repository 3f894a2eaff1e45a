//! Solution: one mask for all steps, on a unit that keeps its value.

use rand::{RngExt, SeedableRng};
use rnn_book_code::Rng;

// ANCHOR: main
fn main() {
    let (p, runs) = (0.4, 100_000);
    let mut rng = Rng::seed_from_u64(3);
    for steps in [1, 2, 5, 10] {
        let mut mean = [0.0; 2];
        for _ in 0..runs {
            let alive = !rng.random_bool(p);
            // The factor 1 / (1 − p) at every step, or only once
            let scaled = if alive { (1.0_f64 - p).powi(-steps) } else { 0.0 };
            let once = if alive { 1.0 / (1.0 - p) } else { 0.0 };
            mean[0] += scaled / runs as f64;
            mean[1] += once / runs as f64;
        }
        println!(
            "{steps:2} steps: mean {:.1} (predicted {:.1}), scaled once {:.1}",
            mean[0],
            (1.0 - p).powi(1 - steps),
            mean[1]
        );
    }
}
// ANCHOR_END: main
