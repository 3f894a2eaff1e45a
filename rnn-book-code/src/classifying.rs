//! Training a classifier: from labelled texts to lessons, the sizes and rates that were
//! chosen, and the task for the trainer.
//!
//! In the book: [section 8.3].
//!
//! [section 8.3]: https://rnn-basics.github.io/rnn-basics-from-scratch/ch08-emotion/models.html

use crate::{
    Real, Rng,
    batching::buckets,
    bidirectional::Bidirectional,
    calibration::best,
    classifier::{Classifier, Goal, Lesson, Noise},
    dropout::Dropout,
    gru::Gru,
    labelled::Labelled,
    layer::Layer,
    loss::softmax,
    parallel::Workers,
    pooling::Pool,
    schedule::{Decay, Schedule},
    scores::{Confusion, multi_label},
    subwords::{Lexicon, Word, shorten},
    tokens,
    train::{Task, Trainer},
    vocabulary::Vocabulary,
};
use ndarray::{Array2, Axis, concatenate};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, marker::PhantomData};

// ANCHOR: recipe
/// About how many texts are read in a training, counted once a pass.
pub const READ: usize = 100_000;

/// Sizes, rates and noise: what is chosen before training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The size of an input, `D`.
    pub embedding: usize,
    /// The units of each direction, `H`.
    pub hidden: usize,
    /// Rows for the pieces of words.
    pub buckets: usize,
    /// Texts' words that occur less often have no row of their own.
    pub min_count: usize,
    /// How the steps become one row.
    pub pools: Vec<Pool>,
    /// The share of words made unknown while training.
    pub unknown: f64,
    /// Dropout of the inputs.
    pub drop_inputs: Real,
    /// Dropout of the pooled row.
    pub drop_pooled: Real,
    /// A label of frequency `f` counts `f` to minus this power.
    pub balance: Real,
    /// Texts a step.
    pub batch: usize,
    /// Passes over the texts; if none are given, as many as [`READ`] texts take, but
    /// at least 4 and at most 20.
    pub epochs: Option<usize>,
    /// The largest learning rate.
    pub rate: Real,
    /// Epochs without a better result before training stops, but at least a fifth of
    /// all: a small set has short epochs.
    pub patience: usize,
    /// Whether a text may have any number of labels.
    pub multi: bool,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            embedding: 64,
            hidden: 64,
            buckets: 2048,
            min_count: 2,
            pools: vec![Pool::Max, Pool::Mean],
            unknown: 0.1,
            drop_inputs: 0.5,
            drop_pooled: 0.5,
            balance: 0.5,
            batch: 32,
            epochs: None,
            rate: 2e-3,
            patience: 4,
            multi: false,
        }
    }
}
// ANCHOR_END: recipe

// ANCHOR: prepare
impl Recipe {
    /// The words of the texts to learn from.
    pub fn lexicon(&self, train: &[Labelled]) -> Lexicon {
        let words = train.iter().flat_map(|e| tokens::words(&shorten(&e.text)));
        let words: Vec<String> = words.collect();
        let words = words.iter().map(String::as_str);
        Lexicon {
            vocabulary: Vocabulary::of(words, self.min_count, None),
            buckets: self.buckets,
        }
    }

    /// The texts as numbers, with the numbers of their labels in `labels`, in the order
    /// given. Rare labels count more, and the mean weight is 1.
    ///
    /// # Errors
    /// The place of an example with a label that is not in the list, and that label.
    pub fn lessons(
        &self,
        examples: &[Labelled],
        lexicon: &Lexicon,
        labels: &[String],
    ) -> Result<Vec<Lesson>, (usize, String)> {
        let number = |name: &String| labels.iter().position(|label| label == name);
        let mut lessons = Vec::with_capacity(examples.len());
        let mut counts = vec![0.0; labels.len()];
        for (k, example) in examples.iter().enumerate() {
            let mut numbers = Vec::new();
            for name in &example.labels {
                numbers.push(number(name).ok_or((k, name.clone()))?);
            }
            numbers.iter().for_each(|&c| counts[c] += 1.0);
            let goal =
                if self.multi { Goal::Any(numbers) } else { Goal::One(numbers[0]) };
            lessons.push(Lesson {
                words: lexicon.encode(&example.text),
                goal,
                weight: 1.0,
            });
        }
        if !self.multi {
            let weight = |lesson: &Lesson| match &lesson.goal {
                Goal::One(c) => Real::powf(counts[*c], -self.balance),
                Goal::Any(_) => 1.0,
            };
            let mean = lessons.iter().map(weight).sum::<Real>() / lessons.len() as Real;
            for lesson in &mut lessons {
                lesson.weight = weight(lesson) / mean;
            }
        }
        Ok(lessons)
    }

    /// What is random while training.
    pub fn noise(&self) -> Noise {
        Noise {
            words: self.unknown,
            inputs: Dropout::new(self.drop_inputs),
            pooled: Dropout::new(self.drop_pooled),
        }
    }

    /// A random bidirectional GRU.
    pub fn layer(&self, rng: &mut Rng) -> Bidirectional<Gru> {
        let mut gru = || Gru::new(self.embedding, self.hidden, rng);
        Bidirectional { ahead: gru(), back: gru() }
    }

    /// A random model around `layer`.
    pub fn model<L: Layer>(
        &self,
        layer: L,
        lexicon: &Lexicon,
        labels: usize,
        rng: &mut Rng,
    ) -> Classifier<L> {
        let sizes = (lexicon.vocabulary.size(), lexicon.buckets);
        Classifier::new(sizes, layer, &self.pools, labels, rng)
    }

