//! Chapter 4: the gates of the LSTM, the way back through them, and what each is worth.

pub mod lstm_cell;
pub mod lstm_highway;
pub mod lstm_fused;
pub mod lstm_brackets;
pub mod lstm_adding;
pub mod lstm_plateau;
pub mod lstm_ablation;

use crate::Experiment;

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "lstm-cell",
        chapter: 4,
        title: "One step of the LSTM: four gates around a sum",
        run: lstm_cell::run,
    },
    Experiment {
        name: "lstm-highway",
        chapter: 4,
        title: "Norm of the gradient against the lag, by the bias of the forget gate",
        run: lstm_highway::run,
    },
    Experiment {
        name: "lstm-fused",
        chapter: 4,
        title: "One product for all gates against a product for each",
        run: lstm_fused::run,
    },
    Experiment {
        name: "lstm-brackets",
        chapter: 4,
        title: "A unit that counts open brackets, and its gates",
        run: lstm_brackets::run,
    },
    Experiment {
        name: "lstm-adding",
        chapter: 4,
        title: "The adding problem with 200 and 400 steps",
        run: lstm_adding::run,
    },
    Experiment {
        name: "lstm-plateau",
        chapter: 4,
        title: "Forget gates and gradients while the error stands still",
        run: lstm_plateau::run,
    },
    Experiment {
        name: "lstm-ablation",
        chapter: 4,
        title: "The LSTM with one part changed at a time, on three problems",
        run: lstm_ablation::run,
    },
];

/// The tolerance of a record whose training is chaotic, as in chapter 2.
const CHAOTIC: f64 = 0.5;

/// The seeds of what is measured without training.
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
