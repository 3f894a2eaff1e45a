//! The error of a gradient check against the step of its difference quotient, in f32 and in f64.

use anyhow::Result;

use super::SEEDS;
use crate::draw::{Anchor, Axis, Lines, Trace};
use crate::text::{significant, superscript};
use crate::{Progress, Record, parallel};

const STEPS: usize = 7;
const BATCH: usize = 3;
const HIDDEN: usize = 5;
const VOCABULARY: usize = 4;

/// 1, 2 and 5 times each power of ten from 10⁻¹² to 1.
fn epsilons() -> Vec<f64> {
    let decades = (-12..0).flat_map(|e| [1.0, 2.0, 5.0].map(|m| m * 10_f64.powi(e)));
    decades.chain([1.0]).collect()
}

/// The same set-up for the crate in f32 and in f64: a random character model, a random window, and the
/// gradient that its backward pass gives.
macro_rules! set_up {
    ($book:ident, $seed:expr) => {{
        use ndarray::Array2;
        use rand::{RngExt, SeedableRng};
        use $book::{Rng, char_rnn::CharRnn, parameters::Parameters, text::Window};

        let mut rng = Rng::seed_from_u64($seed);
        let model = CharRnn::new(VOCABULARY, HIDDEN, &mut rng);
        let mut ids = || {
            Array2::from_shape_simple_fn((STEPS, BATCH), || {
                rng.random_range(0..VOCABULARY)
            })
        };
        let window = Window { x: ids(), y: ids() };
        let h_0 = Array2::from_elem((BATCH, HIDDEN), 0.1);
        let mut grad = model.zeros_like();
        model.loss_and_gradient(&window, h_0.view(), &mut grad);
        (model, grad, window, h_0)
    }};
}

/// The worst error over all parameters of central differences at each ε, in f64.
fn central_f64(seed: u64) -> Vec<f64> {
    use rnn_book_code_f64::{char_rnn::CharRnn, gradcheck::gradient_check};
    let (model, grad, window, h_0) = set_up!(rnn_book_code_f64, seed);
    let loss = |model: &CharRnn| model.loss(&window, h_0.view());
    let worst = |e| {
        gradient_check(&model, &grad, e, loss)
            .iter()
            .map(|c| c.error)
            .fold(0.0, f64::max)
    };
    epsilons().into_iter().map(worst).collect()
}

/// The same in f32.
fn central_f32(seed: u64) -> Vec<f64> {
    use rnn_book_code::{char_rnn::CharRnn, gradcheck::gradient_check};
    let (model, grad, window, h_0) = set_up!(rnn_book_code, seed);
    let loss = |model: &CharRnn| model.loss(&window, h_0.view());
    let worst = |e: f64| {
        let checks = gradient_check(&model, &grad, e as f32, loss);
        checks.iter().map(|c| f64::from(c.error)).fold(0.0, f64::max)
    };
    epsilons().into_iter().map(worst).collect()
}

/// The same in f64 with one-sided differences, (L(w + ε) − L(w)) / ε, and the same measure of error.
fn forward_f64(seed: u64) -> Vec<f64> {
    use rnn_book_code_f64::parameters::Parameters;
    let (model, grad, window, h_0) = set_up!(rnn_book_code_f64, seed);
    let here = model.loss(&window, h_0.view());
    let mut probe = model.clone();
    let mut worst = |epsilon: f64| {
        let mut worst = 0.0_f64;
        for (k, (_, analytic)) in grad.parameters().into_iter().enumerate() {
            let (mut scale, mut apart) = (0.0_f64, 0.0_f64);
            for (i, &a) in analytic.iter().enumerate() {
                let old = put(&mut probe, k, i, None, epsilon);
                let numeric = (probe.loss(&window, h_0.view()) - here) / epsilon;
                put(&mut probe, k, i, Some(old), 0.0);
                scale = scale.max(a.abs()).max(numeric.abs());
                apart = apart.max((a - numeric).abs());
            }
            worst = worst.max(apart / scale);
        }
        worst
    };
    epsilons().into_iter().map(&mut worst).collect()
}

