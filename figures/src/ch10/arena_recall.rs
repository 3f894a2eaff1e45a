//! The arena: associative recall against the distance.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{Rng, recall::Recall};

use super::arena::{
    Contestant, Model, RATES, THRESHOLD, TUNING, Trainer, Work, answers, field,
};
use super::{CHAOTIC, SEEDS, TUNING_SEED};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::summary;
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record};

/// The problem that is trained on.
const TASK: Recall = Recall { keys: 8, values: 8, pairs: 4, questions: 16 };
/// The width of the GPT, whose parameters all others match.
const WIDTH: usize = 16;
const LANES: usize = 16;
const UPDATES: usize = 12_000;
const TEST: usize = 400;
/// The widths of the classes of distances.
const CLASS: usize = 4;

/// The share of right answers: of all, and by the class of their distance.
struct Outcome {
    all: f64,
    by_distance: Vec<f64>,
}

struct Train {
    rate: f64,
    seed: u64,
}

impl Work for Train {
    type Output = Outcome;

    fn with<M: Model>(self, mut model: M) -> Outcome {
        let mut rng = Rng::seed_from_u64(1000 + self.seed);
        let mut trainer = Trainer::new(&model, self.rate, UPDATES);
        for _ in 0..UPDATES {
            let asked = TASK.draw(LANES, &mut rng);
            let mut memory = model.memory(LANES);
            trainer.update(&mut model, &asked.window, &mut memory);
        }
        let test = TASK.draw(TEST, &mut Rng::seed_from_u64(!self.seed));
        let mut counts = vec![(0.0, 0.0); 2 * TASK.pairs + TASK.questions];
        answers(&model, &test.window, &test.distance, |distance, right| {
            let (sum, all) = &mut counts[distance / CLASS];
            *sum += f64::from(u8::from(right));
            *all += 1.0;
        });
        let sum = |f: fn(&(f64, f64)) -> f64| counts.iter().map(f).sum::<f64>();
        let classes = counts.iter().filter(|(_, all)| *all > 0.0);
        Outcome {
            all: sum(|c| c.0) / sum(|c| c.1),
            by_distance: classes.map(|(right, all)| right / all).collect(),
        }
    }
}

/// Trains the field.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let steps = 2 * TASK.pairs + TASK.questions;
    let field = field(TASK.tokens(), steps, WIDTH);
    let results = TUNING.run(
        &field,
        progress,
        |o: &Outcome| -o.all,
        |contestant: Contestant, rate, seed| {
            contestant.draw(seed, Train { rate, seed })
        },
    );
    let tokens = UPDATES * LANES * steps;
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{} pairs of {} keys and {} values, then {} questions: {steps} steps, {LANES} sequences an update, {UPDATES} \
             updates, {tokens} tokens, a GPT of width {WIDTH} and the others with as many parameters, Adam, clipping at norm {THRESHOLD}, warm-up and \
             cosine, test on {TEST} fresh sequences; rate of {RATES:?} by the share of right answers on seed {TUNING_SEED}",
            TASK.pairs, TASK.keys, TASK.values, TASK.questions
        ),
    )
    .tolerance(CHAOTIC);
    let chance = 1.0 / TASK.values as f64;
    r.value("chance", chance, fixed(chance, 3));
    r.value("pairs", TASK.pairs as f64, TASK.pairs.to_string());
    r.value("tokens", tokens as f64, integer(tokens as f64));
    let mut plot = Lines::new(
        Axis::linear("distance between answer and question (steps)"),
        Axis::linear("share of right answers").range(0.0, 1.05),
    )
    .height(430.0);
    let mut rows = Vec::new();
    for (i, (contestant, (rate, outcomes))) in field.iter().zip(&results).enumerate() {
        let key = contestant.key();
        let all = summary(&outcomes.iter().map(|o| o.all).collect::<Vec<_>>());
        r.value(&format!("{key}-right"), all.mean, mean_std(all, 2));
        let mut runs: Vec<f64> = outcomes.iter().map(|o| o.all).collect();
        runs.sort_by(f64::total_cmp);
        let runs: Vec<String> = runs.into_iter().map(|x| fixed(x, 2)).collect();
        r.value(&format!("{key}-runs"), all.mean, runs.join(", "));
        rows.push(vec![
            contestant.name().to_owned(),
            contestant.size.to_string(),
            integer(contestant.parameters() as f64),
            integer(contestant.state(steps) as f64),
            rate.to_string(),
            mean_std(all, 2),
            runs.join(", "),
        ]);
        let classes = outcomes[0].by_distance.len();
        let points = (0..classes).map(|k| {
            let right: Vec<f64> = outcomes.iter().map(|o| o.by_distance[k]).collect();
            (((2 * k + 1) * CLASS) as f64 / 2.0, summary(&right).mean)
        });
        plot = plot
            .with(Trace::new(contestant.name(), points.collect::<Vec<_>>()).style(i));
    }
    let heads =
        ["model", "$D$", "parameters", "numbers of state", "rate", "right", "each run"];
    r.table("main", &heads, "lrrrrrr", rows);
    r.plot(&plot.level(chance, "a guess").legend(Legend::Above));
    Ok(r)
}
