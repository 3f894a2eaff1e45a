//! Chapter 5: the gated recurrent unit, and three cells side by side.

pub mod adding;
pub mod contest;
pub mod copy;
pub mod cost;
pub mod echo;
pub mod flow;
pub mod gates;
pub mod placements;
pub mod text;

use crate::Experiment;
use crate::tuning::Tuning;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "gru-placements",
        chapter: 5,
        title: "The two places of the reset gate",
        run: placements::run,
    },
    Experiment {
        name: "gru-flow",
        chapter: 5,
        title: "Gradient norms against lag before training, for six starts",
        run: flow::run,
    },
    Experiment {
        name: "gru-adding",
        chapter: 5,
        title: "Seven contestants on the adding problem",
        run: adding::run,
    },
    Experiment {
        name: "gru-gates",
        chapter: 5,
        title: "Update gates of a GRU that solved the adding problem",
        run: gates::run,
    },
    Experiment {
        name: "gru-copy",
        chapter: 5,
        title: "Seven contestants on the copy problem",
        run: copy::run,
    },
    Experiment {
        name: "gru-text",
        chapter: 5,
        title: "Seven contestants on the characters of English prose",
        run: text::run,
    },
    Experiment {
        name: "gru-echo",
        chapter: 5,
        title: "Three cells on lags of one to six steps",
        run: echo::run,
    },
    Experiment {
        name: "gru-cost",
        chapter: 5,
        title: "What a character costs: parameters, multiplications, tape, time",
        run: cost::run,
    },
];

/// As in chapter 2: where a change of one bit leads as far away as another seed.
const CHAOTIC: f64 = 0.5;

/// The seeds of everything that is reported; rates are chosen on others.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// The seeds on which rates are chosen.
const TUNING_SEEDS: [u64; 2] = [101, 102];

/// The rates to choose from, of Adam.
const RATES: [f64; 5] = [0.001, 0.003, 0.01, 0.03, 0.1];

/// Longest gradient that clipping lets through.
const THRESHOLD: f64 = 1.0;

/// How a rate is chosen, and what is reported.
const TUNING: Tuning =
    Tuning { rates: &RATES, tuning_seeds: &TUNING_SEEDS, seeds: &SEEDS };
