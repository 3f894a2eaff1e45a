//! How far a gradient gets before any training: the start decides.

use anyhow::Result;
use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    elman::Elman,
    flow::{norm, state_gradients},
    gru::Gru,
    init,
    layer::{Layer, State},
    lstm::Lstm,
};

use super::SEEDS;
use super::contest::open;
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::mean;
use crate::text::{fixed, significant};
use crate::{Progress, Record};

const INPUT: usize = 16;
const HIDDEN: usize = 64;
const STEPS: usize = 80;
const LANES: usize = 4;
const LAGS: usize = 60;

/// Logarithms of the norm of the state's gradient, 0, 1, … [`LAGS`] steps before the last state, relative
/// to the gradient there; only the output has a reader.
fn logs<L: Layer>(layer: &L, rng: &mut Rng) -> Result<Vec<f64>> {
    let x = init::normal(STEPS * LANES, INPUT, 1.0, rng)
        .into_shape_with_order((STEPS, LANES, INPUT))?;
    let start = layer.start(LANES);
    let mut d_last = start.map(&mut |a| Array2::zeros(a.dim()));
    d_last.arrays_mut()[0].assign(&init::normal(LANES, HIDDEN, 1.0, rng));
    let gradients = state_gradients(layer, x.view(), &start, d_last);
    let scale = f64::from(norm(&gradients[STEPS]));
    Ok((0..=LAGS)
        .map(|lag| (f64::from(norm(&gradients[STEPS - lag])) / scale).max(1e-30).ln())
        .collect())
}

/// Measures it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    type Start = fn(&mut Rng) -> Result<Vec<f64>>;
    fn gru(bias: f32, rng: &mut Rng) -> Result<Vec<f64>> {
        logs(&open(Gru::new(INPUT, HIDDEN, rng), bias), rng)
    }
    fn lstm(bias: f32, rng: &mut Rng) -> Result<Vec<f64>> {
        logs(&Lstm::new(INPUT, HIDDEN, rng).with_forget_bias(bias), rng)
    }
    let starts: [(&str, &str, Start); 6] = [
        ("rnn", "simple RNN", |rng| logs(&Elman::new(INPUT, HIDDEN, rng), rng)),
        ("lstm-0", "LSTM, $b_f$ = 0", |rng| lstm(0.0, rng)),
        ("lstm-1", "LSTM, $b_f$ = 1", |rng| lstm(1.0, rng)),
        ("gru-0", "GRU, $b_z$ = 0", |rng| gru(0.0, rng)),
        ("gru-1", "GRU, $b_z$ = 1", |rng| gru(1.0, rng)),
        ("gru-3", "GRU, $b_z$ = 3", |rng| gru(3.0, rng)),
    ];
    let mut r = Record::new(
        &SEEDS,
        format!(
            "D = {INPUT}, H = {HIDDEN}, T = {STEPS}, {LANES} sequences of normal inputs, no training; geometric mean \
             of seeds"
        ),
    )
    .tolerance(0.01);
    let mut plot = Lines::new(
        Axis::linear("lag (steps)").range(0.0, LAGS as f64),
        Axis::log("gradient norm (relative)").range(1e-16, 10.0),
    )
    .height(420.0)
    .legend(Legend::Above);
    for (i, (key, name, start)) in starts.into_iter().enumerate() {
        let all = SEEDS
            .iter()
            .map(|&seed| start(&mut Rng::seed_from_u64(seed)))
            .collect::<Result<Vec<_>>>()?;
        let at = |lag: usize| mean(&all.iter().map(|l| l[lag]).collect::<Vec<_>>());
        // The factor of a step, far from the start
        let factor = ((at(LAGS) - at(20)) / (LAGS - 20) as f64).exp();
        r.value(&format!("{key}-factor"), factor, fixed(factor, 2));
        let far = at(50).exp();
        r.value(&format!("{key}-50"), far, significant(far, 1));
        let points = (0..=LAGS).map(|lag| (lag as f64, at(lag).exp()));
        plot = plot.with(Trace::new(name, points).style(i));
    }
    r.plot(&plot);
    Ok(r)
}
