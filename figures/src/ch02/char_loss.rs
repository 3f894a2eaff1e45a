//! Four optimisers on the same character model and the same short text.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    char_rnn::CharRnn,
    optim::{Adam, Momentum, Optimizer, RmsProp, Sgd, clip_by_norm},
    parameters::Parameters,
    text::{CharVocabulary, Window, windows},
};

use super::{CHAOTIC, RIVER, SEEDS};
use crate::draw::{Axis, Lines, Trace};
use crate::stats::{columns, mean, median};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record, parallel};

pub(crate) const HIDDEN: usize = 100;
pub(crate) const STEPS: usize = 27;
const EPOCHS: usize = 100;
const THRESHOLD: f32 = 5.0;
const TUNING_SEEDS: [u64; 10] = [101, 102, 103, 104, 105, 106, 107, 108, 109, 110];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Sgd,
    Momentum,
    RmsProp,
    Adam,
}

/// Each optimiser with its key, its name and its grid of rates.
const KINDS: [(Kind, &str, &str, [f64; 5]); 4] = [
    (Kind::Sgd, "sgd", "SGD", [0.01, 0.03, 0.1, 0.3, 1.0]),
    (Kind::Momentum, "momentum", "momentum", [0.003, 0.01, 0.03, 0.1, 0.3]),
    (Kind::RmsProp, "rmsprop", "RMSprop", [0.0001, 0.0003, 0.001, 0.003, 0.01]),
    (Kind::Adam, "adam", "Adam", [0.0001, 0.0003, 0.001, 0.003, 0.01]),
];

fn optimizer(kind: Kind, model: &CharRnn, rate: f32) -> Box<dyn Optimizer<CharRnn>> {
    match kind {
        Kind::Sgd => Box::new(Sgd { rate }),
        Kind::Momentum => Box::new(Momentum::new(model, rate)),
        Kind::RmsProp => Box::new(RmsProp::new(model, rate)),
        Kind::Adam => Box::new(Adam::new(model, rate)),
    }
}

/// The mean loss of a pass after 0, 1, … [`EPOCHS`] passes.
fn train(
    windows: &[Window],
    vocabulary: usize,
    kind: Kind,
    rate: f64,
    seed: u64,
) -> Vec<f64> {
    let mut model = CharRnn::new(vocabulary, HIDDEN, &mut Rng::seed_from_u64(seed));
    let mut optimizer = optimizer(kind, &model, rate as f32);
    let mut grad = model.zeros_like();
    let mut curve = Vec::with_capacity(EPOCHS + 1);
    for _ in 0..=EPOCHS {
        curve.push(pass(&mut model, &mut *optimizer, &mut grad, windows));
    }
    curve
}

/// One pass over the text, the state carried from window to window: the mean loss on the way.
pub(crate) fn pass(
    model: &mut CharRnn,
    optimizer: &mut dyn Optimizer<CharRnn>,
    grad: &mut CharRnn,
    windows: &[Window],
) -> f64 {
    let mut h = model.start(1);
    let mut losses = Vec::with_capacity(windows.len());
    for window in windows {
        grad.set_zero();
        let (loss, last) = model.loss_and_gradient(window, h.view(), grad);
        clip_by_norm(grad, THRESHOLD);
        optimizer.step(model, grad);
        h = last;
        losses.push(f64::from(loss));
    }
    mean(&losses)
}

/// The mean loss of the last ten passes; infinite when the training went to pieces.
fn end(curve: &[f64]) -> f64 {
    let end = mean(&curve[curve.len() - 10..]);
    if end.is_nan() { f64::INFINITY } else { end }
}

/// Whether the loss climbs back by more than one nat from the lowest that it had reached.
fn relapses(curve: &[f64]) -> bool {
    let mut lowest = f64::INFINITY;
    curve.iter().any(|&loss| {
        lowest = lowest.min(loss);
        loss > lowest + 1.0
    })
}

/// The entropy of one character of the text, without its neighbours, in nats.
fn unigram_entropy(stream: &[usize], vocabulary: usize) -> f64 {
    let mut counts = vec![0.0; vocabulary];
    stream.iter().for_each(|&id| counts[id] += 1.0);
    let shares = counts.iter().map(|c| c / stream.len() as f64);
    shares.map(|p: f64| -p * p.ln()).sum()
}

