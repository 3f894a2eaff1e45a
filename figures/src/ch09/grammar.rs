//! A language whose entropy is known: how near counting and learning come to the best possible.

use anyhow::{Result, anyhow};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    grammar::{Grammar, LITTLE},
    lstm::Lstm,
    ngram::NGram,
    saved::Level,
    vocabulary::Vocabulary,
};

use super::{CHAOTIC, Corpus, Plan, judge, train};
use crate::draw::{Anchor, Axis, Legend, Lines, Panels, Trace};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record, parallel};

const SEEDS: [u64; 3] = [1, 2, 3];
const WORDS: [usize; 3] = [80_000, 8_000, 20_000];
const PLAN: Plan = Plan {
    hidden: 64,
    tied: false,
    dropout: 0.0,
    lanes: 32,
    window: 25,
    steps: 1200,
    rate: 0.003,
    threads: 1,
    counted: false,
};
const ORDERS: std::ops::RangeInclusive<usize> = 1..=8;

/// Sentences that follow each other, and what the best model loses a word on them.
fn text(grammar: &Grammar, words: usize, seed: u64) -> (Vec<usize>, f64) {
    let mut rng = Rng::seed_from_u64(seed);
    let (mut text, mut log_p) = (Vec::new(), 0.0);
    while text.len() < words {
        let (sentence, log_q) = grammar.sentence(&mut rng);
        text.extend(sentence);
        log_p += log_q;
    }
    let loss = -log_p / text.len() as f64;
    (text, loss)
}

