//! Chapter 1: what a recurrent network is, and what it remembers before it has learned anything.

pub mod impulse_response;
pub mod memory_capacity;
pub mod parameter_growth;
pub mod task_shapes;
pub mod unrolled;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "task-shapes",
        chapter: 1,
        title: "Five ways of pairing input and output sequences",
        run: task_shapes::run,
    },
    Experiment {
        name: "unrolled",
        chapter: 1,
        title: "The Elman cell as a loop and unrolled over four steps",
        run: unrolled::run,
    },
    Experiment {
        name: "parameter-growth",
        chapter: 1,
        title: "Parameters of a window MLP and of an Elman network against the context length",
        run: parameter_growth::run,
    },
    Experiment {
        name: "impulse-response",
        chapter: 1,
        title: "Echo of one input impulse in an Elman cell at several spectral radii",
        run: impulse_response::run,
    },
    Experiment {
        name: "memory-capacity",
        chapter: 1,
        title: "Short-term memory of an untrained Elman cell at several spectral radii",
        run: memory_capacity::run,
    },
    Experiment {
        name: "memory-settings",
        chapter: 1,
        title: "The same memory with weaker and stronger inputs and other ridge penalties",
        run: memory_capacity::settings,
    },
];
