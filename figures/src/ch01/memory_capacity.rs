//! How far back an untrained Elman cell remembers: Jaeger's short-term memory capacity.
//!
//! H. Jaeger, *Short term memory in echo state networks*, GMD report 152, 2001. The cell is random and stays
//! so; a linear read-out, fitted by ridge regression, says the input of k steps ago from the state.

use anyhow::Result;
use ndarray::{Array1, Array2, ArrayView2, s};
use rand::SeedableRng;
use rnn_book_code::elman::Elman;
use rnn_book_code::{Real, Rng, activation::Activation, init, spectral};

use crate::draw::{Axis, Legend, Lines, Trace};
use crate::ridge::ridge;
use crate::stats::{columns, summary};
use crate::text::{fixed, integer, mean_std, significant, superscript};
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 100;
const SEEDS: [u64; 5] = [1, 2, 3, 4, 5];
const RADII: [Real; 5] = [0.3, 0.6, 0.9, 1.0, 1.2];
/// The input is drawn evenly from ±1 and reaches each unit through a weight drawn evenly from ±this.
const INPUT_SCALE: Real = 0.1;
const WASHOUT: usize = 500;
const TRAIN: usize = 3500;
const TEST: usize = 2000;
const LONGEST: usize = 150;
const SHOWN: usize = 60;
const PENALTY: f64 = 1e-7;

/// r² on the test part for each lag 0 … [`LONGEST`], for each ridge penalty.
fn memory(
    radius: Real,
    input_scale: Real,
    penalties: &[f64],
    seed: u64,
) -> Result<Vec<Vec<f64>>> {
    let mut rng = Rng::seed_from_u64(seed);
    let cell = Elman {
        w_xh: init::uniform(1, HIDDEN, input_scale, &mut rng),
        w_hh: spectral::with_radius(HIDDEN, radius, &mut rng),
        b_h: Array1::zeros(HIDDEN),
        phi: Activation::Tanh,
    };
    let steps = WASHOUT + TRAIN + TEST;
    let x = init::uniform(steps, 1, 1.0, &mut rng);
    let sequence = x.to_shape((steps, 1, 1))?;
    let tape = cell.forward(sequence.view(), Array2::zeros((1, HIDDEN)).view());

    // The states and a column of ones, [T, H + 1]; the lagged inputs, [T, LONGEST + 1]
    let mut states = Array2::ones((TRAIN + TEST, HIDDEN + 1));
    let h = tape.output();
    states
        .slice_mut(s![.., ..HIDDEN])
        .assign(&h.slice(s![WASHOUT.., 0, ..]).mapv(f64::from));
    let targets = Array2::from_shape_fn((TRAIN + TEST, LONGEST + 1), |(t, k)| {
        f64::from(x[[WASHOUT + t - k, 0]])
    });

    let (states, held_out) = states.view().split_at(ndarray::Axis(0), TRAIN);
    let (targets, right) = targets.view().split_at(ndarray::Axis(0), TRAIN);
    penalties
        .iter()
        .map(|&penalty| {
            let w = ridge(states, targets, penalty)?;
            Ok(squared_correlations(held_out.dot(&w).view(), right))
        })
        .collect()
}