    /// How to train on so many lessons.
    pub fn trainer(&self, lessons: usize) -> Trainer {
        let epochs = self.epochs.unwrap_or((READ / lessons.max(1)).clamp(4, 20));
        let steps = epochs * lessons.div_ceil(self.batch);
        let warm_up = steps / 20;
        let decay = Decay::Cosine { steps: steps - warm_up, lowest: self.rate / 100.0 };
        Trainer {
            schedule: Schedule { rate: self.rate, warm_up, decay },
            clip: Some(1.0),
            patience: Some(self.patience.max(epochs / 5)),
            ..Trainer::new(epochs, self.rate)
        }
    }
}
// ANCHOR_END: prepare

// ANCHOR: task
/// Training a [`Classifier`] on lessons, judged by one minus the macro-F1 on others.
#[derive(Clone, Debug)]
pub struct Classifying<L> {
    /// What to learn from.
    pub train: Vec<Lesson>,
    /// What to judge by.
    pub dev: Vec<Lesson>,
    /// What is random while training.
    pub noise: Noise,
    /// Lessons a step.
    pub batch: usize,
    /// Threads that share the lessons of a step.
    pub threads: usize,
    /// The kind of layer.
    pub layer: PhantomData<L>,
}

impl<L: Layer + Clone> Task for Classifying<L> {
    type Model = Classifier<L>;
    type Batch = Vec<usize>;
    type Memory = Workers<Classifier<L>>;

    fn batches(
        &self,
        _epoch: usize,
        rng: &mut Rng,
    ) -> Box<dyn Iterator<Item = Vec<usize>> + '_> {
        let lengths: Vec<_> = self.train.iter().map(|l| l.words.len()).collect();
        Box::new(buckets(&lengths, self.batch, rng).into_iter())
    }

    fn memory(&self, model: &Classifier<L>) -> Workers<Classifier<L>> {
        Workers::new(model, self.threads)
    }

    fn loss_and_gradient(
        &self,
        model: &Classifier<L>,
        batch: &Vec<usize>,
        workers: &mut Workers<Classifier<L>>,
        rng: &mut Rng,
        grad: &mut Classifier<L>,
    ) -> Real {
        let lessons: Vec<_> = batch.iter().map(|&k| &self.train[k]).collect();
        model.loss_and_gradient(&lessons, &self.noise, rng, workers, grad)
    }

    fn evaluate(&self, model: &Classifier<L>) -> Real {
        let texts: Vec<&[Word]> = self.dev.iter().map(|l| &l.words[..]).collect();
        let scores = all_scores(model, &texts, self.threads);
        1.0 - macro_f1(&scores, &self.dev) as Real
    }

    fn settings(&self) -> BTreeMap<String, String> {
        BTreeMap::new() // the program keeps no state of a run
    }
}
// ANCHOR_END: task

// ANCHOR: judge
/// The scores `[N, C]` of texts, some at a time, on several threads.
///
/// # Panics
/// If `threads` is 0.
pub fn all_scores<L: Layer>(
    model: &Classifier<L>,
    texts: &[&[Word]],
    threads: usize,
) -> Array2<Real> {
    let part = texts.len().div_ceil(threads).max(1);
    let parts: Vec<Array2<Real>> = std::thread::scope(|scope| {
        let work = |texts: &[&[Word]]| -> Vec<_> {
            texts.chunks(64).map(|texts| model.scores(texts)).collect()
        };
        let handles: Vec<_> =
            texts.chunks(part).map(|texts| scope.spawn(move || work(texts))).collect();
        handles.into_iter().flat_map(|h| h.join().expect("no thread panics")).collect()
    });
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    if views.is_empty() {
        return Array2::zeros((0, model.out.b.len()));
    }
    concatenate(Axis(0), &views).expect("scores of equal width")
}

/// The probability above which a label is answered when a text may have several.
pub const THRESHOLD: Real = 0.3;

/// The macro-F1 of scores `[N, C]`.
pub fn macro_f1(scores: &Array2<Real>, lessons: &[Lesson]) -> f64 {
    let labels = scores.ncols();
    let (mut one, mut any) = ((vec![], vec![]), (vec![], vec![]));
    for (z, lesson) in scores.outer_iter().zip(lessons) {
        match &lesson.goal {
            Goal::One(label) => {
                one.0.push(*label);
                one.1.push(best(z.as_slice().expect("a row")));
            }
            Goal::Any(labels) => {
                any.0.push(labels.clone());
                any.1.push(above(z.as_slice().expect("a row"), THRESHOLD));
            }
        }
    }
    if any.0.is_empty() {
        return Confusion::of(&one.0, &one.1, labels).macro_f1();
    }
    let counts = multi_label(&any.0, &any.1, labels);
    counts.iter().map(|count| count.f1()).sum::<f64>() / labels as f64
}

/// The labels whose sigmoid is above a threshold.
pub fn above(scores: &[Real], threshold: Real) -> Vec<usize> {
    let limit = (threshold / (1.0 - threshold)).ln();
    (0..scores.len()).filter(|&c| scores[c] > limit).collect()
}
// ANCHOR_END: judge

/// The probabilities `[N, C]` of scores divided by a temperature.
pub fn probabilities(scores: &Array2<Real>, temperature: Real) -> Array2<Real> {
    softmax((scores / temperature).view())
}
