//! Pitfall: the gradient of the weights looks healthy while nothing arrives from afar.

use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    elman::Elman,
    flow::{norm, state_gradients},
    layer::{Layer, Tape},
    optim,
    parameters::Parameters,
    problems::adding,
    spectral,
};

// ANCHOR: main
fn main() {
    let mut rng = Rng::seed_from_u64(1);
    let cell = Elman {
        w_hh: spectral::with_radius(50, 0.9, &mut rng),
        ..Elman::new(2, 50, &mut rng)
    };
    for steps in [10, 50, 200] {
        let (x, _) = adding(steps, 20, &mut rng);
        let start = cell.start(20);
        let d_last: Array2<Real> = Array2::from_elem((20, 50), 0.1);

        let tape = Layer::forward(&cell, x.view(), None, &start);
        let mut grad = cell.zeros_like();
        let mut d_h = ndarray::Array3::zeros(tape.output().dim());
        d_h.index_axis_mut(ndarray::Axis(0), steps - 1).assign(&d_last);
        Layer::backward(&cell, &tape, d_h.view(), None, &mut grad);

        let states = state_gradients(&cell, x.view(), &start, d_last);
        println!(
            "T = {steps:3}: gradient of all weights {:6.2}, of the first state {:.0e}",
            optim::norm(&grad),
            norm(&states[0])
        );
    }
}
// ANCHOR_END: main
