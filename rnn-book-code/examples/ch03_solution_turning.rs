//! Solution: a rotation keeps the gradient, until tanh bends it.

use ndarray::{Array3, array};
use rnn_book_code::{
    Real,
    activation::Activation,
    elman::Elman,
    flow::{norm, state_gradients},
    layer::Layer,
};

// ANCHOR: main
fn main() {
    let (sine, cosine) = (0.3 as Real).sin_cos();
    for push in [0.0, 0.1, 0.5] {
        let cell = Elman {
            w_xh: array![[1.0, 0.0]],
            w_hh: array![[cosine, sine], [-sine, cosine]],
            b_h: array![0.0, 0.0],
            phi: Activation::Tanh,
        };
        // One push at the first step, then nothing
        let mut x = Array3::zeros((100, 1, 1));
        x[[0, 0, 0]] = push;
        let all = state_gradients(&cell, x.view(), &cell.start(1), array![[1.0, 0.0]]);
        let shown = [0, 50, 90].map(|t| format!("g_{t}: {:.3}", norm(&all[t])));
        println!("push {push}: {}", shown.join("  "));
    }
}
// ANCHOR_END: main
