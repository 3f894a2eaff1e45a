//! The arena: time and memory of a generated token against what was read before it.

use std::time::Instant;

use anyhow::Result;
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::Rng;

use super::arena::{Model, Work};
use super::arena_step::contestants;
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::stats::median;
use crate::text::{fixed, integer};
use crate::{Progress, Record};

const SEED: u64 = 1;
/// The places whose tokens are timed: the mean of as many as [`SPAN`] around each.
const PLACES: [usize; 6] = [32, 64, 128, 256, 512, 1024];
const SPAN: usize = 16;
const ROUNDS: usize = 3;

struct Time;

impl Work for Time {
    /// Seconds of a token at each place.
    type Output = Vec<f64>;

    fn with<M: Model>(self, model: M) -> Vec<f64> {
        let mut rng = Rng::seed_from_u64(SEED);
        let longest = PLACES[PLACES.len() - 1];
        let mut step = model.generator(longest);
        let mut times = Vec::with_capacity(longest);
        let mut last = Array2::zeros((1, 1));
        for _ in 0..longest {
            let id = rng.random_range(0..80);
            let clock = Instant::now();
            last.clone_from(&step(id));
            times.push(clock.elapsed().as_secs_f64());
        }
        assert!(last.iter().all(|score| score.is_finite()), "a score is not finite");
        PLACES.map(|place| median(&times[place - SPAN..place])).to_vec()
    }
}

/// Times and counts the field.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let field = contestants();
    progress.steps(ROUNDS * field.len());
    let mut times = vec![vec![f64::INFINITY; PLACES.len()]; field.len()];
    for _ in 0..ROUNDS {
        for (contestant, best) in field.iter().zip(&mut times) {
            for (best, time) in best.iter_mut().zip(contestant.draw(SEED, Time)) {
                *best = best.min(time);
            }
            progress.tick();
        }
    }
    let longest = PLACES[PLACES.len() - 1];
    let mut r = Record::new(
        &[SEED],
        format!(
            "the models of arena-step, one lane, one thread; time: median of the {SPAN} tokens before each place, best \
             of {ROUNDS} rounds; bytes counted from what is kept between two tokens"
        ),
    );
    let mut seconds =
        Lines::new(Axis::log("tokens read before"), Axis::log("time of a token (µs)"))
            .title("time")
            .legend(Legend::Above);
    let mut bytes = Lines::new(Axis::log("tokens read before"), Axis::log("kept (kB)"))
        .title("memory")
        .legend(Legend::None);
    let mut rows = Vec::new();
    for (i, (contestant, times)) in field.iter().zip(&times).enumerate() {
        let key = contestant.key();
        let kept = |t: usize| 4.0 * contestant.state(t) as f64 / 1e3;
        let (first, last) = (1e6 * times[0], 1e6 * times[times.len() - 1]);
        r.timed_value(&format!("{key}-us-32"), first, fixed(first, 0));
        r.timed_value(&format!("{key}-us-{longest}"), last, fixed(last, 0));
        r.value(&format!("{key}-kept"), kept(longest), fixed(kept(longest), 1));
        rows.push(vec![
            contestant.name().to_owned(),
            contestant.size.to_string(),
            integer(contestant.parameters() as f64),
            fixed(kept(PLACES[0]), 1),
            fixed(kept(longest), 1),
        ]);
        let points: Vec<_> =
            PLACES.iter().zip(times).map(|(&t, s)| (t as f64, 1e6 * s)).collect();
        seconds = seconds.with(Trace::new(contestant.name(), points).style(i));
        let points = PLACES.map(|t| (t as f64, kept(t)));
        bytes = bytes.with(Trace::new(contestant.name(), points).style(i));
    }
    let heads = ["model", "$D$", "parameters", "kept after 32 (kB)", "after 1024 (kB)"];
    r.table("main", &heads, "lrrrr", rows);
    r.timed_plot(&Panels::new(1, 330.0).with("time", seconds).with("kept", bytes));
    Ok(r)
}
