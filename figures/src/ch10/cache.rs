//! What a generated token costs with and without the cache: counted, and timed.

use std::time::Instant;

use anyhow::Result;
use ndarray::{Array2, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng,
    gpt::{Gpt, GptSizes},
    parameters::Parameters,
    positions::Positions,
};

use crate::draw::{Axis, Lines, Trace};
use crate::text::{fixed, integer, significant};
use crate::{Progress, Record};

const SEED: u64 = 1;
const VOCABULARY: usize = 80;
const SIZE: usize = 64;
const HEADS: usize = 4;
const BLOCKS: usize = 2;
const CONTEXT: usize = 512;
/// The places whose token is timed.
const PLACES: [usize; 6] = [16, 32, 64, 128, 256, 512];
const ROUNDS: usize = 5;

/// Multiplications of the matrices for one place: 12 L D² + V D.
const MATRICES: usize = 12 * BLOCKS * SIZE * SIZE + VOCABULARY * SIZE;

/// Multiplications for the token at place `t`, the t-th that is read.
fn with_cache(t: usize) -> usize {
    MATRICES + 2 * BLOCKS * SIZE * t
}

/// The same when all places are read again. A place sees those before it alone.
fn without(t: usize) -> usize {
    let places = 12 * BLOCKS * SIZE * SIZE * t + VOCABULARY * SIZE;
    places + 2 * BLOCKS * SIZE * t * (t + 1) / 2
}

fn fastest(times: impl IntoIterator<Item = f64>) -> f64 {
    times.into_iter().fold(f64::INFINITY, f64::min)
}

/// Counts, times, and compares the scores.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut rng = Rng::seed_from_u64(SEED);
    let sizes = GptSizes {
        vocabulary: VOCABULARY,
        context: CONTEXT,
        size: SIZE,
        heads: HEADS,
        blocks: BLOCKS,
        positions: Positions::Rotary,
    };
    let model = Gpt::new(&sizes, &mut rng);
    let ids =
        Array2::from_shape_simple_fn((CONTEXT, 1), || rng.random_range(0..VOCABULARY));
    let mut r = Record::new(
        &[SEED],
        format!(
            "V = {VOCABULARY}, D = {SIZE}, {HEADS} heads, {BLOCKS} blocks, {} parameters, \
             one lane, one thread; time: the fastest of {ROUNDS} rounds",
            integer(model.count() as f64)
        ),
    );

    let mut times = vec![Vec::new(); PLACES.len()];
    for _ in 0..ROUNDS {
        let mut cache = model.cache(1, CONTEXT);
        for t in 0..CONTEXT {
            let clock = Instant::now();
            let scores = model.step(&[ids[[t, 0]]], &mut cache);
            let seconds = clock.elapsed().as_secs_f64();
            anyhow::ensure!(scores.iter().all(|s| s.is_finite()));
            // The eight tokens up to the place
            for (place, times) in PLACES.iter().zip(&mut times) {
                if t < *place && t + 8 >= *place {
                    times.push(seconds);
                }
            }
        }
    }
    let mut apart = 0.0_f64;
    for (place, times) in PLACES.iter().zip(times) {
        let cached = 1e6 * fastest(times);
        let start = ids.slice(s![..*place, ..]);
        let again = (0..ROUNDS).map(|_| {
            let clock = Instant::now();
            let h = model.forward(start).h;
            let last = h.slice(s![.., place - 1, ..]);
            let scores = last.dot(&model.tokens.w.t());
            (clock.elapsed().as_secs_f64(), scores)
        });
        let again: Vec<_> = again.collect();
        let mut cache = model.cache(1, *place);
        let mut scores = Array2::zeros((1, VOCABULARY));
        for &id in start {
            scores = model.step(&[id], &mut cache);
        }
        let differences = (&scores - &again[0].1).mapv(f32::abs);
        let scale = scores.iter().fold(0.0, |m: f32, s| m.max(s.abs()));
        apart = apart.max(f64::from(
            differences.iter().fold(0.0, |m: f32, &d| m.max(d)) / scale,
        ));
        let whole = 1e6 * fastest(again.iter().map(|a| a.0));
        r.timed_value(&format!("us-{place}"), cached, significant(cached, 2));
        r.timed_value(&format!("us-whole-{place}"), whole, significant(whole, 2));
        r.timed_value(
            &format!("times-{place}"),
            whole / cached,
            significant(whole / cached, 2),
        );
        let (a, b) = (with_cache(*place), without(*place));
        r.value(&format!("products-{place}"), a as f64, integer(a as f64));
        r.value(&format!("products-whole-{place}"), b as f64, integer(b as f64));
        let ratio = b as f64 / a as f64;
        r.value(&format!("ratio-{place}"), ratio, fixed(ratio, 0));
    }
    anyhow::ensure!(apart < 1e-4, "the cache gives other scores, {apart} apart");
    let kept = 2 * BLOCKS * SIZE * CONTEXT;
    r.value("kept", kept as f64, integer(kept as f64));
    r.value(
        "kept-a-token",
        (2 * BLOCKS * SIZE) as f64,
        (2 * BLOCKS * SIZE).to_string(),
    );

    let points = |f: fn(usize) -> usize| {
        (0..=20)
            .map(|k| 4.0 * (CONTEXT as f64 / 4.0).powf(f64::from(k) / 20.0))
            .map(|t| (t.round(), f(t.round() as usize) as f64))
            .collect::<Vec<_>>()
    };
    let ticks = [4, 16, 64, 256, 512].map(|t| (f64::from(t), t.to_string()));
    let plot = Lines::new(
        Axis::log("places read so far").labelled_ticks(ticks.to_vec()),
        Axis::log("multiplications for the next token"),
    )
    .with(Trace::new("all again", points(without)).style(0))
    .with(Trace::new("with the cache", points(with_cache)).style(1))
    .with(Trace::new("matrices alone", points(|_| MATRICES)).style(2).markers(false));
    r.plot(&plot);
    Ok(r)
}
