//! What the last repetition of each experiment took, and how far it came out from its record.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::store;

/// What `--check` has found so far, on which kind of machine; Appendix D prints it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reproduction {
    /// Operating system, processor family and number of cores.
    pub machine: String,
    /// By the name of the experiment.
    pub experiments: BTreeMap<String, Repetition>,
}

/// One experiment, run again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repetition {
    /// Running time.
    pub seconds: f64,
    /// The largest relative difference between two numbers.
    pub drift: f64,
}

impl Reproduction {
    /// What was found so far, or nothing.
    ///
    /// # Errors
    /// When the file is none of ours.
    pub fn load() -> Result<Self> {
        let path = path();
        let shown = store::shown(&path);
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| {
                format!(
                    "{shown}: not a table of repetitions; remove it, and `--check` makes it anew"
                )
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => {
                Err(error).with_context(|| format!("{shown}: could not be read"))
            }
        }
    }

    /// Notes a repetition on this machine, and writes the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn note(&mut self, name: &str, seconds: f64, drift: f64) -> Result<()> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let machine = format!(
            "{} on {}, {cores} cores",
            std::env::consts::OS,
            std::env::consts::ARCH
        );
        if machine != self.machine {
            self.experiments.clear(); // the table is of one machine
            self.machine = machine;
        }
        let repetition = Repetition {
            seconds: (seconds * 10.0).ceil() / 10.0,
            drift: format!("{drift:.1e}").parse().unwrap_or(drift),
        };
        self.experiments.insert(name.to_owned(), repetition);
        self.save()
    }

    /// Drops what was found about a record that is made anew, or contradicted.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&mut self, name: &str) -> Result<()> {
        if self.experiments.remove(name).is_some() { self.save() } else { Ok(()) }
    }

    fn save(&self) -> Result<()> {
        let text =
            serde_json::to_string_pretty(self).context("a table of repetitions")?;
        store::write(&path(), &(text + "\n"))
    }
}

fn path() -> PathBuf {
    store::home().join("reproduction.json")
}
