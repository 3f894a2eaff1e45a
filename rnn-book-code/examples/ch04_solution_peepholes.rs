//! Solution: peepholes and coupled gates, checked in f64.

use ndarray::{Array2, Array3};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    gradcheck::gradient_check,
    init,
    layer::{Layer, Tape},
    lstm::LstmState,
    lstm_variants::{Forget, LstmVariant, Parts},
    parameters::Parameters,
};

// ANCHOR: main
fn main() {
    let peepholes = Parts { peepholes: true, ..Parts::STANDARD };
    let coupled = Parts { forget: Forget::Coupled, ..Parts::STANDARD };
    let both = Parts { peepholes: true, ..coupled };
    for (name, parts) in
        [("peepholes", peepholes), ("coupled", coupled), ("both", both)]
    {
        println!("== {name} ==");
        check(parts);
    }
    println!("== bounded ==");
    for (name, parts) in [("coupled ", coupled), ("standard", Parts::STANDARD)] {
        println!("{name}: largest |c| is below 1: {}", largest_cell(parts) < 1.0);
    }
}

fn check(parts: Parts) {
    let (steps, batch, input, hidden) = (6, 3, 2, 4);
    let mut rng = Rng::seed_from_u64(1);
    let mut cell = LstmVariant::new(input, hidden, parts, 1.0, &mut rng);
    cell.b.mapv_inplace(|b| b + rng.random_range(-0.5..0.5));
    let mut noise = |rows, columns| init::normal(rows, columns, 0.7, &mut rng);
    let sequence = |flat: Array2<Real>| {
        let size = flat.ncols();
        flat.into_shape_with_order((steps, batch, size)).expect("a row each")
    };
    let (x, read) =
        (sequence(noise(steps * batch, input)), sequence(noise(steps * batch, hidden)));
    let start = LstmState { h: noise(batch, hidden), c: noise(batch, hidden) };
    let last = LstmState { h: noise(batch, hidden), c: noise(batch, hidden) };

    let mut grad = cell.zeros_like();
    let tape = cell.forward(x.view(), None, &start);
    cell.backward(&tape, read.view(), Some(&last), &mut grad);
    let checks = gradient_check(&cell, &grad, 1e-5, |cell| {
        let tape = cell.forward(x.view(), None, &start);
        let end = tape.last();
        (&tape.output() * &read).sum()
            + (end.h * &last.h).sum()
            + (end.c * &last.c).sum()
    });
    let good = checks.iter().filter(|check| check.error < 1e-8).count();
    println!("{good} of {} arrays agree to 1e-8", checks.len());
}

/// The largest entry of any cell state in a long stream of large inputs.
fn largest_cell(parts: Parts) -> Real {
    let mut rng = Rng::seed_from_u64(2);
    let cell = LstmVariant::new(3, 16, parts, 2.0, &mut rng);
    let x: Array3<Real> = init::normal(2000 * 2, 3, 3.0, &mut rng)
        .into_shape_with_order((2000, 2, 3))
        .expect("2000 steps");
    let tape = cell.forward(x.view(), None, &cell.start(2));
    tape.c.fold(0.0, |m: Real, c| m.max(c.abs()))
}
// ANCHOR_END: main
