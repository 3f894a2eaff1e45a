//! Dropout in a stack of two layers: between them, or from step to step.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{Rng, dropout::Dropout, lstm::Lstm, stacked::Stacked};

use super::shaken::{Shaken, Where};
use super::{CHAOTIC, SEEDS, TUNING_SEEDS};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::prose::{Cut, Data, Outcome, THRESHOLD, WHOLE, train};
use crate::stats::{columns, summary};
use crate::text::{fixed, integer, mean_std};
use crate::tuning::Tuning;
use crate::{Progress, Record};

const INPUT: usize = 32;
const HIDDEN: usize = 64;
const TEXT: usize = 8_001;
const EPOCHS: usize = 25;
const RATES: [f64; 2] = [0.003, 0.01];
/// How often a number is dropped.
const SHARE: f32 = 0.4;

#[derive(Clone, Copy, Debug)]
struct Contestant {
    key: &'static str,
    name: &'static str,
    between: bool,
    place: Where,
}

/// Trains the field.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let data = Data::load(Cut { most: TEXT, ..WHOLE })?;
    let of = |key, name, between, place| Contestant { key, name, between, place };
    let field = [
        of("none", "none", false, Where::Nowhere),
        of("between", "between the layers", true, Where::Nowhere),
        of("step", "h, from step to step", false, Where::Output),
        of("alike", "h, the same units at all steps", false, Where::OutputAlike),
        of("all", "h and c, from step to step", false, Where::All),
    ];
    let tuning = Tuning { rates: &RATES, tuning_seeds: &TUNING_SEEDS, seeds: &SEEDS };
    let results = tuning.run(&field, progress, Outcome::lowest, |c, rate, seed| {
        let mut rng = Rng::seed_from_u64(seed);
        let mut layer = |input| {
            let layer = Lstm::new(input, HIDDEN, &mut rng);
            Shaken { layer, place: c.place, rate: SHARE }
        };
        let layers = vec![layer(INPUT), layer(HIDDEN)];
        let dropout = Dropout::new(if c.between { SHARE } else { 0.0 });
        train(Stacked::new(layers, dropout), &data, EPOCHS, rate, seed).0
    });
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{} characters of English prose, embedding of {INPUT}, two LSTMs of {HIDDEN} units, 16 lanes, windows of \
             50, {EPOCHS} epochs of {} updates, Adam, clipping at norm {THRESHOLD}, dropout of {SHARE}; rate of \
             {RATES:?} by the lowest loss on the second part on seeds {TUNING_SEEDS:?}",
            TEXT - 1,
            data.train.len()
        ),
    )
    .tolerance(CHAOTIC);
    r.value("text", (TEXT - 1) as f64, integer((TEXT - 1) as f64));
    let mut plot = Lines::new(
        Axis::linear("epochs").range(0.0, EPOCHS as f64),
        Axis::linear("loss (nats a character)").range(1.8, 3.0),
    )
    .legend(Legend::Above);
    let mut rows = Vec::new();
    for (k, (c, (rate, outcomes))) in field.iter().zip(&results).enumerate() {
        let of = |f: fn(&Outcome) -> f64| {
            summary(&outcomes.iter().map(f).collect::<Vec<_>>())
        };
        let (test, train) = (of(|o| o.test), of(|o| o.train));
        let (last, epoch) = (of(|o| o.dev[EPOCHS - 1]), of(|o| o.epoch() as f64));
        let key = c.key;
        r.value(&format!("{key}-test"), test.mean, mean_std(test, 3));
        r.value(&format!("{key}-train"), train.mean, fixed(train.mean, 2));
        r.value(&format!("{key}-last"), last.mean, fixed(last.mean, 2));
        r.value(&format!("{key}-rate"), *rate, rate.to_string());
        rows.push(vec![
            c.name.to_owned(),
            rate.to_string(),
            mean_std(test, 3),
            fixed(train.mean, 2),
            fixed(last.mean, 2),
            fixed(epoch.mean, 1),
        ]);
        let curves: Vec<Vec<f64>> = outcomes.iter().map(|o| o.dev.clone()).collect();
        let points = columns(&curves).into_iter().enumerate();
        let points: Vec<_> = points.map(|(k, s)| ((k + 1) as f64, s.mean)).collect();
        plot = plot.with(Trace::new(c.name, points).style(k));
    }
    let heads = [
        "dropout",
        "rate",
        "test loss (nats)",
        "training loss",
        "loss after the last epoch",
        "best epoch",
    ];
    r.table("main", &heads, "lrrrrr", rows);
    r.plot(&plot);
    Ok(r)
}
