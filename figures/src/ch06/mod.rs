//! Chapter 6: from text to vectors.

pub mod cost;
pub mod lookup;
pub mod novel;
pub mod tokens;
pub mod world;
pub mod zipf;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "data-zipf",
        chapter: 6,
        title: "Frequency against rank, and distinct words against words read",
        run: zipf::run,
    },
    Experiment {
        name: "data-tokens",
        chapter: 6,
        title: "Byte-pair encoding: length and bits against the number of merges",
        run: tokens::run,
    },
    Experiment {
        name: "data-lookup",
        chapter: 6,
        title: "A look-up on the way forward, a scatter on the way back",
        run: lookup::run,
    },
    Experiment {
        name: "data-cost",
        chapter: 6,
        title: "One-hot product, look-up, dense and sparse update: time",
        run: cost::run,
    },
    Experiment {
        name: "data-world",
        chapter: 6,
        title: "Analogies of a generated world against the size of its text",
        run: world::run,
    },
    Experiment {
        name: "data-map",
        chapter: 6,
        title: "Word vectors of a generated world, in two dimensions",
        run: world::map,
    },
];

/// Experiments on a text that the book does not ship. They run only when they are named, and the text is given.
pub const WITH_TEXT: &[Experiment] = &[Experiment {
    name: "data-novel",
    chapter: 6,
    title: "Words, tokens and vectors of a novel",
    run: novel::run,
}];

/// The prose that the book ships.
const PROSE: &str = include_str!("../../../rnn-book-code/data/prose.txt");

/// The seeds of everything that is reported; settings are chosen on others.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
