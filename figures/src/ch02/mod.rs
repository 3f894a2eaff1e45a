//! Chapter 2: back-propagation through time, what it costs, where it is cut off, and what is done with the
//! gradient.

pub mod bptt_graph;
pub mod epsilon_curve;
pub mod truncation_bias;
pub mod echo_delay;
pub mod optimiser_paths;
pub mod planted_faults;
pub mod char_loss;
pub mod bptt_cost;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "bptt-graph",
        chapter: 2,
        title: "Three unrolled steps, with the two gradients that arrive at each state",
        run: bptt_graph::run,
    },
    Experiment {
        name: "epsilon-curve",
        chapter: 2,
        title: "Error of a gradient check against the step of its difference quotient",
        run: epsilon_curve::run,
    },
    Experiment {
        name: "optimiser-paths",
        chapter: 2,
        title: "Paths of four optimisers in one valley",
        run: optimiser_paths::run,
    },
    Experiment {
        name: "char-loss",
        chapter: 2,
        title: "Training loss of the character model with four optimisers",
        run: char_loss::run,
    },
    Experiment {
        name: "planted-faults",
        chapter: 2,
        title: "What overfitting on purpose finds: training with one fault planted",
        run: planted_faults::run,
    },
    Experiment {
        name: "truncation-bias",
        chapter: 2,
        title: "Gradients cut off at window borders against the gradient of the whole sequence",
        run: truncation_bias::run,
    },
    Experiment {
        name: "echo-delay",
        chapter: 2,
        title: "Accuracy of a delayed echo against the window of truncated back-propagation",
        run: echo_delay::run,
    },
    Experiment {
        name: "bptt-cost",
        chapter: 2,
        title: "Memory and work of the whole tape, of segments and of real-time learning",
        run: bptt_cost::run,
    },
];

/// The text that the chapter learns by heart.
pub(crate) const RIVER: &str = include_str!("../../../rnn-book-code/data/river.txt");

/// The tolerance of a record whose training is chaotic: a change of one weight by a unit of its last place
/// leads, hundreds of updates later, as far away as another seed does. The same machine repeats such numbers
/// to the last digit; another kind of processor may differ by about as much as one seed from the next.
const CHAOTIC: f64 = 0.5;

/// The seeds of everything that is reported; rates are chosen on others.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
