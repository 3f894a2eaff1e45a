//! Solution: one gradient of a hundred times the usual size, and Adam's steps after it.

use ndarray::array;
use rnn_book_code::{
    linear::Linear,
    optim::{Adam, Optimizer, clip_by_norm},
};

// ANCHOR: main
fn main() {
    for clipped in [false, true] {
        let mut model = Linear { w: array![[0.0]], b: array![0.0] };
        let mut adam = Adam::new(&model, 1.0);
        let mut sizes = Vec::new();
        for n in 0..8000 {
            let size = if n == 4000 { 100.0 } else { 1.0 };
            let mut grad = Linear { w: array![[size]], b: array![0.0] };
            if clipped {
                clip_by_norm(&mut grad, 2.0);
            }
            let before = model.w[[0, 0]];
            adam.step(&mut model, &grad);
            sizes.push(before - model.w[[0, 0]]);
        }
        println!("clipped at 2: {clipped}");
        for after in [0, 10, 100, 1000, 3000] {
            println!("  {after:4} steps after: a step of {:.2} η", sizes[4000 + after]);
        }
        let lost: f32 = sizes[4000..].iter().map(|size| 1.0 - size).sum();
        println!("  behind after 4000 steps: {lost:.0} η");
    }
}
// ANCHOR_END: main
