//! A small LSTM learns to predict text with brackets. Does one of its cells count?

use anyhow::{Context, Result};
use ndarray::{Array2, ArrayView2, Axis as Dim};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    brackets::{Brackets, SYMBOLS, brackets},
    elman::Elman,
    language::LanguageModel,
    layer::{Layer, Recurrent, Tape},
    lstm::{Lstm, LstmTape},
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
};

use super::CHAOTIC;
use crate::draw::{Axis, Heat, Legend, Lines, Panels, Trace};
use crate::stats::{mean, summary};
use crate::text::{fixed, mean_std};
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 12;
const STEPS: usize = 60;
const LANES: usize = 16;
const UPDATES: usize = 4000;
/// Updates where a variant is only compared with others.
const SHORT: usize = 1500;
const RATE: f64 = 0.01;
const THRESHOLD: Real = 1.0;
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
/// Lanes of fresh text for the test, as long as the training text.
const TEST: usize = 200;
/// Symbols in the figure.
const SHOWN: usize = 48;
/// How much wider the upper panel is, which has no colour bar: so the letters stand one below the other.
const BESIDE: f64 = 1.191;

fn train<L: Recurrent + Clone>(
    layer: L,
    rate: f64,
    updates: usize,
    seed: u64,
) -> LanguageModel<L> {
    let mut rng = Rng::seed_from_u64(seed);
    let mut model = LanguageModel::new(SYMBOLS.len(), layer, &mut rng);
    let mut adam = Adam::new(&model, rate as Real);
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 1);
    let start = model.layer.start(LANES);
    for update in 0..updates {
        // A smaller step towards the end: half as long, then a quarter
        if update == updates / 2 || update == 3 * updates / 4 {
            adam.rate *= 0.5;
        }
        grad.set_zero();
        let text = brackets(STEPS, LANES, &mut rng);
        model.loss_and_gradient(
            &text.window,
            &start,
            &mut rng,
            &mut workers,
            &mut grad,
        );
        clip_by_norm(&mut grad, THRESHOLD);
        adam.step(&mut model, &grad);
    }
    model
}

/// How far a model around this layer stays above the best loss after a short training, in nats a symbol.
pub(super) fn loss_above_best<L: Recurrent + Clone>(
    layer: impl FnOnce(usize, usize, &mut Rng) -> L,
    rate: f64,
    seed: u64,
) -> f64 {
    let text = test();
    let layer = layer(SYMBOLS.len(), HIDDEN, &mut Rng::seed_from_u64(seed));
    let model = train(layer, rate, SHORT, seed);
    let loss = model.loss(&text.window, &model.layer.start(TEST)).0;
    f64::from(loss - text.best_loss)
}

/// The text of the test, the same for every model.
fn test() -> Brackets {
    brackets(STEPS, TEST, &mut Rng::seed_from_u64(1000))
}

fn correlation(xs: &[f64], ys: &[f64]) -> f64 {
    let (mx, my) = (mean(xs), mean(ys));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        xs.iter().zip(ys).map(|(x, y)| f(x - mx, y - my)).sum()
    };
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

/// The unit whose values `[T·B, H]` go most closely with the depth, with the correlation.
fn counter(values: ArrayView2<Real>, depth: &Array2<usize>) -> (usize, f64) {
    let depth: Vec<f64> = depth.iter().map(|&d| d as f64).collect();
    let correlations = values.axis_iter(Dim(1)).map(|unit| {
        let unit: Vec<f64> = unit.iter().map(|&v| f64::from(v)).collect();
        correlation(&unit, &depth)
    });
    correlations
        .enumerate()
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
        .unwrap_or((0, 0.0))
}

fn tape<L: Layer>(model: &LanguageModel<L>, text: &Brackets) -> L::Tape {
    let x = model.embedding.forward(text.window.x.view());
    let lanes = text.window.x.ncols();
    model.layer.forward(x.view(), None, &model.layer.start(lanes))
}

/// The states after each step as rows.
fn rows(states: ndarray::ArrayView3<Real>) -> Result<Array2<Real>> {
    let (steps, lanes, size) = states.dim();
    Ok(states.to_owned().into_shape_with_order((steps * lanes, size))?)
}

struct Outcome {
    loss: f64,
    /// The best unit of the cell state and of the output, or of the state of Elman's cell.
    counters: Vec<(usize, f64)>,
    tape: Option<LstmTape>,
    model: Option<LanguageModel<Lstm>>,
}

fn outcome(lstm: bool, seed: u64) -> Result<Outcome> {
    let text = test();
    let rng = &mut Rng::seed_from_u64(seed);
    if lstm {
        let model = train(Lstm::new(SYMBOLS.len(), HIDDEN, rng), RATE, UPDATES, seed);
        let loss = model.loss(&text.window, &model.layer.start(TEST)).0;
        let tape = tape(&model, &text);
        let c = tape.c.slice(ndarray::s![1.., .., ..]);
        let counters = vec![
            counter(rows(c)?.view(), &text.depth),
            counter(rows(tape.output())?.view(), &text.depth),
        ];
        Ok(Outcome {
            loss: f64::from(loss),
            counters,
            tape: Some(tape),
            model: Some(model),
        })
    } else {
        // As many parameters as the LSTM, nearly
        let model =
            train(Elman::new(SYMBOLS.len(), 2 * HIDDEN, rng), RATE, UPDATES, seed);
        let loss = model.loss(&text.window, &model.layer.start(TEST)).0;
        let tape = tape(&model, &text);
        let counters = vec![counter(rows(tape.output())?.view(), &text.depth)];
        Ok(Outcome { loss: f64::from(loss), counters, tape: None, model: None })
    }
}

