//! Chapter 6: embeddings and data preparation.

pub mod buckets;
mod classify;
pub mod duplicates;
pub mod forecasts;
pub mod imbalance;
pub mod leaks;
pub mod streams;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
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

/// The book's own prose.
const PROSE: &str = include_str!("../../../rnn-book-code/data/prose.txt");

/// As in chapter 2: where a change of one bit leads as far away as another seed.
const CHAOTIC: f64 = 0.5;

/// The seeds of everything that is reported.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// The seeds on which anything is chosen.
const TUNING_SEEDS: [u64; 2] = [101, 102];
