//! One example in twenty is of the class that matters.

use anyhow::Result;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    balance::{class_weights, oversample},
};

use super::classify::{Classifier, Example, FIRST, Settings, WORDS, speaking, text};
use super::{CHAOTIC, SEEDS};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::{Summary, columns, mean};
use crate::text::{fixed, integer, percent};
use crate::{Progress, Record, parallel};

const RARE: f64 = 0.05;
const LENGTH: usize = 10;
/// How often a word speaks for class 1 in a text of class 0 and of class 1.
const SPEAKS: [f64; 2] = [0.45, 0.8];
const TRAIN: usize = 2000;
const TEST: usize = 5000;
const SETTINGS: Settings = Settings {
    vocabulary: FIRST + WORDS,
    classes: 2,
    hidden: 8,
    epochs: 6,
    lanes: 20,
    rate: 0.01,
};
const ROWS: [(&str, &str); 7] = [
    ("majority", "always “no”"),
    ("plain", "plain"),
    ("moved", "plain, “yes” from 5 %"),
    ("weighted", "class weights"),
    ("repeated", "rare ones repeated"),
    ("best", "knows the language"),
    ("best-moved", "knows the language, “yes” from 5 %"),
];

fn example(rng: &mut Rng) -> Example {
    let class = usize::from(rng.random_bool(RARE));
    Example { tokens: text(LENGTH, SPEAKS[class], rng), class }
}

/// The true probability of class 1.
fn known(e: &Example) -> f64 {
    let k = speaking(&e.tokens) as i32;
    let rest = LENGTH as i32 - k;
    let likely = SPEAKS.map(|p| p.powi(k) * (1.0 - p).powi(rest));
    likely[1] * RARE / (likely[1] * RARE + likely[0] * (1.0 - RARE))
}

fn probabilities(model: &Classifier, test: &[Example]) -> Vec<f64> {
    let scores = model.scores(test);
    scores.outer_iter().map(|z| 1.0 / (1.0 + f64::from(z[0] - z[1]).exp())).collect()
}

/// Accuracy, precision, recall, F1, macro-F1, mean probability.
fn scores(p: &[f64], test: &[Example], threshold: f64) -> Vec<f64> {
    let count = |said: bool, class: usize| {
        let pairs = p.iter().zip(test);
        pairs.filter(|(p, e)| (**p >= threshold) == said && e.class == class).count()
            as f64
    };
    let (hit, alarm) = (count(true, 1), count(true, 0));
    let (miss, quiet) = (count(false, 1), count(false, 0));
    let share = |part: f64, all: f64| if all > 0.0 { part / all } else { 0.0 };
    let f1 = share(2.0 * hit, 2.0 * hit + alarm + miss);
    let other = share(2.0 * quiet, 2.0 * quiet + alarm + miss);
    vec![
        (hit + quiet) / test.len() as f64,
        share(hit, hit + alarm),
        share(hit, hit + miss),
        f1,
        0.5 * (f1 + other),
        mean(p),
    ]
}

