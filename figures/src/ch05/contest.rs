//! Who competes: three cells at equal size and at equal parameters, and two more GRUs.

use ndarray::s;
use rand::SeedableRng;
use rnn_book_code::{
    Rng, elman::Elman, gru::Gru, layer::Recurrent, lstm::Lstm,
    original_gru::OriginalGru,
};

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
