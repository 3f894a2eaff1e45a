//! A continuous decay, and what two ways of making it discrete give at three steps.

use anyhow::Result;

use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::text::fixed;
use crate::{Progress, Record};

/// The rate of decay, and the time that is shown.
const RATE: f64 = -1.0;
const END: f64 = 6.0;
const STEPS: [f64; 3] = [0.25, 1.0, 2.5];

/// The input is 1 until this time, and 0 after it.
const OFF: f64 = 3.0;

fn input(time: f64) -> f64 {
    if time < OFF { 1.0 } else { 0.0 }
}

/// The exact state at a time.
fn exact(time: f64) -> f64 {
    let risen = |time: f64| ((RATE * time).exp() - 1.0) / RATE;
    if time < OFF { risen(time) } else { (RATE * (time - OFF)).exp() * risen(OFF) }
}

/// The states at the ends of steps of this size, by factors for the state and the input.
fn walk(step: f64, keep: f64, write: f64) -> Vec<(f64, f64)> {
    let mut points = vec![(0.0, 0.0)];
    let mut h = 0.0;
    for k in 0..(END / step) as usize {
        h = keep * h + write * input(k as f64 * step);
        points.push(((k + 1) as f64 * step, h));
    }
    points
}

/// Computes the three panels.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let mut r = Record::new(
        &[],
        format!("rate {RATE}, input 1 until t = {OFF}, steps of {STEPS:?}"),
    );
    let mut panels = Panels::new(1, 260.0);
    for (k, step) in STEPS.into_iter().enumerate() {
        let keep = (RATE * step).exp();
        let held = walk(step, keep, (keep - 1.0) / RATE);
        let euler = walk(step, 1.0 + RATE * step, step);
        let off = |points: &[(f64, f64)]| {
            let on_grid = points.iter().filter(|(t, _)| *t <= OFF);
            on_grid.map(|(t, h)| (h - exact(*t)).abs()).fold(0.0, f64::max)
        };
        let key = ["small", "middle", "large"][k];
        r.value(&format!("{key}-held"), off(&held), fixed(off(&held), 2));
        r.value(&format!("{key}-euler"), off(&euler), fixed(off(&euler), 2));
        let fine = (0..=240)
            .map(|k| (END * f64::from(k) / 240.0, exact(END * f64::from(k) / 240.0)));
        let panel = Lines::new(
            Axis::linear("time").range(0.0, END),
            Axis::linear("state").range(-1.6, 2.7),
        )
        .title(format!("steps of {step}"))
        .with(Trace::new("the continuous system", fine).markers(false))
        .with(Trace::new("zero-order hold", held).markers(true))
        .with(Trace::new("Euler", euler).markers(true))
        .legend(if k == 0 { Legend::Above } else { Legend::None });
        panels = panels.with(format!("step-{}", k + 1), panel);
    }
    r.plot(&panels);
    Ok(r)
}
