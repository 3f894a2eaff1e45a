//! A novel that the reader supplies: the environment variable `NOVEL` names its file.

use std::time::Instant;

use anyhow::{Context, Result};
use rnn_book_code::{
    lstm::Lstm, ngram::NGram, saved::Level, text::read_text, train::Point,
};

use super::{CHAOTIC, Corpus, Plan, judge, train};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std, percent};
use crate::{Progress, Record};

const SEEDS: [u64; 3] = [1, 2, 3];

/// The novel that `NOVEL` names.
pub(super) fn text() -> Result<String> {
    let path = std::env::var("NOVEL")
        .context("set NOVEL to the file of the novel, a plain text in UTF-8")?;
    Ok(read_text(path)?)
}

/// What is counted and learned, and how it is reported.
struct Study {
    level: Level,
    min_count: usize,
    orders: &'static [usize],
    plan: Plan,
    token: &'static str,
    /// The second unit beside nats: its name, its key, and how it follows from them.
    unit: (&'static str, &'static str, fn(f64) -> f64),
    /// The range of the losses that are drawn; no figure without it.
    drawn: Option<(f64, f64)>,
}

/// Words in lower case that occur at least three times.
///
/// # Errors
/// When there is no novel, or it is too short.
pub fn words(progress: &Progress) -> Result<Record> {
    let plan = Plan {
        hidden: 256,
        tied: true,
        dropout: 0.5,
        lanes: 32,
        window: 35,
        steps: 1800,
        rate: 0.003,
        threads: 2,
    };
    let study = Study {
        level: Level::Word,
        min_count: 3,
        orders: &[1, 2, 3, 4, 5],
        plan,
        token: "word",
        unit: ("perplexity", "perplexity", f64::exp),
        drawn: Some((4.0, 6.6)),
    };
    study.run(progress)
}

/// Characters as they stand. The updates take some six minutes on two cores.
///
/// # Errors
/// When there is no novel, or it is too short.
pub fn characters(progress: &Progress) -> Result<Record> {
    let plan = Plan {
        hidden: 384,
        tied: false,
        dropout: 0.3,
        lanes: 32,
        window: 64,
        steps: 8000,
        rate: 0.003,
        threads: 2,
    };
    let study = Study {
        level: Level::Char,
        min_count: 1,
        orders: &[1, 3, 5, 6, 7, 8],
        plan,
        token: "character",
        unit: ("bits", "bits", |nats| nats / std::f64::consts::LN_2),
        drawn: None,
    };
    study.run(progress)
}

impl Study {
    fn run(&self, progress: &Progress) -> Result<Record> {
        let Self { plan, token, unit: (unit, unit_key, of_nats), .. } = self;
        let corpus = Corpus::of(&text()?, self.level, self.min_count);
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
        progress.steps(SEEDS.len());
        let mut losses = Vec::new();
        let mut histories = Vec::new();
        let start = Instant::now();
        for seed in SEEDS {
            let (model, history) = train::<Lstm>(&corpus, *plan, seed)?;
            losses.push(judge(&model, &corpus.test));
            histories.push(history);
            progress.tick();
        }
        let minutes = start.elapsed().as_secs_f64() / 60.0 / SEEDS.len() as f64;
        r.timed_value("minutes", minutes, fixed(minutes, 1));
        let loss = summary(&losses);
        let second =
            summary(&losses.iter().map(|&loss| of_nats(loss)).collect::<Vec<_>>());
        rows.push(vec![
            format!("LSTM, {} units", plan.hidden),
            "–".into(),
            "–".into(),
            mean_std(loss, 3),
            mean_std(second, 2),
        ]);
        r.value("best-dev", best_dev, fixed(best_dev, 3));
        r.value("best", best, fixed(best, 3));
        r.value(&format!("best-{unit_key}"), of_nats(best), fixed(of_nats(best), 1));
        r.value("lstm", loss.mean, mean_std(loss, 3));
        r.value(&format!("lstm-{unit_key}"), second.mean, mean_std(second, 2));
        let worst = losses.iter().copied().fold(f64::MIN, f64::max);
        r.value("below", best - loss.mean, fixed(best - loss.mean, 3));
        if let Some(five) = r.values.get("kn-5").map(|five| five.value) {
            r.value("below-five", five - worst, fixed(five - worst, 3));
        }
        let heads =
            ["model", "Witten–Bell (nats)", unit, "Kneser–Ney or LSTM (nats)", unit];
        r.table("main", &heads, "lrrrr", rows);
        let Some((low, high)) = self.drawn else { return Ok(r) };
        let line = |f: &dyn Fn(&Point) -> f32| -> Vec<(f64, f64)> {
            (0..histories[0].len())
                .map(|k| {
                    let at: Vec<f64> =
                        histories.iter().map(|h| f64::from(f(&h[k]))).collect();
                    (histories[0][k].step as f64, mean(&at))
                })
                .collect()
        };
        r.plot(
            &Lines::new(
                Axis::linear("updates").range(0.0, plan.steps as f64),
                Axis::linear(format!("loss (nats a {token})")).range(low, high),
            )
            .legend(Legend::Above)
            .with(Trace::new("dev part", line(&|p| p.dev)))
            .with(Trace::new("training part, with dropout", line(&|p| p.train)))
            .level(best_dev, "best n-gram, dev part"),
        );
        Ok(r)
    }
}
