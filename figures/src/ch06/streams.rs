//! Language models whose state is carried from window to window, or thrown away.

use anyhow::Result;
use ndarray::{Array2, Axis as Dimension};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    gru::Gru,
    language::LanguageModel,
    layer::{Layer, Tape},
    loss::log_sum_exp,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    text::{CharVocabulary, windows},
};

use super::{CHAOTIC, PROSE, SEEDS};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::{columns, mean, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record, parallel};

const INPUT: usize = 24;
const HIDDEN: usize = 48;
const LANES: usize = 16;
const STEPS: usize = 20;
const EPOCHS: usize = 12;
const RATE: f32 = 0.01;
const LEARNED: usize = 9;

/// The loss at each place of a window on the last tenth, judged with a carried state, and with an empty one.
struct Outcome {
    carried: Vec<f64>,
    empty: Vec<f64>,
}

fn train(carry: bool, seed: u64) -> Result<Outcome> {
    let vocabulary = CharVocabulary::of(PROSE);
    let stream = vocabulary.encode(PROSE)?;
    let (learned, judged) = stream.split_at(stream.len() * LEARNED / 10);
    let mut rng = Rng::seed_from_u64(seed);
    let layer = Gru::new(INPUT, HIDDEN, &mut rng);
    let mut model = LanguageModel::new(vocabulary.len(), layer, &mut rng);
    let mut adam = Adam::new(&model, RATE);
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 1);
    let empty = model.layer.start(LANES);
    for _ in 0..EPOCHS {
        let mut state = empty.clone();
        for window in &windows(learned, LANES, STEPS)? {
            grad.set_zero();
            let start = if carry { &state } else { &empty };
            let (_, last) = model.loss_and_gradient(
                window,
                start,
                &mut rng,
                &mut workers,
                &mut grad,
            );
            clip_by_norm(&mut grad, 1.0);
            adam.step(&mut model, &grad);
            state = last;
        }
    }
    // All windows side by side, or one long one
    let count = (judged.len() - 1) / STEPS;
    let at = |t: usize, b: usize| judged[b * STEPS + t];
    let side = Array2::from_shape_fn((STEPS + 1, count), |(t, b)| at(t, b));
    let long = Array2::from_shape_fn((count * STEPS + 1, 1), |(t, _)| judged[t]);
    let long = losses(&model, &long);
    let carried = (0..STEPS).map(|t| {
        mean(&(0..count).map(|b| long[[b * STEPS + t, 0]]).collect::<Vec<_>>())
    });
    let empty = losses(&model, &side);
    Ok(Outcome {
        carried: carried.collect(),
        empty: empty.outer_iter().map(|row| mean(&row.to_vec())).collect(),
    })
}

/// The loss of each character but the first, from an empty state.
fn losses(model: &LanguageModel<Gru>, ids: &Array2<usize>) -> Array2<f64> {
    let (steps, lanes) = ids.dim();
    let x = model.embedding.forward(ids.slice(ndarray::s![..steps - 1, ..]));
    let tape = model.layer.forward(x.view(), None, &model.layer.start(lanes));
    let mut losses = Array2::zeros((steps - 1, lanes));
    for (t, h) in tape.output().outer_iter().enumerate() {
        let scores = model.out.forward(h);
        for (b, z) in scores.axis_iter(Dimension(0)).enumerate() {
            losses[[t, b]] = f64::from(log_sum_exp(z) - z[ids[[t + 1, b]]]);
        }
    }
    losses
}

/// Trains with and without carrying, and judges both in both ways.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let jobs: Vec<(bool, u64)> = [true, false]
        .iter()
        .flat_map(|&c| SEEDS[..3].iter().map(move |&s| (c, s)))
        .collect();
    progress.steps(jobs.len());
    let results: Result<Vec<Outcome>> = parallel::map(&jobs, |&(carry, seed)| {
        let outcome = train(carry, seed);
        progress.tick();
        outcome
    })
    .into_iter()
    .collect();
    let results = results?;
    let mut r = Record::new(
        &SEEDS[..3],
        format!(
            "characters of the book's prose, {LEARNED} tenths learned, the last judged; embedding of {INPUT}, GRU of \
             {HIDDEN} units, {LANES} lanes, windows of {STEPS}, {EPOCHS} epochs, Adam at {RATE}, clipping at norm 1"
        ),
    )
    .tolerance(CHAOTIC);
    let mut plot = Lines::new(
        Axis::linear("place in the window (characters)")
            .range(1.0, STEPS as f64)
            .ticks(&[1.0, 5.0, 10.0, 15.0, 20.0]),
        Axis::linear("loss (nats a character)"),
    )
    .legend(Legend::Above);
    let mut rows = Vec::new();
    for (k, name) in ["carried", "emptied"].into_iter().enumerate() {
        let own = &results[3 * k..3 * k + 3];
        let mut cells = vec![format!(
            "trained with {} {name} state",
            if name == "emptied" { "an" } else { "a" }
        )];
        for (way, judged) in [("carried", true), ("emptied", false)] {
            let curves: Vec<Vec<f64>> = own
                .iter()
                .map(|o| if judged { o.carried.clone() } else { o.empty.clone() })
                .collect();
            let means: Vec<f64> = curves.iter().map(|c| mean(c)).collect();
            let s = summary(&means);
            r.value(&format!("{name}-{way}"), s.mean, mean_std(s, 3));
            cells.push(mean_std(s, 3));
            if name == "carried" || !judged {
                let points = columns(&curves)
                    .into_iter()
                    .enumerate()
                    .map(|(t, s)| ((t + 1) as f64, s.mean));
                plot = plot.with(Trace::new(
                    format!("trained {name}, judged {way}"),
                    points.collect::<Vec<_>>(),
                ));
            }
            for place in [1, STEPS] {
                let at = mean(&curves.iter().map(|c| c[place - 1]).collect::<Vec<_>>());
                r.value(&format!("{name}-{way}-at-{place}"), at, fixed(at, 2));
            }
        }
        rows.push(cells);
    }
    r.value("steps", STEPS as f64, integer(STEPS as f64));
    let heads = ["", "judged with a carried state", "judged with an emptied state"];
    r.table("main", &heads, "lrr", rows);
    r.plot(&plot);
    Ok(r)
}
