//! How the gradient of a state shrinks or grows with the lag, at rest and under inputs that saturate the units.

use anyhow::Result;
use ndarray::{Array3, s};
use rand::SeedableRng;
use rnn_book_code_f64::{
    Rng,
    elman::Elman,
    flow::{norm, state_gradients},
    init,
    layer::Layer,
    spectral::{spectral_radius, with_radius},
};

use super::SEEDS;
use crate::draw::{Axis, Lines, Panels, Trace};
use crate::stats::{Summary, columns, summary};
use crate::text::{fixed, mean_std};
use crate::{Progress, Record, parallel};

const INPUT: usize = 10;
const HIDDEN: usize = 100;
const STEPS: usize = 100;
const LANES: usize = 20;
const RADII: [f64; 6] = [0.5, 0.8, 0.95, 1.0, 1.1, 1.5];
/// So small that no state leaves the straight part of tanh in [`STEPS`] steps, even at the largest radius.
const QUIET: f64 = 1e-24;
/// What a small but real input is multiplied by, for the table.
const SOFT: f64 = 0.01;
/// Lags between which the factor of one step is measured.
const SPAN: (usize, usize) = (20, 80);

/// One seed at one radius.
struct Outcome {
    /// Decimal logarithm of the norm by lag, with quiet, soft and loud inputs.
    logs: [Vec<f64>; 3],
    /// The largest singular value of the recurrent weights.
    sigma: f64,
    /// The mean of 1 − h² over loud steps, lanes and units.
    slope: f64,
    /// The mean over loud steps and lanes of the largest 1 − h² of a unit.
    steepest: f64,
    /// What independent weights would make of it: the root of the mean square of the singular values, times
    /// that of 1 − h².
    estimate: f64,
}

fn outcome(radius: f64, seed: u64) -> Outcome {
    // One seed gives the same matrix at every radius but for its scale, and the same inputs.
    let mut rng = Rng::seed_from_u64(seed);
    let mut cell = Elman::new(INPUT, HIDDEN, &mut rng);
    cell.w_hh = with_radius(HIDDEN, radius, &mut rng);
    cell.w_xh = init::uniform(INPUT, HIDDEN, 1.0, &mut rng);
    let x = init::uniform(STEPS * LANES, INPUT, 1.0, &mut rng);
    let x =
        Array3::from_shape_fn((STEPS, LANES, INPUT), |(t, b, d)| x[[t * LANES + b, d]]);
    let mut d_last = init::normal(LANES, HIDDEN, 1.0, &mut rng);
    for mut row in d_last.rows_mut() {
        row /= row.dot(&row).sqrt();
    }

    let start = cell.start(LANES);
    let logs = [QUIET, SOFT, 1.0].map(|scale| {
        let x = &x * scale;
        let gradients = state_gradients(&cell, x.view(), &start, d_last.clone());
        let norms: Vec<f64> = gradients.iter().rev().map(norm).collect();
        norms.iter().map(|n| (n / norms[0]).log10()).collect()
    });
    let h = cell.forward(x.view(), start.view()).h;
    let slopes = h.slice(s![1.., .., ..]).mapv(|h| 1.0 - h * h);
    let count = slopes.len() as f64;
    let largest = slopes.map_axis(ndarray::Axis(2), |units| {
        units.fold(0.0, |largest: f64, &slope| largest.max(slope))
    });
    let mean_square = slopes.fold(0.0, |sum, s| sum + s * s) / count;
    let w_hh = &cell.w_hh;
    Outcome {
        logs,
        sigma: spectral_radius(w_hh.dot(&w_hh.t()).view()).sqrt(),
        slope: slopes.sum() / count,
        steepest: largest.sum() / largest.len() as f64,
        estimate: (mean_square * w_hh.mapv(|w| w * w).sum() / HIDDEN as f64).sqrt(),
    }
}

/// The factor by which a step back changes the norm.
fn factor(logs: &[f64]) -> f64 {
    let (near, far) = SPAN;
    10_f64.powf((logs[far] - logs[near]) / (far - near) as f64)
}

