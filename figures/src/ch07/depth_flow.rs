//! How much of a gradient comes down a deep stack before any training.

use anyhow::Result;
use ndarray::{Array3, ArrayView3};
use rand::SeedableRng;
use rnn_book_code::{
    Rng, init,
    layer::{Layer, Tape},
    lstm::Lstm,
    residual::{PreNorm, Residual},
};

use super::SEEDS;
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::stats::mean;
use crate::text::{fixed, significant};
use crate::{Progress, Record};

const HIDDEN: usize = 32;
const STEPS: usize = 20;
const LANES: usize = 8;
const DEPTH: usize = 16;

/// By layer, from the input on; logarithms.
struct Norms {
    /// Of the outputs.
    up: Vec<f64>,
    /// Of the gradients that they get, relative to that at the top.
    down: Vec<f64>,
}

/// The norms of each layer's output and of the gradient that it gets: layer 0 is the input. The
/// reader weights every number of the last output at random.
fn logs<L: Layer>(layers: &[L], rng: &mut Rng) -> Result<Norms> {
    let shape = (STEPS, LANES, HIDDEN);
    let draw = |rng: &mut Rng| {
        init::normal(STEPS * LANES, HIDDEN, 1.0, rng).into_shape_with_order(shape)
    };
    let size = |a: ArrayView3<f32>| {
        f64::from(a.iter().map(|a| a * a).sum::<f32>().sqrt()).ln()
    };
    let (mut x, mut d): (Array3<f32>, Array3<f32>) = (draw(rng)?, draw(rng)?);
    let (mut up, mut tapes) = (vec![size(x.view())], Vec::new());
    for layer in layers {
        let tape = layer.forward(x.view(), None, &layer.start(LANES));
        x = tape.output().to_owned();
        up.push(size(x.view()));
        tapes.push(tape);
    }
    let mut down = vec![size(d.view())];
    for (layer, tape) in layers.iter().zip(&tapes).rev() {
        d = layer.backward(tape, d.view(), None, &mut layer.zeros_like()).0;
        down.push(size(d.view()));
    }
    down.reverse();
    let top = down[DEPTH];
    Ok(Norms { up, down: down.into_iter().map(|l| l - top).collect() })
}

/// Measures it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let lstm = |rng: &mut Rng| Lstm::new(HIDDEN, HIDDEN, rng);
    let one = |k: usize, seed: u64| {
        let rng = &mut Rng::seed_from_u64(seed);
        let each = 0..DEPTH;
        match k {
            0 => logs(&each.map(|_| lstm(rng)).collect::<Vec<_>>(), rng),
            1 => logs(&each.map(|_| PreNorm::new(lstm(rng))).collect::<Vec<_>>(), rng),
            2 => logs(&each.map(|_| Residual::new(lstm(rng))).collect::<Vec<_>>(), rng),
            _ => {
                let block = |_| Residual::new(PreNorm::new(lstm(rng)));
                let blocks: Vec<_> = each.map(block).collect();
                logs(&blocks, rng)
            }
        }
    };
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{DEPTH} layers of LSTM, D = H = {HIDDEN}, T = {STEPS}, {LANES} sequences of normal inputs, no training; \
             geometric mean of seeds"
        ),
    )
    .tolerance(0.01);
    let axis = || Axis::linear("layer (0 is the input)").range(0.0, DEPTH as f64);
    let mut up = Lines::new(axis(), Axis::log("norm of the output"))
        .title("forward")
        .legend(Legend::Above);
    let mut down = Lines::new(axis(), Axis::log("gradient norm (relative)"))
        .title("backward, from right to left")
        .legend(Legend::None);
    let stacks = [
        ("plain", "plain"),
        ("norm", "normalised"),
        ("residual", "residual"),
        ("both", "residual, normalised"),
    ];
    for (k, (key, name)) in stacks.into_iter().enumerate() {
        let all = SEEDS.iter().map(|&seed| one(k, seed)).collect::<Result<Vec<_>>>()?;
        let at = |f: fn(&Norms) -> &Vec<f64>, layer: usize| {
            mean(&all.iter().map(|l| f(l)[layer]).collect::<Vec<_>>()).exp()
        };
        let factor = at(|l| &l.down, 0).powf(1.0 / DEPTH as f64);
        r.value(&format!("{key}-factor"), factor, fixed(factor, 2));
        let input = at(|l| &l.down, 0);
        r.value(&format!("{key}-input"), input, significant(input, 2));
        let grown = at(|l| &l.up, DEPTH) / at(|l| &l.up, 0);
        r.value(&format!("{key}-output"), grown, significant(grown, 2));
        let points = |f: fn(&Norms) -> &Vec<f64>| {
            (0..=DEPTH).map(|layer| (layer as f64, at(f, layer))).collect::<Vec<_>>()
        };
        up = up.with(Trace::new(name, points(|l| &l.up)).style(k));
        down = down.with(Trace::new(name, points(|l| &l.down)).style(k));
    }
    r.plot(&Panels::new(1, 270.0).with("up", up).with("down", down));
    Ok(r)
}
