//! Pitfall: between two windows h is carried over, and c is not.

use ndarray::{Array2, Array3, s};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, init,
    layer::{Layer, Tape},
    lstm::{Lstm, LstmState},
};

// ANCHOR: main
fn main() {
    let (batch, hidden) = (4, 16);
    let mut rng = Rng::seed_from_u64(1);
    let cell = Lstm::new(3, hidden, &mut rng).with_forget_bias(3.0);
    let x: Array3<Real> = init::normal(80 * batch, 3, 1.0, &mut rng)
        .into_shape_with_order((80, batch, 3))
        .expect("80 steps");
    let whole = cell.forward(x.view(), None, &cell.start(batch));
    let first = cell.forward(x.slice(s![..40, .., ..]), None, &cell.start(batch));
    let last = first.last();
    let zeros = Array2::zeros((batch, hidden));

    println!("steps after the border          1     5    10    40");
    for (name, state) in [
        ("h and c carried over     ", last.clone()),
        (
            "c forgotten              ",
            LstmState { h: last.h.clone(), c: zeros.clone() },
        ),
        ("h forgotten              ", LstmState { h: zeros, c: last.c }),
    ] {
        let second = cell.forward(x.slice(s![40.., .., ..]), None, &state);
        let error = |step: usize| {
            let right = whole.output().slice(s![39 + step, .., ..]).to_owned();
            let ours = second.output().slice(s![step - 1, .., ..]).to_owned();
            let norm = |a: &Array2<Real>| a.mapv(|a| a * a).sum().sqrt();
            norm(&(ours - &right)) / norm(&right)
        };
        let errors: Vec<String> =
            [1, 5, 10, 40].iter().map(|&step| format!("{:6.2}", error(step))).collect();
        println!("{name} {}", errors.concat());
    }
}
// ANCHOR_END: main
