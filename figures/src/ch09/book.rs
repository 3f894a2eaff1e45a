//! The words of this book: n-grams of several orders, and recurrent models with one thing changed at a time.

use anyhow::Result;
use rnn_book_code::{
    gru::Gru, lstm::Lstm, ngram::NGram, parameters::Parameters, saved::Level,
};

use super::{BOOK, CHAOTIC, Corpus, Plan, judge, train};
use crate::draw::{Anchor, Axis, Legend, Lines, Trace};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std, percent};
use crate::{Progress, Record, parallel};

const SEEDS: [u64; 3] = [1, 2, 3];
const PLAN: Plan = Plan {
    hidden: 160,
    tied: true,
    dropout: 0.3,
    lanes: 16,
    window: 35,
    steps: 800,
    rate: 0.006,
    threads: 1,
    counted: false,
};
/// One thing changed at a time, but that the model with two matrices has embeddings of 64, and so about as many
/// parameters: key, name, whether it is a GRU, plan.
const VARIANTS: [(&str, &str, bool, Plan); 5] = [
    ("tied", "LSTM, tied, dropout 0.3", false, PLAN),
    ("untied", "not tied, embeddings of 64", false, Plan { tied: false, ..PLAN }),
    ("undropped", "the same, no dropout", false, Plan { dropout: 0.0, ..PLAN }),
    ("gru", "the same with a GRU", true, PLAN),
    (
        "counted",
        "the same, bias from the counts",
        false,
        Plan { counted: true, ..PLAN },
    ),
];

struct Outcome {
    parameters: usize,
    test: f64,
    lowest: f64,
    points: Vec<(f64, f64, f64)>,
}

/// Counts, trains and compares.
///
/// # Errors
/// When the text is too short.
pub fn run(progress: &Progress) -> Result<Record> {
    let corpus = Corpus::of(BOOK, Level::Word, 3);
    let v = corpus.vocabulary.size();
    let jobs: Vec<_> =
        VARIANTS.iter().flat_map(|variant| SEEDS.map(|seed| (variant, seed))).collect();
    progress.steps(jobs.len());
    let outcomes =
        parallel::map(&jobs, |((_, _, gru, plan), seed)| -> Result<Outcome> {
            let (parameters, test, history) = if *gru {
                let (model, history) = train::<Gru>(&corpus, *plan, *seed)?;
                (model.count(), judge(&model, &corpus.test), history)
            } else {
                let (model, history) = train::<Lstm>(&corpus, *plan, *seed)?;
                (model.count(), judge(&model, &corpus.test), history)
            };
            progress.tick();
            let points: Vec<_> = history
                .iter()
                .map(|p| (p.step as f64, f64::from(p.train), f64::from(p.dev)))
                .collect();
            let lowest = points.iter().map(|p| p.2).fold(f64::INFINITY, f64::min);
            Ok(Outcome { parameters, test, lowest, points })
        });
    let outcomes = outcomes.into_iter().collect::<Result<Vec<_>>>()?;

    let mut r = Record::new(
        &SEEDS,
        format!(
            "the words of data/book.txt: {} to learn from, {} as dev part, {} as test part, V = {v}; one layer of {} \
             units, {} lanes, windows of {}, {} updates of Adam, rate {} after a warm-up, down a half cosine, \
             clipping at norm 1; size, rate and dropout of the first row were chosen on the dev part with seed 101, the discounts of the n-grams on the same part",
            corpus.train.len(),
            corpus.dev.len(),
            corpus.test.len(),
            PLAN.hidden,
            PLAN.lanes,
            PLAN.window,
            PLAN.steps,
            PLAN.rate
        ),
    )
    .tolerance(CHAOTIC);
    r.value("train", corpus.train.len() as f64, integer(corpus.train.len() as f64));
    r.value("vocabulary", v as f64, integer(v as f64));
    r.value("unknown", corpus.unknown(), percent(corpus.unknown(), 1));
    let mut rows = Vec::new();
    let (mut best, mut best_dev) = (f64::INFINITY, f64::INFINITY);
    for order in 1..=5 {
        let witten = NGram::witten_bell(&corpus.train, v, order).loss(&corpus.test);
        let plain = NGram::kneser_ney(&corpus.train, v, order).loss(&corpus.test);
        let (ngram, loss) = corpus.counted(order);
        best = best.min(loss);
        best_dev = best_dev.min(ngram.loss(&corpus.dev));
        r.value(&format!("wb-{order}"), witten.exp(), fixed(witten.exp(), 1));
        r.value(&format!("kn-{order}"), loss.exp(), fixed(loss.exp(), 1));
        rows.push(vec![
            order.to_string(),
            fixed(witten.exp(), 1),
            fixed(plain.exp(), 1),
            fixed(loss.exp(), 1),
            fixed(loss, 3),
        ]);
    }
    let heads =
        ["order", "Witten–Bell", "Kneser–Ney", "Kneser–Ney, tuned", "nats, tuned"];
    r.table("counting", &heads, "rrrrr", rows);
    r.value("kn-best", best.exp(), fixed(best.exp(), 1));
    r.value("kn-best-dev", best_dev, fixed(best_dev, 3));

    let mut chart = Lines::new(
        Axis::linear("updates").range(0.0, PLAN.steps as f64),
        Axis::linear("loss (nats a word)").range(3.5, 6.5),
    )
    .legend(Legend::Above)
    .level(best_dev, "")
    .note(
        (PLAN.steps as f64, best_dev),
        "best n-gram, dev part",
        Anchor::End,
        (-4.0, 14.0),
    );
    let mut rows = Vec::new();
    for (i, (key, name, ..)) in VARIANTS.iter().enumerate() {
        let all = &outcomes[i * SEEDS.len()..(i + 1) * SEEDS.len()];
        let over = |f: &dyn Fn(&Outcome) -> f64| {
            summary(&all.iter().map(f).collect::<Vec<_>>())
        };
        let (test, perplexity) = (over(&|o| o.test), over(&|o| o.test.exp()));
        let lowest = over(&|o| o.lowest);
        let last = over(&|o| o.points.last().map_or(0.0, |p| p.1));
        r.value(&format!("{key}-perplexity"), perplexity.mean, mean_std(perplexity, 1));
        r.value(&format!("{key}-nats"), test.mean, mean_std(test, 3));
        r.value(&format!("{key}-dev"), lowest.mean, mean_std(lowest, 3));
        r.value(&format!("{key}-train"), last.mean, fixed(last.mean, 2));
        let parameters = all[0].parameters;
        r.value(
            &format!("{key}-parameters"),
            parameters as f64,
            integer(parameters as f64),
        );
        rows.push(vec![
            (*name).to_owned(),
            integer(parameters as f64),
            fixed(last.mean, 2),
            mean_std(lowest, 3),
            mean_std(test, 3),
            mean_std(perplexity, 1),
        ]);
        let points: Vec<_> = (0..all[0].points.len())
            .map(|k| {
                let dev: Vec<f64> = all.iter().map(|o| o.points[k].2).collect();
                (all[0].points[k].0, mean(&dev))
            })
            .collect();
        chart = chart.with(Trace::new(*name, points).style(i));
        if *key == "undropped" {
            let points: Vec<_> =
                all[0].points.iter().map(|&(step, train, _)| (step, train)).collect();
            chart =
                chart.with(Trace::new("no dropout, training part", points).style(5));
        }
    }
    let heads =
        ["model", "parameters", "training", "lowest dev", "test (nats)", "perplexity"];
    r.table("learning", &heads, "lrrrrr", rows);
    r.plot(&chart);
    Ok(r)
}
