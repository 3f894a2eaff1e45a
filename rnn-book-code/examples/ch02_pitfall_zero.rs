//! Pitfall: gradients are added up, and nobody sets them to zero between two steps.

use rnn_book_code::{
    Real,
    linear::Linear,
    optim::{Optimizer, Sgd},
    parameters::Parameters,
};

// ANCHOR: main
fn main() {
    for zero in [false, true] {
        // The smallest model: y = x·w with x = 1 and w = 4; its loss w²/2 has the
        // gradient w.
        let mut model = Linear { w: ndarray::array![[4.0]], b: ndarray::array![0.0] };
        let mut grad = model.zeros_like();
        let mut seen: Vec<Real> = Vec::new();
        for _ in 0..12 {
            if zero {
                grad.set_zero();
            }
            grad.w[[0, 0]] += model.w[[0, 0]];
            Sgd { rate: 0.5 }.step(&mut model, &grad);
            seen.push(model.w[[0, 0]]);
        }
        println!("set to zero between steps: {zero}\n  w = {seen:.2?}");
    }
}
// ANCHOR_END: main
