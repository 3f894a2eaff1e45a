//! The arena: who competes, at how many parameters, and by which rules.

use ndarray::{Array2, Array3, ArrayView2};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    dropout::Dropout,
    elman::{Elman, rows},
    gpt::{Gpt, GptSizes},
    gru::Gru,
    language::LanguageModel,
    layer::{Layer, Recurrent, Tape},
    linear::Linear,
    lstm::Lstm,
    min_gru::MinGru,
    mixer::Mixer,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    positions::Positions,
    schedule::{Decay, Schedule},
    selective::Selective,
    stacked::Stacked,
    text::Window,
};

use super::{SEEDS, TUNING_SEED};
use crate::tuning::Tuning;

/// The rates to choose from, of Adam.
pub const RATES: [f64; 5] = [0.001, 0.003, 0.01, 0.03, 0.1];
/// Longest gradient that clipping lets through.
pub const THRESHOLD: Real = 1.0;
/// Blocks of the models that are made of blocks.
pub const BLOCKS: usize = 2;
/// Heads of the GPT.
pub const HEADS: usize = 2;
/// Numbers in a memory of the state space.
pub const MEMORY: usize = 8;

/// A kind of model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One layer of Elman's cell.
    Rnn,
    /// One layer.
    Lstm,
    /// One layer.
    Gru,
    /// The GPT, rotary positions.
    Gpt,
    /// The GPT's blocks around a GRU each.
    GruBlocks,
    /// The GPT's blocks around a minGRU each.
    MinGru,
    /// The GPT's blocks around a selective state space each.
    Selective,
}

/// Everybody, in the order of every table.
pub const FIELD: [Kind; 7] = [
    Kind::Rnn,
    Kind::Lstm,
    Kind::Gru,
    Kind::Gpt,
    Kind::GruBlocks,
    Kind::MinGru,
    Kind::Selective,
];

/// What can be trained and asked in the arena.
pub trait Model: Parameters + Send + Sync {
    /// What is carried from window to window.
    type Memory: Clone;
    /// Before the first window.
    fn memory(&self, lanes: usize) -> Self::Memory;
    /// The loss of a window; adds to `grad`.
    fn learn(&self, window: &Window, memory: &mut Self::Memory, grad: &mut Self)
    -> f64;
    /// The loss of a window.
    fn judge(&self, window: &Window, memory: &mut Self::Memory) -> f64;
    /// The scores of all tokens after each of `ids: [T, B]`, from nothing.
    fn scores(&self, ids: ArrayView2<usize>) -> Array3<Real>;
    /// What reads token after token from nothing, at most `context` of them.
    fn generator(&self, context: usize) -> Generator<'_>;
}

/// Reads one token: the scores of the next.
pub type Generator<'a> = Box<dyn FnMut(usize) -> Array2<Real> + 'a>;

impl<L: Recurrent> Model for LanguageModel<L> {
    type Memory = L::State;

    fn memory(&self, lanes: usize) -> L::State {
        self.layer.start(lanes)
    }

    fn learn(&self, window: &Window, memory: &mut L::State, grad: &mut Self) -> f64 {
        let mut rng = Rng::seed_from_u64(0); // nothing is random here
        let mut workers = Workers::new(self, 1);
        let (loss, last) =
            self.loss_and_gradient(window, memory, &mut rng, &mut workers, grad);
        *memory = last;
        f64::from(loss)
    }

    fn judge(&self, window: &Window, memory: &mut L::State) -> f64 {
        let (loss, last) = self.loss(window, memory);
        *memory = last;
        f64::from(loss)
    }

    fn scores(&self, ids: ArrayView2<usize>) -> Array3<Real> {
        let x = self.embedding.forward(ids);
        let tape = self.layer.forward(x.view(), None, &self.layer.start(ids.ncols()));
        let h = tape.output();
        let scores = self.out.forward(rows(&h).view());
        let shape = (ids.nrows(), ids.ncols(), scores.ncols());
        scores.into_shape_with_order(shape).expect("scores of all places")
    }

    fn generator(&self, _context: usize) -> Generator<'_> {
        let mut state = self.layer.start(1);
        Box::new(move |id| {
            let (next, scores) = self.step(&[id], &state);
            state = next;
            scores
        })
    }
}

impl Model for Gpt {
    type Memory = ();

    fn memory(&self, _lanes: usize) {}

    fn learn(&self, window: &Window, _memory: &mut (), grad: &mut Self) -> f64 {
        f64::from(self.loss_and_gradient(window, &mut Workers::new(self, 1), grad))
    }

    fn judge(&self, window: &Window, _memory: &mut ()) -> f64 {
        f64::from(self.loss(window))
    }

