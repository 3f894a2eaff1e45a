//! The shipped model writes words: here, and in PyTorch with the same weights.

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    decoding::{Decoder, Predictor, Reading},
    vocabulary::SPECIAL,
};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::{SHIPPED, shipped};
use crate::stats::median;
use crate::text::{fixed, integer};
use crate::{Progress, Record};

const WORDS: usize = 500;
/// The most frequent word.
const FIRST: usize = SPECIAL.len();
/// As many as the script for PyTorch writes before it looks at the clock.
const WARM_UP: usize = 20;
const ROUNDS: usize = 5;

/// Writes in turn, and records words a second.
///
/// # Errors
/// When PyTorch is not there.
pub fn run(progress: &Progress) -> Result<Record> {
    let saved = shipped()?;
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace")?;
    let script = root.join("rnn-book-code/benches/torch_generate.py");
    progress.steps(ROUNDS);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut reading = Reading::new(&saved.model);
        let mut rng = Rng::seed_from_u64(1);
        let decoder = Decoder::default();
        reading.read(FIRST);
        for _ in 0..WARM_UP {
            reading.read(decoder.choose(&reading.scores(), &[], &mut rng));
        }
        let start = Instant::now();
        for _ in 0..WORDS {
            reading.read(decoder.choose(&reading.scores(), &[], &mut rng));
        }
        ours.push(WORDS as f64 / start.elapsed().as_secs_f64());
        let output = Command::new("python3")
            .arg(&script)
            .arg(SHIPPED)
            .arg(WORDS.to_string())
            .output()
            .context("python3 does not start")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        theirs.push(String::from_utf8(output.stdout)?.trim().parse::<f64>()?);
        progress.tick();
    }
    let (ours, theirs) = (median(&ours), median(&theirs));
    let mut r = Record::new(
        &[1],
        format!(
            "the shipped model, one text, {WORDS} words drawn at temperature 1, one thread; the median of {ROUNDS} turns"
        ),
    );
    r.timed_value("ours", ours, integer(ours));
    r.timed_value("torch", theirs, integer(theirs));
    r.timed_value("ratio", ours / theirs, fixed(ours / theirs, 1));
    Ok(r)
}
