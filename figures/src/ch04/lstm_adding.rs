//! The adding problem at lengths at which tanh cells stand still.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{Real, Rng, elman::Elman, lstm::Lstm};

use super::CHAOTIC;
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::solve::{ADDING_SOLVED, Clip, Outcome, Problem, Training, solve};
use crate::text::{fixed, integer, significant};
use crate::tuning::choose;
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 32;
/// Elman's cell with nearly as many parameters as the LSTM.
const PLAIN: usize = 64;
const LANES: usize = 32;
const LENGTHS: [usize; 2] = [200, 400];
const UPDATES: usize = 3000;
const EVERY: usize = 50;
const SEEDS: [u64; 3] = [1, 2, 3];
const THRESHOLD: f64 = 1.0;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Plain,
    Lstm(Real),
}

/// The rates tried for each cell, on this seed, at the shorter length.
const RATES: [f64; 3] = [0.003, 0.01, 0.02];
const TUNING_SEED: u64 = 11;

/// Key and name of each cell.
const CELLS: [(Cell, &str, &str); 3] = [
    (Cell::Plain, "tanh", "tanh"),
    (Cell::Lstm(1.0), "bias-1", "LSTM, $b_f$ = 1"),
    (Cell::Lstm(3.0), "bias-3", "LSTM, $b_f$ = 3"),
];

fn train(cell: Cell, rate: f64, length: usize, seed: u64) -> Outcome {
    let training = Training {
        problem: Problem::Adding,
        steps: length,
        lanes: LANES,
        rate,
        clip: Clip::Norm(THRESHOLD),
        window: None,
        updates: UPDATES,
        every: EVERY,
        seed,
    };
    let rng = &mut Rng::seed_from_u64(seed);
    match cell {
        Cell::Plain => solve(Elman::new(2, PLAIN, rng), &training),
        Cell::Lstm(bias) => {
            solve(Lstm::new(2, HIDDEN, rng).with_forget_bias(bias), &training)
        }
    }
}

/// Trains each cell at each length from three seeds.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(CELLS.len() * (RATES.len() + LENGTHS.len() * SEEDS.len()));
    let run = |cell, rate, length, seed| {
        let outcome = train(cell, rate, length, seed);
        progress.tick();
        outcome
    };
    progress.note("choosing rates");
    let cells = CELLS.map(|(cell, ..)| cell);
    let rates = choose(&RATES, &[TUNING_SEED], &cells, |cell, rate, seed| {
        let outcome = run(cell, rate, LENGTHS[0], seed);
        // Sooner is better; where nothing was solved, nearer
        let last = outcome.curve.last().map_or(f64::INFINITY, |c| c.1);
        outcome.solved.map_or(UPDATES as f64 + last, |updates| updates as f64)
    });
    progress.note("training");
    let mut jobs = Vec::new();
    for length in LENGTHS {
        for ((cell, ..), &rate) in CELLS.iter().zip(&rates) {
            jobs.extend(SEEDS.map(|seed| (*cell, rate, length, seed)));
        }
    }
    let outcomes = parallel::map(&jobs, |&(cell, rate, length, seed)| {
        run(cell, rate, length, seed)
    });
    let mut r = Record::new(
        &SEEDS,
        format!(
            "B = {LANES} fresh sequences an update, LSTM with H = {HIDDEN}, tanh with H = {PLAIN}, Adam, clipping at \
             norm {THRESHOLD}, at most {UPDATES} updates; solved at a mean squared error below {ADDING_SOLVED} on 500 \
             fresh sequences; rate of {RATES:?} for each cell, chosen at T = {} on seed {TUNING_SEED}",
            LENGTHS[0]
        ),
    )
    .tolerance(CHAOTIC);
    let mut rows = Vec::new();
    let mut figure = Panels::new(1, 290.0);
    for (k, all) in outcomes.chunks(CELLS.len() * SEEDS.len()).enumerate() {
        let length = LENGTHS[k];
        let mut plot = Lines::new(
            Axis::linear("updates of 32 sequences").range(0.0, UPDATES as f64),
            Axis::log("mean squared error").range(1e-3, 0.4),
        )
        .title(format!("T = {length}"))
        .level(1.0 / 6.0, "")
        .legend(if k == 0 { Legend::Above } else { Legend::None });
        for (i, ((_, key, name), runs)) in
            CELLS.into_iter().zip(all.chunks(SEEDS.len())).enumerate()
        {
            let rate = rates[i];
            let mut solved: Vec<usize> = runs.iter().filter_map(|o| o.solved).collect();
            solved.sort_unstable();
            let last: Vec<f64> =
                runs.iter().filter_map(|o| o.curve.last().map(|c| c.1)).collect();
            let key = format!("{key}-t{length}");
            r.value(
                &format!("{key}-solved"),
                solved.len() as f64,
                solved.len().to_string(),
            );
            let worst = last.iter().copied().fold(0.0, f64::max);
            r.value(&format!("{key}-worst"), worst, significant(worst, 2));
            let updates = if solved.len() == SEEDS.len() {
                let median = solved[SEEDS.len() / 2];
                let sequences = (median * LANES) as f64;
                r.value(&format!("{key}-sequences"), sequences, integer(sequences));
                integer(median as f64)
            } else {
                "".to_owned()
            };
            let each: Vec<String> = runs
                .iter()
                .map(|o| o.solved.map_or("no".to_owned(), |n| integer(n as f64)))
                .collect();
            rows.push(vec![
                length.to_string(),
                name.replace(", ", " "),
                significant(rate, 2),
                each.join(", "),
                updates,
                fixed(worst, 3),
            ]);
            for (s, run) in runs.iter().enumerate() {
                let points = run.curve.iter().map(|&(u, e)| (u as f64, e));
                let label = match s {
                    0 => name.to_owned(),
                    _ => format!("{name}, seed {}", SEEDS[s]),
                };
                let trace = Trace::new(label, points).style(i).markers(false);
                let trace = if s == 0 { trace } else { trace.quiet() };
                plot = plot.with(trace);
            }
        }
        figure = figure.with(format!("t{length}"), plot);
    }
    r.table(
        "main",
        &[
            "$T$",
            "cell",
            "rate",
            "updates, seed by seed",
            "median",
            "worst error at the end",
        ],
        "rlrrrr",
        rows,
    );
    r.plot(&figure);
    Ok(r)
}
