//! What a model does after its own mistakes; scheduled sampling; and beam search on the
//! same models.

use anyhow::{Context, Result};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    batching::pad,
    encoder_decoder::EncoderDecoder,
    layer::{Layer, Recurrent},
    loss::log_sum_exp,
    pairs::{TokenPair, write_all},
    sampling,
    search::{Beam, OneSource},
    tasks::reversing,
    tokens::Tokenizer,
    vocabulary::{END, START},
};

use super::learn::{BATCH, EMBEDDING, FIELD, Lesson, Model, Training, encode, train};
use super::{CHAOTIC, THREE_SEEDS, THRESHOLD};
use crate::draw::{Axis, Legend, Lines, Trace};
use crate::stats::{mean, summary};
use crate::text::{fixed, percent};
use crate::{Progress, Record, parallel};

/// Longest word while training, and the length of those tested.
const LONGEST: usize = 12;
const LENGTH: usize = 8;
const STEPS: usize = 1500;
/// The one that [`super::lengths`] chose for this model; not tuned here.
const RATE: f64 = 0.01;
const TEST: usize = 300;
/// The last probability of an input of its own.
const OWN: [f64; 3] = [0.0, 0.25, 0.5];
const BEAMS: [(usize, f64); 5] = [(1, 0.0), (2, 0.0), (4, 0.0), (8, 0.0), (8, 1.0)];

/// Whether the token at each place of the target is right.
type Marks = Vec<Vec<bool>>;

/// With the right tokens as inputs, and the sum of ln p of the right answers.
fn taught<E: Layer, D: Recurrent>(
    model: &EncoderDecoder<E, D>,
    pair: &TokenPair,
) -> (Vec<bool>, f64) {
    let read = model.read(&pad(&[&pair.source]));
    let (mut state, mut marks, mut log_p) = (read.start, Vec::new(), 0.0);
    let inputs = [START].into_iter().chain(pair.target.iter().copied());
    let targets = pair.target.iter().copied().chain([END]);
    for (id, target) in inputs.zip(targets) {
        let (written, scores) = model.step(&[id], &state, read.memory.as_ref());
        let scores = scores.row(0);
        marks.push(sampling::greedy(scores) == target);
        log_p += f64::from(scores[target] - log_sum_exp(scores));
        state = written.state;
    }
    marks.pop(); // the end has no place of its own when free
    (marks, log_p)
}

/// With its own tokens as inputs.
fn free(written: &[Vec<usize>], pairs: &[TokenPair]) -> Marks {
    let marks = |(ours, pair): (&Vec<usize>, &TokenPair)| {
        pair.target.iter().enumerate().map(|(t, id)| ours.get(t) == Some(id)).collect()
    };
    written.iter().zip(pairs).map(marks).collect()
}

/// The share of places that are right among those with a mistake before them.
fn after_mistake(marks: &Marks) -> f64 {
    let after: Vec<f64> = marks
        .iter()
        .flat_map(|marks| {
            let first = marks.iter().position(|&m| !m).map_or(marks.len(), |t| t + 1);
            marks[first..].iter().map(|&m| f64::from(u8::from(m)))
        })
        .collect();
    if after.is_empty() { 1.0 } else { mean(&after) }
}

fn by_place(marks: &Marks) -> Vec<f64> {
    let share = |t: usize| {
        mean(&marks.iter().map(|m| f64::from(u8::from(m[t]))).collect::<Vec<_>>())
    };
    (0..LENGTH).map(share).collect()
}

/// What is measured of one model.
struct Measured {
    taught: Vec<f64>,
    free: Vec<f64>,
    taught_after: f64,
    free_after: f64,
    exact: f64,
    /// Exact match, mean ln p of the best found, share that is right but was missed.
    beams: Vec<[f64; 3]>,
}

/// One of the things measured.
type Pick<T> = fn(&Measured) -> T;

fn measure(model: &Model, tests: &[TokenPair], searched: bool) -> Measured {
    let (taught, right): (Marks, Vec<f64>) =
        tests.iter().map(|pair| taught(model, pair)).unzip();
    let written = write_all(model, tests);
    let free = free(&written, tests);
    let exact = written.iter().zip(tests).filter(|(ours, pair)| **ours == pair.target);
    let beams = BEAMS.iter().filter(|_| searched).map(|&(width, power)| {
        let beam = Beam { width, longest: 2 * LENGTH, power: power as f32 };
        let mut sums = [0.0; 3];
        for (pair, right) in tests.iter().zip(&right) {
            let read = model.read(&pad(&[&pair.source]));
            let writer = OneSource { model, memory: read.memory.as_ref() };
            let best = &beam.search(&writer, read.start)[0];
            let found = best.ids == pair.target;
            sums[0] += f64::from(u8::from(found));
            sums[1] += f64::from(best.log_p);
            sums[2] += f64::from(u8::from(!found && *right > f64::from(best.log_p)));
        }
        sums.map(|sum| sum / tests.len() as f64)
    });
    Measured {
        taught_after: after_mistake(&taught),
        free_after: after_mistake(&free),
        taught: by_place(&taught),
        free: by_place(&free),
        exact: exact.count() as f64 / tests.len() as f64,
        beams: beams.collect(),
    }
}

