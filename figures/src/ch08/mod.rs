//! Experiments of chapter 8.

pub mod baseline;
pub mod behaviour;
pub mod corpus;
pub mod goemotions;
pub mod models;
pub mod shipped;
pub mod speed;
pub mod training;

use crate::Experiment;

/// Long trainings amplify the last bit of a sum, so another machine may differ visibly.
const CHAOTIC: f64 = 0.5;

/// On another machine an answer whose two best labels are nearly equal may differ.
const NEAR: f64 = 0.02;

/// The labels of the book's corpus, in the order of their numbers.
const LABELS: [&str; 7] =
    ["anger", "fear", "joy", "love", "neutral", "sadness", "surprise"];

/// The experiments, in the order of the chapter.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "emo-corpus",
        chapter: 8,
        title: "The corpus: its parts, labels, lengths and rare words",
        run: corpus::run,
    },
    Experiment {
        name: "emo-baseline",
        chapter: 8,
        title: "Majority and bag of words, tuned on the topics to choose by",
        run: baseline::run,
    },
    Experiment {
        name: "emo-models",
        chapter: 8,
        title: "Recurrent models, pools and ablations on the book's corpus",
        run: models::run,
    },
    Experiment {
        name: "emo-shipped",
        chapter: 8,
        title: "The shipped model: confusion, interval, errors",
        run: shipped::run,
    },
    Experiment {
        name: "emo-calibration",
        chapter: 8,
        title: "Reliability of the shipped model before and after its temperature",
        run: shipped::calibration,
    },
    Experiment {
        name: "emo-behaviour",
        chapter: 8,
        title: "Behavioural tests of the shipped model, and words that matter to it",
        run: behaviour::run,
    },
    Experiment {
        name: "emo-speed",
        chapter: 8,
        title: "Size and speed of the shipped model",
        run: speed::run,
    },
];

/// Experiments that need GoEmotions, in the folder that `GOEMOTIONS` names. They run
/// only when they are named.
pub const WITH_GOEMOTIONS: &[Experiment] = &[
    Experiment {
        name: "emo-goemotions",
        chapter: 8,
        title: "Bag of words and recurrent models on GoEmotions, one label a row",
        run: goemotions::run,
    },
    Experiment {
        name: "emo-several",
        chapter: 8,
        title: "Recurrent models on GoEmotions, any number of labels a row",
        run: goemotions::several,
    },
];
