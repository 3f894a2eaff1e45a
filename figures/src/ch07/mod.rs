//! Chapter 7: both directions, depth, and from sequence to sequence.

pub mod both_ways;
pub mod cheat;
pub mod dates;
pub mod depth;
pub mod depth_flow;
pub mod dropout;
pub mod exposure;
pub mod learn;
pub mod lengths;
pub mod order;
pub mod picture;
pub mod reversal;
pub mod shaken;
pub mod tags;

use crate::Experiment;
use crate::prose::PROSE;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "seq-both-ways",
        chapter: 7,
        title: "Two directions over one sequence, and their gradients",
        run: both_ways::run,
    },
    Experiment {
        name: "seq-tags",
        chapter: 7,
        title: "Tags that depend on what is left, right, or both",
        run: tags::run,
    },
    Experiment {
        name: "seq-reversal",
        chapter: 7,
        title: "What reversing the padding along costs",
        run: reversal::run,
    },
    Experiment {
        name: "seq-cheat",
        chapter: 7,
        title: "A language model that reads the answer",
        run: cheat::run,
    },
    Experiment {
        name: "seq-depth-flow",
        chapter: 7,
        title: "Gradient norms down a stack before training",
        run: depth_flow::run,
    },
    Experiment {
        name: "seq-depth",
        chapter: 7,
        title: "One to four layers of equal parameters on English prose",
        run: depth::run,
    },
    Experiment {
        name: "seq-dropout",
        chapter: 7,
        title: "Dropout between layers and from step to step",
        run: dropout::run,
    },
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

/// The seeds of everything that is reported; rates are chosen on others.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// The seeds on which rates are chosen.
const TUNING_SEEDS: [u64; 2] = [101, 102];

/// The seeds of what is reported of models that write; their rates are chosen on another.
const THREE_SEEDS: [u64; 3] = [1, 2, 3];

/// The seed on which the rates of models that write are chosen.
const TUNING_SEED: u64 = 101;

/// The rates to choose from, of Adam.
const RATES: [f64; 4] = [0.001, 0.003, 0.01, 0.02];

/// Longest gradient that clipping lets through.
const THRESHOLD: f64 = 1.0;
