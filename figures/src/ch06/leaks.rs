//! Air passengers prepared with their future, and without.

use anyhow::{Result, anyhow};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    forecast::{
        AutoRegression, Forecaster, Windowed, errors, fit_recurrent, least_squares,
        rolling,
    },
    gru::Gru,
    reader::Reader,
    series::{Curve, Preparation, Recipe, windows},
    splits::by_group,
};

use super::forecasts::{PASSENGERS, read};
use super::{CHAOTIC, SEEDS};
use crate::stats::{Summary, mean, summary};
use crate::text::{fixed, mean_std, percent};
use crate::{Progress, Record, parallel};

const TEST: usize = PASSENGERS.test;
const ORDER: usize = 13;
const HIDDEN: usize = 16;
const EPOCHS: usize = 200;
const RATE: Real = 0.01;
/// Months on either side of the mean that smooths.
const HALF: usize = 2;
const PLAIN: Recipe = Recipe { curve: Curve::Straight, lag: None };

type Fitted = Result<f64, String>;

fn one_step(f: &impl Forecaster, values: &[Real]) -> f64 {
    let first = values.len() - TEST;
    f64::from(errors(&rolling(f, values, first, 1), values, first)[0])
}

/// An autoregression fitted to the past and prepared by the numbers in `by`.
fn linear(past: &[Real], by: &[Real]) -> Result<Windowed<AutoRegression>, String> {
    let preparation = Preparation::fit(PLAIN, by)?;
    let windows = windows(&preparation.apply(past), ORDER, 1)?;
    Ok(Windowed { preparation, length: ORDER, model: AutoRegression::fit(&windows)? })
}

fn recurrent(
    past: &[Real],
    by: &[Real],
    seed: u64,
) -> Result<Windowed<Reader<Gru>>, String> {
    let preparation = Preparation::fit(PLAIN, by)?;
    let windows = windows(&preparation.apply(past), ORDER, 1)?;
    let rng = &mut Rng::seed_from_u64(seed);
    let layer = Gru::new(1, HIDDEN, rng);
    let mut model = Reader::new(layer, 1, rng);
    fit_recurrent(&mut model, &windows, RATE, EPOCHS, |_, _| ());
    Ok(Windowed { preparation, length: ORDER, model })
}

/// A straight line through the logarithms of `by`, taken from all `values`.
fn detrended(values: &[Real], by: usize) -> Result<(Vec<Real>, Vec<f64>), String> {
    let x =
        ndarray::Array2::from_shape_fn(
            (by, 2),
            |(n, k)| if k == 0 { 1.0 } else { n as f64 },
        );
    let y = ndarray::Array2::from_shape_fn((by, 1), |(n, _)| f64::from(values[n]).ln());
    let w = least_squares(x, y)?;
    let line: Vec<f64> =
        (0..values.len()).map(|n| w[[0, 0]] + w[[1, 0]] * n as f64).collect();
    let rest =
        values.iter().zip(&line).map(|(y, line)| (f64::from(*y).ln() - line) as Real);
    Ok((rest.collect(), line))
}

/// A year ahead by the line and the month's mean distance from it: no memory of anything else.
fn line_and_month(values: &[Real], by: usize) -> Fitted {
    let (rest, line) = detrended(values, by)?;
    let month = |m: usize| {
        mean(
            &(0..by)
                .filter(|n| n % 12 == m)
                .map(|n| f64::from(rest[n]))
                .collect::<Vec<_>>(),
        )
    };
    let off = (values.len() - TEST..values.len())
        .map(|n| ((line[n] + month(n % 12)).exp() - f64::from(values[n])).abs());
    Ok(mean(&off.collect::<Vec<_>>()))
}

/// The mean of the months around each month; at the ends, of those there are.
fn smooth(
    values: &[Real],
    around: impl Fn(usize) -> std::ops::Range<usize>,
) -> Vec<Real> {
    let mean = |n: usize| {
        let near = &values[around(n)];
        near.iter().sum::<Real>() / near.len() as Real
    };
    (0..values.len()).map(mean).collect()
}

/// Means that end at their month, or reach beyond it; forecasts of the means, judged by the means.
fn smoothed(values: &[Real], ahead: bool) -> Fitted {
    let n = values.len();
    let series = if ahead {
        smooth(values, |m| m.saturating_sub(HALF)..(m + HALF + 1).min(n))
    } else {
        smooth(values, |m| m.saturating_sub(2 * HALF)..m + 1)
    };
    let past = &series[..n - TEST];
    Ok(one_step(&linear(past, past)?, &series))
}

/// The same forecasts judged by the months themselves: what a reader of the table wants to know.
fn smoothed_truth(values: &[Real], ahead: bool) -> Fitted {
    let n = values.len();
    let first = n - TEST;
    let whole = smooth(values, |m| m.saturating_sub(HALF)..(m + HALF + 1).min(n));
    // The last means before the split reach beyond it; without the future they are cut short there
    let learned = if ahead {
        whole[..first].to_vec()
    } else {
        smooth(&values[..first], |m| m.saturating_sub(HALF)..(m + HALF + 1).min(first))
    };
    let f = linear(&learned, &learned)?;
    let off = (first..n).map(|m| {
        // What is known in month m: smoothed with what is known
        let known = if ahead {
            whole[..m].to_vec()
        } else {
            smooth(&values[..m], |k| k.saturating_sub(HALF)..(k + HALF + 1).min(m))
        };
        f64::from((f.forecast(&known, 1)[0] - values[m]).abs())
    });
    Ok(mean(&off.collect::<Vec<_>>()))
}

