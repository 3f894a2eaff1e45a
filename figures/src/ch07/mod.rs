//! Chapter 7: from sequence to sequence.

pub mod dates;
pub mod exposure;
pub mod learn;
pub mod lengths;
pub mod order;
pub mod picture;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "seq-model",
        chapter: 7,
        title: "An encoder, a decoder, and what attention adds",
        run: picture::run,
    },
    Experiment {
        name: "seq-exposure",
        chapter: 7,
        title: "After a mistake: exposure bias, scheduled sampling, and beam search",
        run: exposure::run,
    },
    Experiment {
        name: "seq-reversing",
        chapter: 7,
        title: "Reversing: exact match against length, with and without attention",
        run: lengths::reversing_run,
    },
    Experiment {
        name: "seq-addition",
        chapter: 7,
        title: "Addition: exact match against digits, with and without attention",
        run: lengths::addition_run,
    },
    Experiment {
        name: "seq-order",
        chapter: 7,
        title: "Three tasks with the source as it stands and reversed, without attention",
        run: order::run,
    },
    Experiment {
        name: "seq-dates",
        chapter: 7,
        title: "Dates to ISO 8601 on unseen days, by the model that comes with the book",
        run: dates::run,
    },
];

/// As in chapter 2: where a change of one bit leads as far away as another seed.
const CHAOTIC: f64 = 0.5;

/// The seeds of everything that is reported; rates are chosen on another.
const SEEDS: [u64; 3] = [1, 2, 3];

/// The seed on which rates are chosen.
const TUNING_SEED: u64 = 101;

/// The rates to choose from, of Adam.
const RATES: [f64; 3] = [0.001, 0.003, 0.01];

/// Longest gradient that clipping lets through.
const THRESHOLD: f64 = 1.0;
