//! Chapter 3: how gradients vanish and explode on their way back through time, and what helps.

pub mod cures;
pub mod gradient_flow;
pub mod gradient_heat;
pub mod loss_cliff;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "gradient-flow",
        chapter: 3,
        title: "Norm of the gradient of a state against the lag, for six spectral radii",
        run: gradient_flow::run,
    },
    Experiment {
        name: "gradient-heat",
        chapter: 3,
        title: "How far back the gradient reaches while four cells learn to add",
        run: gradient_heat::run,
    },
    Experiment {
        name: "loss-cliff",
        chapter: 3,
        title: "The wall in the loss of one unit, and descents that meet it",
        run: loss_cliff::run,
    },
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

/// The seeds of everything that is reported; rates are chosen on others.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];

/// The tolerance of a record whose training is chaotic, as in chapter 2.
const CHAOTIC: f64 = 0.5;
