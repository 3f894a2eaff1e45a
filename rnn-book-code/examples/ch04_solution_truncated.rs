//! Solution: the gradient of 1997, which goes back along the cell state only.

use ndarray::{Array2, Array3, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Real, Rng,
    layer::{Layer, Tape},
    linear::Linear,
    loss::mean_squared_error,
    lstm::{Lstm, LstmState},
    lstm_gates::FourGates,
    optim::{Adam, Optimizer, clip_by_norm, norm},
    parameters::Parameters,
};

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

// ANCHOR: truncated
/// Loss and gradients of a batch; with `truncated`, what the gates
/// owe to the outputs before is dropped.
fn pass(
    (cell, out): (&FourGates, &Linear),
    truncated: bool,
    rng: &mut Rng,
) -> (Real, FourGates, Linear) {
    let (x, y) = first_number(rng);
    let (mut d_cell, mut d_out) = (cell.zeros_like(), out.zeros_like());
    let tape = cell.forward(x.view(), None, &cell.start(LANES));
    let h = tape.last().h;
    let (loss, d_y) = mean_squared_error(out.forward(h.view()).view(), y.view(), None);
    let d_h = out.backward(h.view(), d_y.view(), &mut d_out);
    let mut d = LstmState { c: Array2::zeros(d_h.dim()), h: d_h };
    for step in tape.steps.iter().rev() {
        (_, d) = cell.back(step, &d, &mut d_cell);
        if truncated {
            d.h.fill(0.0);
        }
    }
    (loss, d_cell, d_out)
}
// ANCHOR_END: truncated

/// The cosine of the angle between two gradients.
fn cosine(a: &FourGates, b: &FourGates) -> Real {
    let pairs = a.parameters().into_iter().zip(b.parameters());
    let product: Real = pairs.map(|((_, a), (_, b))| (&a * &b).sum()).sum();
    product / (norm(a) * norm(b))
}

// ANCHOR: main
fn main() {
    for (bias, truncated) in [(1.0, false), (1.0, true), (4.0, false), (4.0, true)] {
        println!("forget bias {bias}, truncated: {truncated}");
        let mut rng = Rng::seed_from_u64(1);
        let mut cell =
            FourGates::from(&Lstm::new(2, 8, &mut rng).with_forget_bias(bias));
        let mut out = Linear::new(8, 1, &mut rng);
        let (mut adam, mut adam_out) = (Adam::new(&cell, 0.02), Adam::new(&out, 0.02));
        let mut sum = 0.0;
        for update in 0..=300 {
            if update % 100 == 0 {
                let [full, cut] = [false, true]
                    .map(|cut| pass((&cell, &out), cut, &mut rng.clone()).1);
                let mean = sum / 100.0;
                let before = if update == 0 {
                    "".into()
                } else {
                    format!(", mean loss {mean:.3}")
                };
                println!(
                    "  update {update:3}: cosine {:.2}{before}",
                    cosine(&full, &cut)
                );
                sum = 0.0;
            }
            let (loss, mut d_cell, d_out) = pass((&cell, &out), truncated, &mut rng);
            clip_by_norm(&mut d_cell, 1.0);
            adam.step(&mut cell, &d_cell);
            adam_out.step(&mut out, &d_out);
            sum += loss;
        }
    }
}
// ANCHOR_END: main
