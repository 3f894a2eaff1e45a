//! What back-propagation loses when it is cut off at the borders of windows.

use anyhow::Result;
use ndarray::Array2;
use rand::SeedableRng;
use rnn_book_code_f64::{
    Rng,
    char_rnn::CharRnn,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    text::{CharVocabulary, windows},
};

use super::{RIVER, SEEDS};
use crate::draw::{Axis, Lines, Trace};
use crate::stats::{columns, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 64;
const STEPS: usize = 240;
const WINDOWS: [usize; 9] = [1, 2, 5, 10, 20, 40, 80, 120, 240];
const TRAINING_WINDOW: usize = 27;
const RATE: f64 = 0.003;
const THRESHOLD: f64 = 5.0;

/// The gradient of the mean loss of all steps by the recurrent weight, with windows of `k` steps.
fn gradient(model: &CharRnn, stream: &[usize], k: usize) -> Result<Array2<f64>> {
    let mut grad = model.zeros_like();
    let mut h = model.start(1);
    let windows = windows(&stream[..=STEPS], 1, k)?;
    for window in &windows {
        (_, h) = model.loss_and_gradient(window, h.view(), &mut grad);
    }
    Ok(grad.cell.w_hh / windows.len() as f64)
}

/// Cosine and relative error for each window.
struct Bias {
    cosine: Vec<f64>,
    error: Vec<f64>,
}

fn bias(model: &CharRnn, stream: &[usize]) -> Result<Bias> {
    let whole = gradient(model, stream, STEPS)?;
    let norm = |g: &Array2<f64>| (g * g).sum().sqrt();
    let mut bias = Bias { cosine: Vec::new(), error: Vec::new() };
    for k in WINDOWS {
        let cut = gradient(model, stream, k)?;
        bias.cosine.push((&cut * &whole).sum() / (norm(&cut) * norm(&whole)));
        bias.error.push(norm(&(cut - &whole)) / norm(&whole));
    }
    Ok(bias)
}

/// One seed: the bias before training and after, and how many epochs that took.
struct Outcome {
    before: Bias,
    after: Bias,
    epochs: f64,
    first_loss: f64,
    last_loss: f64,
}

fn outcome(seed: u64) -> Result<Outcome> {
    let vocabulary = CharVocabulary::of(RIVER);
    let stream = vocabulary.encode(RIVER)?;
    let mut model =
        CharRnn::new(vocabulary.len(), HIDDEN, &mut Rng::seed_from_u64(seed));
    let before = bias(&model, &stream)?;

    let lessons = windows(&stream, 1, TRAINING_WINDOW)?;
    let whole = &windows(&stream, 1, STEPS)?[0];
    let loss = |model: &CharRnn| model.loss(whole, model.start(1).view());
    let first_loss = loss(&model);
    let mut adam = Adam::new(&model, RATE);
    let mut grad = model.zeros_like();
    let mut epochs = 0.0;
    while loss(&model) > 0.5 * first_loss {
        let mut h = model.start(1);
        for window in &lessons {
            grad.set_zero();
            let (_, last) = model.loss_and_gradient(window, h.view(), &mut grad);
            clip_by_norm(&mut grad, THRESHOLD);
            adam.step(&mut model, &grad);
            h = last;
        }
        epochs += 1.0;
    }
    let after = bias(&model, &stream)?;
    Ok(Outcome { before, after, epochs, first_loss, last_loss: loss(&model) })
}

/// Compares the gradients of five seeds, each before training and half-way through it.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(SEEDS.len());
    let outcomes = parallel::map(&SEEDS, |&seed| {
        let outcome = outcome(seed);
        progress.tick();
        outcome
    });
    let outcomes = outcomes.into_iter().collect::<Result<Vec<_>>>()?;
    let over = |pick: fn(&Outcome) -> &Vec<f64>| {
        columns(&outcomes.iter().map(|o| pick(o).clone()).collect::<Vec<_>>())
    };
    let cosines = [over(|o| &o.before.cosine), over(|o| &o.after.cosine)];
    let errors = [over(|o| &o.before.error), over(|o| &o.after.error)];

    let mut r = Record::new(
        &SEEDS,
        format!(
            "f64, H = {HIDDEN}, the first {STEPS} steps of the text, gradient of w_hh; trained by Adam at {RATE} \
             on windows of {TRAINING_WINDOW} steps until the loss is half of what it was"
        ),
    )
    .tolerance(0.01);
    let number = |pick: fn(&Outcome) -> f64| {
        summary(&outcomes.iter().map(pick).collect::<Vec<_>>())
    };
    let epochs = number(|o| o.epochs);
    r.value("epochs", epochs.mean, mean_std(epochs, 1));
    for (key, s) in
        [("first", number(|o| o.first_loss)), ("last", number(|o| o.last_loss))]
    {
        r.value(&format!("{key}-loss"), s.mean, fixed(s.mean, 2));
    }
    let mut rows = Vec::new();
    for (j, k) in WINDOWS.into_iter().enumerate() {
        let mut row = vec![integer(k as f64)];
        for (of, name) in [(&cosines, "cosine"), (&errors, "error")] {
            for (i, state) in ["untrained", "trained"].into_iter().enumerate() {
                let text = mean_std(of[i][j], 3);
                r.value(&format!("{name}-{state}-{k}"), of[i][j].mean, text.clone());
                row.push(text);
            }
        }
        rows.push(row);
    }
    let columns = [
        "$k$",
        "cosine, untrained",
        "cosine, trained",
        "error, untrained",
        "error, trained",
    ];
    r.table("main", &columns, "rrrrr", rows);

    let mut plot = Lines::new(
        Axis::log("window $k$ (steps)").ticks(&WINDOWS.map(|k| k as f64)),
        Axis::linear("relative error of the gradient of $\\b{W}_{hh}$").from_zero(),
    );
    for (name, means) in ["untrained", "trained"].into_iter().zip(errors) {
        let points = WINDOWS.iter().zip(&means).map(|(&k, s)| (k as f64, s.mean));
        plot =
            plot.with(Trace::new(name, points).error_bars(means.iter().map(|s| s.std)));
    }
    r.plot(&plot);
    Ok(r)
}
