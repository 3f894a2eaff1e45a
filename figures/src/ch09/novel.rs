//! A novel that the reader supplies: the environment variable `NOVEL` names its file.

use anyhow::{Context, Result};
use rnn_book_code::{lstm::Lstm, ngram::NGram, saved::Level, text::read_text};

use super::{CHAOTIC, Corpus, Plan, judge, train};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::text::{fixed, integer, percent};
use crate::{Progress, Record};

const SEED: u64 = 1;

fn text() -> Result<String> {
    let path = std::env::var("NOVEL")
        .context("set NOVEL to the file of the novel, a plain text in UTF-8")?;
    Ok(read_text(path)?)
}

/// Words in lower case that occur at least three times.
///
/// # Errors
/// When there is no novel, or it is too short.
pub fn words(_: &Progress) -> Result<Record> {
    let corpus = Corpus::of(&text()?, Level::Word, 3);
    let plan = Plan {
        hidden: 256,
        tied: true,
        dropout: 0.5,
        lanes: 32,
        window: 35,
        steps: 2400,
        rate: 0.003,
        threads: 2,
    };
    compare(&corpus, plan, &[1, 2, 3, 4, 5], "word", (4.0, 6.6))
}

fn compare(
    corpus: &Corpus,
    plan: Plan,
    orders: &[usize],
    token: &str,
    range: (f64, f64),
) -> Result<Record> {
    let v = corpus.vocabulary.size();
    let mut r = Record::new(
        &[SEED],
        format!(
            "{} {token}s to learn from, {} to choose by, {} to judge by, V = {v}; an LSTM of {} units, {}, dropout {}, \
             {} lanes, windows of {}, {} updates of Adam, rate {} down a half cosine; the discounts of the n-grams \
             chosen on the part to choose by",
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
    r.value("train", corpus.train.len() as f64, integer(corpus.train.len() as f64));
    r.value("test", corpus.test.len() as f64, integer(corpus.test.len() as f64));
    r.value("vocabulary", v as f64, integer(v as f64));
    r.value("unknown", corpus.unknown(), percent(corpus.unknown(), 1));
    let mut rows = Vec::new();
    let (mut best, mut best_dev) = (f64::INFINITY, f64::INFINITY);
    for &order in orders {
        let (ngram, loss) = corpus.counted(order);
        best = best.min(loss);
        best_dev = best_dev.min(ngram.loss(&corpus.dev));
        r.value(&format!("kn-{order}"), loss, fixed(loss, 3));
        let witten = NGram::witten_bell(&corpus.train, v, order).loss(&corpus.test);
        r.value(&format!("kn-{order}-perplexity"), loss.exp(), fixed(loss.exp(), 1));
        r.value(
            &format!("wb-{order}-perplexity"),
            witten.exp(),
            fixed(witten.exp(), 1),
        );
        rows.push(vec![
            format!("order {order}"),
            fixed(witten, 3),
            fixed(witten.exp(), 2),
            fixed(loss, 3),
            fixed(loss.exp(), 2),
        ]);
    }
    let (model, history) = train::<Lstm>(corpus, plan, SEED)?;
    let loss = judge(&model, &corpus.test);
    rows.push(vec![
        format!("LSTM, {} units", plan.hidden),
        "–".into(),
        "–".into(),
        fixed(loss, 3),
        fixed(loss.exp(), 2),
    ]);
    r.value("best-dev", best_dev, fixed(best_dev, 3));
    r.value("best", best, fixed(best, 3));
    r.value("best-perplexity", best.exp(), fixed(best.exp(), 1));
    r.value("lstm", loss, fixed(loss, 3));
    r.value("lstm-perplexity", loss.exp(), fixed(loss.exp(), 1));
    r.value("below", best - loss, fixed(best - loss, 3));
    if let Some(five) = r.values.get("kn-5").map(|five| five.value) {
        r.value("below-five", five - loss, fixed(five - loss, 3));
    }
    r.table(
        "main",
        &[
            "model",
            "Witten–Bell (nats)",
            "perplexity",
            "Kneser–Ney or LSTM (nats)",
            "perplexity",
        ],
        "lrrrr",
        rows,
    );
    let line = |f: &dyn Fn(&rnn_book_code::train::Point) -> f32| -> Vec<(f64, f64)> {
        history.iter().map(|p| (p.step as f64, f64::from(f(p)))).collect()
    };
    r.plot(
        &Lines::new(
            Axis::linear("updates").range(0.0, plan.steps as f64),
            Axis::linear(format!("loss (nats a {token})")).range(range.0, range.1),
        )
        .legend(Legend::Above)
        .with(Trace::new("part to choose by", line(&|p| p.dev)))
        .with(Trace::new("training part, with dropout", line(&|p| p.train)))
        .level(best_dev, "best n-gram, part to choose by"),
    );
    Ok(r)
}
