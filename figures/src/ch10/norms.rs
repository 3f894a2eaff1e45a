//! The gradient of the last block before training, by the place of the norms and the
//! number of blocks.

use anyhow::Result;
use ndarray::{Array2, Array3};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    elman::rows,
    init::normal,
    layer_norm::LayerNorm,
    parameters::Parameters,
    transformer::{Block, NormPlace},
};

use super::SEEDS;
use crate::draw::{Axis, Lines, Trace};
use crate::stats::{Summary, slope, summary};
use crate::text::{fixed, significant};
use crate::{Progress, Record};

const DEPTHS: [usize; 6] = [2, 4, 8, 16, 32, 48];
const SIZE: usize = 64;
const STEPS: usize = 32;
const LANES: usize = 4;

/// The norms of the gradients of the second MLP matrix of the first and of the last
/// block. Weights are normal with variance 1/inputs, as in the analysis of Xiong et al.
/// (2020), inputs and the gradient of the output are normal.
fn norms(place: NormPlace, depth: usize, seed: u64) -> [f64; 2] {
    let mut rng = Rng::seed_from_u64(seed);
    let blocks: Vec<Block> = (0..depth)
        .map(|_| {
            let mut block = Block::new(SIZE, 4, true, 1.0, &mut rng);
            block.place = place;
            for (name, mut w) in block.parameters_mut() {
                if name.ends_with(".w") {
                    let (inputs, outputs) = (w.shape()[0], w.shape()[1]);
                    let deviation = 1.0 / (inputs as Real).sqrt();
                    w.assign(&normal(inputs, outputs, deviation, &mut rng));
                }
            }
            block
        })
        .collect();
    let rows_of = LANES * STEPS;
    let sequences = |rows: Array2<Real>| -> Array3<Real> {
        rows.into_shape_with_order((LANES, STEPS, SIZE)).expect("rows of all places")
    };
    let mut x = sequences(normal(rows_of, SIZE, 1.0, &mut rng));
    let mut tapes = Vec::new();
    for block in &blocks {
        let tape;
        (x, tape) = block.forward(x.view(), None);
        tapes.push(tape);
    }
    let mut d = normal(rows_of, SIZE, 1.0 / rows_of as Real, &mut rng);
    if place == NormPlace::Pre {
        // The last sum is normalised too, as it is in every block of the other kind.
        let last = LayerNorm::new(SIZE);
        let x = x.view();
        let (_, tape) = last.forward(rows(&x).view());
        d = last.backward(&tape, d.view(), &mut last.zeros_like());
    }
    let mut d_x = sequences(d);
    let mut all = Vec::new();
    for (block, tape) in blocks.iter().zip(&tapes).rev() {
        let mut grad = block.zeros_like();
        d_x = block.backward(tape, d_x.view(), &mut grad);
        let w = &grad.mlp.down.w;
        all.push(f64::from(w.iter().map(|g| g * g).sum::<Real>()).sqrt());
    }
    [all[depth - 1], all[0]]
}

/// Measures both places.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut r = Record::new(
        &SEEDS,
        format!(
            "blocks of D = {SIZE} with 4 heads, {LANES} lanes of {STEPS} normal rows, weights \
             normal with variance 1/inputs"
        ),
    )
    .tolerance(1e-2);
    let ticks = DEPTHS[..5].iter().map(|&l| (l as f64, l.to_string()));
    let mut plot = Lines::new(
        Axis::log("number of blocks").labelled_ticks(ticks.collect()),
        Axis::log("gradient norm in the last block").range(0.8, 10.0),
    );
    let places = [
        ("pre", "norms before", NormPlace::Pre),
        ("post", "norms after", NormPlace::Post),
    ];
    for (k, (key, name, place)) in places.into_iter().enumerate() {
        let mut lasts: Vec<Summary> = Vec::new();
        for depth in DEPTHS {
            let all = SEEDS.map(|seed| norms(place, depth, seed));
            let [first, last] = [0, 1].map(|end| summary(&all.map(|ends| ends[end])));
            r.value(
                &format!("{key}-first-{depth}"),
                first.mean,
                significant(first.mean, 2),
            );
            r.value(
                &format!("{key}-last-{depth}"),
                last.mean,
                significant(last.mean, 2),
            );
            lasts.push(last);
        }
        let points: Vec<(f64, f64)> =
            DEPTHS.iter().zip(&lasts).map(|(&l, s)| (l as f64, s.mean)).collect();
        let logs: Vec<(f64, f64)> =
            points.iter().map(|&(x, y)| (x.ln(), y.ln())).collect();
        r.value(&format!("{key}-power"), slope(&logs), fixed(slope(&logs), 2));
        plot = plot.with(
            Trace::new(name, points)
                .style(k)
                .error_bars(lasts.iter().map(|s| s.std).collect::<Vec<_>>()),
        );
    }
    r.plot(&plot);
    Ok(r)
}
