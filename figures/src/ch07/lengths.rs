//! Exact match against length: reversing and addition, with and without attention.

use anyhow::{Context, Result};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    pairs::exact_match,
    parameters::Parameters,
    tasks::{Pair, addition, reversing},
    tokens::Graphemes,
};

use super::learn::{
    BATCH, Contestant, EMBEDDING, FIELD, Lesson, Model, contest, encode,
};
use super::{CHAOTIC, RATES, THREE_SEEDS, THRESHOLD, TUNING_SEED};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::summary;
use crate::text::{integer, percent};
use crate::{Progress, Record};

/// Test pairs of each length.
const TEST: usize = 200;
/// Longest source of the reversing task while training.
const LONGEST: usize = 12;
/// Most digits of a number while training.
const DIGITS: usize = 3;

/// One task, cut by length.
struct Task {
    field: &'static [Contestant],
    lesson: Lesson,
    trial: usize,
    steps: usize,
    seen: usize,
    lengths: Vec<usize>,
    draw: fn(usize, &mut Rng) -> Vec<Pair>,
    what: &'static str,
    axis: &'static str,
}

/// Letters backwards.
///
/// # Errors
/// If a run broke off.
pub fn reversing_run(progress: &Progress) -> Result<Record> {
    let task = Task {
        field: &FIELD,
        lesson: Lesson::Reversing(LONGEST),
        trial: 400,
        steps: 1500,
        seen: LONGEST,
        lengths: (1..=10).map(|k| 2 * k).collect(),
        draw: |n, rng| reversing(TEST, n..=n, rng),
        what: "reversing, 1 to 12 letters",
        axis: "letters",
    };
    run(&task, progress)
}

/// Sums of two numbers.
///
/// # Errors
/// If a run broke off.
pub fn addition_run(progress: &Progress) -> Result<Record> {
    let task = Task {
        field: &[FIELD[0], FIELD[2], FIELD[3]],
        lesson: Lesson::Addition(DIGITS),
        trial: 500,
        steps: 4000,
        seen: DIGITS,
        lengths: (1..=5).collect(),
        draw: |n, rng| addition(TEST, n..=n, rng),
        what: "addition of two numbers of 1 to 3 digits",
        axis: "digits of each number",
    };
    run(&task, progress)
}

fn run(task: &Task, progress: &Progress) -> Result<Record> {
    let tokens = task.lesson.tokens();
    let tests = |seed: u64, tokens: &Graphemes| -> Vec<_> {
        let rng = &mut Rng::seed_from_u64(!seed);
        task.lengths
            .iter()
            .map(|&n| encode(&(task.draw)(n, rng), tokens, false))
            .collect()
    };
    let shares = |model: &Model, seed: u64| -> Vec<f64> {
        tests(seed, &tokens).iter().map(|t| f64::from(exact_match(model, t))).collect()
    };
    // Rates are judged on lengths that were trained on.
    let seen = task.lengths.iter().filter(|&&n| n <= task.seen).count();
    let judge = |model: &Model| -shares(model, TUNING_SEED)[..seen].iter().sum::<f64>();
    let budget = (task.trial, task.steps);
    let results =
        contest(task.field, task.lesson, budget, &THREE_SEEDS, progress, judge);

    let mut r = Record::new(
        &THREE_SEEDS,
        format!(
            "{}; GRU both ways into GRU, embeddings of {EMBEDDING}; {BATCH} fresh pairs an \
             update, {} updates, Adam with warm-up and half a cosine, clipping at norm {THRESHOLD}; \
             rate of {RATES:?} by exact match on lengths trained on after {} updates on seed \
             {TUNING_SEED}; tests on {TEST} pairs of each length",
            task.what, task.steps, task.trial
        ),
    )
    .tolerance(CHAOTIC);
    let mut plot = Lines::new(
        Axis::linear(task.axis)
            .ticks(&task.lengths.iter().map(|&n| n as f64).collect::<Vec<_>>()),
        Axis::linear("exact match (share)").range(0.0, 1.2),
    )
    .moment(task.seen as f64 + 0.5, "longest trained on");
    let mut rows = Vec::new();
    for (contestant, (rate, models)) in task.field.iter().zip(&results) {
        let mut by_seed = Vec::new();
        for (model, &seed) in models.iter().zip(&THREE_SEEDS) {
            let model = model.as_ref().context("a run broke off")?;
            by_seed.push(shares(model, seed));
        }
        let count = models[0].as_ref().context("a run broke off")?.count() as f64;
        let at = |k: usize| summary(&by_seed.iter().map(|s| s[k]).collect::<Vec<_>>());
        let key = contestant.key;
        r.value(&format!("{key}-rate"), *rate, rate.to_string());
        let mut row = vec![
            contestant.name.to_owned(),
            contestant.hidden.to_string(),
            integer(count),
            rate.to_string(),
        ];
        for (k, n) in task.lengths.iter().enumerate() {
            let s = at(k);
            r.value(&format!("{key}-{n}"), s.mean, percent(s.mean, 1));
            row.push(format!("{} ± {}", percent(s.mean, 0), integer(100.0 * s.std)));
        }
        rows.push(row);
        let points: Vec<_> = task
            .lengths
            .iter()
            .enumerate()
            .map(|(k, &n)| (n as f64, at(k).mean))
            .collect();
        let spread: Vec<_> = (0..task.lengths.len()).map(|k| at(k).std).collect();
        plot = plot.with(Trace::new(contestant.name, points).error_bars(spread));
    }
    let mut heads: Vec<String> =
        ["model", "$H$", "parameters", "rate"].map(str::to_owned).to_vec();
    heads.extend(task.lengths.iter().map(usize::to_string));
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    r.table("main", &heads, &format!("l{}", "r".repeat(heads.len() - 1)), rows);
    r.plot(&plot.legend(Legend::Above));
    Ok(r)
}