/// Runs five seeds at six radii.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let jobs: Vec<(f64, u64)> =
        RADII.iter().flat_map(|&radius| SEEDS.map(|seed| (radius, seed))).collect();
    progress.steps(jobs.len());
    let outcomes = parallel::map(&jobs, |&(radius, seed)| {
        let outcome = outcome(radius, seed);
        progress.tick();
        outcome
    });

    let mut r = Record::new(
        &SEEDS,
        format!(
            "f64, tanh, D = {INPUT}, H = {HIDDEN}, T = {STEPS}, {LANES} lanes; W_hh normal, scaled to the radius; \
             W_xh and inputs uniform in ±1; quiet: inputs × {QUIET:e}, soft: × {SOFT}, loud: × 1; gradient of the \
             last state: random rows of length 1; factors between lags {} and {}",
            SPAN.0, SPAN.1
        ),
    );
    let powers: Vec<(f64, String)> = [-40, -30, -20, -10, 0, 10, 20]
        .map(|e| match e {
            0 => (1.0, "1".to_owned()),
            _ => (10_f64.powi(e), format!("10$^{{{e}}}$")),
        })
        .to_vec();
    let axes = || {
        (
            Axis::linear("lag $T - t$ (steps)").range(0.0, STEPS as f64),
            Axis::log("$‖∂L/∂\\b{h}_t‖$ relative to lag 0")
                .range(1e-40, 1e20)
                .labelled_ticks(powers.clone()),
        )
    };
    let mut plots = [
        "(a) quiet inputs: tanh is a straight line",
        "(b) loud inputs: units saturate",
    ]
    .map(|title| Lines::new(axes().0, axes().1).title(title));
    let mut rows = Vec::new();
    for (radius, outcomes) in RADII.iter().zip(outcomes.chunks(SEEDS.len())) {
        let key = format!("{:03}", (100.0 * radius).round());
        let over = |pick: &dyn Fn(&Outcome) -> f64| -> Summary {
            summary(&outcomes.iter().map(pick).collect::<Vec<_>>())
        };
        let mut value = |name: &str, s: Summary, decimals: usize| {
            r.value(&format!("{name}-{key}"), s.mean, fixed(s.mean, decimals));
            mean_std(s, decimals)
        };
        let row = vec![
            fixed(*radius, 2),
            value("sigma", over(&|o| o.sigma), 2),
            value("quiet", over(&|o| factor(&o.logs[0])), 3),
            value("soft", over(&|o| factor(&o.logs[1])), 3),
            value("slope", over(&|o| o.slope), 2),
            value("bound", over(&|o| o.sigma * o.slope), 2),
            value("estimate", over(&|o| o.estimate), 3),
            value("loud", over(&|o| factor(&o.logs[2])), 3),
        ];
        rows.push(row);
        value("steepest", over(&|o| o.steepest), 3);
        for (plot, i) in plots.iter_mut().zip([0, 2]) {
            let logs: Vec<_> = outcomes.iter().map(|o| o.logs[i].clone()).collect();
            let means = columns(&logs);
            let points = means
                .iter()
                .enumerate()
                .map(|(lag, s)| (lag as f64, 10_f64.powf(s.mean)));
            let trace = Trace::new(format!("$ρ$ = {}", fixed(*radius, 2)), points)
                .factor_band(means.iter().map(|s| 10_f64.powf(s.std)));
            *plot = plot.clone().with(trace);
        }
    }
    let heads = [
        "$\\rho$",
        "$\\sigma_{\\max}$",
        "quiet",
        "soft",
        "$\\bar\\gamma$",
        "$\\sigma_{\\max}\\bar\\gamma$",
        "$\\sigma_{\\text{rms}}\\gamma_{\\text{rms}}$",
        "loud",
    ];
    r.table("main", &heads, "rrrrrrrr", rows);
    let [quiet, loud] = plots;
    r.plot(&Panels::new(1, 320.0).with("quiet", quiet).with("loud", loud));
    Ok(r)
}
