//! Chapter 3: how gradients vanish and explode on their way back through time, and what helps.

pub mod cures;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "cures",
        chapter: 3,
        title: "Cures on the adding problem and on temporal order at growing lengths",
        run: cures::run,
    },
    Experiment {
        name: "cure-rates",
        chapter: 3,
        title: "The longest adding problem with every learning rate",
        run: cures::run_rates,
    },
];

/// The tolerance of a record whose training is chaotic, as in chapter 2.
const CHAOTIC: f64 = 0.5;
