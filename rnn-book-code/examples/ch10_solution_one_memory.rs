//! A minGRU is a selective state space with one number of memory, held exactly.

use ndarray::{Array3, Axis};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, init,
    layer::{Layer, Tape},
    min_gru::MinGru,
};

// ANCHOR: held
/// `h = exp(−Δ) h + (1 − exp(−Δ)) v` with `Δ = softplus(x W + b)`, step by step.
fn held(cell: &MinGru, x: &Array3<Real>) -> Array3<Real> {
    let (steps, batch, _) = x.dim();
    let mut states = Array3::zeros((steps, batch, cell.output_size()));
    let mut h = cell.start(batch);
    for (x, mut state) in x.outer_iter().zip(states.outer_iter_mut()) {
        let delta = cell.gate.forward(x).mapv(|u| u.exp().ln_1p());
        let keep = delta.mapv(|delta| (-delta).exp());
        h = &keep * &h + (1.0 - &keep) * cell.candidate.forward(x);
        state.assign(&h);
    }
    states
}
// ANCHOR_END: held

// ANCHOR: main
fn main() {
    let rng = &mut Rng::seed_from_u64(1);
    let cell = MinGru::new(3, 4, rng);
    let x = init::normal(6 * 2, 3, 1.0, rng);
    let x = x.into_shape_with_order((6, 2, 3)).expect("six steps of two");
    let tape = cell.forward(x.view(), None, &cell.start(2));
    let held = held(&cell, &x);
    println!("minGRU:     {:.5}", tape.output().index_axis(Axis(0), 5).row(0));
    println!("held Δ:     {:.5}", held.index_axis(Axis(0), 5).row(0));
    let apart = &held - &tape.output();
    println!(
        "all states differ by less than 1e-6: {}",
        apart.iter().all(|d| d.abs() < 1e-6)
    );
}
// ANCHOR_END: main