/// Chooses a rate for each optimiser, then trains with it from five seeds.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let vocabulary = CharVocabulary::of(RIVER);
    let stream = vocabulary.encode(RIVER)?;
    let windows = windows(&stream, 1, STEPS)?;
    let v = vocabulary.len();
    progress.steps(KINDS.len() * (5 * TUNING_SEEDS.len() + SEEDS.len()));
    let run = |kind, rate, seed| {
        let curve = train(&windows, v, kind, rate, seed);
        progress.tick();
        curve
    };

    let mut r = Record::new(
        &SEEDS,
        format!(
            "{} characters, V = {v}, H = {HIDDEN}, {} windows of {STEPS} steps, 1 lane, state carried, clipping \
             at norm {THRESHOLD}, {EPOCHS} epochs; rate chosen on seeds {TUNING_SEEDS:?} by the mean loss of the \
             last 10 epochs, from SGD {:?}, momentum {:?}, RMSprop {:?}, Adam {:?}",
            stream.len(),
            windows.len(),
            KINDS[0].3,
            KINDS[1].3,
            KINDS[2].3,
            KINDS[3].3
        ),
    )
    .tolerance(CHAOTIC);
    let uniform = (v as f64).ln();
    r.value("uniform", uniform, fixed(uniform, 2));
    let unigram = unigram_entropy(&stream, v);
    r.value("unigram", unigram, fixed(unigram, 2));
    let count = CharRnn::new(v, HIDDEN, &mut Rng::seed_from_u64(1)).count() as f64;
    r.value("parameters", count, integer(count));

    let mut plot = Lines::new(
        Axis::linear("epochs of training").range(0.0, EPOCHS as f64),
        Axis::log("training loss (nats per character)").range(0.006, 6.0),
    )
    .height(420.0);
    let (mut rows, mut tried) = (Vec::new(), Vec::new());
    for (i, (kind, key, name, grid)) in KINDS.into_iter().enumerate() {
        progress.note(format!("{name}, choosing the rate"));
        let jobs: Vec<(f64, u64)> = grid
            .iter()
            .flat_map(|&rate| TUNING_SEEDS.map(|seed| (rate, seed)))
            .collect();
        let ends = parallel::map(&jobs, |&(rate, seed)| end(&run(kind, rate, seed)));
        let ends: Vec<f64> = ends.chunks(TUNING_SEEDS.len()).map(mean).collect();
        let best =
            (0..grid.len()).min_by(|&a, &b| ends[a].total_cmp(&ends[b])).unwrap_or(0);
        for (j, (rate, end)) in grid.iter().zip(&ends).enumerate() {
            let name = if j == 0 { name } else { "" };
            let end =
                if end.is_finite() { fixed(*end, 3) } else { "diverged".to_owned() };
            tried.push(vec![name.to_owned(), rate.to_string(), end]);
        }
        r.value(&format!("rate-{key}"), grid[best], grid[best].to_string());

        progress.note(name);
        let curves = parallel::map(&SEEDS, |&seed| run(kind, grid[best], seed));
        let means = columns(&curves);
        let medians: Vec<f64> = (0..=EPOCHS)
            .map(|e| median(&curves.iter().map(|c| c[e]).collect::<Vec<_>>()))
            .collect();
        let mut row = vec![name.to_owned(), grid[best].to_string()];
        for (epoch, decimals) in [(10, 2), (30, 2), (100, 3)] {
            let text = mean_std(means[epoch], decimals);
            r.value(&format!("{key}-{epoch}"), means[epoch].mean, text.clone());
            row.push(text);
        }
        r.value(&format!("{key}-median"), medians[EPOCHS], fixed(medians[EPOCHS], 3));
        row.push(fixed(medians[EPOCHS], 3));
        let relapsed = curves.iter().filter(|c| relapses(c)).count();
        r.value(&format!("{key}-relapses"), relapsed as f64, integer(relapsed as f64));
        row.push(format!("{relapsed} of {}", SEEDS.len()));
        rows.push(row);
        let numbered = |ys: &[f64]| -> Vec<(f64, f64)> {
            ys.iter().enumerate().map(|(epoch, y)| (epoch as f64, *y)).collect()
        };
        for (seed, curve) in SEEDS.iter().zip(&curves) {
            let trace = Trace::new(format!("{name}, seed {seed}"), numbered(curve));
            plot = plot.with(trace.style(i).quiet());
        }
        plot = plot.with(Trace::new(name, numbered(&medians)).style(i));
    }
    plot = plot
        .level(unigram, "")
        .level(uniform, "marks: nothing known, frequencies known");
    let heads = [
        "optimiser",
        "rate",
        "after 10 epochs",
        "after 30",
        "after 100",
        "median",
        "relapses",
    ];
    r.table("main", &heads, "lrrrrrr", rows);
    r.table("grid", &["optimiser", "rate", "loss of the last 10 epochs"], "lrr", tried);
    r.plot(&plot);
    Ok(r)
}
