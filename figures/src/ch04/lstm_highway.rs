//! How far back the gradient reaches in an LSTM, by the bias of its forget gate, beside Elman's cell.

use anyhow::Result;
use ndarray::Array3;
use rand::SeedableRng;
use rnn_book_code_f64::{
    Real, Rng,
    elman::Elman,
    flow::{norm, state_gradients},
    init,
    layer::Layer,
    lstm::{Lstm, LstmState},
    spectral,
};

use super::SEEDS;
use crate::draw::{Axis, Lines, Trace};
use crate::stats::{columns, slope, summary};
use crate::text::{fixed, mean_std, significant};
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 64;
const INPUT: usize = 16;
const LANES: usize = 8;
const STEPS: usize = 100;
/// The lags between which the factor of one step is measured.
const FIT: (usize, usize) = (20, 60);
const BIASES: [Real; 4] = [0.0, 1.0, 2.0, 4.0];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    /// As chapter 1 starts it: between ±1/√H.
    Plain,
    /// With a recurrent matrix of this spectral radius.
    Radius(Real),
    /// With this bias of the forget gate.
    Lstm(Real),
}

/// The norm of the gradient by the state so many steps before the end, relative to the last.
fn norms(cell: Cell, seed: u64) -> Vec<f64> {
    let mut rng = Rng::seed_from_u64(seed);
    let x = init::normal(STEPS * LANES, INPUT, 1.0, &mut rng);
    let x = x.into_shape_with_order((STEPS, LANES, INPUT)).expect("one row a step");
    let d_h = init::normal(LANES, HIDDEN, 1.0, &mut rng);
    match cell {
        Cell::Plain => {
            let cell = Elman::new(INPUT, HIDDEN, &mut rng);
            back(&cell, &x, d_h)
        }
        Cell::Radius(radius) => {
            let w_hh = spectral::with_radius(HIDDEN, radius, &mut rng);
            let cell = Elman { w_hh, ..Elman::new(INPUT, HIDDEN, &mut rng) };
            back(&cell, &x, d_h)
        }
        Cell::Lstm(bias) => {
            let cell = Lstm::new(INPUT, HIDDEN, &mut rng).with_forget_bias(bias);
            let c = ndarray::Array2::zeros(d_h.dim());
            back(&cell, &x, LstmState { h: d_h, c })
        }
    }
}

fn back<L: Layer>(cell: &L, x: &Array3<Real>, d_last: L::State) -> Vec<f64> {
    let gradients = state_gradients(cell, x.view(), &cell.start(LANES), d_last);
    let norms: Vec<f64> = gradients.iter().rev().map(norm).collect();
    norms.iter().map(|n| n / norms[0]).collect()
}

/// Lets the gradient run back through five random cells of each kind.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let mut cells = vec![
        (Cell::Plain, "tanh".to_owned(), "tanh".to_owned()),
        (Cell::Radius(1.0), "tanh-1".to_owned(), "tanh, $ρ$ = 1".to_owned()),
    ];
    cells.extend(BIASES.map(|bias| {
        (Cell::Lstm(bias), format!("bias-{bias}"), format!("LSTM, $b_f$ = {bias}"))
    }));
    progress.steps(cells.len());
    let mut r = Record::new(
        &SEEDS,
        format!(
            "untrained, H = {HIDDEN}, D = {INPUT}, B = {LANES}, T = {STEPS}, inputs normal, only the last h is read; \
             factor a step fitted between lags {} and {}",
            FIT.0, FIT.1
        ),
    )
    .tolerance(0.02);
    let mut plot = Lines::new(
        Axis::linear("lag (steps back from the end)"),
        Axis::log("gradient norm, relative to lag 0").range(1e-9, 3.0),
    )
    .height(420.0);
    let mut rows = Vec::new();
    for (cell, key, name) in cells {
        progress.note(key.clone());
        let all = parallel::map(&SEEDS, |&seed| norms(cell, seed));
        progress.tick();
        let logs: Vec<Vec<f64>> =
            all.iter().map(|n| n.iter().map(|x| x.ln()).collect()).collect();
        let means = columns(&logs);
        let points =
            means.iter().enumerate().map(|(lag, s)| (lag as f64, s.mean.exp()));
        plot = plot.with(
            Trace::new(name.clone(), points)
                .factor_band(means.iter().map(|s| s.std.exp())),
        );
        let factors: Vec<f64> = logs
            .iter()
            .map(|logs| {
                let fit: Vec<_> =
                    (FIT.0..=FIT.1).map(|lag| (lag as f64, logs[lag])).collect();
                slope(&fit).exp()
            })
            .collect();
        let factor = summary(&factors);
        r.value(&format!("{key}-factor"), factor.mean, mean_std(factor, 3));
        let end = means[STEPS].mean.exp();
        r.value(&format!("{key}-end"), end, significant(end, 2));
        let half = std::f64::consts::LN_2 / -factor.mean.ln();
        let alone = match cell {
            Cell::Lstm(bias) => fixed(1.0 / (1.0 + (-bias).exp()), 3),
            _ => "".to_owned(),
        };
        rows.push(vec![
            name.replace('ρ', "\\rho"),
            mean_std(factor, 3),
            alone,
            if half.is_finite() && half > 0.0 {
                fixed(half, 1)
            } else {
                "grows".to_owned()
            },
            significant(end, 2),
        ]);
    }
    r.table(
        "main",
        &[
            "cell",
            "factor a step",
            "$\\sigma(b_f)$",
            "halved every (steps)",
            "at lag 100",
        ],
        "lrrrr",
        rows,
    );
    r.plot(&plot);
    Ok(r)
}
