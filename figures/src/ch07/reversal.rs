//! Padding that is reversed along with the sequence: what it costs, by how much padding there is.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::Rng;

use super::tags::{INPUT, LANES, LENGTHS, Shown, TEST, accuracy, batch, both, train};
use super::{CHAOTIC, SEEDS, THRESHOLD};
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::stats::{Summary, columns, summary};
use crate::text::{fixed, percent};
use crate::{Progress, Record, parallel};

/// As many parameters as one direction of 40 units has, see [`super::tags`].
const HIDDEN: usize = 27;
/// The same for all three ways; not tuned.
const RATE: f64 = 0.01;
/// The length of the sequences of the test.
const LENGTH: usize = 12;
/// What they are filled up to.
const STEPS: [usize; 6] = [12, 15, 18, 24, 48, 120];

/// Score of all tags and of those that hang on the end, one of each for all of [`STEPS`].
struct Scores {
    all: Vec<f64>,
    end: Vec<f64>,
}

/// The three ways: right, wrong when used only, and wrong from the start.
fn run_one(seed: u64) -> ([Scores; 3], f64) {
    let layer = both(INPUT, HIDDEN, &mut Rng::seed_from_u64(seed));
    let [right, wrong] = [Shown::WithLengths, Shown::WithPadding]
        .map(|shown| train(layer.clone(), shown, RATE, seed));
    let score = |model: &_, lengths: bool| {
        let (mut all, mut end) = (Vec::new(), Vec::new());
        for steps in STEPS {
            let rng = &mut Rng::seed_from_u64(!seed);
            let test = batch(vec![LENGTH; TEST], steps, rng);
            let lengths = lengths.then_some(&test.lengths[..]);
            let scores = accuracy(model, &test, lengths);
            all.push(scores[5]);
            end.push(scores[4]);
        }
        Scores { all, end }
    };
    // How far the padding alone moves a score: the same sequences with and without neighbours
    let test = |steps| batch(vec![LENGTH; TEST], steps, &mut Rng::seed_from_u64(!seed));
    let alone = wrong.scores(test(LENGTH).ids.view(), None);
    let beside = wrong.scores(test(2 * LENGTH).ids.view(), None);
    let beside = beside.slice(ndarray::s![..LENGTH, .., ..]);
    let best = |row: ndarray::ArrayView1<f32>| {
        let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        best.map(|(class, _)| class)
    };
    let (a, b) = (alone.lanes(ndarray::Axis(2)), beside.lanes(ndarray::Axis(2)));
    let pairs = a.into_iter().zip(b);
    let changed = pairs.filter(|(a, b)| best(a.view()) != best(b.view())).count();
    let changed = changed as f64 / (LENGTH * TEST) as f64;
    ([score(&right, true), score(&right, false), score(&wrong, false)], changed)
}

/// Measures it.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(SEEDS.len());
    let results = parallel::map(&SEEDS, |&seed| {
        let result = run_one(seed);
        progress.tick();
        result
    });
    let mut r = Record::new(
        &SEEDS,
        format!(
            "two directions of {HIDDEN} units, sequences of {} to {} symbols, {LANES} an update, rate {RATE}, clipping \
             at norm {THRESHOLD}; tested on {TEST} sequences of {LENGTH} symbols, filled up to {STEPS:?}",
            LENGTHS.start(),
            LENGTHS.end()
        ),
    )
    .tolerance(CHAOTIC);
    let ways = [
        ("right", "right"),
        ("used-wrong", "trained right, used wrong"),
        ("wrong", "wrong in both"),
    ];
    let shares = STEPS.map(|steps| 1.0 - LENGTH as f64 / steps as f64);
    let panel = |title: &str| {
        Lines::new(
            Axis::linear("padding (share of the batch)").range(0.0, 0.92),
            Axis::linear("right tags (share)").range(0.0, 1.02),
        )
        .title(title)
    };
    let mut all = panel("all tags").legend(Legend::Above);
    let mut end = panel("tags that depend on the end").legend(Legend::None);
    let mut rows: Vec<Vec<String>> =
        shares.iter().map(|&share| vec![percent(share, 0)]).collect();
    for (k, (key, name)) in ways.into_iter().enumerate() {
        let of = |f: fn(&Scores) -> &Vec<f64>| -> Vec<Summary> {
            let rows: Vec<Vec<f64>> =
                results.iter().map(|(scores, _)| f(&scores[k]).clone()).collect();
            columns(&rows)
        };
        let (all_tags, end_tags) = (of(|s| &s.all), of(|s| &s.end));
        for (i, steps) in STEPS.into_iter().enumerate() {
            r.value(
                &format!("{key}-all-{steps}"),
                all_tags[i].mean,
                percent(all_tags[i].mean, 1),
            );
            r.value(
                &format!("{key}-end-{steps}"),
                end_tags[i].mean,
                percent(end_tags[i].mean, 0),
            );
            let cell = |s: Summary| {
                format!("{} ± {}", fixed(100.0 * s.mean, 1), fixed(100.0 * s.std, 1))
            };
            rows[i].push(cell(all_tags[i]));
        }
        let trace = |values: &[Summary]| {
            let points = shares.iter().zip(values).map(|(&x, s)| (x, s.mean));
            let points: Vec<_> = points.collect();
            Trace::new(name, points)
                .error_bars(values.iter().map(|s| s.std).collect::<Vec<_>>())
                .style(k)
        };
        all = all.with(trace(&all_tags));
        end = end.with(trace(&end_tags));
    }
    let changed =
        summary(&results.iter().map(|(_, changed)| *changed).collect::<Vec<_>>());
    r.value("changed", changed.mean, percent(changed.mean, 1));
    let heads = ["padding", "right", "trained right, used wrong", "wrong in both"];
    r.table("main", &heads, "rrrr", rows);
    r.plot(&Panels::new(1, 270.0).with("all", all).with("end", end));
    Ok(r)
}