/// All rows; for the two trained ways precision and recall at many thresholds; the updates of the plain training
/// and of the one with repeated examples.
fn measure(seed: u64) -> (Vec<Vec<f64>>, [Vec<f64>; 2], [usize; 2]) {
    let rng = &mut Rng::seed_from_u64(seed);
    let train: Vec<Example> = (0..TRAIN).map(|_| example(rng)).collect();
    let test: Vec<Example> = (0..TEST).map(|_| example(rng)).collect();
    let labels: Vec<usize> = train.iter().map(|e| e.class).collect();
    let weights = class_weights(&labels, 2);
    let again: Vec<Example> =
        oversample(&labels, 2, rng).into_iter().map(|n| train[n].clone()).collect();
    let plain = probabilities(&Classifier::train(&train, None, &SETTINGS, seed), &test);
    let weighted = Classifier::train(&train, Some(&weights), &SETTINGS, seed);
    let weighted = probabilities(&weighted, &test);
    // At least as many updates as the others
    let epochs = SETTINGS.epochs * TRAIN / again.len() + 1;
    let settings = Settings { epochs, ..SETTINGS };
    let repeated =
        probabilities(&Classifier::train(&again, None, &settings, seed), &test);
    let best: Vec<f64> = test.iter().map(known).collect();
    let rows = vec![
        scores(&vec![0.0; TEST], &test, 0.5),
        scores(&plain, &test, 0.5),
        scores(&plain, &test, RARE),
        scores(&weighted, &test, 0.5),
        scores(&repeated, &test, 0.5),
        scores(&best, &test, 0.5),
        scores(&best, &test, RARE),
    ];
    let curve = |p: &[f64]| {
        THRESHOLDS
            .iter()
            .flat_map(|&q| scores(p, &test, quantile(p, q))[1..3].to_vec())
            .collect()
    };
    let updates = [(SETTINGS.epochs, TRAIN), (epochs, again.len())]
        .map(|(epochs, n)| epochs * n.div_ceil(SETTINGS.lanes));
    (rows, [curve(&plain), curve(&weighted)], updates)
}

/// Shares of the texts that are called rare.
const THRESHOLDS: [f64; 9] = [0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3];

/// The probability that this share of the texts reaches.
fn quantile(p: &[f64], share: f64) -> f64 {
    let mut sorted = p.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted[(share * p.len() as f64) as usize - 1]
}

/// Measures it.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(SEEDS.len());
    let all = parallel::map(&SEEDS, |&seed| {
        let result = measure(seed);
        progress.tick();
        result
    });
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{TRAIN} texts of {LENGTH} words to learn from, one in twenty of class 1, {TEST} to judge by; embedding and \
             GRU of {} units, {} epochs in batches of {}, Adam at {}, clipping at norm 1; nothing was tuned",
            SETTINGS.hidden, SETTINGS.epochs, SETTINGS.lanes, SETTINGS.rate
        ),
    )
    .tolerance(CHAOTIC);
    let mut table = Vec::new();
    for (k, (key, name)) in ROWS.into_iter().enumerate() {
        let own: Vec<Vec<f64>> = all.iter().map(|(rows, ..)| rows[k].clone()).collect();
        let s = columns(&own);
        let share = |s: Summary| {
            format!("{} ± {}", fixed(100.0 * s.mean, 1), fixed(100.0 * s.std, 1))
        };
        let heads = ["accuracy", "precision", "recall", "f1", "macro", "mean"];
        for (head, s) in heads.iter().zip(&s) {
            r.value(&format!("{key}-{head}"), s.mean, percent(s.mean, 1));
        }
        let mut row = vec![name.to_owned()];
        row.extend(s.into_iter().map(share));
        table.push(row);
    }
    let heads = [
        "",
        "accuracy",
        "precision",
        "recall",
        "$F_1$",
        "macro-$F_1$",
        "mean probability",
    ];
    r.table("main", &heads, "lrrrrrr", table);
    let mut plot = Lines::new(
        Axis::linear("recall (%)").range(0.0, 100.0),
        Axis::linear("precision (%)").range(0.0, 100.0),
    )
    .height(340.0)
    .legend(Legend::Above);
    for (k, name) in
        ["trained plainly", "trained with class weights"].into_iter().enumerate()
    {
        let own: Vec<Vec<f64>> =
            all.iter().map(|(_, curves, _)| curves[k].clone()).collect();
        let s = columns(&own);
        let points =
            s.chunks(2).map(|pair| (100.0 * pair[1].mean, 100.0 * pair[0].mean));
        let spread: Vec<f64> = s.chunks(2).map(|pair| 100.0 * pair[0].std).collect();
        plot =
            plot.with(Trace::new(name, points.collect::<Vec<_>>()).error_bars(spread));
        let updates =
            mean(&all.iter().map(|(.., n)| n[k] as f64).collect::<Vec<_>>()).round();
        let key = ["plain", "repeated"][k];
        r.value(&format!("{key}-updates"), updates, integer(updates));
    }
    r.plot(&plot);
    Ok(r)
}
