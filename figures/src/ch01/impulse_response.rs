//! One impulse into an Elman cell, and then silence: how long does the state ring?

use anyhow::Result;
use ndarray::{Array1, Array2, Array3, Axis as Dim};
use rand::SeedableRng;
use rnn_book_code::elman::Elman;
use rnn_book_code::{Real, Rng, activation::Activation, init, spectral};

use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::stats::{Summary, columns, slope, summary};
use crate::text::{fixed, mean_std, significant};
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 100;
const STEPS: usize = 100;
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
const RADII: [Real; 4] = [0.5, 0.9, 1.0, 1.2];
/// So small that tanh is the identity for as long as the rate is measured, even at radius 1.2.
const WHISPER: Real = 1e-6;
const SHOUT: Real = 1.0;
/// The steps between which the rate is measured.
const WINDOW: (usize, usize) = (10, 50);
/// The same long after the impulse, at radius 1.
const LATE: (usize, usize) = (500, 1000);

/// The norm of the state after each step, for an impulse of a height at the first step.
fn ring(radius: Real, impulse: Real, steps: usize, seed: u64) -> Vec<f64> {
    let mut rng = Rng::seed_from_u64(seed);
    let cell = Elman {
        w_xh: init::normal(1, HIDDEN, 1.0, &mut rng),
        w_hh: spectral::with_radius(HIDDEN, radius, &mut rng),
        b_h: Array1::zeros(HIDDEN),
        phi: Activation::Tanh,
    };
    let mut x = Array3::zeros((steps + 1, 1, 1));
    x[[0, 0, 0]] = impulse;
    let tape = cell.forward(x.view(), Array2::zeros((1, HIDDEN)).view());
    let norm = |h: ndarray::ArrayView2<Real>| {
        h.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt()
    };
    tape.output().axis_iter(Dim(0)).map(norm).collect()
}

/// The factor by which a norm changes each step, from a line through its logarithm.
fn rate(norms: &[f64], (from, to): (usize, usize)) -> f64 {
    let points: Vec<_> = (from..=to).map(|t| (t as f64, norms[t].ln())).collect();
    slope(&points).exp()
}

/// Lets five random cells ring at each radius, once in the linear range of tanh and once beyond it.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(2 * RADII.len());
    let mut r = Record::new(
        &SEEDS,
        format!(
            "H = {HIDDEN}, one impulse of {WHISPER:e} or {SHOUT} at t = 0, {STEPS} steps after it"
        ),
    )
    .tolerance(0.02);
    let mut rows = Vec::new();
    let mut panels = Vec::new();
    for (name, impulse) in [("whisper", WHISPER), ("shout", SHOUT)] {
        let title =
            format!("impulse {}", if impulse < 0.1 { "$10^{-6}$" } else { "1" });
        let legend = if panels.is_empty() { Legend::Above } else { Legend::None };
        let mut plot = Lines::new(
            Axis::linear("steps after the impulse, $t$"),
            Axis::log(format!("norm of the state $‖\\b{{h}}_t‖$, {title}"))
                .range(if impulse < 0.1 { 1e-12 } else { 1e-6 }, 20.0),
        )
        .legend(legend);
        for (i, radius) in RADII.into_iter().enumerate() {
            progress.note(format!("{name}, radius {radius}"));
            let norms =
                parallel::map(&SEEDS, |&seed| ring(radius, impulse, STEPS, seed));
            progress.tick();
            // Over the seeds: the geometric mean, and the factor that is one standard deviation of ln.
            let logs: Vec<Vec<f64>> =
                norms.iter().map(|n| n.iter().map(|x| x.ln()).collect()).collect();
            let means = columns(&logs);
            let points =
                means.iter().enumerate().map(|(t, s)| (t as f64, s.mean.exp()));
            let trace = Trace::new(format!("$ρ$ = {radius:.1}"), points);
            plot = plot.with(trace.factor_band(means.iter().map(|s| s.std.exp())));

            let rates: Vec<f64> = norms.iter().map(|n| rate(n, WINDOW)).collect();
            let rates = summary(&rates);
            let key =
                format!("{name}-{}", fixed(f64::from(radius), 1).replace('.', ""));
            r.value(&format!("{key}-rate"), rates.mean, mean_std(rates, 3));
            let end = means[STEPS].mean.exp();
            r.value(&format!("{key}-end"), end, significant(end, 2));
            row(&mut rows, i, radius, rates);
        }
        panels.push((name, plot));
    }
    let late =
        parallel::map(&SEEDS, |&seed| rate(&ring(1.0, WHISPER, LATE.1, seed), LATE));
    let late = summary(&late);
    r.value("late-rate", late.mean, fixed(late.mean, 4));
    let columns =
        ["$\\rho$", "change a step, impulse $10^{-6}$", "change a step, impulse 1"];
    r.table("main", &columns, "rrr", rows);
    let mut figure = Panels::new(1, 300.0);
    for (name, plot) in panels {
        figure = figure.with(name, plot);
    }
    r.plot(&figure);
    Ok(r)
}

fn row(rows: &mut Vec<Vec<String>>, i: usize, radius: Real, rates: Summary) {
    if rows.len() <= i {
        rows.push(vec![fixed(f64::from(radius), 1)]);
    }
    rows[i].push(mean_std(rates, 3));
}
