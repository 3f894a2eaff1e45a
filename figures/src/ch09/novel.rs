//! A novel that the reader supplies: the environment variable `NOVEL` names its file.

use std::time::Instant;

use anyhow::Result;
use rnn_book_code::{lstm::Lstm, ngram::NGram, saved::Level, train::Point};

use super::{CHAOTIC, Corpus, Plan, judge, train};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::prose::novel;
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std, percent};
use crate::{Progress, Record, parallel};

const SEEDS: [u64; 3] = [1, 2, 3];

/// How the words are learned.
pub(super) const WORDS: Plan = Plan {
    hidden: 256,
    tied: true,
    dropout: 0.5,
    lanes: 32,
    window: 35,
    steps: 1800,
    rate: 0.003,
    threads: 2,
    counted: false,
};

/// How the characters are learned.
const CHARACTERS: Plan = Plan {
    hidden: 384,
    tied: false,
    dropout: 0.3,
    lanes: 32,
    window: 64,
    steps: 8000,
    rate: 0.003,
    threads: 2,
    counted: false,
};
/// The dropouts of which that of [`CHARACTERS`] was chosen, on this seed.
const DROPOUTS: [f32; 2] = [0.1, 0.3];
const TUNING_SEED: u64 = 101;

/// What is counted and learned, and how it is reported.
struct Study {
    level: Level,
    min_count: usize,
    orders: &'static [usize],
    plan: Plan,
    token: &'static str,
    /// The second unit beside nats: its name, its key, and how it follows from them.
    unit: (&'static str, &'static str, fn(f64) -> f64),
    /// Whether it is also learned with a bias from the counts.
    counted: bool,
    /// The range of the losses that are drawn; no figure without it.
    drawn: Option<(f64, f64)>,
}

/// Words in lower case that occur at least three times.
///
/// # Errors
/// When there is no novel, or it is too short.
pub fn words(progress: &Progress) -> Result<Record> {
    let study = Study {
        level: Level::Word,
        min_count: 3,
        orders: &[1, 2, 3, 4, 5],
        plan: WORDS,
        token: "word",
        unit: ("perplexity", "perplexity", f64::exp),
        counted: true,
        drawn: Some((4.0, 6.6)),
    };
    study.run(progress)
}

/// Characters as they stand. Each seed takes some five minutes on two cores.
///
/// # Errors
/// When there is no novel, or it is too short.
pub fn characters(progress: &Progress) -> Result<Record> {
    let study = Study {
        level: Level::Char,
        min_count: 1,
        orders: &[1, 3, 5, 6, 7, 8],
        plan: CHARACTERS,
        token: "character",
        unit: ("bits", "bits", |nats| nats / std::f64::consts::LN_2),
        counted: false,
        drawn: None,
    };
    study.run(progress)
}

/// The dropout of the characters, chosen on the dev part.
///
/// # Errors
/// When there is no novel, or it is too short.
pub fn dropout(progress: &Progress) -> Result<Record> {
    let corpus = Corpus::of(&novel()?, Level::Char, 1);
    progress.steps(DROPOUTS.len());
    let lowest = parallel::map(&DROPOUTS, |&dropout| -> Result<f64> {
        let plan = Plan { dropout, threads: 1, ..CHARACTERS };
        let (_, history) = train::<Lstm>(&corpus, plan, TUNING_SEED)?;
        progress.tick();
        let dev = history.iter().map(|point| f64::from(point.dev));
        Ok(dev.fold(f64::INFINITY, f64::min))
    });
    let mut r = Record::new(
        &[TUNING_SEED],
        format!(
            "the characters of the novel, all but the dropout as in `novel-characters`; the lowest loss on the dev \
             part of {} characters during {} updates",
            corpus.dev.len(),
            CHARACTERS.steps
        ),
    )
    .tolerance(CHAOTIC);
    for (dropout, lowest) in DROPOUTS.iter().zip(lowest) {
        let lowest = lowest?;
        let percent = (100.0 * dropout).round();
        r.value(&format!("dev-{percent}"), lowest, fixed(lowest, 3));
    }
    Ok(r)
}

