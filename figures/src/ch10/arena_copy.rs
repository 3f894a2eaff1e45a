//! The arena: copying ten symbols over delays that were trained and longer ones.

use anyhow::Result;
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    problems::{COPY_TOKENS, copy_memory},
};

use super::arena::{
    Contestant, Model, RATES, THRESHOLD, TUNING, Trainer, Work, answers, field,
};
use super::{CHAOTIC, SEEDS, TUNING_SEED};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record};

/// The width of the GPT, whose parameters all others match.
const WIDTH: usize = 16;
const LANES: usize = 16;
const UPDATES: usize = 6000;
/// The longest delay that is trained.
const LONGEST: usize = 20;
/// The delays that are tested.
const DELAYS: [usize; 6] = [1, 5, 10, 20, 40, 80];
const TEST: usize = 100;
const SYMBOLS: usize = 10;

struct Train {
    rate: f64,
    seed: u64,
}

impl Work for Train {
    /// The share of right symbols at each delay.
    type Output = Vec<f64>;

    fn with<M: Model>(self, mut model: M) -> Vec<f64> {
        let mut rng = Rng::seed_from_u64(1000 + self.seed);
        let mut trainer = Trainer::new(&model, self.rate, UPDATES);
        for _ in 0..UPDATES {
            let delay = rng.random_range(1..=LONGEST);
            let window = copy_memory(delay, LANES, &mut rng);
            let mut memory = model.memory(LANES);
            trainer.update(&mut model, &window, &mut memory);
        }
        let rng = &mut Rng::seed_from_u64(!self.seed);
        let shares = DELAYS.map(|delay| {
            let window = copy_memory(delay, TEST, rng);
            let mut asked = Array2::zeros(window.x.dim());
            asked.slice_mut(ndarray::s![SYMBOLS + delay.., ..]).fill(1);
            let (mut right, mut all) = (0.0, 0.0);
            answers(&model, &window, &asked, |_, found| {
                right += f64::from(u8::from(found));
                all += 1.0;
            });
            right / all
        });
        shares.to_vec()
    }
}

/// Trains the field.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let context = DELAYS[DELAYS.len() - 1] + 2 * SYMBOLS;
    let field = field(COPY_TOKENS, context, WIDTH);
    let trained = DELAYS.iter().take_while(|&&delay| delay <= LONGEST).count();
    let results = TUNING.run(
        &field,
        progress,
        |shares: &Vec<f64>| -mean(&shares[..trained]),
        |contestant: Contestant, rate, seed| {
            contestant.draw(seed, Train { rate, seed })
        },
    );
    let mut r = Record::new(
        &SEEDS,
        format!(
            "copy problem, delays 1 to {LONGEST} in training, {LANES} sequences an update, {UPDATES} updates, a GPT of \
             width {WIDTH} and the others with as many parameters, Adam, clipping at norm {THRESHOLD}, warm-up and cosine, test on {TEST} fresh \
             sequences a delay; rate of {RATES:?} by the share of right symbols at delays up to {LONGEST} on seed \
             {TUNING_SEED}"
        ),
    )
    .tolerance(CHAOTIC);
    r.value("longest", LONGEST as f64, LONGEST.to_string());
    let chance = 1.0 / 8.0;
    r.value("chance", chance, fixed(chance, 3));
    let mut plot = Lines::new(
        Axis::log("delay (steps)").range(1.0, 100.0),
        Axis::linear("share of right symbols").range(0.0, 1.05),
    )
    .height(430.0);
    let mut rows = Vec::new();
    for (i, (contestant, (rate, outcomes))) in field.iter().zip(&results).enumerate() {
        let key = contestant.key();
        let at = |k: usize| summary(&outcomes.iter().map(|o| o[k]).collect::<Vec<_>>());
        for (k, delay) in DELAYS.iter().enumerate() {
            let at = at(k);
            r.value(&format!("{key}-{delay}"), at.mean, mean_std(at, 2));
        }
        rows.push(vec![
            contestant.name().to_owned(),
            contestant.size.to_string(),
            integer(contestant.parameters() as f64),
            rate.to_string(),
            mean_std(at(0), 2),
            mean_std(at(trained - 1), 2),
            mean_std(at(trained), 2),
            mean_std(at(trained + 1), 2),
        ]);
        let points =
            DELAYS.iter().enumerate().map(|(k, &delay)| (delay as f64, at(k).mean));
        plot = plot
            .with(Trace::new(contestant.name(), points.collect::<Vec<_>>()).style(i));
    }
    let heads = ["model", "$D$", "parameters", "rate", "delay 1", "20", "40", "80"];
    r.table("main", &heads, "lrrrrrrr", rows);
    let plot =
        plot.level(chance, "a guess").moment(LONGEST as f64, "trained up to here");
    r.plot(&plot.legend(Legend::Above));
    Ok(r)
}
