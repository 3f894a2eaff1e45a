//! The read-out's time against the size of the vocabulary: full, and adaptive.

use anyhow::Result;
use ndarray::Array2;
use rand::{RngExt, SeedableRng};
use rnn_book_code::{
    Rng, adaptive::Adaptive, init, linear::Linear, parameters::Parameters, read_out,
};
use std::time::Instant;

use crate::stats::median;
use crate::text::{fixed, integer};
use crate::{Progress, Record};

const SIZES: [usize; 4] = [1_000, 3_000, 10_000, 30_000];
const HIDDEN: usize = 256;
const ROWS: usize = 512;
const ROUNDS: usize = 3;

/// Frequencies like those of words: token `k` as often as 1 / (k + 1).
fn zipf(v: usize, rng: &mut Rng) -> Vec<usize> {
    let total: f64 = (1..=v).map(|k| 1.0 / k as f64).sum();
    (0..ROWS)
        .map(|_| {
            let mut left = rng.random::<f64>() * total;
            let token = (1..=v).position(|k| {
                left -= 1.0 / k as f64;
                left < 0.0
            });
            token.unwrap_or(v - 1)
        })
        .collect()
}

/// The places where the clusters begin: a tenth of the vocabulary in the head, a third up to the last one.
fn cuts(v: usize) -> [usize; 3] {
    [v / 10, v / 3, v]
}

fn timed(mut work: impl FnMut()) -> f64 {
    let times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    median(&times)
}

/// Times both.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let mut r = Record::new(
        &[1],
        format!(
            "{ROWS} rows of {HIDDEN}, targets by Zipf's law, loss and all gradients, one thread, median of {ROUNDS}; \
             adaptive with cuts at a tenth and a third of V"
        ),
    );
    progress.steps(SIZES.len());
    let mut rows = Vec::new();
    for v in SIZES {
        let mut rng = Rng::seed_from_u64(1);
        let h: Array2<f32> = init::normal(ROWS, HIDDEN, 1.0, &mut rng);
        let targets = zipf(v, &mut rng);
        let full = Linear::new(HIDDEN, v, &mut rng);
        let mut grad = full.zeros_like();
        let time = timed(|| {
            grad.set_zero();
            read_out::loss_and_gradient(&full, h.view(), &targets, ROWS, &mut grad);
        });
        let cuts = cuts(v);
        let adaptive = Adaptive::new(HIDDEN, &cuts, &mut rng);
        let mut grad = adaptive.zeros_like();
        let quick = timed(|| {
            grad.set_zero();
            adaptive.loss_and_gradient(h.view(), &targets, &mut grad);
        });
        // Rows of weights that a token is multiplied with
        let inside = |low: usize, high: usize| {
            targets.iter().filter(|&&t| t >= low && t < high).count() as f64
                / ROWS as f64
        };
        let head = cuts[0] + 2;
        let mean = head as f64
            + inside(cuts[0], cuts[1]) * (cuts[1] - cuts[0]) as f64
            + inside(cuts[1], cuts[2]) * (cuts[2] - cuts[1]) as f64;
        let us = 1e6 / ROWS as f64;
        r.timed_value(&format!("full-{v}"), time * us, fixed(time * us, 1));
        r.timed_value(&format!("adaptive-{v}"), quick * us, fixed(quick * us, 1));
        r.timed_value(&format!("ratio-{v}"), time / quick, fixed(time / quick, 1));
        r.value(&format!("rows-{v}"), mean, integer(mean));
        rows.push(vec![
            integer(v as f64),
            integer((v * (HIDDEN + 1)) as f64),
            integer(mean),
            fixed(v as f64 / mean, 1),
        ]);
        progress.tick();
    }
    r.table(
        "main",
        &["$V$", "parameters", "scores a token, adaptive", "full over adaptive"],
        "rrrr",
        rows,
    );
    Ok(r)
}
