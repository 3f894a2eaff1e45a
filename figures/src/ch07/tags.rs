//! Tags that depend on what is here, to the left, to the right, on both sides, or on the end: one direction
//! against two.

use anyhow::Result;
use ndarray::{Array2, ArrayView2, Axis as Dimension};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    bidirectional::Bidirectional,
    dropout::Dropout,
    layer::Layer,
    lstm::Lstm,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    stacked::Stacked,
    tagger::{NO_TARGET, Tagger},
    vocabulary::PADDING,
};

use super::{CHAOTIC, SEEDS, THRESHOLD, TUNING_SEEDS};
use crate::draw::{Axis, Bars};
use crate::stats::{Summary, summary};
use crate::text::{integer, percent};
use crate::tuning::Tuning;
use crate::{Progress, Record};

pub(super) const SYMBOLS: usize = 10;
pub(super) const CLASSES: usize = 4;
pub(super) const INPUT: usize = 8;
const HIDDEN: usize = 40;
pub(super) const LANES: usize = 16;
pub(super) const LENGTHS: std::ops::RangeInclusive<usize> = 8..=24;
pub(super) const UPDATES: usize = 3000;
const RATES: [f64; 4] = [0.001, 0.003, 0.01, 0.03];
pub(super) const TEST: usize = 500;

const DIGITS: std::ops::RangeInclusive<usize> = 1..=4;
const LEFT: usize = 5;
const RIGHT: usize = 6;
const SUM: usize = 7;
const END: usize = 8;
const NOTHING: usize = 9;

/// What a tag hangs on, in the order of the scores.
pub(super) const KINDS: [(&str, &str); 5] = [
    ("here", "here"),
    ("left", "left"),
    ("right", "right"),
    ("sum", "left + right"),
    ("end", "the end"),
];

/// Sequences side by side, with their tags.
pub(super) struct Batch {
    pub ids: Array2<usize>,
    pub lengths: Vec<usize>,
    pub tags: Array2<usize>,
}

/// One sequence: a digit is tagged with itself, L with the digit nearest on its left, R with the one nearest on
/// its right, S with the sum of both modulo 4 (0 where there is none), E with the number of symbols after it, 3
/// for three or more.
fn sequence(length: usize, rng: &mut Rng) -> (Vec<usize>, Vec<usize>) {
    let mut ids: Vec<usize> = (0..length)
        .map(|_| match rng.random_range(0..100) {
            0..30 => rng.random_range(DIGITS),
            30..45 => LEFT,
            45..60 => RIGHT,
            60..80 => SUM,
            80..85 => END,
            _ => NOTHING,
        })
        .collect();
    for id in ids.iter_mut().rev().take(3) {
        if rng.random() {
            *id = END;
        }
    }
    let value = |id: Option<&usize>| id.map_or(0, |id| id - 1);
    let digit = |id: &&usize| DIGITS.contains(*id);
    let tag = |t: usize| {
        let left = value(ids[..t].iter().rev().find(digit));
        let right = value(ids[t + 1..].iter().find(digit));
        match ids[t] {
            LEFT => left,
            RIGHT => right,
            SUM => (left + right) % CLASSES,
            END => (length - 1 - t).min(CLASSES - 1),
            NOTHING => NO_TARGET,
            digit => digit - 1,
        }
    };
    let tags = (0..length).map(tag).collect();
    (ids, tags)
}

/// Sequences of these lengths, filled up to `steps`.
pub(super) fn batch(lengths: Vec<usize>, steps: usize, rng: &mut Rng) -> Batch {
    let shape = (steps, lengths.len());
    let mut ids = Array2::from_elem(shape, PADDING);
    let mut tags = Array2::from_elem(shape, NO_TARGET);
    for (b, &length) in lengths.iter().enumerate() {
        let (row, answers) = sequence(length, rng);
        for t in 0..length {
            (ids[[t, b]], tags[[t, b]]) = (row[t], answers[t]);
        }
    }
    Batch { ids, lengths, tags }
}

pub(super) fn mixed(lanes: usize, rng: &mut Rng) -> Batch {
    let lengths: Vec<usize> = (0..lanes).map(|_| rng.random_range(LENGTHS)).collect();
    let steps = lengths.iter().copied().max().unwrap_or(0);
    batch(lengths, steps, rng)
}

