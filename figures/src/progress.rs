//! How far an experiment is: a bar on a terminal, nothing where nobody watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Handed to each experiment, which says how many steps it has and when one is done.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Shows nothing: for tests and for output that is not a terminal.
    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// A bar with the experiment's name before it.
    pub fn shown(bar: ProgressBar, name: &str) -> Self {
        let style = ProgressStyle::with_template(
            "  {prefix:<24} {bar:24} {elapsed:>4} {wide_msg}",
        )
        .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    /// Says how many steps the experiment has.
    pub fn steps(&self, n: usize) {
        self.bar.set_length(n as u64);
    }

    /// One step is done.
    pub fn tick(&self) {
        self.bar.inc(1);
    }

    /// Says what is being done now.
    pub fn note(&self, message: impl Into<String>) {
        self.bar.set_message(message.into());
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
