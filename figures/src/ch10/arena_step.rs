//! The arena: time and memory of a training step against the length of the sequences.

use std::time::Instant;

use anyhow::Result;
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{Rng, text::Window};

use super::arena::{Contestant, Model, Trainer, Work, field};
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::stats::slope;
use crate::text::{fixed, integer};
use crate::{Progress, Record};

const SEED: u64 = 1;
const VOCABULARY: usize = 80;
/// The width of the GPT, whose parameters all others match.
const WIDTH: usize = 32;
const LANES: usize = 4;
/// The lengths that are timed, and from which on the exponent is fitted.
const LENGTHS: [usize; 5] = [64, 128, 256, 512, 1024];
const FITTED: usize = 256;
const ROUNDS: usize = 15;

struct Time(usize);

impl Work for Time {
    /// Seconds of an update, after one that does not count.
    type Output = f64;

    fn with<M: Model>(self, mut model: M) -> f64 {
        let mut rng = Rng::seed_from_u64(SEED);
        let shape = (self.0, LANES);
        let mut draw =
            || Array2::from_shape_simple_fn(shape, || rng.random_range(0..VOCABULARY));
        let window = Window { x: draw(), y: draw() };
        let mut trainer = Trainer::new(&model, 0.001, 100);
        let mut memory = model.memory(LANES);
        trainer.update(&mut model, &window, &mut memory);
        let clock = Instant::now();
        trainer.update(&mut model, &window, &mut memory);
        clock.elapsed().as_secs_f64()
    }
}

/// The exponent of the last points: the slope in logarithms.
fn exponent(points: impl Iterator<Item = (usize, f64)>) -> f64 {
    let fitted = points.filter(|(length, _)| *length >= FITTED);
    slope(&fitted.map(|(t, y)| ((t as f64).ln(), y.ln())).collect::<Vec<_>>())
}

/// Times and counts the field.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let longest = LENGTHS[LENGTHS.len() - 1];
    let field = field(VOCABULARY, longest, WIDTH);
    progress.steps(ROUNDS * field.len());
    let mut times = vec![[const { Vec::new() }; LENGTHS.len()]; field.len()];
    for _ in 0..ROUNDS {
        for (contestant, times) in field.iter().zip(&mut times) {
            for (&length, times) in LENGTHS.iter().zip(times.iter_mut()) {
                times.push(contestant.draw(SEED, Time(length)));
            }
            progress.tick();
        }
    }
    let mut r = Record::new(
        &[SEED],
        format!(
            "V = {VOCABULARY}, a GPT of width {WIDTH} and the others with as many parameters, {LANES} lanes, one thread; time: best of {ROUNDS} rounds \
             in turn; exponents fitted from T = {FITTED} to {longest}; bytes of the tape counted from its arrays"
        ),
    );
    let best = |times: &Vec<f64>| times.iter().copied().fold(f64::INFINITY, f64::min);
    let mut seconds = Lines::new(
        Axis::log("steps of a sequence, T"),
        Axis::log("time of a training step (ms)"),
    )
    .title("time")
    .legend(Legend::Above);
    let mut bytes =
        Lines::new(Axis::log("steps of a sequence, T"), Axis::log("tape (MB)"))
            .title("memory")
            .legend(Legend::None);
    let mut rows = Vec::new();
    for (i, (contestant, times)) in field.iter().zip(&times).enumerate() {
        let key = contestant.key();
        let by_length =
            || LENGTHS.into_iter().zip(times).map(|(t, times)| (t, best(times)));
        let of_time = exponent(by_length());
        let tape = |t: usize| (4 * LANES * contestant.tape(t)) as f64 / 1e6;
        let of_tape = exponent(LENGTHS.into_iter().map(|t| (t, tape(t))));
        let at = |length: usize| {
            by_length().find(|(t, _)| *t == length).map_or(0.0, |(_, s)| 1e3 * s)
        };
        r.timed_value(&format!("{key}-exponent"), of_time, fixed(of_time, 2));
        r.timed_value(
            &format!("{key}-ms-{longest}"),
            at(longest),
            fixed(at(longest), 0),
        );
        r.timed_value(&format!("{key}-ms-64"), at(64), fixed(at(64), 1));
        r.value(&format!("{key}-tape-exponent"), of_tape, fixed(of_tape, 2));
        r.value(&format!("{key}-tape"), tape(longest), fixed(tape(longest), 1));
        rows.push(vec![
            contestant.name().to_owned(),
            integer(contestant.parameters() as f64),
            fixed(tape(64), 2),
            fixed(tape(longest), 1),
            fixed(of_tape, 2),
        ]);
        let points = by_length().map(|(t, s)| (t as f64, 1e3 * s)).collect::<Vec<_>>();
        seconds = seconds.with(Trace::new(contestant.name(), points).style(i));
        let points = LENGTHS.map(|t| (t as f64, tape(t)));
        bytes = bytes.with(Trace::new(contestant.name(), points).style(i));
    }
    let heads = ["model", "parameters", "tape at 64 (MB)", "at 1024 (MB)", "exponent"];
    r.table("main", &heads, "lrrrr", rows);
    r.timed_plot(&Panels::new(1, 330.0).with("time", seconds).with("tape", bytes));
    Ok(r)
}

/// The contestants of the arena at its size, for what else is measured of them.
pub fn contestants() -> [Contestant; 7] {
    field(VOCABULARY, LENGTHS[LENGTHS.len() - 1], WIDTH)
}
