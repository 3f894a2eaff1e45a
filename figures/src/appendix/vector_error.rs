//! The error of the vectorised exponential, tanh and σ, and what they take beside the standard library's.

use std::time::Instant;

use anyhow::Result;
use rnn_book_code::{Real, vector};

use crate::draw::{Axis, Lines, Trace};
use crate::text::{fixed, significant};
use crate::{Progress, Record};

/// Bins of the abscissa, evenly spaced in its logarithm.
const BINS: usize = 120;
const LOWEST: f64 = 1e-4;
const HIGHEST: f64 = 80.0;
/// Numbers tried in each bin, on both sides of 0.
const TRIED: usize = 20_000;
/// Numbers in one timed call, and calls of which the fastest counts.
const SLICE: usize = 4096;
const CALLS: usize = 400;

/// Key, name, ours, the exact function in f64, the standard library's in f32.
type Function =
    (&'static str, &'static str, fn(&mut [Real]), fn(f64) -> f64, fn(f32) -> f32);

const FUNCTIONS: [Function; 3] = [
    ("exp", "exp", vector::exp, f64::exp, f32::exp),
    ("tanh", "tanh", vector::tanh, f64::tanh, f32::tanh),
    (
        "sigmoid",
        "σ",
        vector::sigmoid,
        |x| 1.0 / (1.0 + (-x).exp()),
        |x| 1.0 / (1.0 + (-x).exp()),
    ),
];

/// Measures errors and times.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let mut r = Record::new(
        &[],
        format!("{BINS} bins of {TRIED} numbers on both sides of 0; times: fastest of {CALLS} calls of {SLICE}"),
    )
    .tolerance(0.05);
    progress.steps(FUNCTIONS.len());
    let mut plot = Lines::new(
        Axis::log("size of $x$"),
        Axis::linear("largest relative error, in units of 10⁻⁷").from_zero(),
    );
    let ratio = (HIGHEST / LOWEST).powf(1.0 / BINS as f64);
    for (i, (key, name, ours, exact, standard)) in FUNCTIONS.into_iter().enumerate() {
        let points: Vec<(f64, f64)> = (0..BINS)
            .map(|bin| {
                let low = LOWEST * ratio.powi(bin as i32);
                (low * ratio.sqrt(), 1e7 * worst(low, low * ratio, ours, exact))
            })
            .collect();
        let worst = points.iter().map(|p| p.1).fold(0.0, f64::max);
        r.value(&format!("worst-{key}"), worst, fixed(worst, 1));
        plot = plot.with(Trace::new(name, points).style(i).markers(false));

        let slice: Vec<f32> =
            (0..SLICE).map(|k| k as f32 / SLICE as f32 * 8.0 - 4.0).collect();
        let (a, b) = (
            time(&slice, ours),
            time(&slice, |x| x.iter_mut().for_each(|x| *x = standard(*x))),
        );
        r.timed_value(&format!("ns-{key}"), a, fixed(a, 2));
        r.timed_value(&format!("ns-standard-{key}"), b, significant(b, 2));
        r.timed_value(&format!("times-{key}"), b / a, significant(b / a, 2));
        progress.tick();
    }
    // Half the distance between two neighbouring floats, relative, where it is largest
    plot = plot.level(1e7 * f64::from(f32::EPSILON) / 2.0, "");
    r.plot(&plot);
    Ok(r)
}

/// The largest relative error between two sizes, on both sides of 0.
fn worst(low: f64, high: f64, ours: fn(&mut [Real]), exact: fn(f64) -> f64) -> f64 {
    let step = (high - low) / TRIED as f64;
    let sizes = (0..TRIED).map(|k| (low + step * k as f64) as f32);
    let x: Vec<f32> = sizes.flat_map(|x| [x, -x]).collect();
    let mut y = x.clone();
    ours(&mut y);
    let errors = x.iter().zip(&y).map(|(&x, &y)| {
        let right = exact(f64::from(x));
        ((f64::from(y) - right) / right).abs()
    });
    errors.fold(0.0, f64::max)
}

/// Nanoseconds a number.
fn time(slice: &[f32], f: impl Fn(&mut [f32])) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..CALLS {
        let mut values = slice.to_vec();
        let start = Instant::now();
        f(std::hint::black_box(&mut values));
        best = best.min(start.elapsed().as_secs_f64());
        std::hint::black_box(&values);
    }
    best * 1e9 / slice.len() as f64
}
