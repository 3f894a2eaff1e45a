//! Gradients of the blocks of a deep stack before training, by the place of the norms.

use anyhow::Result;
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Real, Rng,
    gpt::{Gpt, GptSizes},
    parallel::Workers,
    parameters::Parameters,
    positions::Positions,
    text::Window,
    transformer::NormPlace,
};

use super::SEEDS;
use crate::draw::{Axis, Lines, Trace};
use crate::stats::{columns, mean};
use crate::text::significant;
use crate::{Progress, Record};

const BLOCKS: usize = 12;
const SIZE: usize = 64;
const STEPS: usize = 32;
const LANES: usize = 4;
const VOCABULARY: usize = 64;

/// The norm of the gradient of the second MLP matrix of each block. All weights start
/// Xavier-normal, as in the analysis of Xiong et al. (2020), and none is shrunk.
fn norms(place: NormPlace, seed: u64) -> Vec<f64> {
    let mut rng = Rng::seed_from_u64(seed);
    let sizes = GptSizes {
        vocabulary: VOCABULARY,
        context: STEPS,
        size: SIZE,
        heads: 4,
        blocks: BLOCKS,
        positions: Positions::Learned,
    };
    let mut model = Gpt::new(&sizes, &mut rng).with_norms(place);
    let draw = |w: &mut Array2<Real>, rng: &mut Rng| {
        *w = rnn_book_code::init::glorot_normal(w.nrows(), w.ncols(), rng);
    };
    for block in &mut model.blocks {
        draw(&mut block.attention.qkv.w, &mut rng);
        draw(&mut block.attention.out.w, &mut rng);
        draw(&mut block.mlp.up.w, &mut rng);
        draw(&mut block.mlp.down.w, &mut rng);
    }
    let scale = 1.0 / (SIZE as Real).sqrt();
    model.tokens.w = rnn_book_code::init::normal(VOCABULARY, SIZE, scale, &mut rng);
    let mut ids = || {
        Array2::from_shape_simple_fn((STEPS, LANES), || rng.random_range(0..VOCABULARY))
    };
    let window = Window { x: ids(), y: ids() };
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 1);
    model.loss_and_gradient(&window, &mut workers, &mut grad);
    let norm =
        |w: &Array2<Real>| f64::from(w.iter().map(|g| g * g).sum::<Real>()).sqrt();
    grad.blocks.iter().map(|block| norm(&block.mlp.down.w)).collect()
}

/// Measures both places.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{BLOCKS} blocks, D = {SIZE}, 4 heads, {LANES} lanes of {STEPS} random tokens \
             of {VOCABULARY}, weights normal after Glorot"
        ),
    )
    .tolerance(1e-2);
    let mut plot = Lines::new(
        Axis::linear("block, from the tokens to the read-out")
            .range(1.0, BLOCKS as f64),
        Axis::log("norm of the gradient of $\\mathbf W_2$"),
    );
    let places = [
        ("pre", "normalised before", NormPlace::Pre),
        ("post", "normalised after", NormPlace::Post),
    ];
    for (k, (key, name, place)) in places.into_iter().enumerate() {
        let all: Vec<Vec<f64>> = SEEDS.iter().map(|&seed| norms(place, seed)).collect();
        let blocks = columns(&all);
        let (first, last) = (blocks[0].mean, blocks[BLOCKS - 1].mean);
        r.value(&format!("{key}-first"), first, significant(first, 2));
        r.value(&format!("{key}-last"), last, significant(last, 2));
        r.value(&format!("{key}-ratio"), last / first, significant(last / first, 2));
        let total = mean(&blocks.iter().map(|b| b.mean).collect::<Vec<_>>());
        r.value(&format!("{key}-mean"), total, significant(total, 2));
        let points = blocks.iter().enumerate().map(|(k, b)| (k as f64 + 1.0, b.mean));
        plot = plot.with(
            Trace::new(name, points.collect::<Vec<_>>())
                .style(k)
                .band(blocks.iter().map(|b| b.std).collect::<Vec<_>>()),
        );
    }
    r.plot(&plot);
    Ok(r)
}
