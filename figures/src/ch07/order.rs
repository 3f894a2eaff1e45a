//! What reading the source from its end does to a model without attention.

use anyhow::{Context, Result};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    dates::{Part, dates},
    decoder::Decoder,
    encoder_decoder::EncoderDecoder,
    lstm::Lstm,
    pairs::exact_match,
    tasks::Pair,
    tokens::Tokenizer,
};

use super::learn::{BATCH, EMBEDDING, Lesson, Training, encode, train};
use super::{CHAOTIC, RATES, THREE_SEEDS, THRESHOLD, TUNING_SEED};
use crate::draw::{Axis, Bars};
use crate::stats::summary;
use crate::text::{fixed, percent};
use crate::tuning::Tuning;
use crate::{Progress, Record};

const HIDDEN: usize = 64;
const TEST: usize = 500;
/// Updates, and those after which a rate is judged.
const STEPS: usize = 2500;
const TRIAL: usize = 400;

const LESSONS: [(&str, &str, Lesson); 3] = [
    ("reversing", "reversing, 1 to 12 letters", Lesson::Reversing(12)),
    ("addition", "addition, 1 to 3 digits", Lesson::Addition(3)),
    ("dates", "dates", Lesson::Dates),
];

fn test(lesson: Lesson, seed: u64) -> Vec<Pair> {
    let rng = &mut Rng::seed_from_u64(!seed);
    match lesson {
        Lesson::Dates if seed == TUNING_SEED => dates(TEST, Part::Dev, rng),
        Lesson::Dates => dates(TEST, Part::Test, rng),
        lesson => lesson.draw(TEST, rng),
    }
}

/// The share of fresh pairs that are written exactly.
fn one(
    lesson: Lesson,
    reversed: bool,
    steps: usize,
    rate: f64,
    seed: u64,
) -> Option<f64> {
    let tokens = lesson.tokens();
    let rng = &mut Rng::seed_from_u64(seed);
    let encoder = Lstm::new(EMBEDDING, HIDDEN, rng);
    let decoder = Decoder::blind(Lstm::new(EMBEDDING, HIDDEN, rng));
    let model = EncoderDecoder::new(tokens.size(), encoder, decoder, rng);
    let training = Training { lesson, steps, rate, seed, reversed, own: 0.0 };
    let model = train(model, &tokens, &training)?;
    Some(f64::from(exact_match(
        &model,
        &encode(&test(lesson, seed), &tokens, reversed),
    )))
}

/// Trains on three tasks in both orders.
///
/// # Errors
/// If a run broke off.
pub fn run(progress: &Progress) -> Result<Record> {
    let items: Vec<(Lesson, bool)> = LESSONS
        .iter()
        .flat_map(|l| [false, true].map(|reversed| (l.2, reversed)))
        .collect();
    let tuning =
        Tuning { rates: &RATES, tuning_seeds: &[TUNING_SEED], seeds: &THREE_SEEDS };
    let train = |steps| {
        move |(lesson, reversed), rate, seed| one(lesson, reversed, steps, rate, seed)
    };
    let results = tuning.run_after_trials(
        &items,
        progress,
        |share: &Option<f64>| -share.unwrap_or(-1.0),
        train(TRIAL),
        train(STEPS),
    );

    let mut r = Record::new(
        &THREE_SEEDS,
        format!(
            "LSTM into LSTM, one direction, H = {HIDDEN}, no attention, embeddings of {EMBEDDING}; \
             {BATCH} fresh pairs an update, {STEPS} updates, Adam with warm-up and half a cosine, \
             clipping at norm {THRESHOLD}; rate of {RATES:?} for each task and order by exact match \
             after {TRIAL} updates on seed {TUNING_SEED}; tests on {TEST} fresh pairs"
        ),
    )
    .tolerance(CHAOTIC);
    let mut rows = Vec::new();
    let mut bars = [Vec::new(), Vec::new()];
    let mut cells = Vec::new();
    for (rate, shares) in results {
        let shares: Option<Vec<f64>> = shares.into_iter().collect();
        cells.push((summary(&shares.context("a run broke off")?), rate));
    }
    for ((key, name, _), pair) in LESSONS.iter().zip(cells.chunks(2)) {
        let mut row = vec![(*name).to_owned()];
        for (k, (s, rate)) in pair.iter().enumerate() {
            let order = ["ahead", "back"][k];
            let text = format!("{} ± {}", percent(s.mean, 1), fixed(100.0 * s.std, 1));
            r.value(&format!("{key}-{order}"), s.mean, percent(s.mean, 1));
            row.extend([text, rate.to_string()]);
            bars[k].push(*s);
        }
        rows.push(row);
    }
    let heads = ["task", "source as it stands", "rate", "source reversed", "rate"];
    r.table("main", &heads, "lrrrr", rows);
    let [ahead, back] = bars;
    let plot = Bars::new(
        Axis::linear("exact match (share)").range(0.0, 1.05),
        &LESSONS.map(|l| l.0),
    )
    .with("source as it stands", ahead)
    .with("source reversed", back)
    .height(320.0);
    r.plot(&plot);
    Ok(r)
}
