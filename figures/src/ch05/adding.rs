//! The adding problem: who solves it, and how soon.

use anyhow::Result;

use rnn_book_code::layer::Recurrent;

use super::contest::{Contestant, Work, field};
use super::{CHAOTIC, RATES, SEEDS, THRESHOLD, TUNING, TUNING_SEEDS};
use crate::draw::{Axis, Lines, Trace};
use crate::solve::{ADDING_SOLVED, Clip, Outcome, Problem, Training, solve};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, significant};
use crate::{Progress, Record};

const STEPS: usize = 100;
const LANES: usize = 20;
const HIDDEN: usize = 32;
const UPDATES: usize = 3000;
const EVERY: usize = 50;

struct Solve(Training);

impl Work for Solve {
    type Output = Outcome;
    fn with<L: Recurrent + Clone>(self, layer: L) -> Outcome {
        solve(layer, &self.0)
    }
}

fn run_one(contestant: Contestant, rate: f64, seed: u64) -> Outcome {
    let training = Training {
        problem: Problem::Adding,
        steps: STEPS,
        lanes: LANES,
        rate,
        clip: Clip::Norm(THRESHOLD),
        window: None,
        updates: UPDATES,
        every: EVERY,
        seed,
    };
    contestant.draw(2, seed, Solve(training))
}

/// The error at all tests; a solved run keeps its last.
fn filled(outcome: &Outcome) -> Vec<f64> {
    let mut errors: Vec<f64> = outcome.curve.iter().map(|c| c.1).collect();
    let last = if outcome.broke { 1.0 } else { errors.last().copied().unwrap_or(1.0) };
    errors.resize(UPDATES / EVERY, last);
    errors
}

/// Trains the field.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let field = field(2, HIDDEN, 1);
    let results = TUNING.run(&field, progress, |o| mean(&filled(o)), run_one);
    let mut r = Record::new(
        &SEEDS,
        format!(
            "adding problem, T = {STEPS}, {LANES} sequences an update, a GRU of {HIDDEN} units, Adam, clipping at norm \
             {THRESHOLD}, at most {UPDATES} updates, a test on 500 fresh sequences every {EVERY}, solved below \
             {ADDING_SOLVED}; rate of {RATES:?} by the mean error of all tests on seeds {TUNING_SEEDS:?}"
        ),
    )
    .tolerance(CHAOTIC);
    let mut plot = Lines::new(
        Axis::log("updates")
            .range(50.0, UPDATES as f64)
            .ticks(&[50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0]),
        Axis::log("mean squared error, median of seeds").range(0.001, 0.4),
    )
    .height(420.0);
    let mut rows = Vec::new();
    for (i, (contestant, (rate, outcomes))) in field.iter().zip(&results).enumerate() {
        let solved: Vec<f64> =
            outcomes.iter().filter_map(|o| o.solved).map(|u| u as f64).collect();
        let last: Vec<f64> =
            outcomes.iter().map(|o| *filled(o).last().unwrap_or(&1.0)).collect();
        let key = contestant.key;
        let last = summary(&last);
        r.value(
            &format!("{key}-solved"),
            solved.len() as f64,
            solved.len().to_string(),
        );
        r.value(&format!("{key}-error"), last.mean, significant(last.mean, 2));
        r.value(&format!("{key}-rate"), *rate, rate.to_string());
        let updates = if solved.is_empty() {
            "never".to_owned()
        } else {
            let updates = summary(&solved);
            r.value(&format!("{key}-updates"), updates.mean, integer(updates.mean));
            format!("{} ± {}", integer(updates.mean), integer(updates.std))
        };
        let parameters = contestant.kind.parameters(2, contestant.hidden, 1) as f64;
        rows.push(vec![
            contestant.name.to_owned(),
            contestant.hidden.to_string(),
            integer(parameters),
            rate.to_string(),
            format!("{} of {}", solved.len(), SEEDS.len()),
            updates,
            fixed(last.mean, 4),
        ]);
        let median = |k: usize| {
            let mut errors: Vec<f64> = outcomes.iter().map(|o| filled(o)[k]).collect();
            errors.sort_by(f64::total_cmp);
            errors[errors.len() / 2]
        };
        // Until the median is solved: after that most seeds have stopped
        let tests = 0..UPDATES / EVERY;
        let end = tests.clone().find(|&k| median(k) < ADDING_SOLVED);
        let points = tests
            .take(end.map_or(UPDATES / EVERY, |k| k + 1))
            .map(|k| (((k + 1) * EVERY) as f64, median(k)))
            .collect::<Vec<_>>();
        plot = plot.with(Trace::new(contestant.name, points).style(i));
    }
    plot = plot.level(1.0 / 6.0, "the answer 1");
    let heads = [
        "cell",
        "$H$",
        "parameters",
        "rate",
        "solved",
        "updates to solve",
        "last error",
    ];
    r.table("main", &heads, "lrrrrrr", rows);
    r.plot(&plot.legend(crate::draw::Legend::Above));
    Ok(r)
}
