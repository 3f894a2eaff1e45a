//! A bidirectional model asked for the next character: it reads the answer.

use anyhow::Result;
use ndarray::Axis as Dimension;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    layer::Layer,
    loss::log_sum_exp,
    lstm::Lstm,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    tagger::Tagger,
    text::{CharVocabulary, Window, windows},
};

use super::tags::both;
use super::{CHAOTIC, PROSE, SEEDS, THRESHOLD};
use crate::draw::{Axis, Lines, Trace};
use crate::stats::{Summary, columns, mean, summary};
use crate::text::{fixed, mean_std};
use crate::{Progress, Record, parallel};

const INPUT: usize = 32;
const AHEAD: usize = 64;
/// As many parameters as one direction of [`AHEAD`] units, read-out included.
const BOTH: usize = 40;
const LANES: usize = 16;
const STEPS: usize = 50;
const EPOCHS: usize = 10;
const RATE: f64 = 0.01;

struct Data {
    vocabulary: usize,
    train: Vec<Window>,
    dev: Vec<Window>,
}

/// The loss at each place of a window, on text that was not trained on.
fn train<L: Layer>(layer: L, data: &Data, seed: u64) -> Vec<f64> {
    let mut rng = Rng::seed_from_u64(1000 + seed);
    let mut model = Tagger::new(data.vocabulary, layer, data.vocabulary, &mut rng);
    let mut adam = Adam::new(&model, RATE as f32);
    let mut grad = model.zeros_like();
    for _ in 0..EPOCHS {
        for window in &data.train {
            grad.set_zero();
            model.loss_and_gradient(window.x.view(), None, window.y.view(), &mut grad);
            clip_by_norm(&mut grad, THRESHOLD as f32);
            adam.step(&mut model, &grad);
        }
    }
    let mut losses = vec![0.0; STEPS];
    for window in &data.dev {
        let scores = model.scores(window.x.view(), None);
        let rows = scores.lanes(Dimension(2)).into_iter().zip(window.y.indexed_iter());
        for (row, ((t, _), &target)) in rows {
            losses[t] += f64::from(log_sum_exp(row) - row[target]);
        }
    }
    let count: usize = data.dev.iter().map(|window| window.x.ncols()).sum();
    losses.iter().map(|sum| sum / count as f64).collect()
}

/// Trains one direction and two.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let vocabulary = CharVocabulary::of(PROSE);
    let stream = vocabulary.encode(PROSE)?;
    let cut = stream.len() * 8 / 10;
    let data = Data {
        vocabulary: vocabulary.len(),
        train: windows(&stream[..cut], LANES, STEPS)?,
        dev: windows(&stream[cut..], 1, STEPS)?,
    };
    let jobs: Vec<(bool, u64)> =
        [false, true].iter().flat_map(|&two| SEEDS.map(|seed| (two, seed))).collect();
    progress.steps(jobs.len());
    let results = parallel::map(&jobs, |&(two, seed)| {
        let rng = &mut Rng::seed_from_u64(seed);
        let losses = if two {
            train(both(INPUT, BOTH, rng), &data, seed)
        } else {
            train(Lstm::new(INPUT, AHEAD, rng), &data, seed)
        };
        progress.tick();
        losses
    });
    let mut r = Record::new(
        &SEEDS,
        format!(
            "characters of English prose, V = {}, embedding of {INPUT}, an LSTM of {AHEAD} units or two directions of \
             {BOTH}, {LANES} lanes, windows of {STEPS} characters, each from a zero state, {EPOCHS} epochs of {} \
             updates, Adam at rate {RATE}, clipping at norm {THRESHOLD}; {} windows to judge by",
            data.vocabulary,
            data.train.len(),
            data.dev.len()
        ),
    )
    .tolerance(CHAOTIC);
    let uniform = (data.vocabulary as f64).ln();
    r.value("uniform", uniform, fixed(uniform, 2));
    let mut plot = Lines::new(
        Axis::linear("place in the window (characters)").range(0.0, STEPS as f64 + 1.0),
        Axis::linear("loss (nats a character)").range(0.0, 4.6),
    )
    .level(uniform, "all characters equal");
    for (k, ((key, name), losses)) in [("ahead", "forward"), ("both", "both")]
        .iter()
        .zip(results.chunks(SEEDS.len()))
        .enumerate()
    {
        let places: Vec<Summary> = columns(losses);
        let all = summary(&losses.iter().map(|l| mean(l)).collect::<Vec<_>>());
        let last = places[STEPS - 1];
        let before = summary(
            &losses.iter().map(|l| mean(&l[STEPS / 2..STEPS - 1])).collect::<Vec<_>>(),
        );
        r.value(&format!("{key}-all"), all.mean, mean_std(all, 2));
        r.value(&format!("{key}-last"), last.mean, mean_std(last, 2));
        r.value(&format!("{key}-before"), before.mean, mean_std(before, 3));
        let points = (1..=STEPS).zip(&places).map(|(t, s)| (t as f64, s.mean));
        plot = plot.with(Trace::new(*name, points.collect::<Vec<_>>()).style(k));
    }
    r.plot(&plot);
    Ok(r)
}
