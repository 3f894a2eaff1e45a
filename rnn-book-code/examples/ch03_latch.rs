//! A unit that holds a bit for ever, and whose gradient vanishes.

use ndarray::{Array3, Axis, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    activation::Activation,
    elman::Elman,
    flow::{norm, state_gradients},
    layer::{Layer, Tape},
};

// ANCHOR: main
fn main() {
    let cell = Elman {
        w_xh: array![[1.0]],
        w_hh: array![[2.0]],
        b_h: array![0.0],
        phi: Activation::Tanh,
    };
    for push in [2.0, -2.0] {
        // One push, then noise
        let mut rng = Rng::seed_from_u64(1);
        let noise = || 0.2 * (rng.random::<Real>() - 0.5);
        let mut x = Array3::from_shape_simple_fn((1000, 1, 1), noise);
        x[[0, 0, 0]] = push;

        let start = cell.start(1);
        let h = Layer::forward(&cell, x.view(), None, &start).output().to_owned();
        println!(
            "push {push:4.1}: h_1 = {:.3}, h_1000 = {:.3}",
            h[[0, 0, 0]],
            h[[999, 0, 0]]
        );
        for lag in [1, 5, 20, 40] {
            let (x, _) = x.view().split_at(Axis(0), lag + 1);
            let g = state_gradients(&cell, x, &start, array![[1.0]]);
            println!("  gradient over {lag:2} steps: {:.0e}", norm(&g[1]));
        }
    }
}
// ANCHOR_END: main
