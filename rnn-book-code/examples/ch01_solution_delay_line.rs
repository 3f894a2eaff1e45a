//! Solution: a shift register of tanh units gives its input back three steps later.

use ndarray::{Array2, array};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng, activation::Activation, elman::Elman, linear::Linear,
    spectral::spectral_radius,
};

// ANCHOR: machine
/// Unit 0 takes the input, times `scale`; units 1, 2 and 3 each take the unit before.
fn delay_line(scale: Real) -> (Elman, Linear) {
    let cell = Elman {
        w_xh: array![[scale, 0.0, 0.0, 0.0]],
        w_hh: array![
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 1.0],
            [0.0, 0.0, 0.0, 0.0]
        ],
        b_h: array![0.0, 0.0, 0.0, 0.0],
        phi: Activation::Tanh,
    };
    let read_out =
        Linear { w: array![[0.0], [0.0], [0.0], [1.0 / scale]], b: array![0.0] };
    (cell, read_out)
}
// ANCHOR_END: machine

// ANCHOR: main
fn main() {
    for scale in [0.5, 0.05] {
        let (cell, read_out) = delay_line(scale);
        let mut rng = Rng::seed_from_u64(1);
        let inputs: Vec<Real> =
            (0..1000).map(|_| rng.random_range(-1.0..=1.0)).collect();
        let mut h = Array2::zeros((1, 4));
        let mut worst: Real = 0.0;
        for (t, &x) in inputs.iter().enumerate() {
            h = cell.step(array![[x]].view(), h.view());
            let y = read_out.forward(h.view())[[0, 0]];
            let wanted = if t < 3 { 0.0 } else { inputs[t - 3] };
            worst = worst.max((y - wanted).abs());
        }
        println!("scale {scale:4}: worst error over 1000 inputs {worst:.4}");
        assert!(worst <= 4.0 / 3.0 * scale * scale);
        assert!(scale > 0.1 || worst < 0.01);
        println!("            spectral radius {}", spectral_radius(cell.w_hh.view()));
    }

    let w = delay_line(0.05).0.w_hh;
    let mut power = Array2::eye(4);
    for k in 1..=4 {
        power = power.dot(&w);
        let ones = power.iter().filter(|&&entry| entry != 0.0).count();
        println!("entries of W_hh to the power {k} that are not zero: {ones}");
    }
}
// ANCHOR_END: main