/// The share of right tags, kind by kind; the last one is that of all.
pub(super) fn accuracy<L: Layer>(
    model: &Tagger<L>,
    test: &Batch,
    lengths: Option<&[usize]>,
) -> [f64; 6] {
    let scores = model.scores(test.ids.view(), lengths);
    let rows = scores.lanes(Dimension(2)).into_iter();
    let (mut right, mut all) = ([0.0; 6], [0.0; 6]);
    for ((row, &id), &tag) in rows.zip(&test.ids).zip(&test.tags) {
        if tag == NO_TARGET {
            continue;
        }
        let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let kind = if DIGITS.contains(&id) { 0 } else { id - LEFT + 1 };
        for k in [kind, 5] {
            all[k] += 1.0;
            right[k] += f64::from(u8::from(best.is_some_and(|(c, _)| c == tag)));
        }
    }
    std::array::from_fn(|k| right[k] / all[k])
}

/// How a tagger is shown its sequences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shown {
    /// With their lengths.
    WithLengths,
    /// Without: the padding is a part of each.
    WithPadding,
    /// With their lengths, from the end to the start.
    Turned,
}

/// Trains a tagger.
pub(super) fn train<L: Layer>(
    layer: L,
    shown: Shown,
    rate: f64,
    seed: u64,
) -> Tagger<L> {
    let mut rng = Rng::seed_from_u64(1000 + seed);
    let mut model = Tagger::new(SYMBOLS, layer, CLASSES, &mut rng);
    let mut adam = Adam::new(&model, rate as f32);
    let mut grad = model.zeros_like();
    for _ in 0..UPDATES {
        grad.set_zero();
        let mut batch = mixed(LANES, &mut rng);
        if shown == Shown::Turned {
            batch = turned(&batch);
        }
        let Batch { ids, lengths, tags } = batch;
        let lengths = (shown != Shown::WithPadding).then_some(&lengths[..]);
        model.loss_and_gradient(ids.view(), lengths, tags.view(), &mut grad);
        clip_by_norm(&mut grad, THRESHOLD as f32);
        adam.step(&mut model, &grad);
    }
    model
}

/// Two LSTMs, one for each direction.
pub(super) fn both(input: usize, hidden: usize, rng: &mut Rng) -> Bidirectional<Lstm> {
    let ahead = Lstm::new(input, hidden, rng);
    Bidirectional { ahead, back: Lstm::new(input, hidden, rng) }
}

fn stack<L: Layer>(layers: Vec<L>) -> Stacked<L> {
    Stacked::new(layers, Dropout::new(0.0))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Ahead,
    Back,
    Both,
    TwoAhead,
    TwoBoth,
}

#[derive(Clone, Copy, Debug)]
struct Contestant {
    key: &'static str,
    name: &'static str,
    kind: Kind,
    hidden: usize,
}

impl Kind {
    /// Parameters, embedding and read-out left out where they are equal for all.
    fn parameters(self, hidden: usize) -> usize {
        let lstm = |input: usize| 4 * hidden * (input + hidden + 1);
        let read_out = |size: usize| (size + 1) * CLASSES;
        match self {
            Self::Ahead | Self::Back => lstm(INPUT) + read_out(hidden),
            Self::Both => 2 * lstm(INPUT) + read_out(2 * hidden),
            Self::TwoAhead => lstm(INPUT) + lstm(hidden) + read_out(hidden),
            Self::TwoBoth => {
                2 * (lstm(INPUT) + lstm(2 * hidden)) + read_out(2 * hidden)
            }
        }
    }
}

/// The test turned round, each sequence within its length.
fn turned(batch: &Batch) -> Batch {
    let turn = |a: ArrayView2<usize>, fill: usize| {
        let mut turned = Array2::from_elem(a.dim(), fill);
        for (b, &end) in batch.lengths.iter().enumerate() {
            for t in 0..end {
                turned[[t, b]] = a[[end - 1 - t, b]];
            }
        }
        turned
    };
    Batch {
        ids: turn(batch.ids.view(), PADDING),
        lengths: batch.lengths.clone(),
        tags: turn(batch.tags.view(), NO_TARGET),
    }
}