/// The relative error on a fifth of all windows drawn at random, by what was learned from the others.
fn shuffled(values: &[Real], seed: u64) -> Fitted {
    let preparation = Preparation::fit(PLAIN, values)?;
    let all = windows(&preparation.apply(values), ORDER, 1)?;
    let count = all.y.nrows();
    let groups: Vec<usize> = (0..count).collect();
    let split = by_group(&groups, 0.0, 0.2, &mut Rng::seed_from_u64(seed));
    let part = |numbers: &[usize]| rnn_book_code::series::Windows {
        x: all.x.select(ndarray::Axis(1), numbers),
        y: all.y.select(ndarray::Axis(0), numbers),
    };
    let rng = &mut Rng::seed_from_u64(seed);
    let layer = Gru::new(1, HIDDEN, rng);
    let mut model = Reader::new(layer, 1, rng);
    fit_recurrent(&mut model, &part(&split.train), RATE, EPOCHS, |_, _| ());
    let test = part(&split.test);
    let said = model.answer(test.x.view());
    let scaler = preparation.scaler;
    let off = split.test.iter().enumerate().map(|(k, &n)| {
        let y = values[n + ORDER];
        f64::from(((said[[k, 0]] * scaler.deviation + scaler.mean) - y).abs() / y)
    });
    Ok(mean(&off.collect::<Vec<_>>()))
}

/// The relative error on the last two years, by what was learned from the years before.
fn in_order(values: &[Real], seed: u64) -> Fitted {
    let first = values.len() - TEST;
    let f = recurrent(&values[..first], &values[..first], seed)?;
    let said = rolling(&f, values, first, 1);
    let off = (0..TEST).map(|k| {
        f64::from((said[[k, 0]] - values[first + k]).abs() / values[first + k])
    });
    Ok(mean(&off.collect::<Vec<_>>()))
}

/// Measures it.
///
/// # Errors
/// When the series cannot be read or a model cannot be fitted.
pub fn run(_: &Progress) -> Result<Record> {
    let values = read(&PASSENGERS)?;
    let first = values.len() - TEST;
    let past = &values[..first];
    let fail = |what: String| anyhow!(what);
    let seeds = |work: &(dyn Fn(u64) -> Fitted + Sync)| -> Result<Summary> {
        let all: Result<Vec<f64>, String> =
            parallel::map(&SEEDS, |&seed| work(seed)).into_iter().collect();
        Ok(summary(&all.map_err(fail)?))
    };
    let once = |x: f64| summary(&[x]);
    let ar = |by: &[Real]| {
        linear(past, by).map(|f| once(one_step(&f, &values))).map_err(fail)
    };
    let gru = |by: &[Real]| {
        seeds(&|seed| recurrent(past, by, seed).map(|f| one_step(&f, &values)))
    };
    let line = |by| line_and_month(&values, by).map(once).map_err(fail);
    let means = |ahead| smoothed(&values, ahead).map(once).map_err(fail);
    let truth = |ahead| smoothed_truth(&values, ahead).map(once).map_err(fail);
    let rows = [
        ("scaler-ar", "scaler, AR(13), one month ahead", ar(past)?, ar(&values)?),
        ("scaler-gru", "scaler, GRU, one month ahead", gru(past)?, gru(&values)?),
        (
            "line",
            "straight line and month, up to two years ahead",
            line(first)?,
            line(values.len())?,
        ),
        (
            "means",
            "means of five months, judged by such means",
            means(false)?,
            means(true)?,
        ),
        ("centred", "centred means, judged by the months", truth(false)?, truth(true)?),
        (
            "windows",
            "split of the windows: in order, or at random; GRU, error in %",
            seeds(&|seed| in_order(&values, seed).map(|x| 100.0 * x))?,
            seeds(&|seed| shuffled(&values, seed).map(|x| 100.0 * x))?,
        ),
    ];
    let mut r = Record::new(
        &SEEDS,
        format!(
            "{} months, the last {TEST} to judge by; windows of {ORDER}, a GRU of {HIDDEN} units, {EPOCHS} epochs, Adam at \
             {RATE}, clipping at norm 1, one batch; nothing was tuned",
            values.len()
        ),
    )
    .tolerance(CHAOTIC);
    let cell = |s: Summary| if s.n > 1 { mean_std(s, 1) } else { fixed(s.mean, 1) };
    let mut table = Vec::new();
    for (key, name, honest, leaking) in rows {
        r.value(&format!("{key}-honest"), honest.mean, cell(honest));
        r.value(&format!("{key}-leaking"), leaking.mean, cell(leaking));
        let gain = 1.0 - leaking.mean / honest.mean;
        r.value(&format!("{key}-gain"), gain, percent(gain, 0));
        table.push(vec![
            name.to_owned(),
            cell(honest),
            cell(leaking),
            percent(-gain, 0),
        ]);
    }
    let heads =
        ["what is fitted, and the forecast", "past only", "with the future", "change"];
    r.table("main", &heads, "lrrr", table);
    Ok(r)
}
