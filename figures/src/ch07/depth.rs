//! Depth at equal parameters: one to four layers on English prose, plain, residual, and normalised.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    dropout::Dropout,
    layer::Layer,
    lstm::Lstm,
    residual::{PreNorm, Residual},
    stacked::Stacked,
};

use super::{CHAOTIC, SEEDS, TUNING_SEEDS};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::prose::{Data, LANES, Outcome, STEPS, THRESHOLD, WHOLE, train};
use crate::stats::summary;
use crate::text::{fixed, integer, mean_std};
use crate::tuning::Tuning;
use crate::{Progress, Record};

const HIDDEN: usize = 64;
const DEPTHS: [usize; 3] = [1, 2, 4];
const EPOCHS: usize = 8;
const RATES: [f64; 2] = [0.003, 0.01];
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Plain,
    Residual,
    Normed,
}

#[derive(Clone, Copy, Debug)]
struct Contestant {
    kind: Kind,
    depth: usize,
    hidden: usize,
}

impl Kind {
    fn key(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Residual => "residual",
            Self::Normed => "normed",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Residual => "residual",
            Self::Normed => "residual, normalised",
        }
    }

    fn parameters(self, depth: usize, hidden: usize, vocabulary: usize) -> usize {
        let norm = if self == Self::Normed { 2 * hidden } else { 0 };
        let around = vocabulary * hidden + (hidden + 1) * vocabulary;
        around + depth * (4 * hidden * (2 * hidden + 1) + norm)
    }
}

/// A stack of so many layers, each made anew.
pub(super) fn stack<L: Layer>(depth: usize, mut make: impl FnMut() -> L) -> Stacked<L> {
    Stacked::new((0..depth).map(|_| make()).collect(), Dropout::new(0.0))
}

fn run_one(c: Contestant, data: &Data, rate: f64, seed: u64) -> Outcome {
    let mut rng = Rng::seed_from_u64(seed);
    let mut lstm = || Lstm::new(c.hidden, c.hidden, &mut rng);
    match c.kind {
        Kind::Plain => train(stack(c.depth, lstm), data, EPOCHS, rate, seed).0,
        Kind::Residual => {
            let layers = stack(c.depth, || Residual::new(lstm()));
            train(layers, data, EPOCHS, rate, seed).0
        }
        Kind::Normed => {
            let layers = stack(c.depth, || Residual::new(PreNorm::new(lstm())));
            train(layers, data, EPOCHS, rate, seed).0
        }
    }
}

/// Trains the field.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let data = Data::load(WHOLE)?;
    let v = data.vocabulary.len();
    let budget = Kind::Plain.parameters(1, HIDDEN, v);
    let kinds = [Kind::Plain, Kind::Residual, Kind::Normed];
    let field: Vec<Contestant> = kinds
        .into_iter()
        .flat_map(|kind| {
            DEPTHS.map(|depth| {
                let off = |h: &usize| kind.parameters(depth, *h, v).abs_diff(budget);
                let hidden = (1..=HIDDEN).min_by_key(off).unwrap_or(1);
                Contestant { kind, depth, hidden }
            })
        })
        .collect();
    let tuning = Tuning { rates: &RATES, tuning_seeds: &TUNING_SEEDS, seeds: &SEEDS };
    let results = tuning.run(&field, progress, Outcome::lowest, |c, rate, seed| {
        run_one(c, &data, rate, seed)
    });
    let mut r = Record::new(
        &SEEDS,
        format!(
            "characters of English prose, V = {v}, embedding of H, one LSTM of {HIDDEN} units and the others at its \
             parameters, {LANES} lanes, windows of {STEPS}, {EPOCHS} epochs of {} updates, Adam, clipping at norm \
             {THRESHOLD}; rate of {RATES:?} by the lowest loss on the second part on seeds {TUNING_SEEDS:?}",
            data.train.len()
        ),
    )
    .tolerance(CHAOTIC);
    let mut plot = Lines::new(
        Axis::log("layers")
            .range(0.9, 4.5)
            .labelled_ticks(DEPTHS.map(|d| (d as f64, d.to_string())).to_vec()),
        Axis::linear("test loss (nats a character)"),
    )
    .legend(Legend::Above);
    let mut rows = Vec::new();
    for (k, (contestants, results)) in
        field.chunks(DEPTHS.len()).zip(results.chunks(DEPTHS.len())).enumerate()
    {
        let (mut points, mut spread) = (Vec::new(), Vec::new());
        for (c, (rate, outcomes)) in contestants.iter().zip(results) {
            let of = |f: fn(&Outcome) -> f64| {
                summary(&outcomes.iter().map(f).collect::<Vec<_>>())
            };
            let (test, train) = (of(|o| o.test), of(|o| o.train));
            let epochs = of(|o| o.epoch() as f64);
            let key = format!("{}-{}", c.kind.key(), c.depth);
            r.value(&key, test.mean, mean_std(test, 3));
            r.value(&format!("{key}-train"), train.mean, fixed(train.mean, 2));
            r.value(&format!("{key}-rate"), *rate, rate.to_string());
            r.value(&format!("{key}-hidden"), c.hidden as f64, c.hidden.to_string());
            points.push((c.depth as f64, test.mean));
            spread.push(test.std);
            rows.push(vec![
                c.depth.to_string(),
                c.kind.name().to_owned(),
                c.hidden.to_string(),
                integer(c.kind.parameters(c.depth, c.hidden, v) as f64),
                rate.to_string(),
                mean_std(test, 3),
                fixed(train.mean, 2),
                fixed(epochs.mean, 1),
            ]);
        }
        let name = contestants[0].kind.name();
        plot = plot.with(Trace::new(name, points).error_bars(spread).style(k));
    }
    let heads = [
        "layers",
        "stack",
        "$H$",
        "parameters",
        "rate",
        "test loss (nats)",
        "training loss",
        "best epoch",
    ];
    r.table("main", &heads, "rlrrrrrr", rows);
    r.plot(&plot);
    Ok(r)
}