/// Trains without attention on letters backwards.
///
/// # Errors
/// If a run broke off.
pub fn run(progress: &Progress) -> Result<Record> {
    let lesson = Lesson::Reversing(LONGEST);
    let tokens = lesson.tokens();
    let contestant = FIELD[0];
    let jobs: Vec<(f64, u64)> =
        OWN.iter().flat_map(|&own| THREE_SEEDS.map(|seed| (own, seed))).collect();
    progress.steps(jobs.len());
    let measured = parallel::map(&jobs, |&(own, seed)| {
        let training =
            Training { lesson, steps: STEPS, rate: RATE, seed, reversed: false, own };
        let model = train(contestant.model(tokens.size(), seed), &tokens, &training)?;
        let rng = &mut Rng::seed_from_u64(!seed);
        let tests = encode(&reversing(TEST, LENGTH..=LENGTH, rng), &tokens, false);
        let measured = measure(&model, &tests, own == 0.0);
        progress.tick();
        Some(measured)
    });
    let measured: Option<Vec<Measured>> = measured.into_iter().collect();
    let measured = measured.context("a run broke off")?;

    let mut r = Record::new(
        &THREE_SEEDS,
        format!(
            "reversing 1 to {LONGEST} letters without attention, GRU both ways into GRU, H = {}, \
             embeddings of {EMBEDDING}; {BATCH} fresh pairs an update, {STEPS} updates, Adam at \
             {RATE}, warm-up and half a cosine, clipping at norm {THRESHOLD}; tests on {TEST} fresh \
             pairs of {LENGTH} letters",
            contestant.hidden
        ),
    )
    .tolerance(CHAOTIC);
    let mut plot = Lines::new(
        Axis::linear("place in the target").range(0.5, LENGTH as f64 + 0.5),
        Axis::linear("right (share)").range(0.0, 1.05),
    );
    let mut rows = Vec::new();
    for (&own, group) in OWN.iter().zip(measured.chunks(THREE_SEEDS.len())) {
        let key = format!("own-{}", (100.0 * own) as usize);
        let over = |pick: &dyn Fn(&Measured) -> f64| {
            summary(&group.iter().map(pick).collect::<Vec<_>>())
        };
        let columns: [(&str, Pick<f64>); 5] = [
            ("taught", |m| mean(&m.taught)),
            ("free", |m| mean(&m.free)),
            ("taught-after", |m| m.taught_after),
            ("free-after", |m| m.free_after),
            ("exact", |m| m.exact),
        ];
        let mut row = vec![own.to_string()];
        for (name, pick) in columns {
            let s = over(&pick);
            r.value(&format!("{key}-{name}"), s.mean, percent(s.mean, 1));
            row.push(format!("{} ± {}", percent(s.mean, 1), fixed(100.0 * s.std, 1)));
        }
        rows.push(row);
        if own == 0.25 {
            continue; // lies between the others
        }
        let inputs: [(&str, Pick<Vec<f64>>); 2] =
            [("right inputs", |m| m.taught.clone()), ("its own", |m| m.free.clone())];
        for (name, pick) in inputs {
            let points =
                (0..LENGTH).map(|t| ((t + 1) as f64, over(&|m| pick(m)[t]).mean));
            let name =
                if own > 0.0 { format!("{name}, sampled") } else { name.to_owned() };
            plot = plot.with(Trace::new(name, points));
        }
    }
    let heads = [
        "own inputs",
        "right inputs",
        "own inputs when tested",
        "right inputs, after a mistake",
        "own, after a mistake",
        "exact match",
    ];
    r.table("exposure", &heads, "rrrrrr", rows);

    let plain = &measured[..THREE_SEEDS.len()];
    let rows = BEAMS.iter().enumerate().map(|(k, (width, power))| {
        let over = |i: usize| {
            summary(&plain.iter().map(|m| m.beams[k][i]).collect::<Vec<_>>())
        };
        let (exact, log_p, missed) = (over(0), over(1), over(2));
        let key = format!("beam-{width}-{}", *power as usize);
        r.value(&format!("{key}-exact"), exact.mean, percent(exact.mean, 1));
        r.value(&format!("{key}-log-p"), log_p.mean, fixed(log_p.mean, 2));
        r.value(&format!("{key}-missed"), missed.mean, percent(missed.mean, 1));
        vec![
            width.to_string(),
            power.to_string(),
            format!("{} ± {}", percent(exact.mean, 1), fixed(100.0 * exact.std, 1)),
            format!("{} ± {}", fixed(log_p.mean, 2), fixed(log_p.std, 2)),
            format!("{} ± {}", percent(missed.mean, 1), fixed(100.0 * missed.std, 1)),
        ]
    });
    let rows = rows.collect();
    let heads = [
        "$K$",
        "$\\alpha$",
        "exact match",
        "$\\ln p$ of the best found",
        "search errors",
    ];
    r.table("beam", &heads, "rrrrr", rows);
    r.plot(&plot.legend(Legend::Above));
    Ok(r)
}
