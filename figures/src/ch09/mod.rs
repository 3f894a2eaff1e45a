//! Chapter 9: text generation.

pub mod book;
pub mod decoding;
pub mod grammar;
pub mod novel;
pub mod softmax;
pub mod speed;
pub mod start;
pub mod typing;

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    lstm::Lstm,
    next_token::NextToken,
    ngram::NGram,
    optim::Adam,
    saved::{Cell, Level, Shape},
    schedule::{Decay, Schedule},
    stacked::Stacked,
    stream::{Parts, Stream},
    text::windows,
    train::{Point, Trainer},
    vocabulary::{UNKNOWN, Vocabulary},
};
use std::{collections::BTreeMap, marker::PhantomData};

use crate::Experiment;
use crate::stats::mean;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "gen-book",
        chapter: 9,
        title: "Counting and learning on the words of this book",
        run: book::run,
    },
    Experiment {
        name: "gen-grammar",
        chapter: 9,
        title: "A language of known entropy, counted and learned",
        run: grammar::run,
    },
    Experiment {
        name: "gen-softmax",
        chapter: 9,
        title: "What a read-out costs against the size of the vocabulary",
        run: softmax::run,
    },
    Experiment {
        name: "gen-decoding",
        chapter: 9,
        title: "Entropy, variety and perplexity of what is written, against temperature",
        run: decoding::run,
    },
    Experiment {
        name: "gen-typing",
        chapter: 9,
        title: "Suggesting the next word, and the keys it saves",
        run: typing::run,
    },
];

/// Experiments on a novel that the reader supplies, by the environment variable `NOVEL`. They run only when they
/// are named.
pub const WITH_NOVEL: &[Experiment] = &[
    Experiment {
        name: "novel-words",
        chapter: 9,
        title: "The words of a novel, counted and learned",
        run: novel::words,
    },
    Experiment {
        name: "novel-characters",
        chapter: 9,
        title: "The characters of a novel, counted and learned",
        run: novel::characters,
    },
    Experiment {
        name: "novel-dropout",
        chapter: 9,
        title: "The dropout for the characters of a novel, chosen on the dev part",
        run: novel::dropout,
    },
    Experiment {
        name: "novel-start",
        chapter: 9,
        title: "Lanes of a novel that begin with an empty state, and three ways to start",
        run: start::run,
    },
];

/// Experiments that need PyTorch. They run only when they are named.
pub const WITH_PYTORCH: &[Experiment] = &[Experiment {
    name: "gen-speed",
    chapter: 9,
    title: "Words a second beside PyTorch",
    run: speed::run,
}];

/// The prose of this book, as it stood when chapter 9 was begun.
const BOOK: &str = include_str!("../../../rnn-book-code/data/book.txt");

/// Where a change of one bit leads as far away as another seed.
const CHAOTIC: f64 = 0.5;

/// A text in tokens: to learn from, to choose by, to judge by.
struct Corpus {
    level: Level,
    vocabulary: Vocabulary,
    train: Vec<usize>,
    dev: Vec<usize>,
    test: Vec<usize>,
}

impl Corpus {
    fn of(text: &str, level: Level, min_count: usize) -> Self {
        let parts = Parts::of(text);
        let vocabulary = level.vocabulary(parts.train, min_count);
        let [train, dev, test] = [parts.train, parts.dev, parts.test]
            .map(|part| level.encode(&vocabulary, part));
        Self { level, vocabulary, train, dev, test }
    }

    fn unknown(&self) -> f64 {
        let unknown = self.test.iter().filter(|&&id| id == UNKNOWN).count();
        unknown as f64 / self.test.len() as f64
    }

    /// The loss on the test part of an n-gram model whose discounts were chosen on the dev part.
    fn counted(&self, order: usize) -> (NGram, f64) {
        let mut ngram = NGram::kneser_ney(&self.train, self.vocabulary.size(), order);
        ngram.tune(&self.dev);
        let loss = ngram.loss(&self.test);
        (ngram, loss)
    }
}

/// How a model is trained.
#[derive(Clone, Copy)]
struct Plan {
    hidden: usize,
    tied: bool,
    dropout: f32,
    lanes: usize,
    window: usize,
    steps: usize,
    rate: f32,
    threads: usize,
    /// Whether the bias of the scores starts at the logarithms of the words' shares, not at 0.
    counted: bool,
}

impl Plan {
    /// One layer of cells, as the program `generate` builds it.
    fn model<C: Cell>(&self, corpus: &Corpus, rng: &mut Rng) -> NextToken<Stacked<C>> {
        let shape = Shape {
            level: corpus.level,
            cell: C::NAME.into(),
            embedding: if self.tied { self.hidden } else { self.hidden.min(64) },
            hidden: self.hidden,
            layers: 1,
            tied: self.tied,
            dropout: self.dropout,
        };
        let mut model = shape.random::<C>(corpus.vocabulary.size(), rng);
        if self.counted {
            model.start_from_counts(&corpus.train);
        }
        model
    }
}

/// Trains one layer of cells as the program `generate` does: the model that was best on the dev part, and
/// what was measured on the way.
fn train<C: Cell>(
    corpus: &Corpus,
    plan: Plan,
    seed: u64,
) -> Result<(NextToken<Stacked<C>>, Vec<Point>)> {
    let mut rng = Rng::seed_from_u64(seed);
    let mut model = plan.model::<C>(corpus, &mut rng);
    let steps = plan.steps;
    let task = Stream {
        train: windows(&corpus.train, plan.lanes, plan.window)?,
        dev: windows(&corpus.dev, plan.lanes.min(8), plan.window)?,
        steps,
        threads: plan.threads,
        settings: BTreeMap::new(),
        metadata: BTreeMap::new(),
        layer: PhantomData,
    };
    let trainer = Trainer {
        schedule: Schedule {
            rate: plan.rate,
            warm_up: 100.min(steps / 10),
            decay: Decay::Cosine { steps, lowest: plan.rate / 30.0 },
        },
        clip: Some(1.0),
        evaluate_every: Some((steps / 20).max(1)),
        ..Trainer::new(task.epochs(), 0.0)
    };
    let mut adam = Adam::new(&model, 0.0);
    let report = trainer.run(&task, &mut model, &mut adam, rng)?;
    Ok((report.best.unwrap_or(model), report.history))
}

/// The mean loss in nats of the tokens but the first.
fn judge<C: Cell>(model: &NextToken<Stacked<C>>, tokens: &[usize]) -> f64 {
    let losses: Vec<f64> = model.losses(tokens).into_iter().map(f64::from).collect();
    mean(&losses)
}

/// The model that ships with the book.
const SHIPPED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../rnn-book-code/models/book-words.safetensors"
);

fn shipped() -> Result<rnn_book_code::saved::Saved<Lstm>> {
    Ok(rnn_book_code::saved::Saved::load(SHIPPED)?)
}
