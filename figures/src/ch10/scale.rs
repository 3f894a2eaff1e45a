//! Why the scores are divided by √d: what they do to the softmax without it.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::{Rng, init::normal, loss::softmax};

use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::stats::mean;
use crate::text::{fixed, integer, percent, significant};
use crate::{Progress, Record};

const SEED: u64 = 1;
/// Queries and keys of each size.
const QUERIES: usize = 400;
const KEYS: usize = 64;
const SIZES: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

struct Measured {
    variance: f64,
    /// The entropy of a row of the attention, in nats.
    entropy: f64,
    /// The norm of the Jacobian of a row of the softmax.
    slope: f64,
    /// The share of the queries whose slope is below a tenth of that at even weights
    /// over two keys, 1/2.
    flat: f64,
}

/// The norm of `diag(p) − pᵀp`, whose squared entries sum to
/// Σ p² − 2 Σ p³ + (Σ p²)².
fn jacobian(p: &[f64]) -> f64 {
    let power = |n| p.iter().map(|p| p.powi(n)).sum::<f64>();
    (power(2) - 2.0 * power(3) + power(2).powi(2)).max(0.0).sqrt()
}

/// Normal queries and keys; the scores are multiplied by `scale`.
fn measure(size: usize, scale: f32) -> Measured {
    let mut rng = Rng::seed_from_u64(SEED);
    let q = normal(QUERIES, size, 1.0, &mut rng);
    let k = normal(KEYS, size, 1.0, &mut rng);
    let scores = q.dot(&k.t()) * scale;
    let squares: Vec<f64> = scores.iter().map(|&s| f64::from(s * s)).collect();
    let p = softmax(scores.view()).mapv(f64::from);
    let rows = |f: &dyn Fn(&[f64]) -> f64| -> f64 {
        mean(&p.outer_iter().map(|row| f(&row.to_vec())).collect::<Vec<_>>())
    };
    Measured {
        variance: mean(&squares),
        entropy: rows(&|p| -p.iter().map(|&p| p * p.max(1e-300).ln()).sum::<f64>()),
        slope: rows(&jacobian),
        flat: rows(&|p| f64::from(u8::from(jacobian(p) < 0.05))),
    }
}

/// Draws scores of all sizes.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let plain = SIZES.map(|d| measure(d, 1.0));
    let scaled = SIZES.map(|d| measure(d, 1.0 / (d as f32).sqrt()));
    let mut r = Record::new(
        &[SEED],
        format!("{QUERIES} queries, {KEYS} keys, all numbers normal with variance 1"),
    );
    for (k, &size) in SIZES.iter().enumerate() {
        let (a, b) = (&plain[k], &scaled[k]);
        if [16, 64, 256].contains(&size) {
            r.value(&format!("variance-{size}"), a.variance, integer(a.variance));
            r.value(&format!("scaled-{size}"), b.variance, fixed(b.variance, 2));
            r.value(&format!("entropy-{size}"), a.entropy, fixed(a.entropy, 2));
            r.value(&format!("kept-{size}"), b.entropy, fixed(b.entropy, 2));
            r.value(&format!("slope-{size}"), a.slope, significant(a.slope, 2));
            r.value(&format!("flat-{size}"), a.flat, percent(a.flat, 0));
            r.value(&format!("bent-{size}"), b.flat, percent(b.flat, 0));
            r.value(&format!("steep-{size}"), b.slope, significant(b.slope, 2));
        }
    }
    let uniform = (KEYS as f64).ln();
    r.value("uniform", uniform, fixed(uniform, 2));
    let line = |name: &str, all: &[Measured], f: fn(&Measured) -> f64, style: usize| {
        let points = SIZES.iter().zip(all).map(|(&d, m)| (d as f64, f(m)));
        Trace::new(name, points.collect::<Vec<_>>()).style(style)
    };
    let sizes = || {
        Axis::log("size $d$ of a head").labelled_ticks(
            [1, 4, 16, 64, 256].map(|d| (f64::from(d), d.to_string())).to_vec(),
        )
    };
    let variance =
        Lines::new(sizes(), Axis::log("variance of the scores").range(0.5, 400.0))
            .title("scores")
            .legend(Legend::Above)
            .with(line("q · k", &plain, |m| m.variance, 0))
            .with(line("divided by √d", &scaled, |m| m.variance, 1));
    let entropy = Lines::new(sizes(), Axis::linear("entropy (nats)").range(0.0, 4.4))
        .title("attention over 64 keys")
        .legend(Legend::None)
        .level(uniform, "all keys alike")
        .with(line("plain", &plain, |m| m.entropy, 0))
        .with(line("scaled", &scaled, |m| m.entropy, 1));
    r.plot(&Panels::new(2, 330.0).with("variance", variance).with("entropy", entropy));
    Ok(r)
}
