//! Pitfall: recurrent weights drawn with standard deviation 1.

use rand::SeedableRng;
use rnn_book_code_f64::{
    Rng,
    elman::Elman,
    flow::{norm, state_gradients},
    init,
    layer::{Layer, Tape},
    problems::adding,
    spectral::spectral_radius,
};

// ANCHOR: main
fn main() {
    let (steps, lanes, hidden) = (30, 20, 100);
    for (name, deviation) in [("1", 1.0), ("1/√H", 0.1)] {
        let mut rng = Rng::seed_from_u64(1);
        let cell = Elman {
            w_hh: init::normal(hidden, hidden, deviation, &mut rng),
            ..Elman::new(2, hidden, &mut rng)
        };
        let (x, _) = adding(steps, lanes, &mut rng);
        let start = cell.start(lanes);
        let tape = Layer::forward(&cell, x.view(), None, &start);
        let output = tape.output();
        let flat = output.iter().filter(|h| h.abs() > 0.99).count();

        let d_last = init::normal(lanes, hidden, 1.0, &mut rng);
        let all = state_gradients(&cell, x.view(), &start, d_last.clone());
        println!(
            "deviation {name}: radius {:.1}, {:.0} % of the states beyond ±0.99, \
             gradient after {steps} steps × {:.0e}",
            spectral_radius(cell.w_hh.view()),
            100.0 * flat as f64 / output.len() as f64,
            norm(&all[0]) / norm(&d_last)
        );
    }
}
// ANCHOR_END: main
