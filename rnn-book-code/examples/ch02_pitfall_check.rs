//! Pitfall: a gradient check that cries wolf. The gradients below are right.

use rnn_book_code::gradcheck as f32_check;
use rnn_book_code_f64::gradcheck as f64_check;

// ANCHOR: f32
/// The same right gradient, checked in f32 and in f64. The loss is Σ tanh(w_i)².
fn precision() {
    use ndarray::{Array1, Array2};
    for epsilon in [1e-2, 1e-3, 1e-5] {
        let w = Array2::from_shape_fn((1, 5), |(_, i)| 0.3 + 0.4 * i as f64);
        let d_w = w.mapv(|w| 2.0 * w.tanh() * (1.0 - w.tanh().powi(2)));

        let model = rnn_book_code::linear::Linear {
            w: w.mapv(|w| w as f32),
            b: Array1::zeros(0),
        };
        let grad = rnn_book_code::linear::Linear {
            w: d_w.mapv(|d| d as f32),
            ..model.clone()
        };
        let narrow =
            &f32_check::gradient_check(&model, &grad, epsilon as f32, |model| {
                model.w.mapv(|w| w.tanh() * w.tanh()).sum()
            })[0];

        let model = rnn_book_code_f64::linear::Linear { w, b: Array1::zeros(0) };
        let grad = rnn_book_code_f64::linear::Linear { w: d_w, ..model.clone() };
        let wide = &f64_check::gradient_check(&model, &grad, epsilon, |model| {
            model.w.mapv(|w| w.tanh() * w.tanh()).sum()
        })[0];
        println!(
            "epsilon {epsilon:5.0e}: f32 {:7.0e}, f64 {:7.0e}",
            narrow.error, wide.error
        );
    }
}
// ANCHOR_END: f32

// ANCHOR: kink
/// A right gradient at a kink: max(0, w) a little to the right of 0, where it is 1.
fn kink() {
    let w = 2e-6_f64;
    for epsilon in [1e-5, 1e-6] {
        let numeric =
            ((w + epsilon).max(0.0) - (w - epsilon).max(0.0)) / (2.0 * epsilon);
        println!("epsilon {epsilon:5.0e}: backward 1, numeric {numeric:.2}");
    }
}
// ANCHOR_END: kink

fn main() {
    println!("== precision ==");
    precision();
    println!("== kink ==");
    kink();
}
