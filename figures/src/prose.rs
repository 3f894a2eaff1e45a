//! The prose that the book ships, a novel that the reader may add, and a model of characters, trained and judged.

use anyhow::{Context, Result};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    language::LanguageModel,
    layer::Recurrent,
    optim::{Adam, Optimizer, clip_by_norm},
    parallel::Workers,
    parameters::Parameters,
    text::{CharVocabulary, Window, read_text, windows},
};

use crate::stats::mean;

/// The prose.
pub const PROSE: &str = include_str!("../../rnn-book-code/data/prose.txt");
/// Lanes of the part that is learned from.
pub const LANES: usize = 16;
/// Characters of a window.
pub const STEPS: usize = 50;
/// All of the prose, in windows of [`STEPS`].
pub const WHOLE: Cut = Cut { most: usize::MAX, steps: STEPS, judged: 1 };
/// Longest gradient that clipping lets through.
pub const THRESHOLD: f64 = 1.0;
/// Parts in ten that are learned from; of the rest, half chooses and half judges.
const LEARNED: usize = 8;

/// A text that the reader supplies, *Pride and Prejudice*: the environment variable `NOVEL` names its file.
///
/// # Errors
/// When it names none, or the file cannot be read.
pub fn novel() -> Result<String> {
    let path = std::env::var_os("NOVEL").context(
        "set NOVEL to the plain text of *Pride and Prejudice*, number 1342 of Project Gutenberg",
    )?;
    Ok(read_text(path)?)
}

/// How the prose is cut.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Characters of the first part, at most.
    pub most: usize,
    /// Characters of a window.
    pub steps: usize,
    /// Lanes of the parts that choose and judge.
    pub judged: usize,
}

/// The text in three parts that follow each other.
#[derive(Debug)]
pub struct Data {
    /// The distinct characters.
    pub vocabulary: CharVocabulary,
    /// The three parts.
    pub parts: [Vec<usize>; 3],
    /// What is learned from, in lanes.
    pub train: Vec<Window>,
    /// What chooses.
    pub dev: Vec<Window>,
    /// What judges.
    pub test: Vec<Window>,
    /// The loss on the third part of a model that knows the frequencies in the first.
    pub frequencies: f64,
}

impl Data {
    /// The prose, cut.
    ///
    /// # Errors
    /// If a part is too short for a window.
    pub fn load(cut: Cut) -> Result<Self> {
        let vocabulary = CharVocabulary::of(PROSE);
        let stream = vocabulary.encode(PROSE)?;
        let (a, b) = (stream.len() * LEARNED / 10, stream.len() * (LEARNED + 10) / 20);
        let parts = [&stream[..a.min(cut.most)], &stream[a..b], &stream[b..]];
        let mut counts = vec![1.0; vocabulary.len()];
        parts[0].iter().for_each(|&id| counts[id] += 1.0);
        let total: f64 = counts.iter().sum();
        let losses: Vec<f64> =
            parts[2].iter().map(|&id| -f64::ln(counts[id] / total)).collect();
        Ok(Self {
            train: windows(parts[0], LANES, cut.steps)?,
            dev: windows(parts[1], cut.judged, cut.steps)?,
            test: windows(parts[2], cut.judged, cut.steps)?,
            vocabulary,
            parts: parts.map(<[usize]>::to_vec),
            frequencies: mean(&losses),
        })
    }
}

/// What a training came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The loss on the second part after each epoch.
    pub dev: Vec<f64>,
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

    /// The first epoch, counted from 1, after which it was lowest; 0 if it never was a number.
    #[must_use]
    pub fn epoch(&self) -> usize {
        let lowest = self.lowest();
        self.dev.iter().position(|&loss| loss == lowest).map_or(0, |k| k + 1)
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
    let mut model = LanguageModel::new(data.vocabulary.len(), layer, &mut rng);
    let mut adam = Adam::new(&model, rate as f32);
    let mut grad = model.zeros_like();
    let mut workers = Workers::new(&model, 1);
    let mut best = (f64::INFINITY, model.clone());
    let (mut train, mut dev) = (0.0, Vec::new());
    for _ in 0..epochs {
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
            best = (loss, model.clone());
        }
        dev.push(loss);
    }
    let (_, model) = best;
    (Outcome { dev, test: judge(&model, &data.test), train }, model)
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
