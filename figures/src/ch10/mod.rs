//! Chapter 10: the Transformer, part by part; scans; and the arena.

pub mod arena;
pub mod arena_copy;
pub mod arena_recall;
pub mod arena_step;
pub mod arena_text;
pub mod arena_token;
pub mod cache;
pub mod discrete;
pub mod map;
pub mod norms;
pub mod positions;
pub mod scale;
pub mod scan_time;
pub mod speed;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "modern-scale",
        chapter: 10,
        title: "Scores, attention and gradients against the size of a head",
        run: scale::run,
    },
    Experiment {
        name: "modern-norms",
        chapter: 10,
        title: "Gradients of the blocks before training, normalised before or after",
        run: norms::run,
    },
    Experiment {
        name: "modern-positions",
        chapter: 10,
        title: "A small GPT on English prose, told about places in four ways",
        run: positions::run,
    },
    Experiment {
        name: "modern-map",
        chapter: 10,
        title: "Where the heads of a trained GPT look",
        run: map::run,
    },
    Experiment {
        name: "modern-cache",
        chapter: 10,
        title: "What a generated token costs with and without the cache",
        run: cache::run,
    },
    Experiment {
        name: "modern-scan",
        chapter: 10,
        title: "Four scans of the same recurrence, timed",
        run: scan_time::run,
    },
    Experiment {
        name: "modern-discrete",
        chapter: 10,
        title: "A continuous decay made discrete in two ways",
        run: discrete::run,
    },
    Experiment {
        name: "arena-text",
        chapter: 10,
        title: "The arena: English prose, character by character",
        run: arena_text::run,
    },
    Experiment {
        name: "arena-recall",
        chapter: 10,
        title: "The arena: associative recall against distance",
        run: arena_recall::run,
    },
    Experiment {
        name: "arena-copy",
        chapter: 10,
        title: "The arena: copying over trained and longer delays",
        run: arena_copy::run,
    },
    Experiment {
        name: "arena-step",
        chapter: 10,
        title: "The arena: time and memory of a training step against its length",
        run: arena_step::run,
    },
    Experiment {
        name: "arena-token",
        chapter: 10,
        title: "The arena: time and memory of a generated token against context",
        run: arena_token::run,
    },
];

/// Experiments that need PyTorch. They run only when they are named.
pub const WITH_PYTORCH: &[Experiment] = &[Experiment {
    name: "modern-speed",
    chapter: 10,
    title: "Training steps and generation of a GPT beside PyTorch's",
    run: speed::run,
}];

/// As in chapter 2: where a change of one bit leads as far away as another seed.
const CHAOTIC: f64 = 0.5;

/// The seeds of everything that is reported; rates are chosen on others.
const SEEDS: [u64; 3] = [1, 2, 3];

/// The seed on which rates are chosen.
const TUNING_SEED: u64 = 101;
