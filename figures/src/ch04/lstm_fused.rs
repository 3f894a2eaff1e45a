//! The same LSTM with eight products a step, with two, and with the inputs' product taken out of the loop.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use ndarray::{Array3, ArrayView3};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, init,
    layer::{Layer, Recurrent, Tape},
    lstm::Lstm,
    lstm_gates::FourGates,
    parameters::Parameters,
};

use crate::text::{fixed, significant};
use crate::{Progress, Record};

const STEPS: usize = 50;
/// Batch and units; inputs are as many as units.
const SIZES: [(usize, usize); 4] = [(1, 64), (32, 64), (32, 128), (32, 256)];
const REPEATS: usize = 60;
const SEED: u64 = 1;

fn noise(shape: (usize, usize, usize), rng: &mut Rng) -> Result<Array3<Real>> {
    let flat = init::normal(shape.0 * shape.1, shape.2, 1.0, rng);
    Ok(flat.into_shape_with_order(shape)?)
}

/// One step after another: two products a step, each for all gates.
fn stepped(lstm: &Lstm, x: ArrayView3<Real>) -> Array3<Real> {
    let mut state = lstm.start(x.dim().1);
    let mut output = Array3::zeros((x.dim().0, x.dim().1, lstm.output_size()));
    for (x_t, mut h_t) in x.outer_iter().zip(output.outer_iter_mut()) {
        state = lstm.step(x_t, &state);
        h_t.assign(&state.h);
    }
    output
}

/// Seconds, without those that it takes to drop the result.
fn clocked<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let result = black_box(work());
    let time = start.elapsed().as_secs_f64();
    drop(result);
    time
}

/// The shortest: other work on the machine can only make a run longer.
fn shortest(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Runs the forms in turn, so that other work on the machine disturbs all of them alike.
///
/// # Errors
/// When the outputs are not the same.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(SIZES.len());
    let mut r = Record::new(
        &[SEED],
        format!(
            "T = {STEPS}, D = H, f32, one thread; shortest of {REPEATS} runs taken in turn"
        ),
    );
    for (batch, hidden) in SIZES {
        let mut rng = Rng::seed_from_u64(SEED);
        let lstm = Lstm::new(hidden, hidden, &mut rng);
        let gates = FourGates::from(&lstm);
        let x = noise((STEPS, batch, hidden), &mut rng)?;
        let d_h = noise((STEPS, batch, hidden), &mut rng)?;
        let start = lstm.start(batch);
        let (by_gates, fused) = (
            gates.forward(x.view(), None, &start),
            lstm.forward(x.view(), None, &start),
        );
        let largest = |other: ArrayView3<Real>| {
            (&fused.output() - &other).fold(0.0, |m: Real, d| m.max(d.abs()))
        };
        let by_steps = stepped(&lstm, x.view());
        let apart = largest(by_gates.output()).max(largest(by_steps.view()));
        anyhow::ensure!(apart < 1e-5, "the outputs differ by {apart:.1e}");

        // What a form makes is dropped before the next one runs, so that each finds memory that was in use.
        let (mut d_gates, mut d_lstm) = (gates.zeros_like(), lstm.zeros_like());
        let mut times = [const { Vec::new() }; 5];
        for _ in 0..REPEATS {
            times[0].push(clocked(|| gates.forward(x.view(), None, &start)));
            times[1].push(clocked(|| stepped(&lstm, x.view())));
            times[2].push(clocked(|| lstm.forward(x.view(), None, &start)));
            times[3].push(clocked(|| {
                gates.backward(&by_gates, d_h.view(), None, &mut d_gates)
            }));
            times[4]
                .push(clocked(|| lstm.backward(&fused, d_h.view(), None, &mut d_lstm)));
        }
        let [gates, steps, fused, gates_back, fused_back] =
            times.map(|times| shortest(&times));
        let key = format!("b{batch}-h{hidden}");
        let ratios = [
            ("forward", gates / fused),
            ("steps", gates / steps),
            ("backward", gates_back / fused_back),
            ("both", (gates + gates_back) / (fused + fused_back)),
        ];
        for (what, ratio) in ratios {
            r.timed_value(&format!("{what}-{key}"), ratio, fixed(ratio, 1));
        }
        r.timed_value(&format!("ms-{key}"), 1e3 * fused, significant(1e3 * fused, 2));
        progress.tick();
    }
    Ok(r)
}