impl Study {
    fn run(&self, progress: &Progress) -> Result<Record> {
        let Self { plan, token, unit: (unit, unit_key, of_nats), .. } = self;
        let corpus = Corpus::of(&novel()?, self.level, self.min_count);
        let v = corpus.vocabulary.size();
        let mut r = Record::new(
            &SEEDS,
            format!(
                "{} {token}s to learn from, {} as dev part, {} as test part, V = {v}; an LSTM of {} units, {}, \
                 dropout {}, {} lanes, windows of {}, {} updates of Adam, rate {} down a half cosine; the discounts \
                 of the n-grams chosen on the dev part",
                corpus.train.len(),
                corpus.dev.len(),
                corpus.test.len(),
                plan.hidden,
                if plan.tied { "tied" } else { "not tied" },
                plan.dropout,
                plan.lanes,
                plan.window,
                plan.steps,
                plan.rate
            ),
        )
        .tolerance(CHAOTIC);
        let count = |n: usize| (n as f64, integer(n as f64));
        for (key, (n, text)) in [
            ("train", count(corpus.train.len())),
            ("test", count(corpus.test.len())),
            ("vocabulary", count(v)),
            ("updates", count(plan.steps)),
        ] {
            r.value(key, n, text);
        }
        r.value("unknown", corpus.unknown(), percent(corpus.unknown(), 1));
        let mut rows = Vec::new();
        let (mut best, mut best_dev) = (f64::INFINITY, f64::INFINITY);
        for &order in self.orders {
            let (ngram, loss) = corpus.counted(order);
            best = best.min(loss);
            best_dev = best_dev.min(ngram.loss(&corpus.dev));
            let witten = NGram::witten_bell(&corpus.train, v, order).loss(&corpus.test);
            r.value(&format!("kn-{order}"), loss, fixed(loss, 3));
            for (kind, loss) in [("kn", loss), ("wb", witten)] {
                let x = of_nats(loss);
                r.value(&format!("{kind}-{order}-{unit_key}"), x, fixed(x, 2));
            }
            rows.push(vec![
                format!("order {order}"),
                fixed(witten, 3),
                fixed(of_nats(witten), 2),
                fixed(loss, 3),
                fixed(of_nats(loss), 2),
            ]);
        }
        let mut plans = vec![("lstm", format!("LSTM, {} units", plan.hidden), *plan)];
        if self.counted {
            let counted = Plan { counted: true, ..*plan };
            plans.push(("counted", "the same, bias from the counts".into(), counted));
        }
        progress.steps(plans.len() * SEEDS.len());
        let (mut histories, mut worst) = (Vec::new(), Vec::new());
        let start = Instant::now();
        for (key, name, plan) in &plans {
            let mut losses = Vec::new();
            for seed in SEEDS {
                let (model, history) = train::<Lstm>(&corpus, *plan, seed)?;
                losses.push(judge(&model, &corpus.test));
                histories.push(history);
                progress.tick();
            }
            let loss = summary(&losses);
            let second =
                summary(&losses.iter().map(|&loss| of_nats(loss)).collect::<Vec<_>>());
            rows.push(vec![
                name.clone(),
                "–".into(),
                "–".into(),
                mean_std(loss, 3),
                mean_std(second, 2),
            ]);
            r.value(key, loss.mean, mean_std(loss, 3));
            r.value(&format!("{key}-{unit_key}"), second.mean, mean_std(second, 2));
            worst.push(losses.iter().copied().fold(f64::MIN, f64::max));
        }
        let mean_loss = r.values["lstm"].value;
        r.value("below", best - mean_loss, fixed(best - mean_loss, 3));
        let below_five = r.values["kn-5"].value - worst[0];
        r.value("below-five", below_five, fixed(below_five, 3));
        let trainings = (plans.len() * SEEDS.len()) as f64;
        let minutes = start.elapsed().as_secs_f64() / 60.0 / trainings;
        r.timed_value("minutes", minutes, fixed(minutes, 1));
        r.value("best-dev", best_dev, fixed(best_dev, 3));
        r.value("best", best, fixed(best, 3));
        r.value(&format!("best-{unit_key}"), of_nats(best), fixed(of_nats(best), 1));
        let heads =
            ["model", "Witten–Bell (nats)", unit, "Kneser–Ney or LSTM (nats)", unit];
        r.table("main", &heads, "lrrrr", rows);
        let Some((low, high)) = self.drawn else { return Ok(r) };
        let line = |plan: usize, f: &dyn Fn(&Point) -> f32| -> Vec<(f64, f64)> {
            let of = &histories[plan * SEEDS.len()..(plan + 1) * SEEDS.len()];
            (0..of[0].len())
                .map(|k| {
                    let at: Vec<f64> = of.iter().map(|h| f64::from(f(&h[k]))).collect();
                    (of[0][k].step as f64, mean(&at))
                })
                .collect()
        };
        let mut chart = Lines::new(
            Axis::linear("updates").range(0.0, plan.steps as f64),
            Axis::linear(format!("loss (nats a {token})")).range(low, high),
        )
        .legend(Legend::Above)
        .with(Trace::new("dev part", line(0, &|p| p.dev)))
        .with(Trace::new("training part, with dropout", line(0, &|p| p.train)));
        if self.counted {
            let dev = line(1, &|p| p.dev);
            chart = chart.with(Trace::new("dev part, bias from the counts", dev));
        }
        r.plot(&chart.level(best_dev, "best n-gram, dev part"));
        Ok(r)
    }
}