/// Trains five LSTMs and five of Elman's cells, and looks for the unit that counts.
///
/// # Errors
/// When an array has another shape than it should.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(2);
    let text = test();
    let mut r = Record::new(
        &SEEDS,
        format!(
            "LSTM with H = {HIDDEN}, Elman's cell with H = {}; T = {STEPS}, B = {LANES}, Adam at {RATE}, halved after \
             1/2 and 3/4 of {UPDATES} updates, clipping at norm {THRESHOLD}; test on {} fresh symbols",
            2 * HIDDEN,
            STEPS * TEST
        ),
    )
    .tolerance(CHAOTIC);
    let best = f64::from(text.best_loss);
    r.value("best", best, fixed(best, 3));
    let mut table = Vec::new();
    let mut shown = None;
    for (lstm, key, name) in [(true, "lstm", "LSTM"), (false, "tanh", "tanh")] {
        let outcomes = parallel::map(&SEEDS, |&seed| outcome(lstm, seed));
        let outcomes = outcomes.into_iter().collect::<Result<Vec<_>>>()?;
        progress.tick();
        let over = outcomes.iter().map(|o| o.loss - best).collect::<Vec<_>>();
        let over = summary(&over);
        r.value(&format!("{key}-over"), over.mean, mean_std(over, 4));
        let model = outcomes[0].model.as_ref();
        if let Some(model) = model {
            r.value("lstm-parameters", model.count() as f64, model.count().to_string());
        }
        let which = |k: usize| {
            let r: Vec<f64> = outcomes.iter().map(|o| o.counters[k].1.abs()).collect();
            summary(&r)
        };
        let state = which(0);
        r.value(&format!("{key}-correlation"), state.mean, mean_std(state, 3));
        let mut row = vec![name.to_owned(), mean_std(over, 4), mean_std(state, 3)];
        if lstm {
            let output = which(1);
            r.value("lstm-output-correlation", output.mean, mean_std(output, 3));
            row.push(mean_std(output, 3));
        } else {
            row.push("the same".to_owned());
        }
        table.push(row);
        if lstm {
            shown = outcomes.into_iter().next();
        }
    }
    r.table(
        "main",
        &[
            "cell",
            "loss above the best",
            "best unit of the state",
            "best unit of the output",
        ],
        "lrrr",
        table,
    );

    let first = shown.context("the LSTM of the first seed")?;
    let (unit, correlation) = first.counters[0];
    r.value("unit", unit as f64, unit.to_string());
    r.value("unit-correlation", correlation, fixed(correlation, 3));
    let tape = first.tape.context("its tape")?;
    // The first lane of the test in which the depth reaches 4
    let lane = (0..TEST)
        .find(|&b| (0..SHOWN).any(|t| text.depth[[t, b]] >= 4))
        .context("a lane with deep brackets")?;
    let letters = (0..SHOWN)
        .map(|t| (t as f64, SYMBOLS[text.window.x[[t, lane]]].to_string()))
        .collect::<Vec<_>>();
    let depth = (0..SHOWN).map(|t| (t as f64, text.depth[[t, lane]] as f64));
    // The cell state as a line through the depth would read it
    let c = |t: usize| f64::from(tape.c[[t + 1, lane, unit]]);
    let sign = correlation.signum();
    let state = (0..SHOWN).map(|t| (t as f64, sign * c(t)));
    let text_axis = |label: &str| Axis::linear(label).labelled_ticks(letters.clone());
    let above = Lines::new(
        text_axis("").range(-0.5, SHOWN as f64 * BESIDE - 0.5),
        Axis::linear("brackets, state (no unit)"),
    )
    .legend(Legend::Above)
    .with(Trace::new("open brackets", depth).markers(false))
    .with(Trace::new(format!("cell state of unit {unit}"), state));
    let gate = |k: usize| {
        (0..SHOWN)
            .map(|t| f64::from(tape.gates[[t, lane, k * HIDDEN + unit]]))
            .collect::<Vec<f64>>()
    };
    // From the bottom: o, g, f, i
    let mut candidate = gate(2);
    candidate.iter_mut().for_each(|g| *g *= sign);
    let cells = vec![gate(3), candidate, gate(1), gate(0)];
    let names = ["$o$", "$g$", "$f$", "$i$"].iter().enumerate();
    let below = Heat::new(
        text_axis("the text, symbol by symbol"),
        Axis::linear("gate").labelled_ticks(
            names.map(|(k, name)| (k as f64, (*name).to_owned())).collect(),
        ),
        Axis::linear("value").range(-1.0, 1.0),
        cells,
    );
    r.plot(&Panels::new(1, 260.0).with("state", above).with("gates", below));
    Ok(r)
}
