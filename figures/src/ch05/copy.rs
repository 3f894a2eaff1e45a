//! The copy problem, against whoever remembers nothing.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    language::LanguageModel,
    layer::Recurrent,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    problems::{COPY_TOKENS, copy_memory},
};

use super::contest::{Contestant, Work, field};
use super::{CHAOTIC, RATES, SEEDS, THRESHOLD, TUNING, TUNING_SEEDS};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record};

const DELAY: usize = 20;
const LANES: usize = 20;
const INPUT: usize = 10;
const HIDDEN: usize = 48;
const UPDATES: usize = 2000;
const EVERY: usize = 100;
const TEST: usize = 200;

struct Train {
    rate: f64,
    seed: u64,
}

impl Work for Train {
    /// The loss on fresh sequences after every [`EVERY`] updates, in nats a step.
    type Output = Vec<f64>;

    fn with<L: Recurrent + Clone>(self, layer: L) -> Vec<f64> {
        let mut rng = Rng::seed_from_u64(1000 + self.seed);
        let mut model = LanguageModel::new(COPY_TOKENS, layer, &mut rng);
        let test = copy_memory(DELAY, TEST, &mut Rng::seed_from_u64(!self.seed));
        let mut adam = Adam::new(&model, self.rate as f32);
        let mut grad = model.zeros_like();
        let mut workers = Workers::new(&model, 1);
        let mut curve = Vec::new();
        for update in 1..=UPDATES {
            grad.set_zero();
            let window = copy_memory(DELAY, LANES, &mut rng);
            let start = model.layer.start(LANES);
            model.loss_and_gradient(&window, &start, &mut rng, &mut workers, &mut grad);
            clip_by_norm(&mut grad, THRESHOLD as f32);
            adam.step(&mut model, &grad);
            if update % EVERY == 0 {
                let (loss, _) = model.loss(&test, &model.layer.start(TEST));
                curve.push(f64::from(loss));
            }
        }
        curve
    }
}

fn run_one(contestant: Contestant, rate: f64, seed: u64) -> Vec<f64> {
    contestant.draw(INPUT, seed, Train { rate, seed })
}

fn score(curve: &[f64]) -> f64 {
    let score = mean(curve);
    if score.is_nan() { f64::INFINITY } else { score }
}

/// Trains the field.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let field = field(INPUT, HIDDEN, COPY_TOKENS);
    let results = TUNING.run(&field, progress, |curve| score(curve), run_one);
    let mut r = Record::new(
        &SEEDS,
        format!(
            "copy problem, delay {DELAY}, {} steps, {LANES} sequences an update, embedding of {INPUT}, a GRU of \
             {HIDDEN} units, Adam, clipping at norm {THRESHOLD}, {UPDATES} updates, tests on {TEST} fresh sequences; \
             rate of {RATES:?} by the mean loss of all tests on seeds {TUNING_SEEDS:?}",
            DELAY + 20
        ),
    )
    .tolerance(CHAOTIC);
    let nothing = 10.0 * 8f64.ln() / (DELAY + 20) as f64;
    r.value("nothing", nothing, fixed(nothing, 3));
    let mut plot = Lines::new(
        Axis::linear("updates").range(0.0, UPDATES as f64),
        Axis::linear("loss (nats a step), mean of seeds").range(0.2, 0.7),
    )
    .height(420.0);
    let mut rows = Vec::new();
    for (i, (contestant, (rate, curves))) in field.iter().zip(&results).enumerate() {
        let key = contestant.key;
        let last: Vec<f64> = curves.iter().map(|c| c[c.len() - 1]).collect();
        let last = summary(&last);
        // Of the ten symbols, as many as the loss would pay for if it knew the others
        let symbols = 10.0 * (1.0 - last.mean / nothing);
        r.value(&format!("{key}-loss"), last.mean, mean_std(last, 3));
        r.value(&format!("{key}-symbols"), symbols, fixed(symbols, 1));
        r.value(&format!("{key}-rate"), *rate, rate.to_string());
        let parameters =
            contestant.kind.parameters(INPUT, contestant.hidden, COPY_TOKENS) as f64;
        rows.push(vec![
            contestant.name.to_owned(),
            contestant.hidden.to_string(),
            integer(parameters),
            rate.to_string(),
            mean_std(last, 3),
            fixed(symbols, 1),
        ]);
        let points = (0..UPDATES / EVERY).map(|k| {
            let losses: Vec<f64> = curves.iter().map(|c| c[k]).collect();
            (((k + 1) * EVERY) as f64, mean(&losses))
        });
        plot = plot.with(Trace::new(contestant.name, points).style(i));
    }
    plot = plot.level(nothing, "");
    let heads = ["cell", "$H$", "parameters", "rate", "loss (nats a step)", "symbols"];
    r.table("main", &heads, "lrrrrr", rows);
    r.plot(&plot.legend(Legend::Above));
    Ok(r)
}