    fn scores(&self, ids: ArrayView2<usize>) -> Array3<Real> {
        Gpt::scores(self, ids)
    }

    fn generator(&self, context: usize) -> Generator<'_> {
        let mut cache = self.cache(1, context);
        Box::new(move |id| self.step(&[id], &mut cache))
    }
}

/// What is done with a model, whatever its type.
pub trait Work {
    /// What comes of it.
    type Output;
    /// Does it.
    fn with<M: Model>(self, model: M) -> Self::Output;
}

struct Count;

impl Work for Count {
    type Output = usize;

    fn with<M: Model>(self, model: M) -> usize {
        model.count()
    }
}

fn blocks<L: Layer>(
    size: usize,
    rng: &mut Rng,
    layer: fn(usize, &mut Rng) -> L,
) -> Stacked<Mixer<L>> {
    let mut block = || {
        let layer = layer(size, rng);
        Mixer::new(layer, rng)
    };
    Stacked::new((0..BLOCKS).map(|_| block()).collect(), Dropout::new(0.0))
}

/// The same GPT with the start of the other contestants: weights uniform between
/// ±1/√inputs. The start of GPT-2 is meant for widths of many hundreds.
fn started_alike(mut gpt: Gpt, rng: &mut Rng) -> Gpt {
    let (v, d) = gpt.tokens.w.dim();
    gpt.tokens.w = Linear::new(d, v, rng).w.reversed_axes();
    gpt.tokens.w = gpt.tokens.w.as_standard_layout().into_owned();
    for block in &mut gpt.blocks {
        block.attention.qkv = Linear::new(d, 3 * d, rng);
        block.attention.out = Linear::new(d, d, rng);
        block.mlp.up = Linear::new(d, 4 * d, rng);
        block.mlp.down = Linear::new(4 * d, d, rng);
    }
    gpt
}

/// One contestant with its size.
#[derive(Clone, Copy, Debug)]
pub struct Contestant {
    /// What it is.
    pub kind: Kind,
    /// Its units, or the width of its blocks.
    pub size: usize,
    /// The tokens that it knows.
    pub vocabulary: usize,
    /// The most places that it must see.
    pub context: usize,
}

impl Contestant {
    /// The size whose number of parameters is nearest to `budget`.
    pub fn of(kind: Kind, vocabulary: usize, context: usize, budget: usize) -> Self {
        let of = |size| Self { kind, size, vocabulary, context };
        // Heads of an even size
        let step = if kind == Kind::Gpt { 2 * HEADS } else { 1 };
        let sizes = (1..=400 / step).map(|k| of(k * step));
        let mut last = of(step);
        for next in sizes {
            if next.parameters() >= budget {
                let over = next.parameters() - budget;
                let under = budget.saturating_sub(last.parameters());
                return if over < under { next } else { last };
            }
            last = next;
        }
        last
    }

    /// Its parameters.
    pub fn parameters(&self) -> usize {
        self.draw(0, Count)
    }

