//! Every figure, table and measured number of the book, each made by a program.
//!
//! An [`Experiment`] runs, and hands back a [`Record`]: the numbers and tables that the prose quotes,
//! the data behind the figure, and the figure itself. `cargo run --release -p figures` writes each record to
//! `figures/records/NAME.json` and its figure to `figures/svg/NAME.svg`; `-- --check` runs everything again
//! and compares.
//!
//! To add one: write a module under `src/chNN/` with a function `run(&Progress) -> Result<Record>`, and give
//! it a line in the chapter's list `EXPERIMENTS`.

pub mod appendix;
pub mod ch01;
pub mod ch02;
pub mod ch03;
pub mod ch04;
pub mod ch05;
pub mod ch06;
pub mod ch07;
pub mod ch09;
pub mod ch10;
pub mod ch08;
pub mod check;
pub mod draw;
pub mod front;
pub mod parallel;
pub mod progress;
pub mod prose;
pub mod record;
pub mod reproduction;
pub mod ridge;
pub mod solve;
pub mod stats;
pub mod store;
pub mod text;
pub mod tuning;

use std::time::Instant;

use anyhow::{Context, Result, bail};

pub use progress::Progress;
pub use record::Record;

/// One figure, table or measurement of the book.
#[derive(Clone, Copy, Debug)]
pub struct Experiment {
    /// Name in kebab-case: the prose, the record's file and the figure's file all use it.
    pub name: &'static str,
    /// The chapter that quotes it; 0 for the preface or an appendix.
    pub chapter: u32,
    /// What it shows, in one line.
    pub title: &'static str,
    /// Makes the record.
    pub run: fn(&Progress) -> Result<Record>,
}

/// The experiments of the preface, of each chapter, and of the appendices, in the order of the book.
const PARTS: [&[Experiment]; 12] = [
    front::EXPERIMENTS,
    ch01::EXPERIMENTS,
    ch02::EXPERIMENTS,
    ch03::EXPERIMENTS,
    ch04::EXPERIMENTS,
    ch05::EXPERIMENTS,
    ch06::EXPERIMENTS,
    ch07::EXPERIMENTS,
    ch08::EXPERIMENTS,
    ch09::EXPERIMENTS,
    ch10::EXPERIMENTS,
    appendix::EXPERIMENTS,
];

/// Every experiment that needs nothing but this package, in the order of the book.
pub fn experiments() -> impl Iterator<Item = Experiment> {
    PARTS.into_iter().flatten().copied()
}

/// Those and the ones that need PyTorch, a text or a data set, which run only when they are named.
pub fn all_experiments() -> impl Iterator<Item = Experiment> {
    let named = [
        ch06::WITH_TEXT,
        ch08::WITH_GOEMOTIONS,
        ch09::WITH_NOVEL,
        ch09::WITH_PYTORCH,
        ch10::WITH_PYTORCH,
        appendix::WITH_PYTORCH,
    ];
    experiments().chain(named.into_iter().flatten().copied())
}

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

/// Finds experiments by name; no names means all that need nothing else.
///
/// # Errors
/// When a name is unknown; the message lists the names nearest to it.
pub fn select(names: &[String]) -> Result<Vec<Experiment>> {
    if names.is_empty() {
        return Ok(experiments().collect());
    }
    names.iter().map(|name| find(name)).collect()
}

fn find(name: &str) -> Result<Experiment> {
    if let Some(found) = all_experiments().find(|e| e.name == name) {
        return Ok(found);
    }
    let mut near: Vec<_> = all_experiments()
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
