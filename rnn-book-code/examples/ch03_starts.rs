//! What four starts leave of a gradient after a hundred steps.

use ndarray::{Array1, Array2};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Rng,
    activation::Activation,
    elman::Elman,
    flow::{norm, state_gradients},
    init,
    layer::Layer,
};

// ANCHOR: main
fn main() {
    let (steps, lanes, d, h) = (100, 20, 2, 100);
    let mut rng = Rng::seed_from_u64(1);
    let usual = Elman::new(d, h, &mut rng);
    let orthogonal =
        Elman { w_hh: init::orthogonal(h, h, 1.0, &mut rng), ..usual.clone() };
    let relu = Elman { phi: Activation::Relu, ..usual.clone() };
    let irnn = Elman {
        w_xh: init::normal(d, h, 0.001, &mut rng),
        w_hh: init::identity(h, h, 1.0),
        b_h: Array1::zeros(h),
        phi: Activation::Relu,
    };
    let cells =
        [("usual", usual), ("orthogonal", orthogonal), ("ReLU", relu), ("IRNN", irnn)];

    let x = init::normal(steps * lanes, d, 0.1, &mut rng);
    let x = x.into_shape_with_order((steps, lanes, d)).expect("as many numbers");
    let d_last: Array2<_> = init::normal(lanes, h, 1.0, &mut rng);
    for (name, cell) in cells {
        let all = state_gradients(&cell, x.view(), &cell.start(lanes), d_last.clone());
        let left = |lag: usize| norm(&all[steps - lag]) / norm(&d_last);
        println!(
            "{name:10}  after 10 steps: {:7.0e}   after 100: {:7.0e}",
            left(10),
            left(100)
        );
    }
}
// ANCHOR_END: main
