//! Padding in batches of sentences: how much of it there is, and what it costs.

use std::time::Instant;

use anyhow::Result;
use ndarray::Array3;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    batching::{Padded, pad, pools},
    layer::{Layer, Tape},
    lstm::Lstm,
    parameters::Parameters,
    tokens::words,
};

use super::{PROSE, SEEDS};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::{mean, summary};
use crate::text::{fixed, integer, percent};
use crate::{Progress, Record};

/// Batches in a pool; with all of them in one, everything is sorted.
const POOLS: [(&str, &str, usize); 4] = [
    ("random", "random batches", 1),
    ("four", "pools of 4 batches", 4),
    ("fifty", "pools of 50 batches", 50),
    ("sorted", "all sorted", 1_000_000),
];
const SIZES: [usize; 6] = [2, 4, 8, 16, 32, 64];
/// The size of a batch that the prose and the timing speak of.
const SHOWN: usize = 16;
const INPUT: usize = 32;
const HIDDEN: usize = 64;
const REPEATS: usize = 5;

/// The sentences of the prose in words and marks: a sentence ends with a paragraph, or with a mark and a space.
fn sentences() -> Vec<Vec<usize>> {
    let ends = |text: &str| text.ends_with(['.', '?', '!']);
    let mut all = Vec::new();
    for paragraph in PROSE.lines() {
        let mut sentence = String::new();
        for word in paragraph.split_whitespace() {
            sentence.push_str(word);
            if ends(word) {
                all.push(std::mem::take(&mut sentence));
            } else {
                sentence.push(' ');
            }
        }
        all.push(sentence);
    }
    let counted = all.iter().map(|s| vec![7; words(s).len()]);
    counted.filter(|s| !s.is_empty()).collect()
}

fn batches(
    examples: &[Vec<usize>],
    size: usize,
    pool: usize,
    seed: u64,
) -> Vec<Padded> {
    let lengths: Vec<usize> = examples.iter().map(Vec::len).collect();
    let dealt = pools(&lengths, size, pool, &mut Rng::seed_from_u64(seed));
    let own =
        |batch: &Vec<usize>| batch.iter().map(|&n| &examples[n]).collect::<Vec<_>>();
    dealt.iter().map(|batch| pad(&own(batch))).collect()
}

/// Cells and padding of all batches.
fn cells(batches: &[Padded]) -> (f64, f64) {
    let all: usize = batches.iter().map(|b| b.ids.len()).sum();
    let tokens: usize = batches.iter().flat_map(|b| &b.lengths).sum();
    (all as f64, (all - tokens) as f64 / all as f64)
}

/// Milliseconds of an epoch of an LSTM, forward and backward.
fn epoch(batches: &[Padded]) -> f64 {
    let mut rng = Rng::seed_from_u64(9);
    let layer = Lstm::new(INPUT, HIDDEN, &mut rng);
    let mut grad = layer.zeros_like();
    let start = Instant::now();
    for batch in batches {
        let (steps, lanes) = batch.ids.dim();
        let x = Array3::from_elem((steps, lanes, INPUT), 0.1);
        let tape = layer.forward(x.view(), Some(&batch.lengths), &layer.start(lanes));
        let d_h = tape.output().to_owned();
        layer.backward(&tape, d_h.view(), None, &mut grad);
    }
    start.elapsed().as_secs_f64() * 1e3
}

/// Counts and times it.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let examples = sentences();
    let lengths: Vec<f64> = examples.iter().map(|s| s.len() as f64).collect();
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{} sentences of the book's prose in words and marks, batches of {SIZES:?}; time of an epoch of an LSTM, \
             D = {INPUT}, H = {HIDDEN}, forward and backward, one thread, median of {REPEATS}",
            examples.len()
        ),
    );
    let longest = lengths.iter().copied().fold(0.0, f64::max);
    r.value("sentences", lengths.len() as f64, integer(lengths.len() as f64));
    r.value("tokens", lengths.iter().sum(), integer(lengths.iter().sum()));
    r.value("mean-length", mean(&lengths), fixed(mean(&lengths), 1));
    r.value("longest", longest, integer(longest));
    let whole = pad(&examples).waste();
    r.value("whole", whole, percent(whole, 0));
    let mut plot = Lines::new(
        Axis::log("sentences in a batch $B$").ticks(&SIZES.map(|s| s as f64)),
        Axis::linear("padding (share of all cells)").range(0.0, 0.75),
    )
    .legend(Legend::Above);
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); POOLS.len()];
    for _ in 0..REPEATS {
        for (times, &(_, _, pool)) in times.iter_mut().zip(&POOLS) {
            times.push(epoch(&batches(&examples, SHOWN, pool, SEEDS[0])));
        }
    }
    let median = |times: &[f64]| {
        let mut sorted = times.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    let random = median(&times[0]);
    for (i, (key, name, pool)) in POOLS.into_iter().enumerate() {
        let shares = |size| {
            SEEDS.map(|seed| cells(&batches(&examples, size, pool, seed)).1).to_vec()
        };
        let points: Vec<(f64, f64)> =
            SIZES.iter().map(|&size| (size as f64, mean(&shares(size)))).collect();
        let spread = SIZES.map(|size| summary(&shares(size)).std);
        plot = plot.with(Trace::new(name, points).error_bars(spread));
        let share = mean(&shares(SHOWN));
        r.value(&format!("{key}-share"), share, percent(share, 0));
        let all =
            mean(&SEEDS.map(|seed| cells(&batches(&examples, SHOWN, pool, seed)).0));
        r.value(&format!("{key}-cells"), all, integer(all));
        let time = median(&times[i]) / random;
        r.timed_value(&format!("{key}-time"), time, fixed(time, 2));
    }
    r.plot(&plot);
    Ok(r)
}
