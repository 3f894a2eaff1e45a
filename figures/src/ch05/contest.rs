//! Who competes: three cells at equal size and at equal parameters, and two more GRUs.

use ndarray::s;
use rand::SeedableRng;
use rnn_book_code::{
    Rng, elman::Elman, gru::Gru, layer::Recurrent, lstm::Lstm,
    original_gru::OriginalGru,
};

use super::{RATES, SEEDS, TUNING_SEEDS};
use crate::stats::mean;
use crate::{Progress, parallel};

/// A kind of layer, with its start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Elman's cell.
    Elman,
    /// The LSTM, forget bias 1.
    Lstm,
    /// The GRU with the reset gate after the product, biases 0.
    Gru,
    /// The same with an update bias of 1.
    OpenGru,
    /// The GRU with the reset gate before the product, biases 0.
    OriginalGru,
}

/// One contestant.
#[derive(Clone, Copy, Debug)]
pub struct Contestant {
    /// Its key in a record.
    pub key: &'static str,
    /// Its name in a table.
    pub name: &'static str,
    /// Its layer.
    pub kind: Kind,
    /// Its units.
    pub hidden: usize,
}

/// What is done with a layer, whatever its type.
pub trait Work {
    /// What comes of it.
    type Output;
    /// Does it.
    fn with<L: Recurrent + Clone>(self, layer: L) -> Self::Output;
}

impl Kind {
    /// The parameters of a layer and its read-out of `answers` numbers.
    pub fn parameters(self, input: usize, hidden: usize, answers: usize) -> usize {
        let gates = match self {
            Self::Elman => 1,
            Self::Lstm => 4,
            Self::Gru | Self::OpenGru | Self::OriginalGru => 3,
        };
        let second_bias =
            if matches!(self, Self::Gru | Self::OpenGru) { hidden } else { 0 };
        gates * hidden * (input + hidden + 1) + second_bias + (hidden + 1) * answers
    }

    /// The size whose number of parameters is nearest to `budget`.
    fn nearest(self, input: usize, answers: usize, budget: usize) -> usize {
        let off =
            |hidden: &usize| self.parameters(input, *hidden, answers).abs_diff(budget);
        (1..1000).min_by_key(off).unwrap_or(1)
    }
}

/// The field: a GRU of `hidden` units, and the others at its size or its parameters.
pub fn field(input: usize, hidden: usize, answers: usize) -> [Contestant; 7] {
    let budget = Kind::Gru.parameters(input, hidden, answers);
    let equal = |kind: Kind| kind.nearest(input, answers, budget);
    let of = |key, name, kind, hidden| Contestant { key, name, kind, hidden };
    [
        of("rnn-size", "simple RNN, equal size", Kind::Elman, hidden),
        of("rnn", "simple RNN, equal parameters", Kind::Elman, equal(Kind::Elman)),
        of("lstm-size", "LSTM, equal size", Kind::Lstm, hidden),
        of("lstm", "LSTM, equal parameters", Kind::Lstm, equal(Kind::Lstm)),
        of("gru", "GRU", Kind::Gru, hidden),
        of("gru-open", "GRU, update bias 1", Kind::OpenGru, hidden),
        of("gru-before", "GRU, reset before", Kind::OriginalGru, hidden),
    ]
}

impl Contestant {
    /// Draws its layer for `input` numbers a step and does some work with it.
    pub fn draw<W: Work>(&self, input: usize, seed: u64, work: W) -> W::Output {
        let rng = &mut Rng::seed_from_u64(seed);
        let hidden = self.hidden;
        match self.kind {
            Kind::Elman => work.with(Elman::new(input, hidden, rng)),
            Kind::Lstm => work.with(Lstm::new(input, hidden, rng)),
            Kind::Gru => work.with(Gru::new(input, hidden, rng)),
            Kind::OpenGru => work.with(open(Gru::new(input, hidden, rng), 1.0)),
            Kind::OriginalGru => work.with(OriginalGru::new(input, hidden, rng)),
        }
    }
}

/// A GRU with this bias at every update gate.
pub fn open(mut gru: Gru, bias: f32) -> Gru {
    let hidden = gru.w_h.nrows();
    gru.b.slice_mut(s![hidden..2 * hidden]).fill(bias);
    gru
}

/// For each item: the rate with the lowest mean score on the tuning seeds, and what the
/// reported seeds gave with it.
pub fn tuned<I: Copy + Sync, R: Send>(
    items: &[I],
    progress: &Progress,
    score: impl Fn(&R) -> f64,
    run: impl Fn(I, f64, u64) -> R + Sync,
) -> Vec<(f64, Vec<R>)> {
    progress.steps(items.len() * (RATES.len() * TUNING_SEEDS.len() + SEEDS.len()));
    let run = |item, rate, seed| {
        let result = run(item, rate, seed);
        progress.tick();
        result
    };
    let trials = items.iter().flat_map(|&item| {
        RATES.iter().flat_map(move |&rate| TUNING_SEEDS.map(|seed| (item, rate, seed)))
    });
    let trials: Vec<(I, f64, u64)> = trials.collect();
    let results = parallel::map(&trials, |&(item, rate, seed)| run(item, rate, seed));
    let scores: Vec<f64> = results.iter().map(score).collect();
    let best = scores.chunks(RATES.len() * TUNING_SEEDS.len()).map(|scores| {
        let means: Vec<f64> = scores.chunks(TUNING_SEEDS.len()).map(mean).collect();
        let best = (0..RATES.len()).min_by(|&a, &b| means[a].total_cmp(&means[b]));
        RATES[best.unwrap_or(0)]
    });
    let best: Vec<f64> = best.collect();
    let jobs: Vec<(I, f64, u64)> = items
        .iter()
        .zip(&best)
        .flat_map(|(&item, &rate)| SEEDS.map(|seed| (item, rate, seed)))
        .collect();
    let mut results =
        parallel::map(&jobs, |&(item, rate, seed)| run(item, rate, seed)).into_iter();
    best.into_iter()
        .map(|rate| (rate, results.by_ref().take(SEEDS.len()).collect()))
        .collect()
}
