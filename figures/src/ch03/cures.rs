//! Where each cure stops working: the adding problem and temporal order at growing lengths.

use anyhow::Result;
use ndarray::Array1;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng, activation::Activation, elman::Elman, init, layer::Recurrent,
    leaky::Leaky, normed::Normed, skip::Skip,
};

use super::CHAOTIC;
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::solve::{Clip, Outcome, Problem, Training, solve};
use crate::text::{fixed, integer};
use crate::tuning::choose;
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 48;
const LANES: usize = 20;
const EVERY: usize = 100;
const THRESHOLD: f64 = 1.0;
const LEAK: Real = 0.05;
const OVER: usize = 10;
/// The window of the cure that does not look back further.
const WINDOW: usize = 20;
const RATES: [f64; 3] = [0.0003, 0.001, 0.003];
const SEEDS: [u64; 3] = [1, 2, 3];
const TUNING_SEEDS: [u64; 2] = [101, 102];

/// Key, name, and short name.
const CURES: [(&str, &str, &str); 9] = [
    ("plain", "tanh, no clipping", "no clipping"),
    ("clipped", "tanh, clipped", "clipping"),
    ("window", "tanh, windows of 20 steps", "windows of 20"),
    ("relu", "ReLU", "ReLU"),
    ("orthogonal", "tanh, orthogonal start", "orthogonal"),
    ("irnn", "ReLU, identity start (IRNN)", "IRNN"),
    ("leaky", "tanh, leak α = 0.05", "leaky"),
    ("skip", "tanh, skip over 10 steps", "skip"),
    ("normed", "tanh, layer normalisation", "normalised"),
];

/// Trains the cure `key`.
#[must_use]
pub fn train(
    key: &str,
    problem: Problem,
    steps: usize,
    updates: usize,
    rate: f64,
    seed: u64,
) -> Outcome {
    let (d, h) = (problem.sizes().0, HIDDEN);
    let mut rng = Rng::seed_from_u64(seed);
    let clip = if key == "plain" { Clip::None } else { Clip::Norm(THRESHOLD) };
    let window = (key == "window").then_some(WINDOW);
    let training = Training {
        problem,
        steps,
        lanes: LANES,
        rate,
        clip,
        window,
        updates,
        every: EVERY,
        seed,
    };
    let cell = Elman::new(d, h, &mut rng);
    fn go<L: Recurrent + Clone>(layer: L, training: &Training) -> Outcome {
        solve(layer, training)
    }
    match key {
        "relu" => go(Elman { phi: Activation::Relu, ..cell }, &training),
        "orthogonal" => {
            let w_hh = init::orthogonal(h, h, 1.0, &mut rng);
            go(Elman { w_hh, ..cell }, &training)
        }
        "irnn" => {
            let irnn = Elman {
                w_xh: init::normal(d, h, 0.001, &mut rng),
                w_hh: init::identity(h, h, 1.0),
                b_h: Array1::zeros(h),
                phi: Activation::Relu,
            };
            go(irnn, &training)
        }
        "leaky" => go(Leaky { cell, alpha: LEAK }, &training),
        "skip" => go(Skip::new(d, h, OVER, &mut rng), &training),
        "normed" => go(Normed::new(d, h, &mut rng), &training),
        _ => go(cell, &training),
    }
}

/// What is asked of the cures: the problem, its name, the lengths, the length at which rates are chosen, the
/// updates before giving up.
type Question = (Problem, &'static str, &'static [usize], usize, usize);

const QUESTIONS: [Question; 2] = [
    (Problem::Adding, "adding", &[25, 50, 100, 200], 50, 6000),
    (Problem::Order, "order", &[25, 50, 100], 50, 4000),
];
/// The length whose curves are drawn, and the cures whose curves they are.
const DRAWN: usize = 100;
const PANELS: [(Problem, &[&str]); 2] = [
    (Problem::Adding, &["clipped", "relu", "irnn"]),
    (Problem::Order, &["clipped", "irnn", "skip"]),
];

/// Fewer updates are better, and the lower error decides between runs that did not solve it.
fn cost(outcome: &Outcome, updates: usize) -> f64 {
    let last = outcome.curve.last().map_or(1.0, |point| point.1);
    let last = if outcome.broke { 1.0 } else { last.min(1.0) };
    outcome.solved.map_or(updates as f64 * (1.0 + last), |solved| solved as f64)
}

