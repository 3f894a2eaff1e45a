//! Recurrent models, ways to pool, and what each part is worth, on the book's corpus.

use anyhow::Result;
use rnn_book_code::{
    Real,
    bidirectional::Bidirectional,
    classifying::{READ, Recipe},
    emotions::{PLAIN_TOPICS, Part, corpus, part_of},
    gru::Gru,
    lstm::Lstm,
    no_layer::NoLayer,
    parameters::Parameters,
    pooling::Pool,
    scores::Confusion,
};

use super::CHAOTIC;
use super::training::{Data, Trained, train};
use crate::draw::{Axis, Bars};
use crate::stats::{Summary, summary};
use crate::text::{fixed, integer, mean_std};
use crate::{Progress, Record, parallel};

const SEEDS: [u64; 3] = [1, 2, 3];

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    None,
    Gru,
    BothGru,
    BothLstm,
}

/// One row of the table.
#[derive(Clone)]
struct Variant {
    key: &'static str,
    name: &'static str,
    kind: Kind,
    recipe: Recipe,
}

fn variants() -> Vec<Variant> {
    let base = Recipe::default;
    let pools = |pools: &[Pool]| Recipe { pools: pools.to_vec(), ..base() };
    let of = |key, name, kind, recipe| Variant { key, name, kind, recipe };
    let quiet = Recipe {
        unknown: 0.0,
        drop_inputs: 0.0 as Real,
        drop_pooled: 0.0 as Real,
        ..base()
    };
    vec![
        of("mean", "no layer, mean", Kind::None, pools(&[Pool::Mean])),
        of("none", "no layer, max and sum", Kind::None, pools(&[Pool::Max, Pool::Sum])),
        of("last", "GRU, last state", Kind::Gru, pools(&[Pool::Last])),
        of("gru", "GRU, max and mean", Kind::Gru, base()),
        of("both", "bidirectional GRU, max and mean", Kind::BothGru, base()),
        of(
            "attention",
            "bidirectional GRU, attention",
            Kind::BothGru,
            pools(&[Pool::Attention]),
        ),
        of("lstm", "bidirectional LSTM, max and mean", Kind::BothLstm, base()),
        of(
            "pieces",
            "bidirectional GRU, no pieces of words",
            Kind::BothGru,
            Recipe { buckets: 0, ..base() },
        ),
        of("noise", "bidirectional GRU, no noise", Kind::BothGru, quiet),
    ]
}

/// What one training gave.
struct Outcome {
    dev: f64,
    accuracy: f64,
    f1: f64,
    /// Macro-F1 on the plain topics, and where feelings are shown.
    kinds: [f64; 2],
    parameters: usize,
}

fn outcome<L: rnn_book_code::layer::Layer>(
    t: &Trained<L>,
    data: &Data,
    plain: &[bool],
) -> Outcome {
    let test = t.judge(data, &data.test);
    let answers = super::training::answers(&t.scores(&data.test));
    let right = data.right(&data.test);
    let kind = |wanted: bool| {
        let chosen: Vec<usize> =
            (0..right.len()).filter(|&k| plain[k] == wanted).collect();
        let take = |list: &[usize]| -> Vec<usize> {
            chosen.iter().map(|&k| list[k]).collect()
        };
        Confusion::of(&take(&right), &take(&answers), data.labels.len()).macro_f1()
    };
    Outcome {
        dev: t.history.iter().copied().fold(0.0, f64::max),
        accuracy: test.accuracy(),
        f1: test.macro_f1(),
        kinds: [kind(true), kind(false)],
        parameters: t.model.count(),
    }
}