/// Counts, trains and compares with what is possible.
///
/// # Errors
/// When the grammar is wrong.
pub fn run(progress: &Progress) -> Result<Record> {
    let grammar = Grammar::parse(LITTLE).map_err(|error| anyhow!(error))?;
    let (entropy, length) = grammar.expectations().map_err(|error| anyhow!(error))?;
    let rate = entropy / length;
    // Three texts, the same for all: what is random for a seed is the model
    let [(train_words, _), (dev_words, dev_optimum), (test_words, optimum)] =
        [(0, 1001), (1, 1002), (2, 1003)]
            .map(|(k, seed)| text(&grammar, WORDS[k], seed));
    let vocabulary =
        Vocabulary::of(grammar.words().iter().map(String::as_str), 1, None);
    let ids: Vec<usize> =
        grammar.words().iter().map(|word| vocabulary.id(word)).collect();
    let [train_ids, dev, test] = [train_words, dev_words, test_words]
        .map(|text| text.into_iter().map(|word| ids[word]).collect::<Vec<_>>());
    let v = vocabulary.size();
    let corpus = Corpus { level: Level::Word, vocabulary, train: train_ids, dev, test };
    progress.steps(SEEDS.len());
    let outcomes = parallel::map(&SEEDS, |&seed| -> Result<_> {
        let (model, history) = train::<Lstm>(&corpus, PLAN, seed)?;
        progress.tick();
        let dev: Vec<_> =
            history.iter().map(|p| (p.step as f64, f64::from(p.dev))).collect();
        Ok((judge(&model, &corpus.test), dev))
    });
    let outcomes = outcomes.into_iter().collect::<Result<Vec<_>>>()?;

    let mut r = Record::new(
        &SEEDS,
        format!(
            "{} words to learn from, {} as dev part, {} as test part, drawn with the seeds 1001 to 1003, V = {v}; an \
             LSTM of {} units on embeddings of 64, no dropout, {} lanes, windows of {}, {} updates of Adam, rate {} \
             down a half cosine; n-grams by Kneser and Ney, discounts chosen on the dev part",
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
    r.value("entropy", entropy, fixed(entropy, 3));
    r.value("length", length, fixed(length, 3));
    r.value("rate", rate, fixed(rate, 4));
    r.value("rate-perplexity", rate.exp(), fixed(rate.exp(), 3));
    r.value("optimum", optimum, fixed(optimum, 4));
    r.value("optimum-perplexity", optimum.exp(), fixed(optimum.exp(), 3));
    // The curve is drawn on the dev part, and so is its optimum
    r.value("dev-optimum", dev_optimum, fixed(dev_optimum, 4));
    r.value("words", corpus.train.len() as f64, integer(corpus.train.len() as f64));
    let orders: Vec<usize> = ORDERS.collect();
    let counted = parallel::map(&orders, |&order| {
        (
            corpus.counted(order).1,
            NGram::witten_bell(&corpus.train, v, order).loss(&corpus.test),
        )
    });
    let mut rows = Vec::new();
    for (order, (loss, _)) in orders.iter().zip(&counted) {
        r.value(&format!("kn-{order}"), *loss, fixed(*loss, 4));
        rows.push(vec![
            format!("Kneser–Ney, order {order}"),
            fixed(*loss, 4),
            fixed(loss.exp(), 3),
            fixed(loss - optimum, 4),
        ]);
    }
    let test = summary(&outcomes.iter().map(|o| o.0).collect::<Vec<_>>());
    let perplexity = summary(&outcomes.iter().map(|o| o.0.exp()).collect::<Vec<_>>());
    let gap = summary(&outcomes.iter().map(|o| o.0 - optimum).collect::<Vec<_>>());
    r.value("lstm", test.mean, mean_std(test, 4));
    r.value("gap", gap.mean, mean_std(gap, 4));
    r.value("lstm-perplexity", perplexity.mean, mean_std(perplexity, 3));
    let best = counted.iter().map(|c| c.0).fold(f64::INFINITY, f64::min);
    r.value("best-gap", best - optimum, fixed(best - optimum, 4));
    rows.push(vec![
        "LSTM, 64 units".into(),
        mean_std(test, 4),
        mean_std(perplexity, 3),
        mean_std(gap, 4),
    ]);
    rows.push(vec![
        "the grammar itself".into(),
        fixed(optimum, 4),
        fixed(optimum.exp(), 3),
        "0".into(),
    ]);
    r.table(
        "main",
        &["model", "test (nats)", "perplexity", "above the optimum"],
        "lrrr",
        rows,
    );

    let by_order = |f: &dyn Fn(&(f64, f64)) -> f64| -> Vec<(f64, f64)> {
        orders.iter().zip(&counted).map(|(&n, c)| (n as f64, f(c).exp())).collect()
    };
    let counting = Lines::new(
        Axis::linear("order of the n-gram")
            .range(1.0, 8.0)
            .ticks(&[1.0, 2.0, 4.0, 6.0, 8.0]),
        Axis::linear("perplexity").range(4.0, 9.0),
    )
    .title("counting")
    .legend(Legend::Above)
    .with(Trace::new("Kneser–Ney", by_order(&|c| c.0)))
    .with(Trace::new("Witten–Bell", by_order(&|c| c.1)))
    .level(optimum.exp(), "optimum");
    let curve: Vec<_> = (0..outcomes[0].1.len())
        .map(|k| {
            let dev: Vec<f64> = outcomes.iter().map(|o| o.1[k].1).collect();
            (outcomes[0].1[k].0, mean(&dev).exp())
        })
        .collect();
    let learning = Lines::new(
        Axis::linear("updates").range(0.0, PLAN.steps as f64),
        Axis::linear("perplexity").range(4.0, 9.0),
    )
    .title("learning")
    .legend(Legend::Above)
    .with(Trace::new("LSTM, mean of seeds", curve).style(2))
    .level(dev_optimum.exp(), "")
    .note(
        (PLAN.steps as f64, dev_optimum.exp()),
        "optimum on this part",
        Anchor::End,
        (-4.0, -38.0),
    );
    r.plot(
        &Panels::new(2, 330.0).with("counting", counting).with("learning", learning),
    );
    Ok(r)
}
