//! Training steps and generation of a GPT beside PyTorch's, stepped in turn.

use anyhow::Result;

use crate::appendix::speed::{build, machine, race};
use crate::{Progress, Record};

/// Sizes, and how many pairs of steps are timed.
const CONFIGS: [(&str, usize); 3] = [("S", 30), ("M", 10), ("L", 5)];
const THREADS: [&str; 2] = ["1", "2"];
/// Pairs of blocks of generated tokens.
const BLOCKS: usize = 30;

/// Steps our program and PyTorch's in turn, and records times and their ratios.
///
/// # Errors
/// When one of the programs does not start, or ends early.
pub fn run(progress: &Progress) -> Result<Record> {
    let programs = build("gpt_speed", "torch_gpt_speed.py")?;
    let mut r = Record::new(
        &[0],
        format!("{}; the median over steps taken in turn", machine()),
    );
    progress.steps(CONFIGS.len() * THREADS.len() + 1);
    for (config, rounds) in CONFIGS {
        for threads in THREADS {
            let key = format!("{}-{threads}", config.to_lowercase());
            let flags = ["--config", config, "--threads", threads];
            race(&programs, progress, &mut r, &key, rounds, &flags)?;
        }
    }
    let flags = ["--config", "M", "--mode", "generate"];
    race(&programs, progress, &mut r, "generate", BLOCKS, &flags)?;
    Ok(r)
}
