//! One part of the LSTM changed at a time, on three problems.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    lstm_variants::{Forget, LstmVariant, Parts},
    parameters::Parameters,
};

use super::CHAOTIC;
use super::lstm_brackets::loss_above_best;
use crate::solve::{Clip, Problem, Training, solve};
use crate::stats::summary;
use crate::text::{fixed, integer, mean_std};
use crate::tuning::Tuning;
use crate::{Progress, Record};

const HIDDEN: usize = 32;
const LANES: usize = 32;
const ADDING: usize = 100;
const ORDER: usize = 60;
const UPDATES: usize = 2000;
const EVERY: usize = 25;
const THRESHOLD: f64 = 1.0;
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
/// The rates tried for each variant and problem, on this seed.
const RATES: [f64; 2] = [0.005, 0.02];
const TUNING_SEED: u64 = 11;

const STANDARD: Parts = Parts::STANDARD;

/// Key, name, parts, and the bias of the forget gate.
const VARIANTS: [(&str, &str, Parts, Real); 9] = [
    ("bias-1", "standard, $b_f = 1$", STANDARD, 1.0),
    ("bias-0", "$b_f = 0$", STANDARD, 0.0),
    ("bias-2", "$b_f = 2$", STANDARD, 2.0),
    ("no-forget", "no forget gate", Parts { forget: Forget::Open, ..STANDARD }, 0.0),
    (
        "coupled",
        "coupled, $f = 1 - i$",
        Parts { forget: Forget::Coupled, ..STANDARD },
        0.0,
    ),
    ("no-input", "no input gate", Parts { input: false, ..STANDARD }, 1.0),
    ("no-output", "no output gate", Parts { output: false, ..STANDARD }, 1.0),
    ("no-bend", "no output tanh", Parts { bend: false, ..STANDARD }, 1.0),
    ("peepholes", "peepholes", Parts { peepholes: true, ..STANDARD }, 1.0),
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Task {
    Adding,
    Order,
    Brackets,
}

const TASKS: [Task; 3] = [Task::Adding, Task::Order, Task::Brackets];

/// Updates until it is solved, one more than there are if it is not; or nats above the best loss.
fn score(task: Task, variant: usize, rate: f64, seed: u64) -> f64 {
    let (_, _, parts, bias) = VARIANTS[variant];
    let rng = &mut Rng::seed_from_u64(seed);
    let problem = match task {
        Task::Adding => Problem::Adding,
        Task::Order => Problem::Order,
        Task::Brackets => {
            let layer = |d, h, rng: &mut Rng| LstmVariant::new(d, h, parts, bias, rng);
            return loss_above_best(layer, rate, seed);
        }
    };
    let training = Training {
        problem,
        steps: if task == Task::Adding { ADDING } else { ORDER },
        lanes: LANES,
        rate,
        clip: Clip::Norm(THRESHOLD),
        window: None,
        updates: UPDATES,
        every: EVERY,
        seed,
    };
    let layer = LstmVariant::new(problem.sizes().0, HIDDEN, parts, bias, rng);
    let outcome = solve(layer, &training);
    outcome.solved.map_or((UPDATES + EVERY) as f64, |updates| updates as f64)
}

/// Chooses a rate for each variant and problem, then trains from five seeds.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let cells: Vec<(usize, Task)> = (0..VARIANTS.len())
        .flat_map(|variant| TASKS.map(|task| (variant, task)))
        .collect();
    let tuning = Tuning { rates: &RATES, tuning_seeds: &[TUNING_SEED], seeds: &SEEDS };
    let results = tuning.run(
        &cells,
        progress,
        |&score| score,
        |(variant, task), rate, seed| score(task, variant, rate, seed),
    );

    let mut r = Record::new(
        &SEEDS,
        format!(
            "adding with T = {ADDING} and temporal order with T = {ORDER}: H = {HIDDEN}, B = {LANES}, Adam, clipping \
             at norm {THRESHOLD}, at most {UPDATES} updates; brackets as in `lstm-brackets`; rate of \
             {RATES:?} for each variant and problem, chosen on seed {TUNING_SEED}"
        ),
    )
    .tolerance(CHAOTIC);
    let mut rows = Vec::new();
    for (of_variant, (key, name, parts, bias)) in
        results.chunks(TASKS.len()).zip(VARIANTS)
    {
        let cell = LstmVariant::new(2, HIDDEN, parts, bias, &mut Rng::seed_from_u64(0));
        let mut row = vec![name.to_owned(), integer(cell.count() as f64)];
        for (k, (task, (rate, scores))) in TASKS.into_iter().zip(of_variant).enumerate()
        {
            let s = summary(scores);
            let what = ["adding", "order", "brackets"][k];
            r.value(&format!("{key}-{what}-rate"), *rate, rate.to_string());
            let text = if task == Task::Brackets {
                mean_std(s, 4)
            } else {
                let solved = scores.iter().filter(|s| **s <= UPDATES as f64).count();
                r.value(
                    &format!("{key}-{what}-solved"),
                    solved as f64,
                    solved.to_string(),
                );
                let times: Vec<f64> =
                    scores.iter().copied().filter(|s| *s <= UPDATES as f64).collect();
                match solved {
                    0 => "none".to_owned(),
                    n if n == SEEDS.len() => mean_std(s, 0),
                    n => format!(
                        "{} ({n} of {})",
                        fixed(summary(&times).mean, 0),
                        SEEDS.len()
                    ),
                }
            };
            r.value(&format!("{key}-{what}"), s.mean, text.clone());
            row.push(text);
        }
        rows.push(row);
    }
    let heads = [
        "variant",
        "parameters",
        "adding, updates",
        "temporal order, updates",
        "brackets, nats above the best",
    ];
    r.table("main", &heads, "lrrrr", rows);
    Ok(r)
}