/// Chooses a rate for each cure and problem, then counts who solves it, and how fast.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let runs = |q: &Question| {
        CURES.len() * (RATES.len() * TUNING_SEEDS.len() + q.2.len() * SEEDS.len())
    };
    progress.steps(QUESTIONS.iter().map(runs).sum());
    let mut r = Record::new(
        &SEEDS,
        format!(
            "H = {HIDDEN}, {LANES} fresh sequences an update, Adam, clipping at norm {THRESHOLD} unless said; adding: at \
             most {} updates, order: at most {}; rate of each cure from {RATES:?}, chosen at T = {} on seeds \
             {TUNING_SEEDS:?}; tested every {EVERY} updates on fresh sequences",
            QUESTIONS[0].4, QUESTIONS[1].4, QUESTIONS[0].3
        ),
    )
    .tolerance(CHAOTIC);
    let mut panels = Panels::new(3, 210.0);
    for (problem, name, lengths, tuned_at, updates) in QUESTIONS {
        let trial = |key: &str, steps, rate, seed| {
            let outcome = train(key, problem, steps, updates, rate, seed);
            progress.tick();
            outcome
        };
        progress.note(format!("{name}, choosing rates"));
        let keys = CURES.map(|(key, ..)| key);
        let rates = choose(&RATES, &TUNING_SEEDS, &keys, |key, rate, seed| {
            cost(&trial(key, tuned_at, rate, seed), updates)
        });

        progress.note(name);
        // The longest first, so that the cores are busy to the end.
        let mut jobs: Vec<(usize, usize, u64)> = (0..CURES.len())
            .flat_map(|c| {
                lengths
                    .iter()
                    .flat_map(move |&steps| SEEDS.map(|seed| (c, steps, seed)))
            })
            .collect();
        jobs.sort_by_key(|job| std::cmp::Reverse(job.1));
        let outcomes = parallel::map(&jobs, |&(c, steps, seed)| {
            trial(CURES[c].0, steps, rates[c], seed)
        });
        let mut rows = Vec::new();
        for (c, (key, title, short)) in CURES.into_iter().enumerate() {
            let mut row = vec![title.to_owned(), rates[c].to_string()];
            for &steps in lengths {
                let mine: Vec<&Outcome> = jobs
                    .iter()
                    .zip(&outcomes)
                    .filter(|(job, _)| (job.0, job.1) == (c, steps))
                    .map(|(_, outcome)| outcome)
                    .collect();
                row.push(cell(&mut r, &format!("{name}-{key}-{steps}"), &mine));
                let drawn = PANELS
                    .iter()
                    .any(|(of, keys)| *of == problem && keys.contains(&key));
                if drawn && steps == DRAWN {
                    let plot = panel(problem, short, &mine, updates);
                    panels = panels.with(format!("{name}, {key}"), plot);
                }
            }
            rows.push(row);
        }
        let heads: Vec<String> = ["cure".to_owned(), "rate".to_owned()]
            .into_iter()
            .chain(lengths.iter().map(|steps| format!("T = {steps}")))
            .collect();
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        let align = format!("lr{}", "r".repeat(lengths.len()));
        r.table(name, &heads, &align, rows);
    }
    r.plot(&panels);
    Ok(r)
}

/// The longest adding problem again, with every rate.
///
/// # Errors
/// Never.
pub fn run_rates(progress: &Progress) -> Result<Record> {
    const AGAIN: [usize; 3] = [1, 3, 5];
    let (problem, _, lengths, _, updates) = QUESTIONS[0];
    let steps = lengths[lengths.len() - 1];
    progress.steps(AGAIN.len() * RATES.len() * SEEDS.len());
    let mut r = Record::new(
        &SEEDS,
        format!("adding problem, T = {steps}, all else as in the experiment `cures`"),
    )
    .tolerance(CHAOTIC);
    let jobs: Vec<(usize, usize, u64)> = AGAIN
        .into_iter()
        .flat_map(|c| {
            (0..RATES.len()).flat_map(move |k| SEEDS.map(|seed| (c, k, seed)))
        })
        .collect();
    let outcomes = parallel::map(&jobs, |&(c, k, seed)| {
        let outcome = train(CURES[c].0, problem, steps, updates, RATES[k], seed);
        progress.tick();
        outcome
    });
    let mut rows = Vec::new();
    for c in AGAIN {
        let mut row = vec![CURES[c].1.to_owned()];
        for k in 0..RATES.len() {
            let mine: Vec<&Outcome> = jobs
                .iter()
                .zip(&outcomes)
                .filter(|(job, _)| (job.0, job.1) == (c, k))
                .map(|(_, outcome)| outcome)
                .collect();
            row.push(cell(&mut r, &format!("{}-{k}", CURES[c].0), &mine));
        }
        rows.push(row);
    }
    let heads: Vec<String> = std::iter::once("cure".to_owned())
        .chain(RATES.iter().map(|rate| format!("rate {rate}")))
        .collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    r.table("main", &heads, "lrrr", rows);
    Ok(r)
}

/// How many of the seeds solved it, and the median of their updates; with the median error of the others.
fn cell(r: &mut Record, key: &str, outcomes: &[&Outcome]) -> String {
    let mut solved: Vec<usize> = outcomes.iter().filter_map(|o| o.solved).collect();
    solved.sort_unstable();
    r.value(
        &format!("{key}-solved"),
        solved.len() as f64,
        integer(solved.len() as f64),
    );
    let errors: Vec<f64> =
        outcomes.iter().filter_map(|o| o.curve.last()).map(|point| point.1).collect();
    let mut sorted = errors;
    sorted.sort_by(f64::total_cmp);
    let error = sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN);
    if error.is_finite() {
        r.value(&format!("{key}-error"), error, fixed(error, 3));
    }
    let of = format!("{} of {}", solved.len(), outcomes.len());
    match solved.get(solved.len() / 2) {
        Some(&median) => {
            r.value(&format!("{key}-updates"), median as f64, integer(median as f64));
            format!("{of} ({})", integer(median as f64))
        }
        None if error.is_finite() => format!("{of} [{}]", fixed(error, 3)),
        None => format!("{of} [broke]"),
    }
}

fn panel(
    problem: Problem,
    title: &str,
    outcomes: &[&Outcome],
    updates: usize,
) -> Lines {
    let (label, range, guess) = match problem {
        Problem::Adding => ("squared error", (0.003, 0.6), 1.0 / 6.0),
        Problem::Order => ("share of errors", (0.003, 1.2), 0.75),
    };
    let mut plot = Lines::new(
        Axis::linear("updates").range(0.0, updates as f64),
        Axis::log(label).range(range.0, range.1),
    )
    .title(title)
    .legend(Legend::None)
    .level(guess, "");
    for (seed, outcome) in SEEDS.iter().zip(outcomes) {
        let points =
            outcome.curve.iter().map(|&(update, error)| (update as f64, error));
        let points: Vec<(f64, f64)> = points.filter(|p| p.1.is_finite()).collect();
        if points.len() > 1 {
            plot = plot.with(
                Trace::new(format!("seed {seed}"), points).style(0).markers(false),
            );
        }
    }
    plot
}
