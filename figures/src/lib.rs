//! Every figure, table and measured number of the book, each made by a program.
//!
//! An [`Experiment`] runs, and hands back a [`Record`]: the numbers and tables that the prose quotes,
//! the data behind the figure, and the figure itself. `cargo run --release -p figures` writes each record to
//! `figures/records/NAME.json` and its figure to `figures/svg/NAME.svg`; `-- --check` runs everything again
//! and compares.
//!
//! To add one: write a module under `src/chNN/` with a function `run(&Progress) -> Result<Record>`, and give
//! it a line in [`EXPERIMENTS`].

pub mod ch01;
pub mod ch02;
pub mod check;
pub mod draw;
pub mod parallel;
pub mod progress;
pub mod record;
pub mod ridge;
pub mod stats;
pub mod store;
pub mod text;

use std::time::Instant;

use anyhow::{Context, Result, bail};

pub use progress::Progress;
pub use record::Record;

/// One figure, table or measurement of the book.
#[derive(Clone, Copy, Debug)]
pub struct Experiment {
    /// Name in kebab-case: the prose, the record's file and the figure's file all use it.
    pub name: &'static str,
    /// The chapter that quotes it.
    pub chapter: u32,
    /// What it shows, in one line.
    pub title: &'static str,
    /// Makes the record.
    pub run: fn(&Progress) -> Result<Record>,
}

/// Every experiment, in the order of the book.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "task-shapes",
        chapter: 1,
        title: "Five ways of pairing input and output sequences",
        run: ch01::task_shapes::run,
    },
    Experiment {
        name: "unrolled",
        chapter: 1,
        title: "The Elman cell as a loop and unrolled over four steps",
        run: ch01::unrolled::run,
    },
    Experiment {
        name: "parameter-growth",
        chapter: 1,
        title: "Parameters of a window MLP and of an Elman network against the context length",
        run: ch01::parameter_growth::run,
    },
    Experiment {
        name: "impulse-response",
        chapter: 1,
        title: "Echo of one input impulse in an Elman cell at several spectral radii",
        run: ch01::impulse_response::run,
    },
    Experiment {
        name: "memory-capacity",
        chapter: 1,
        title: "Short-term memory of an untrained Elman cell at several spectral radii",
        run: ch01::memory_capacity::run,
    },
    Experiment {
        name: "memory-settings",
        chapter: 1,
        title: "The same memory with weaker and stronger inputs and other ridge penalties",
        run: ch01::memory_capacity::settings,
    },
    Experiment {
        name: "bptt-graph",
        chapter: 2,
        title: "Three unrolled steps, with the two gradients that arrive at each state",
        run: ch02::bptt_graph::run,
    },
    Experiment {
        name: "epsilon-curve",
        chapter: 2,
        title: "Error of a gradient check against the step of its difference quotient",
        run: ch02::epsilon_curve::run,
    },
    Experiment {
        name: "optimiser-paths",
        chapter: 2,
        title: "Paths of four optimisers in one valley",
        run: ch02::optimiser_paths::run,
    },
    Experiment {
        name: "char-loss",
        chapter: 2,
        title: "Training loss of the character model with four optimisers",
        run: ch02::char_loss::run,
    },
    Experiment {
        name: "planted-faults",
        chapter: 2,
        title: "What overfitting on purpose finds: training with one fault planted",
        run: ch02::planted_faults::run,
    },
    Experiment {
        name: "truncation-bias",
        chapter: 2,
        title: "Gradients cut off at window borders against the gradient of the whole sequence",
        run: ch02::truncation_bias::run,
    },
    Experiment {
        name: "echo-delay",
        chapter: 2,
        title: "Accuracy of a delayed echo against the window of truncated back-propagation",
        run: ch02::echo_delay::run,
    },
    Experiment {
        name: "bptt-cost",
        chapter: 2,
        title: "Memory and work of the whole tape, of segments and of real-time learning",
        run: ch02::bptt_cost::run,
    },
];

impl Experiment {
    /// Runs the experiment and fills in the record's name, chapter, title and seconds.
    ///
    /// # Errors
    /// When the experiment fails, or its record is malformed (a key that is not kebab-case, a value that is
    /// not finite, a table row of the wrong length).
    pub fn make(&self, progress: &Progress) -> Result<Record> {
        let start = Instant::now();
        let mut record = (self.run)(progress)
            .with_context(|| format!("figure `{}` failed", self.name))?;
        record.identify(self.name, self.chapter, self.title);
        record.set_seconds(start.elapsed().as_secs_f64());
        if let Some(fault) = record.fault() {
            bail!("the record of figure `{}` is malformed: {fault}", self.name);
        }
        Ok(record)
    }
}

/// Finds experiments by name; no names means all of them.
///
/// # Errors
/// When a name is unknown; the message lists the names nearest to it.
pub fn select(names: &[String]) -> Result<Vec<Experiment>> {
    if names.is_empty() {
        return Ok(EXPERIMENTS.to_vec());
    }
    names.iter().map(|name| find(name)).collect()
}

fn find(name: &str) -> Result<Experiment> {
    if let Some(found) = EXPERIMENTS.iter().find(|e| e.name == name) {
        return Ok(*found);
    }
    let mut near: Vec<_> = EXPERIMENTS
        .iter()
        .map(|e| (strsim::jaro_winkler(name, e.name), e.name))
        .filter(|(score, _)| *score > 0.6)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<_> = near.iter().take(3).map(|(_, n)| format!("`{n}`")).collect();
    if near.is_empty() {
        bail!("no figure is called `{name}`; `--list` shows every name");
    }
    bail!(
        "no figure is called `{name}`; near it: {}; `--list` shows every name",
        near.join(", ")
    );
}
