//! Pitfall: the cell state's own gradient is forgotten; only that through h comes back.

use ndarray::{Array2, Array3, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    layer::{Layer, Tape},
    linear::Linear,
    loss::mean_squared_error,
    lstm::{Lstm, LstmState},
    lstm_gates::{FourGates, GatesTape},
    optim::{Adam, Optimizer, clip_by_norm, norm},
    parameters::Parameters,
};

// ANCHOR: wrong
/// The way back over a tape of which only the last output was read.
fn backward(
    cell: &FourGates,
    tape: &GatesTape,
    d_last: Array2<Real>,
    forgetful: bool,
    grad: &mut FourGates,
) {
    let mut d = LstmState { c: Array2::zeros(d_last.dim()), h: d_last };
    for step in tape.steps.iter().rev() {
        (_, d) = cell.back(step, &d, grad);
        if forgetful {
            d.c.fill(0.0); // the bug: what C_{t−1} owes to C_t is dropped
        }
    }
}
// ANCHOR_END: wrong

// ANCHOR: main
const STEPS: usize = 20;
const LANES: usize = 16;

/// The first number of each sequence is wanted at its end; the others only disturb. The
/// second input marks the first step.
fn first_number(rng: &mut Rng) -> (Array3<Real>, Array2<Real>) {
    let mut x = Array3::zeros((STEPS, LANES, 2));
    x.slice_mut(s![.., .., 0]).mapv_inplace(|_| rng.random_range(-1.0..1.0));
    x.slice_mut(s![0, .., 1]).fill(1.0);
    let y = x.slice(s![0, .., ..1]).to_owned();
    (x, y)
}

/// Loss and gradients of a cell with a read-out.
fn pass(
    (cell, out): (&FourGates, &Linear),
    forgetful: bool,
    rng: &mut Rng,
) -> (Real, FourGates, Linear) {
    let (x, y) = first_number(rng);
    let (mut d_cell, mut d_out) = (cell.zeros_like(), out.zeros_like());
    let tape = cell.forward(x.view(), None, &cell.start(LANES));
    let h = tape.last().h;
    let (loss, d_y) = mean_squared_error(out.forward(h.view()).view(), y.view(), None);
    let d_h = out.backward(h.view(), d_y.view(), &mut d_out);
    backward(cell, &tape, d_h, forgetful, &mut d_cell);
    (loss, d_cell, d_out)
}

fn main() {
    for forgetful in [false, true] {
        println!("cell state's gradient forgotten: {forgetful}");
        let mut rng = Rng::seed_from_u64(1);
        let mut cell = FourGates::from(&Lstm::new(2, 8, &mut rng));
        let mut out = Linear::new(8, 1, &mut rng);
        let [right, ours] = [false, forgetful]
            .map(|forgetful| pass((&cell, &out), forgetful, &mut rng.clone()).1);
        let share = norm(&ours) / norm(&right);
        println!("  norm of the gradient: {share:.2} of the right one");
        let (mut adam, mut adam_out) = (Adam::new(&cell, 0.02), Adam::new(&out, 0.02));
        let mut sum = 0.0;
        for update in 1..=300 {
            let (loss, mut d_cell, d_out) = pass((&cell, &out), forgetful, &mut rng);
            clip_by_norm(&mut d_cell, 1.0);
            adam.step(&mut cell, &d_cell);
            adam_out.step(&mut out, &d_out);
            sum += loss;
            if update % 100 == 0 {
                let from = update - 99;
                println!("  updates {from:3} to {update}: loss {:.2}", sum / 100.0);
                sum = 0.0;
            }
        }
    }
}
// ANCHOR_END: main
