//! What three ways to the same gradient keep and compute, by count and by the clock.

use std::time::Instant;

use anyhow::Result;
use ndarray::{Array2, Array3, ArrayView3, Axis, s};
use rand::SeedableRng;
use rnn_book_code::{
    Rng, activation::Activation, elman::Elman, init, optim::norm,
    parameters::Parameters, recompute::backward_in_segments, rtrl::Rtrl,
};

use crate::stats::median;
use crate::text::{fixed, integer, significant};
use crate::{Progress, Record};

const STEPS: usize = 400;
const SEGMENT: usize = 20;
const INPUT: usize = 64;
const SIZES: [usize; 2] = [64, 256];
/// The size at which the clock runs.
const TIMED: usize = 64;
const REPEATS: usize = 5;
const SHORT_REPEATS: usize = 50;
const SEED: u64 = 1;

/// Name, key, numbers kept and multiplications a step, for `H` units.
fn count(h: usize) -> [(&'static str, &'static str, usize, usize); 3] {
    let (d, t, s) = (INPUT, STEPS, SEGMENT);
    let forward = (d + h) * h;
    let influence = h * (d + h + 1) * h;
    [
        ("whole tape", "tape", (t + 1) * h, 3 * forward),
        ("segments of $\\sqrt T$", "segments", (t / s + 1 + s + 1) * h, 4 * forward),
        // Forward, the sum over the old derivatives, and the gradient out of the new ones
        ("real-time", "rtrl", influence + h, forward + h * influence + influence),
    ]
}

/// Counts, and lets the clock run.
///
/// # Errors
/// When the three gradients are not the same.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(REPEATS);
    let mut r = Record::new(
        &[SEED],
        format!(
            "B = 1, T = {STEPS}, S = {SEGMENT}, D = {INPUT}; inputs and the parameters' gradients are not counted; \
             times at H = {TIMED}, median of {SHORT_REPEATS}, in real time of {REPEATS}"
        ),
    );
    let counts = SIZES.map(count);
    let rows = (0..3).map(|i| {
        let mut row = vec![counts[0][i].0.to_owned()];
        for (h, counts) in SIZES.iter().zip(&counts) {
            let (_, key, kept, products) = counts[i];
            r.value(&format!("kept-{key}-{h}"), kept as f64, integer(kept as f64));
            r.value(
                &format!("products-{key}-{h}"),
                products as f64,
                integer(products as f64),
            );
            let ratio = products as f64 / counts[0].3 as f64;
            r.value(&format!("work-{key}-{h}"), ratio, significant(ratio, 2));
            row.extend([integer(kept as f64), integer(products as f64)]);
        }
        row
    });
    let rows = rows.collect();
    let columns = [
        "method",
        "numbers kept, $H = 64$",
        "products a step",
        "numbers kept, $H = 256$",
        "products a step",
    ];
    r.table("main", &columns, "lrrrr", rows);

    let mut rng = Rng::seed_from_u64(SEED);
    let cell = Elman::new(INPUT, TIMED, &mut rng);
    let mut noise = |size| -> Result<Array3<f32>> {
        Ok(init::normal(STEPS, size, 1.0, &mut rng)
            .into_shape_with_order((STEPS, 1, size))?)
    };
    let (x, d_h) = (noise(INPUT)?, noise(TIMED)?);
    let (mut times, mut apart) = ([const { Vec::new() }; 3], 0.0_f64);
    for _ in 0..REPEATS {
        let (real_time, time) = clocked(|| in_real_time(&cell, x.view(), d_h.view()));
        times[2].push(time);
        // The short ones more often, since other work on the machine disturbs them more
        for _ in 0..SHORT_REPEATS / REPEATS {
            let (tape, time) = clocked(|| by_tape(&cell, x.view(), d_h.view()));
            times[0].push(time);
            let (segments, time) = clocked(|| by_segments(&cell, x.view(), d_h.view()));
            times[1].push(time);
            apart = apart
                .max(difference(&segments, &tape))
                .max(difference(&real_time, &tape));
        }
        progress.tick();
    }
    anyhow::ensure!(apart < 1e-4, "the gradients differ by {apart:.1e} of their norm");
    let [tape, segments, real_time] = times.map(|times| median(&times));
    r.timed_value("time-segments", segments / tape, fixed(segments / tape, 1));
    r.timed_value("time-rtrl", real_time / tape, significant(real_time / tape, 2));
    r.timed_value("milliseconds-tape", 1e3 * tape, significant(1e3 * tape, 2));
    r.timed_value("seconds-rtrl", real_time, significant(real_time, 2));
    Ok(r)
}

fn by_tape(cell: &Elman, x: ArrayView3<f32>, d_h: ArrayView3<f32>) -> Elman {
    let mut grad = cell.zeros_like();
    let tape = cell.forward(x, Array2::zeros((1, TIMED)).view());
    cell.backward(&tape, d_h, &mut grad);
    grad
}

fn by_segments(cell: &Elman, x: ArrayView3<f32>, d_h: ArrayView3<f32>) -> Elman {
    let mut grad = cell.zeros_like();
    let reader = |t: usize, h: ArrayView3<f32>| {
        d_h.slice(s![t..t + h.dim().0, .., ..]).to_owned()
    };
    backward_in_segments(
        cell,
        x,
        Array2::zeros((1, TIMED)).view(),
        SEGMENT,
        reader,
        &mut grad,
    );
    grad
}

fn in_real_time(cell: &Elman, x: ArrayView3<f32>, d_h: ArrayView3<f32>) -> Elman {
    let mut rtrl = Rtrl::new(cell);
    let mut sum = Array2::<f32>::zeros((INPUT + TIMED + 1, TIMED));
    for (x_t, d_h_t) in x.outer_iter().zip(d_h.outer_iter()) {
        rtrl.step(cell, x_t.index_axis(Axis(0), 0));
        sum += &rtrl.gradient(d_h_t.index_axis(Axis(0), 0));
    }
    Elman {
        w_xh: sum.slice(s![..INPUT, ..]).to_owned(),
        w_hh: sum.slice(s![INPUT..INPUT + TIMED, ..]).to_owned(),
        b_h: sum.row(INPUT + TIMED).to_owned(),
        phi: Activation::Tanh,
    }
}

fn clocked<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed().as_secs_f64())
}

/// ‖a − b‖ / ‖b‖ over all parameters.
fn difference(a: &Elman, b: &Elman) -> f64 {
    let mut apart = a.clone();
    for ((_, mut d), (_, b)) in apart.parameters_mut().into_iter().zip(b.parameters()) {
        d -= &b;
    }
    f64::from(norm(&apart) / norm(b))
}
