//! The prose that the book ships, and a model of its characters, trained and judged.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    language::LanguageModel,
    layer::Recurrent,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    text::{CharVocabulary, Window, windows},
};

use crate::stats::mean;

/// The prose.
pub const PROSE: &str = include_str!("../../rnn-book-code/data/prose.txt");
/// Lanes of the part that is learned from.
pub const LANES: usize = 16;
/// Characters of a window.
pub const STEPS: usize = 50;
/// Longest gradient that clipping lets through.
pub const THRESHOLD: f64 = 1.0;
/// Parts in ten that are learned from; of the rest, half chooses and half judges.
const LEARNED: usize = 8;

/// The text in three parts that follow each other.
#[derive(Debug)]
pub struct Data {
    /// The number of distinct characters.
    pub vocabulary: usize,
    /// What is learned from, in lanes.
    pub train: Vec<Window>,
    /// What chooses.
    pub dev: Vec<Window>,
    /// What judges.
    pub test: Vec<Window>,
    /// Characters of the three parts.
    pub characters: [usize; 3],
    /// The loss on the third part of a model that knows the frequencies in the first.
    pub frequencies: f64,
}

impl Data {
    /// The prose; of its first part, at most `most` characters.
    ///
    /// # Errors
    /// If a part is too short for a window.
    pub fn load(most: usize) -> Result<Self> {
        let vocabulary = CharVocabulary::of(PROSE);
        let stream = vocabulary.encode(PROSE)?;
        let (a, b) = (stream.len() * LEARNED / 10, stream.len() * (LEARNED + 10) / 20);
        let parts = [&stream[..a.min(most)], &stream[a..b], &stream[b..]];
        let mut counts = vec![1.0; vocabulary.len()];
        parts[0].iter().for_each(|&id| counts[id] += 1.0);
        let total: f64 = counts.iter().sum();
        let losses: Vec<f64> =
            parts[2].iter().map(|&id| -f64::ln(counts[id] / total)).collect();
        Ok(Self {
            vocabulary: vocabulary.len(),
            train: windows(parts[0], LANES, STEPS)?,
            dev: windows(parts[1], 1, STEPS)?,
            test: windows(parts[2], 1, STEPS)?,
            characters: parts.map(<[usize]>::len),
            frequencies: mean(&losses),
        })
    }
}

/// What a training came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The loss on the second part after each epoch.
    pub dev: Vec<f64>,
    /// The epoch, counted from 1, after which it was lowest.
    pub epoch: usize,
    /// The loss on the third part, by the weights that did best on the second.
    pub test: f64,
    /// The loss on the first part during the last epoch.
    pub train: f64,
}

impl Outcome {
    /// The lowest loss on the second part.
    #[must_use]
    pub fn lowest(&self) -> f64 {
        self.dev.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// Trains with Adam and clipping, and hands back the model that did best on the second part.
pub fn train<L: Recurrent>(
    layer: L,
    data: &Data,
    epochs: usize,
    rate: f64,
    seed: u64,
) -> (Outcome, LanguageModel<L>) {
    let mut rng = Rng::seed_from_u64(1000 + seed);
    let mut model = LanguageModel::new(data.vocabulary, layer, &mut rng);
    let mut adam = Adam::new(&model, rate as f32);
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 1);
    let mut best = (f64::INFINITY, 0, model.clone());
    let (mut train, mut dev) = (0.0, Vec::new());
    for epoch in 1..=epochs {
        let mut state = model.layer.start(LANES);
        let mut losses = Vec::new();
        for window in &data.train {
            grad.set_zero();
            let (loss, last) = model.loss_and_gradient(
                window,
                &state,
                &mut rng,
                &mut workers,
                &mut grad,
            );
            clip_by_norm(&mut grad, THRESHOLD as f32);
            adam.step(&mut model, &grad);
            state = last;
            losses.push(f64::from(loss));
        }
        train = mean(&losses);
        let loss = judge(&model, &data.dev);
        if loss < best.0 {
            best = (loss, epoch, model.clone());
        }
        dev.push(loss);
    }
    let (_, epoch, model) = best;
    (Outcome { dev, epoch, test: judge(&model, &data.test), train }, model)
}

fn judge<L: Recurrent>(model: &LanguageModel<L>, windows: &[Window]) -> f64 {
    let mut state = model.layer.start(1);
    let mut losses = Vec::new();
    for window in windows {
        let loss;
        (loss, state) = model.loss(window, &state);
        losses.push(f64::from(loss));
    }
    mean(&losses)
}