    /// Its key in a record.
    pub fn key(&self) -> &'static str {
        match self.kind {
            Kind::Rnn => "rnn",
            Kind::Lstm => "lstm",
            Kind::Gru => "gru",
            Kind::Gpt => "gpt",
            Kind::GruBlocks => "gru-blocks",
            Kind::MinGru => "min-gru",
            Kind::Selective => "selective",
        }
    }

    /// Its name in a table.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Rnn => "simple RNN",
            Kind::Lstm => "LSTM",
            Kind::Gru => "GRU",
            Kind::Gpt => "GPT",
            Kind::GruBlocks => "blocks, GRU",
            Kind::MinGru => "blocks, minGRU",
            Kind::Selective => "blocks, state space",
        }
    }

    /// The numbers that it keeps from token to token, after `context` of them.
    pub fn state(&self, context: usize) -> usize {
        let size = self.size;
        match self.kind {
            Kind::Rnn | Kind::Gru => size,
            Kind::Lstm => 2 * size,
            Kind::Gpt => 2 * BLOCKS * size * context,
            Kind::GruBlocks | Kind::MinGru => BLOCKS * size,
            Kind::Selective => BLOCKS * size * MEMORY,
        }
    }

    /// The numbers that the tape keeps for one lane of `steps` steps, inputs and outputs
    /// of all layers counted, the read-out not.
    pub fn tape(&self, steps: usize) -> usize {
        let d = self.size;
        // Norms 2D, input of the MLP D, its hidden layer twice 4D, output D
        let block = 12 * d;
        let a_step = match self.kind {
            Kind::Rnn => d + d,
            Kind::Lstm => d + 6 * d,
            Kind::Gru => d + 5 * d,
            // x, q, k, v, o, and a row of the map in each head; its block keeps no output
            Kind::Gpt => BLOCKS * (block - d + 5 * d + HEADS * steps),
            Kind::GruBlocks => BLOCKS * (block + 6 * d),
            Kind::MinGru => BLOCKS * (block + 4 * d),
            Kind::Selective => BLOCKS * (block + 3 * d + 2 * MEMORY + 2 * MEMORY * d),
        };
        a_step * steps
    }

    /// Draws it and does some work with it.
    pub fn draw<W: Work>(&self, seed: u64, work: W) -> W::Output {
        let rng = &mut Rng::seed_from_u64(seed);
        let (v, d) = (self.vocabulary, self.size);
        match self.kind {
            Kind::Rnn => {
                let layer = Elman::new(d, d, rng);
                work.with(LanguageModel::new(v, layer, rng))
            }
            Kind::Lstm => {
                let layer = Lstm::new(d, d, rng);
                work.with(LanguageModel::new(v, layer, rng))
            }
            Kind::Gru => {
                let layer = Gru::new(d, d, rng);
                work.with(LanguageModel::new(v, layer, rng))
            }
            Kind::Gpt => {
                let sizes = GptSizes {
                    vocabulary: v,
                    context: self.context,
                    size: d,
                    heads: HEADS,
                    blocks: BLOCKS,
                    positions: Positions::Rotary,
                };
                work.with(started_alike(Gpt::new(&sizes, rng), rng))
            }
            Kind::GruBlocks => {
                let layer = blocks(d, rng, |d, rng| Gru::new(d, d, rng));
                work.with(LanguageModel::new(v, layer, rng))
            }
            Kind::MinGru => {
                let layer = blocks(d, rng, |d, rng| MinGru::new(d, d, rng));
                work.with(LanguageModel::new(v, layer, rng))
            }
            Kind::Selective => {
                let layer = blocks(d, rng, |d, rng| Selective::new(d, MEMORY, rng));
                work.with(LanguageModel::new(v, layer, rng))
            }
        }
    }
}

/// The field: a GPT of this width, and the others with as many parameters.
pub fn field(vocabulary: usize, context: usize, width: usize) -> [Contestant; 7] {
    let gpt = Contestant { kind: Kind::Gpt, size: width, vocabulary, context };
    let budget = gpt.parameters();
    FIELD.map(|kind| Contestant::of(kind, vocabulary, context, budget))
}

/// Adam with clipping; the rate rises for a twentieth of the updates and falls to a tenth
/// by a cosine. The same for everybody.
pub struct Trainer<M> {
    adam: Adam<M>,
    schedule: Schedule,
    grad: M,
    done: usize,
}

impl<M: Model> Trainer<M> {
    /// For so many updates at this highest rate.
    pub fn new(model: &M, rate: f64, updates: usize) -> Self {
        let rate = rate as Real;
        Self {
            adam: Adam::new(model, rate),
            schedule: Schedule {
                rate,
                warm_up: updates / 20,
                decay: Decay::Cosine { steps: updates, lowest: 0.1 * rate },
            },
            grad: model.zeros_like(),
            done: 0,
        }
    }

    /// One update; the loss before it.
    pub fn update(
        &mut self,
        model: &mut M,
        window: &Window,
        memory: &mut M::Memory,
    ) -> f64 {
        self.grad.set_zero();
        let loss = model.learn(window, memory, &mut self.grad);
        clip_by_norm(&mut self.grad, THRESHOLD);
        self.adam.rate = self.schedule.rate_at(self.done);
        self.adam.step(model, &self.grad);
        self.done += 1;
        loss
    }
}

/// How a rate is chosen, and what is reported.
pub const TUNING: Tuning =
    Tuning { rates: &RATES, tuning_seeds: &[TUNING_SEED], seeds: &SEEDS };

/// Lets the model answer a window, and calls `seen` for each place at which `asked: [T, B]`
/// is above 0, with that number and whether the best token was the right one.
pub fn answers<M: Model>(
    model: &M,
    window: &Window,
    asked: &Array2<usize>,
    mut seen: impl FnMut(usize, bool),
) {
    let scores = model.scores(window.x.view());
    for ((t, b), &number) in asked.indexed_iter() {
        if number > 0 {
            let row = scores.slice(ndarray::s![t, b, ..]);
            let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            seen(number, best.is_some_and(|(id, _)| id == window.y[[t, b]]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_as_many_parameters() {
        for (vocabulary, width) in [(69, 32), (80, 32), (17, 16), (10, 16)] {
            let field = field(vocabulary, 64, width);
            let gpt = field[3].parameters() as f64;
            for contestant in field {
                let share = contestant.parameters() as f64 / gpt;
                assert!((share - 1.0).abs() < 0.06, "{}: {share}", contestant.name());
            }
        }
    }
}