/// Trains all.
///
/// # Errors
/// When a training fails.
pub fn run(progress: &Progress) -> Result<Record> {
    let data = Data::book();
    let test = corpus().filter(|s| part_of(s.topic) == Part::Test);
    let plain: Vec<bool> = test.map(|s| PLAIN_TOPICS.contains(&s.topic)).collect();
    let variants = variants();
    let jobs: Vec<(usize, u64)> =
        (0..variants.len()).flat_map(|v| SEEDS.map(|seed| (v, seed))).collect();
    progress.steps(jobs.len());
    let outcomes = parallel::map(&jobs, |&(v, seed)| -> Result<Outcome> {
        let Variant { kind, recipe, .. } = &variants[v];
        let outcome = match kind {
            Kind::None => {
                let layer = |r: &Recipe, _: &mut _| NoLayer { input: r.embedding };
                outcome(&train(recipe, layer, &data, seed)?, &data, &plain)
            }
            Kind::Gru => {
                let layer =
                    |r: &Recipe, rng: &mut _| Gru::new(r.embedding, r.hidden, rng);
                outcome(&train(recipe, layer, &data, seed)?, &data, &plain)
            }
            Kind::BothGru => {
                outcome(&train(recipe, Recipe::layer, &data, seed)?, &data, &plain)
            }
            Kind::BothLstm => {
                let layer = |r: &Recipe, rng: &mut _| Bidirectional {
                    ahead: Lstm::new(r.embedding, r.hidden, rng),
                    back: Lstm::new(r.embedding, r.hidden, rng),
                };
                outcome(&train(recipe, layer, &data, seed)?, &data, &plain)
            }
        };
        progress.tick();
        Ok(outcome)
    });
    let outcomes: Vec<Outcome> = outcomes.into_iter().collect::<Result<_>>()?;

    let recipe = Recipe::default();
    let mut r = Record::new(
        &SEEDS,
        format!(
            "inputs of {}, {} units a direction, {} buckets, batches of {}, about {READ} sentences read, Adam at {} with \
             warm-up and cosine, clipping at norm 1; the best epoch by the topics to choose by",
            recipe.embedding, recipe.hidden, recipe.buckets, recipe.batch, recipe.rate
        ),
    )
    .tolerance(CHAOTIC);
    r.value("patience", recipe.patience as f64, integer(recipe.patience as f64));
    let (mut rows, mut named, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for (v, variant) in variants.iter().enumerate() {
        let of: Vec<&Outcome> = jobs
            .iter()
            .zip(&outcomes)
            .filter(|((job, _), _)| *job == v)
            .map(|(_, outcome)| outcome)
            .collect();
        let all = |f: &dyn Fn(&Outcome) -> f64| -> Summary {
            summary(&of.iter().map(|o| f(o)).collect::<Vec<_>>())
        };
        let (dev, accuracy, f1) =
            (all(&|o| o.dev), all(&|o| o.accuracy), all(&|o| o.f1));
        let key = variant.key;
        r.value(&format!("{key}-f1"), f1.mean, mean_std(f1, 3));
        r.value(&format!("{key}-mean"), f1.mean, fixed(f1.mean, 3));
        let (plain, literary) = (all(&|o| o.kinds[0]), all(&|o| o.kinds[1]));
        r.value(&format!("{key}-named"), plain.mean, fixed(plain.mean, 3));
        r.value(&format!("{key}-shown"), literary.mean, fixed(literary.mean, 3));
        rows.push(vec![
            variant.name.to_owned(),
            integer(of[0].parameters as f64),
            fixed(dev.mean, 3),
            mean_std(accuracy, 3),
            mean_std(f1, 3),
            fixed(plain.mean, 3),
            fixed(literary.mean, 3),
        ]);
        named.push(plain);
        shown.push(literary);
    }
    let heads = [
        "model",
        "parameters",
        "macro-F1, choosing",
        "accuracy",
        "macro-F1",
        "plain",
        "shown",
    ];
    r.table("main", &heads, "lrrrrrr", rows);
    let groups = [
        "mean",
        "sum",
        "last",
        "GRU",
        "BiGRU",
        "atten.",
        "BiLSTM",
        "–pieces",
        "–noise",
    ];
    r.plot(
        &Bars::new(Axis::linear("macro-F1").range(0.0, 1.0), &groups)
            .with("plain topics", named)
            .with("topics in which feelings are shown", shown)
            .height(330.0),
    );
    Ok(r)
}
