//! A small recurrent classifier of token sequences, and made-up languages whose best possible score is known.

use ndarray::{Array2, Array3, ArrayViewD, ArrayViewMutD};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rnn_book_code::{
    Real, Rng,
    batching::pad,
    embedding::Embedding,
    gru::Gru,
    layer::{Layer, Tape},
    linear::Linear,
    loss::CrossEntropy,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::{Parameters, prefixed},
};

/// Tokens, and the class that somebody wrote beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    pub tokens: Vec<usize>,
    pub class: usize,
}

/// How a classifier is trained.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub vocabulary: usize,
    pub classes: usize,
    pub hidden: usize,
    pub epochs: usize,
    pub lanes: usize,
    pub rate: f64,
}

/// An embedding, a GRU, and scores from its last state.
#[derive(Clone, Debug)]
pub struct Classifier {
    embedding: Embedding,
    layer: Gru,
    out: Linear,
}

impl Parameters for Classifier {
    fn parameters(&self) -> Vec<(String, ArrayViewD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters());
        list.extend(prefixed("layer", self.layer.parameters()));
        list.extend(prefixed("out", self.out.parameters()));
        list
    }
    fn parameters_mut(&mut self) -> Vec<(String, ArrayViewMutD<'_, Real>)> {
        let mut list = prefixed("embedding", self.embedding.parameters_mut());
        list.extend(prefixed("layer", self.layer.parameters_mut()));
        list.extend(prefixed("out", self.out.parameters_mut()));
        list
    }
}

impl Classifier {
    /// Trains on the examples in shuffled batches. `weights` has one number a class.
    pub fn train(
        examples: &[Example],
        weights: Option<&[Real]>,
        settings: &Settings,
        seed: u64,
    ) -> Self {
        let rng = &mut Rng::seed_from_u64(seed);
        let hidden = settings.hidden;
        let mut model = Self {
            embedding: Embedding::new(settings.vocabulary, hidden, rng),
            layer: Gru::new(hidden, hidden, rng),
            out: Linear::new(hidden, settings.classes, rng),
        };
        let mut adam = Adam::new(&model, settings.rate as Real);
        let mut grad = model.zeros_like();
        let mut order: Vec<&Example> = examples.iter().collect();
        for _ in 0..settings.epochs {
            order.shuffle(rng);
            for batch in order.chunks(settings.lanes) {
                grad.set_zero();
                model.backward(batch, weights, &mut grad);
                clip_by_norm(&mut grad, 1.0);
                adam.step(&mut model, &grad);
            }
        }
        model
    }

    fn backward(&self, batch: &[&Example], weights: Option<&[Real]>, grad: &mut Self) {
        let padded = pad(&batch.iter().map(|e| &e.tokens).collect::<Vec<_>>());
        let classes: Vec<usize> = batch.iter().map(|e| e.class).collect();
        let x = self.embedding.forward(padded.ids.view());
        let start = self.layer.start(batch.len());
        let tape = self.layer.forward(x.view(), Some(&padded.lengths), &start);
        let last = tape.last();
        let scores = self.out.forward(last.view());
        let rows: Option<Vec<Real>> =
            weights.map(|w| classes.iter().map(|&class| w[class]).collect());
        let (_, d_scores) = CrossEntropy::default().loss_and_gradient(
            scores.view(),
            &classes,
            rows.as_deref(),
        );
        let d_last = self.out.backward(last.view(), d_scores.view(), &mut grad.out);
        let nothing = Array3::zeros(tape.output().dim());
        let (d_x, _) =
            self.layer.backward(&tape, nothing.view(), Some(&d_last), &mut grad.layer);
        self.embedding.backward(padded.ids.view(), d_x.view(), &mut grad.embedding);
    }

    /// The scores of all classes, `[N, C]`.
    pub fn scores(&self, examples: &[Example]) -> Array2<Real> {
        let padded = pad(&examples.iter().map(|e| &e.tokens).collect::<Vec<_>>());
        let x = self.embedding.forward(padded.ids.view());
        let start = self.layer.start(examples.len());
        let tape = self.layer.forward(x.view(), Some(&padded.lengths), &start);
        self.out.forward(tape.last().view())
    }

    /// The share of examples whose highest score is that of their class.
    pub fn accuracy(&self, examples: &[Example]) -> f64 {
        let scores = self.scores(examples);
        let right = scores.outer_iter().zip(examples).filter(|(row, example)| {
            let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            best.is_some_and(|(class, _)| class == example.class)
        });
        right.count() as f64 / examples.len() as f64
    }
}

/// Words of a made-up language in which half of the words speak for class 1.
pub const WORDS: usize = 60;
/// The number of the first word.
pub const FIRST: usize = 4;

/// A text of `length` words, each of which speaks for class 1 with this probability.
pub fn text(length: usize, speaks: f64, rng: &mut Rng) -> Vec<usize> {
    let word = |_| {
        let half = if rng.random_bool(speaks) { 0 } else { WORDS / 2 };
        FIRST + half + rng.random_range(0..WORDS / 2)
    };
    (0..length).map(word).collect()
}

/// How many words of a text speak for class 1.
pub fn speaking(tokens: &[usize]) -> usize {
    tokens.iter().filter(|&&id| id < FIRST + WORDS / 2).count()
}
