//! How far back the gradient reaches while a cell learns to add, update by update.

use anyhow::Result;
use ndarray::{Array2, Array3};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Rng,
    activation::Activation,
    elman::Elman,
    flow::{norm, state_gradients},
    init,
    layer::Layer,
    loss::mean_squared_error,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    problems::adding,
    reader::Reader,
};

use super::SEEDS;
use crate::draw::{Axis, Heat, Lines, Panels, Trace};
use crate::stats::{Summary, mean, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 48;
const LANES: usize = 20;
const THRESHOLD: f64 = 1.0;
const UPDATES: usize = 10_000;
/// Updates between two looks.
const EVERY: usize = 100;
/// Looks from one column of the maps to the next.
const COLUMN: usize = 2;
/// Sequences that are looked at.
const PROBE: usize = 100;
/// The mean squared error below which a cell counts as one that has learned.
const LEARNED: f64 = 0.05;
/// The decimal logarithm of the relative norm from which on the first step counts as reached.
const REACHED: f64 = -2.0;
/// The seed of the figure.
const SHOWN: u64 = 1;
const RATES: [f64; 3] = [3e-4, 1e-3, 3e-3];
const TUNING_SEEDS: [u64; 4] = [101, 102, 103, 104];
/// Starts of the cell of Le et al. 2015: the deviation of its input weights.
const SMALL: f64 = 1e-3;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Start {
    /// tanh, all weights uniform in ±1/√H.
    Uniform,
    /// tanh, w_hh orthogonal.
    Orthogonal,
    /// ReLU, w_hh the identity, w_xh normal and small.
    Identity,
}

impl Start {
    fn cell(self, rng: &mut Rng) -> Elman {
        let mut cell = Elman::new(2, HIDDEN, rng);
        match self {
            Self::Uniform => {}
            Self::Orthogonal => cell.w_hh = init::orthogonal(HIDDEN, HIDDEN, 1.0, rng),
            Self::Identity => {
                cell.phi = Activation::Relu;
                cell.w_hh = init::identity(HIDDEN, HIDDEN, 1.0);
                cell.w_xh = init::normal(2, HIDDEN, SMALL, rng);
            }
        }
        cell
    }
}

/// One training, as it was seen every [`EVERY`] updates.
struct Story {
    /// Decimal logarithm of the norm relative to the last state's, by lag, look by look.
    reach: Vec<Vec<f64>>,
    /// The mean squared error at each look.
    errors: Vec<f64>,
}

impl Story {
    /// The relative norm at the first step, look by look.
    fn first_step(&self) -> impl DoubleEndedIterator<Item = f64> {
        self.reach.iter().map(|norms| norms[norms.len() - 1])
    }

    /// The number of the first look at which the error was small.
    fn learned_look(&self) -> Option<usize> {
        self.errors.iter().position(|error| *error < LEARNED)
    }

    /// The updates until that look.
    fn learned(&self) -> Option<f64> {
        self.learned_look().map(|look| (look * EVERY) as f64)
    }

    /// The updates until the look from which on, up to that look, the gradient reached the first step.
    fn reached(&self) -> Option<f64> {
        let learned = self.learned_look()?;
        let norms = self.first_step().take(learned + 1).collect::<Vec<_>>();
        let unbroken = norms.iter().rev().take_while(|norm| **norm >= REACHED).count();
        (unbroken > 0).then(|| ((learned + 1 - unbroken) * EVERY) as f64)
    }
}

fn look(model: &Reader<Elman>, (x, y): &(Array3<f64>, Array2<f64>), story: &mut Story) {
    let start = model.layer.start(PROBE);
    let tape = model.layer.forward(x.view(), start.view());
    let answers = model.out.forward(tape.last());
    let (error, d_y) = mean_squared_error(answers.view(), y.view(), None);
    let mut unused = model.out.zeros_like();
    let d_last = model.out.backward(tape.last(), d_y.view(), &mut unused);
    let gradients = state_gradients(&model.layer, x.view(), &start, d_last);
    // From lag 0, the last state, to lag T − 1, the state after the first step
    let norms: Vec<f64> = gradients[1..].iter().rev().map(norm).collect();
    story.errors.push(error);
    story.reach.push(norms.iter().map(|n| (n / norms[0]).max(1e-99).log10()).collect());
}

fn train(start: Start, steps: usize, rate: f64, seed: u64) -> Story {
    let mut rng = Rng::seed_from_u64(seed);
    let mut model = Reader::new(start.cell(&mut rng), 1, &mut rng);
    let probe = adding(steps, PROBE, &mut Rng::seed_from_u64(!seed));
    let mut adam = Adam::new(&model, rate);
    let mut grad = model.zeros_like();
    let mut story = Story { reach: Vec::new(), errors: Vec::new() };
    look(&model, &probe, &mut story);
    for update in 1..=UPDATES {
        grad.set_zero();
        let (x, y) = adding(steps, LANES, &mut rng);
        let loss = |a: ndarray::ArrayView2<f64>| mean_squared_error(a, y.view(), None);
        model.loss_and_gradient(x.view(), None, loss, &mut grad);
        clip_by_norm(&mut grad, THRESHOLD);
        adam.step(&mut model, &grad);
        if update % EVERY == 0 {
            look(&model, &probe, &mut story);
        }
    }
    story
}

/// A map of the norms, every `stride`-th lag.
fn map(story: &Story, steps: usize, stride: usize, title: &str) -> Heat {
    let cells = (0..steps)
        .step_by(stride)
        .map(|lag| story.reach.iter().step_by(COLUMN).map(|norms| norms[lag]).collect())
        .collect();
    let powers = [-12, -8, -4, 0].map(|e: i32| {
        let label = if e == 0 { "1".to_owned() } else { format!("10$^{{{e}}}$") };
        (f64::from(e), label)
    });
    let half = 0.5 * (COLUMN * EVERY) as f64;
    let rows = steps.div_ceil(stride) * stride;
    Heat::new(
        Axis::linear(""),
        Axis::linear("lag $T - t$ (steps)"),
        Axis::linear("norm relative to lag 0")
            .range(-12.0, 0.0)
            .labelled_ticks(powers.to_vec()),
        cells,
    )
    .extent((-half, UPDATES as f64 + half), (-0.5, rows as f64 - 0.5))
    .title(title)
}

/// Chooses a rate, then trains four cells from five seeds.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let cells = [
        ("short", "tanh, uniform start", Start::Uniform, 30),
        ("long", "tanh, uniform start", Start::Uniform, 60),
        ("orthogonal", "tanh, orthogonal start", Start::Orthogonal, 60),
        ("identity", "ReLU, identity start", Start::Identity, 60),
    ];
    progress.steps(RATES.len() * TUNING_SEEDS.len() + cells.len() * SEEDS.len());
    let story = |start, steps, rate, seed| {
        let story = train(start, steps, rate, seed);
        progress.tick();
        story
    };
    let jobs: Vec<(f64, u64)> =
        RATES.iter().flat_map(|&rate| TUNING_SEEDS.map(|seed| (rate, seed))).collect();
    let tried = parallel::map(&jobs, |&(rate, seed)| {
        let story = story(Start::Uniform, 30, rate, seed);
        (story.learned(), story.errors[story.errors.len() - 1])
    });
    // One that has not learned counts as if it had at the end.
    let slow = |tried: &[(Option<f64>, f64)]| {
        mean(&tried.iter().map(|t| t.0.unwrap_or(UPDATES as f64)).collect::<Vec<_>>())
    };
    let tried: Vec<_> = tried.chunks(TUNING_SEEDS.len()).collect();
    let best = (0..RATES.len())
        .min_by(|&a, &b| slow(tried[a]).total_cmp(&slow(tried[b])))
        .unwrap_or(0);
    let rate = RATES[best];

    let mut r = Record::new(
        &SEEDS,
        format!(
            "f64, adding problem, H = {HIDDEN}, {LANES} lanes, Adam at {rate}, clipped at norm {THRESHOLD}, {UPDATES} \
             updates, looked at every {EVERY} on {PROBE} fresh sequences; rate chosen from {RATES:?} for the tanh cell \
             at T = 30 on seeds {TUNING_SEEDS:?} by the mean number of updates until it has learned, and used for all; \
             learned: mean squared error below {LEARNED}; figure: seed {SHOWN}"
        ),
    )
    .tolerance(super::CHAOTIC);
    r.value("rate", rate, rate.to_string());
    let grid = RATES.iter().zip(&tried).map(|(rate, tried)| {
        let learned = tried.iter().filter(|t| t.0.is_some()).count() as f64;
        let errors: Vec<f64> = tried.iter().map(|t| t.1).collect();
        vec![
            rate.to_string(),
            format!("{} of {}", integer(learned), TUNING_SEEDS.len()),
            integer(slow(tried)),
            fixed(mean(&errors), 3),
        ]
    });
    let heads = ["rate", "learned", "updates until then", "error at the end"];
    r.table("grid", &heads, "rrrr", grid.collect());

    let mut rows = Vec::new();
    let mut shown = Vec::new();
    for (key, name, start, steps) in cells {
        progress.note(format!("{name}, T = {steps}"));
        let stories = parallel::map(&SEEDS, |&seed| story(start, steps, rate, seed));
        let over = |pick: &dyn Fn(&Story) -> f64| -> Summary {
            summary(&stories.iter().map(pick).collect::<Vec<_>>())
        };
        let first = |s: &Story| s.first_step().next().unwrap_or(0.0);
        let lowest = |s: &Story| s.first_step().fold(f64::INFINITY, f64::min);
        let last = |s: &Story| s.first_step().next_back().unwrap_or(0.0);
        let mut value = |name: &str, s: Summary, decimals: usize| {
            let text = if s.std == 0.0 {
                fixed(s.mean, decimals)
            } else {
                mean_std(s, decimals)
            };
            r.value(&format!("{name}-{key}"), s.mean, text.clone());
            text
        };
        let mut row = vec![name.to_owned(), integer(steps as f64)];
        row.push(value("before", over(&first), 1));
        row.push(value("lowest", over(&lowest), 1));
        row.push(value("after", over(&last), 1));
        row.push(value("error", over(&|s| s.errors[s.errors.len() - 1]), 3));
        let learned: Vec<f64> = stories.iter().filter_map(Story::learned).collect();
        let lit: Vec<f64> = stories
            .iter()
            .filter(|s| s.learned().is_some())
            .filter_map(Story::reached)
            .collect();
        let count = learned.len() as f64;
        row.push(format!("{} of {}", integer(count), SEEDS.len()));
        for (name, updates) in [("learned", &learned), ("reached", &lit)] {
            row.push(if updates.is_empty() {
                "–".to_owned()
            } else {
                value(name, summary(updates), 0)
            });
        }
        rows.push(row);
        r.value(&format!("count-{key}"), count, integer(count));

        let seed = SEEDS.iter().position(|seed| *seed == SHOWN).unwrap_or(0);
        let story = &stories[seed];
        for (name, norm) in
            [("first", first(story)), ("least", lowest(story)), ("last", last(story))]
        {
            r.value(&format!("shown-{name}-{key}"), norm, fixed(norm, 1));
        }
        for (name, update) in
            [("learned", story.learned()), ("reached", story.reached())]
        {
            if let Some(update) = update {
                r.value(&format!("shown-{name}-{key}"), update, integer(update));
            }
        }
        let title = format!("{name}, $T$ = {steps}");
        shown.push((title, steps, stories.into_iter().nth(seed)));
    }
    let heads = [
        "cell",
        "$T$",
        "before",
        "lowest",
        "after",
        "error",
        "learned",
        "updates until then",
        "first step reached",
    ];
    r.table("main", &heads, "lrrrrrrrr", rows);

    let mut panels = Panels::new(1, 186.0);
    let mut curves = Lines::new(
        Axis::linear("training updates").range(-100.0, UPDATES as f64 + 100.0),
        Axis::log("mean squared error").range(0.002, 2.0),
    )
    .title("(e) error on fresh sequences");
    for (i, (title, steps, story)) in shown.into_iter().enumerate() {
        let Some(story) = story else { continue };
        let letter = ["a", "b", "c", "d"][i];
        let title = format!("({letter}) {title}");
        panels = panels.with(letter, map(&story, steps, steps / 30, &title));
        let points =
            story.errors.iter().enumerate().map(|(k, e)| ((k * EVERY) as f64, *e));
        curves = curves.with(Trace::new(format!("as in ({letter})"), points));
    }
    r.plot(&panels.with("error", curves));
    Ok(r)
}
