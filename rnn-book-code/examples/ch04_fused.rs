//! Four gates with products of their own against one product for all, in both number
//! types.

use ndarray::Array3;
use rand::SeedableRng;

// ANCHOR: main
/// The largest difference of any output and of any gradient, with the types of `$book`.
macro_rules! compare {
    ($book:ident, $steps:expr) => {{
        use $book::{
            Real, Rng, init,
            layer::{Layer, Tape},
            lstm::Lstm,
            lstm_gates::FourGates,
            parameters::Parameters,
        };
        let mut rng = Rng::seed_from_u64(1);
        let fused = Lstm::new(16, 32, &mut rng);
        let gates = FourGates::from(&fused);
        let x: Array3<Real> = init::normal($steps * 4, 16, 1.0, &mut rng)
            .into_shape_with_order(($steps, 4, 16))
            .expect("a row for each step of each lane");
        let start = fused.start(4);

        let (one, four) = (
            fused.forward(x.view(), None, &start),
            gates.forward(x.view(), None, &start),
        );
        let largest = |a: Real, b: Real| a.max(b.abs());
        let output = (&one.output() - &four.output()).fold(0.0, |m, d| largest(m, *d));

        let d_h = Array3::ones(one.output().dim());
        let (mut d_fused, mut d_gates) = (fused.zeros_like(), gates.zeros_like());
        fused.backward(&one, d_h.view(), None, &mut d_fused);
        gates.backward(&four, d_h.view(), None, &mut d_gates);
        let mut gradient: Real = 0.0;
        let mut size: Real = 0.0;
        let split = FourGates::from(&d_fused);
        for ((_, a), (_, b)) in split.parameters().iter().zip(d_gates.parameters()) {
            gradient = (a - &b).fold(gradient, |m, d| largest(m, *d));
            size = a.fold(size, |m, d| largest(m, *d));
        }
        (f64::from(output), f64::from(gradient / size))
    }};
}

fn main() {
    for steps in [1, 10, 100] {
        let (output, gradient) = compare!(rnn_book_code, steps);
        println!("f32, T = {steps:3}: outputs {output:.0e}, gradients {gradient:.0e}");
    }
    for steps in [1, 10, 100] {
        let (output, gradient) = compare!(rnn_book_code_f64, steps);
        println!("f64, T = {steps:3}: outputs {output:.0e}, gradients {gradient:.0e}");
    }
}
// ANCHOR_END: main
