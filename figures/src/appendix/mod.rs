//! Experiments of the appendices.

pub mod product_speed;
pub mod speed;
pub mod vector_error;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "vector-error",
        chapter: 0,
        title: "Error and time of the vectorised exponential, tanh and σ",
        run: vector_error::run,
    },
    Experiment {
        name: "product-speed",
        chapter: 0,
        title: "The book's matrix product beside ndarray's",
        run: product_speed::run,
    },
];

/// Experiments that need PyTorch. They run only when they are named.
pub const WITH_PYTORCH: &[Experiment] = &[Experiment {
    name: "speed",
    chapter: 0,
    title: "Training steps and generation beside PyTorch's",
    run: speed::run,
}];