/// The squared correlation of each column of `a` with the same column of `b`.
fn squared_correlations(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Vec<f64> {
    let square = |a: ndarray::ArrayView1<f64>, b: ndarray::ArrayView1<f64>| {
        let (a, b) = (&a - a.sum() / a.len() as f64, &b - b.sum() / b.len() as f64);
        let (ab, aa, bb) = (a.dot(&b), a.dot(&a), b.dot(&b));
        if aa * bb > 0.0 { ab * ab / (aa * bb) } else { 0.0 }
    };
    a.columns().into_iter().zip(b.columns()).map(|(a, b)| square(a, b)).collect()
}

/// Jaeger's sum, which begins at lag 1.
fn capacity(curve: &[f64]) -> f64 {
    curve[1..].iter().sum()
}

/// The set-up in words, but for what differs between the two experiments.
fn sizes() -> String {
    format!(
        "H = {HIDDEN}, washout {WASHOUT}, train {TRAIN}, test {TEST}, lags to {LONGEST}"
    )
}

/// Measures the memory of five random cells at each radius.
///
/// # Errors
/// When the regression fails.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(RADII.len());
    let mut r = Record::new(
        &SEEDS,
        format!("{}, input weights ±{INPUT_SCALE}, ridge penalty {PENALTY:e}", sizes()),
    )
    .tolerance(0.02);
    let mut plot = Lines::new(
        Axis::linear("lag $k$ (steps)"),
        Axis::linear("squared correlation $r^2_k$ with the input of $k$ steps ago")
            .range(0.0, 1.03),
    )
    .legend(Legend::Above);
    let mut rows = Vec::new();
    for radius in RADII {
        progress.note(format!("radius {radius}"));
        let curves = parallel::map(&SEEDS, |&seed| {
            memory(radius, INPUT_SCALE, &[PENALTY], seed)
        });
        let curves = curves.into_iter().collect::<Result<Vec<_>>>()?.concat();
        progress.tick();
        let capacity = summary(&curves.iter().map(|c| capacity(c)).collect::<Vec<_>>());
        let reach = |c: &Vec<f64>| {
            c.iter().take_while(|r2| **r2 >= 0.5).count().saturating_sub(1) as f64
        };
        let reach = summary(&curves.iter().map(reach).collect::<Vec<_>>());

        if radius == RADII[0] {
            // Far beyond its memory, what remains is chance: about 1/TEST a lag.
            let chance: Vec<f64> = curves
                .iter()
                .map(|c| c[100..].iter().sum::<f64>() / (LONGEST - 99) as f64)
                .collect();
            let chance = summary(&chance).mean * LONGEST as f64;
            r.value("chance", chance, significant(chance, 1));
        }
        let key = fixed(f64::from(radius), 1).replace('.', "");
        r.value(&format!("mc-{key}"), capacity.mean, mean_std(capacity, 1));
        r.value(&format!("reach-{key}"), reach.mean, mean_std(reach, 1));
        rows.push(vec![
            fixed(f64::from(radius), 1),
            mean_std(capacity, 1),
            mean_std(reach, 1),
        ]);

        let means = columns(&curves);
        let points =
            means.iter().take(SHOWN + 1).enumerate().map(|(k, s)| (k as f64, s.mean));
        let trace = Trace::new(format!("$ρ$ = {radius:.1}"), points);
        plot = plot.with(trace.band(means.iter().take(SHOWN + 1).map(|s| s.std)));
    }
    r.value("bound", HIDDEN as f64, integer(HIDDEN as f64));
    let columns =
        ["$\\rho$", "capacity $\\sum_k r_k^2$", "largest lag with $r_k^2 \\ge 0.5$"];
    r.table("main", &columns, "rrr", rows);
    r.plot(&plot);
    Ok(r)
}

/// Measures the same with weaker and stronger inputs, and with smaller and larger ridge penalties.
///
/// # Errors
/// When the regression fails.
pub fn settings(progress: &Progress) -> Result<Record> {
    let rows: [(Real, &[i32]); 3] =
        [(0.01, &[-7]), (0.1, &[-10, -7, -2]), (1.0, &[-7])];
    progress.steps(rows.len() * RADII.len());
    let mut r = Record::new(&SEEDS, sizes()).tolerance(0.02);
    let mut table = Vec::new();
    for (input_scale, exponents) in rows {
        let penalties: Vec<f64> = exponents.iter().map(|&e| 10_f64.powi(e)).collect();
        let mut cells: Vec<Vec<String>> = exponents
            .iter()
            .map(|&e| vec![input_scale.to_string(), format!("10{}", superscript(e))])
            .collect();
        for radius in RADII {
            progress.note(format!("input weights ±{input_scale}, radius {radius}"));
            let curves = parallel::map(&SEEDS, |&seed| {
                memory(radius, input_scale, &penalties, seed)
            });
            let curves = curves.into_iter().collect::<Result<Vec<_>>>()?;
            progress.tick();
            for (p, row) in cells.iter_mut().enumerate() {
                let capacities: Vec<f64> =
                    curves.iter().map(|c| capacity(&c[p])).collect();
                let capacity = summary(&capacities);
                let digits = |x: Real, n| fixed(f64::from(x), n).replace('.', "");
                let key = format!(
                    "mc-{}-scale-{}-penalty-{}",
                    digits(radius, 1),
                    digits(input_scale, 2),
                    -exponents[p]
                );
                r.value(&key, capacity.mean, mean_std(capacity, 1));
                row.push(mean_std(capacity, 1));
            }
        }
        table.extend(cells);
    }
    let heads: Vec<String> =
        RADII.iter().map(|radius| format!("$\\rho = {radius:.1}$")).collect();
    let mut columns = vec!["input weights ±", "ridge penalty"];
    columns.extend(heads.iter().map(String::as_str));
    r.table("main", &columns, "rrrrrrr", table);
    Ok(r)
}