fn run_one(contestant: Contestant, rate: f64, seed: u64) -> [f64; 6] {
    let rng = &mut Rng::seed_from_u64(seed);
    let h = contestant.hidden;
    let test = mixed(TEST, &mut Rng::seed_from_u64(!seed));
    fn judge<L: Layer>(
        layer: L,
        shown: Shown,
        test: &Batch,
        rate: f64,
        seed: u64,
    ) -> [f64; 6] {
        let model = train(layer, shown, rate, seed);
        accuracy(&model, test, Some(&test.lengths))
    }
    let shown = Shown::WithLengths;
    match contestant.kind {
        Kind::Ahead => judge(Lstm::new(INPUT, h, rng), shown, &test, rate, seed),
        Kind::Back => {
            let layer = Lstm::new(INPUT, h, rng);
            judge(layer, Shown::Turned, &turned(&test), rate, seed)
        }
        Kind::Both => judge(both(INPUT, h, rng), shown, &test, rate, seed),
        Kind::TwoAhead => {
            let layers = vec![Lstm::new(INPUT, h, rng), Lstm::new(h, h, rng)];
            judge(stack(layers), shown, &test, rate, seed)
        }
        Kind::TwoBoth => {
            let layers = vec![both(INPUT, h, rng), both(2 * h, h, rng)];
            judge(stack(layers), shown, &test, rate, seed)
        }
    }
}

/// Trains five taggers of equal parameters.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let budget = Kind::Ahead.parameters(HIDDEN);
    let of = |key, name, kind: Kind| {
        let off = |h: &usize| kind.parameters(*h).abs_diff(budget);
        let hidden = (1..200).min_by_key(off).unwrap_or(1);
        Contestant { key, name, kind, hidden }
    };
    let field = [
        of("ahead", "forward", Kind::Ahead),
        of("back", "backward", Kind::Back),
        of("both", "both", Kind::Both),
        of("two-ahead", "forward, two layers", Kind::TwoAhead),
        of("two-both", "both, two layers", Kind::TwoBoth),
    ];
    let tuning = Tuning { rates: &RATES, tuning_seeds: &TUNING_SEEDS, seeds: &SEEDS };
    let results = tuning.run(&field, progress, |a| -a[5], run_one);
    let mut r = Record::new(
        &SEEDS,
        format!(
            "sequences of {} to {} symbols, embedding of {INPUT}, an LSTM of {HIDDEN} units and the others at its \
             parameters, {LANES} sequences an update, {UPDATES} updates, Adam, clipping at norm {THRESHOLD}; {TEST} \
             fresh sequences; rate of {RATES:?} by the share of right tags on seeds {TUNING_SEEDS:?}",
            LENGTHS.start(),
            LENGTHS.end()
        ),
    )
    .tolerance(CHAOTIC);
    let names = KINDS.map(|(_, name)| name);
    let mut bars =
        Bars::new(Axis::linear("right tags (share)").range(0.0, 1.0), &names)
            .label("what the tag depends on")
            .height(380.0)
            .level(0.25, "guessing");
    let mut rows = Vec::new();
    for (contestant, (rate, scores)) in field.iter().zip(&results) {
        let of_kind = |k: usize| -> Summary {
            summary(&scores.iter().map(|a| a[k]).collect::<Vec<_>>())
        };
        let key = contestant.key;
        for (k, (kind, _)) in KINDS.iter().enumerate() {
            let score = of_kind(k).mean;
            r.value(&format!("{key}-{kind}"), score, percent(score, 0));
        }
        r.value(&format!("{key}-all"), of_kind(5).mean, percent(of_kind(5).mean, 1));
        r.value(&format!("{key}-rate"), *rate, rate.to_string());
        let share = |k: usize| {
            let Summary { mean, std, .. } = of_kind(k);
            format!("{:.1} ± {:.1}", 100.0 * mean, 100.0 * std)
        };
        let mut row = vec![
            contestant.name.to_owned(),
            contestant.hidden.to_string(),
            integer(contestant.kind.parameters(contestant.hidden) as f64),
            rate.to_string(),
        ];
        row.extend((0..5).map(share));
        rows.push(row);
        if contestant.kind != Kind::TwoAhead {
            bars = bars.with(contestant.name, (0..5).map(of_kind).collect());
        }
    }
    let heads =
        ["reads", "$H$", "parameters", "rate", "here", "left", "right", "sum", "end"];
    r.table("main", &heads, "lrrrrrrrr", rows);
    r.plot(&bars);
    Ok(r)
}
