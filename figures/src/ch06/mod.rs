//! Chapter 6: embeddings and data preparation.

pub mod buckets;
mod classify;
pub mod cost;
pub mod duplicates;
pub mod forecasts;
pub mod imbalance;
pub mod leaks;
pub mod lookup;
pub mod novel;
pub mod streams;
pub mod tokens;
pub mod world;
pub mod zipf;

use crate::Experiment;
use crate::prose::PROSE;

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
    Experiment {
        name: "data-buckets",
        chapter: 6,
        title: "Padding in batches of sentences: random, pooled, sorted",
        run: buckets::run,
    },
    Experiment {
        name: "data-streams",
        chapter: 6,
        title: "A state that is carried from window to window, and one that is not",
        run: streams::run,
    },
    Experiment {
        name: "data-duplicates",
        chapter: 6,
        title: "Duplicates across a split, and writers across a split",
        run: duplicates::run,
    },
    Experiment {
        name: "data-imbalance",
        chapter: 6,
        title: "One example in twenty: accuracy, weights, repeated examples",
        run: imbalance::run,
    },
    Experiment {
        name: "data-leaks",
        chapter: 6,
        title: "Air passengers prepared with and without their future",
        run: leaks::run,
    },
    Experiment {
        name: "data-sunspots",
        chapter: 6,
        title: "Forecasts of yearly sunspots",
        run: forecasts::sunspots,
    },
    Experiment {
        name: "data-passengers",
        chapter: 6,
        title: "Forecasts of monthly air passengers",
        run: forecasts::passengers,
    },
];

/// Experiments on a text that the book does not ship. They run only when they are named, and the text is given.
pub const WITH_TEXT: &[Experiment] = &[Experiment {
    name: "data-novel",
    chapter: 6,
    title: "Words, tokens and vectors of a novel",
    run: novel::run,
}];

/// The seeds of everything that is reported; settings are chosen on others.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// The seeds on which anything is chosen.
const TUNING_SEEDS: [u64; 2] = [101, 102];

/// As in chapter 2: where a change of one bit leads as far away as another seed.
const CHAOTIC: f64 = 0.5;