/// Sets entry `i` of parameter `k` to `value`, or to itself, plus `step`; gives what stood there.
fn put<M: rnn_book_code_f64::parameters::Parameters>(
    model: &mut M,
    k: usize,
    i: usize,
    value: Option<f64>,
    step: f64,
) -> f64 {
    let mut list = model.parameters_mut();
    let Some(entry) = list[k].1.iter_mut().nth(i) else { return 0.0 };
    let old = *entry;
    *entry = value.unwrap_or(old) + step;
    old
}

/// 10⁻⁵, 2 × 10⁻⁵ or 5 × 10⁻⁵.
fn shown(epsilon: f64) -> String {
    let exponent = epsilon.log10().floor();
    let mantissa = (epsilon / 10_f64.powf(exponent)).round();
    let power = format!("10{}", superscript(exponent as i32));
    if mantissa == 1.0 { power } else { format!("{mantissa} × {power}") }
}

/// The error at each ε for a seed.
type Measure = fn(u64) -> Vec<f64>;

/// Measures the three curves.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let epsilons = epsilons();
    let mut r = Record::new(
        &SEEDS,
        format!(
            "T = {STEPS}, B = {BATCH}, H = {HIDDEN}, V = {VOCABULARY}; worst parameter, median over seeds"
        ),
    )
    // The error is itself an error of rounding: another order of summing gives another one.
    .tolerance(0.5);
    let kinds: [(&str, &str, Measure); 3] = [
        ("f32", "central, f32", central_f32),
        ("forward", "forward, f64", forward_f64),
        ("f64", "central, f64", central_f64),
    ];
    progress.steps(kinds.len());
    let mut plot = Lines::new(
        Axis::log("step $ε$ of the difference quotient"),
        Axis::log("relative error of the worst entry").range(1e-11, 3.0),
    )
    .height(420.0);
    for (i, (key, name, measure)) in kinds.into_iter().enumerate() {
        progress.note(name);
        let curves = parallel::map(&SEEDS, |&seed| measure(seed));
        progress.tick();
        let median: Vec<f64> = (0..epsilons.len())
            .map(|j| {
                let mut errors: Vec<f64> = curves.iter().map(|c| c[j]).collect();
                errors.sort_by(f64::total_cmp);
                errors[errors.len() / 2]
            })
            .collect();
        let best = (0..median.len())
            .min_by(|&a, &b| median[a].total_cmp(&median[b]))
            .unwrap_or(0);
        r.value(&format!("best-eps-{key}"), epsilons[best], shown(epsilons[best]));
        r.value(
            &format!("best-error-{key}"),
            median[best],
            significant(median[best], 1),
        );
        for exponent in [-2, -3, -5, -7, -10] {
            let at = epsilons
                .iter()
                .position(|e| (e.log10() - f64::from(exponent)).abs() < 1e-6);
            if let Some(at) = at {
                let key = format!("error-{key}-1e-{}", -exponent);
                r.value(&key, median[at], significant(median[at], 1));
            }
        }
        for (seed, curve) in SEEDS.iter().zip(&curves) {
            let points = epsilons.iter().copied().zip(curve.iter().copied());
            plot = plot.with(
                Trace::new(format!("{name}, seed {seed}"), points).style(i).quiet(),
            );
        }
        let points = epsilons.iter().copied().zip(median.iter().copied());
        plot = plot.with(Trace::new(name, points).style(i));
    }
    // What theory says of the slopes: rounding on the left, Taylor on the right
    let guides = [
        ("rounding", [(1e-11, 1e-4), (1e-7, 1e-8)]),
        ("Taylor", [(2e-4, 1e-9), (0.2, 1e-3)]),
    ];
    for (name, points) in guides {
        plot = plot.with(Trace::new(name, points).style(6).quiet());
    }
    plot = plot.note((1e-9, 1e-6), "slope −1", Anchor::End, (-6.0, 10.0)).note(
        (6e-3, 1e-6),
        "slope 2",
        Anchor::Start,
        (8.0, 6.0),
    );
    r.plot(&plot);
    Ok(r)
}
