//! How many parameters a window MLP needs as its context grows, and an Elman network.

use anyhow::Result;
use rand::SeedableRng;
use rnn_book_code::Rng;
use rnn_book_code::elman::Elman;
use rnn_book_code::linear::Linear;
use rnn_book_code::parameters::Parameters;
use rnn_book_code::window::WindowMlp;

use crate::draw::{Axis, Lines, Trace};
use crate::text::{fixed, integer};
use crate::{Progress, Record};

const INPUT: usize = 64;
const HIDDEN: usize = 128;
const OUTPUT: usize = 64;
const LONGEST: usize = 64;

/// Counts the parameters of the models themselves.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let mut rng = Rng::seed_from_u64(1);
    progress.steps(LONGEST);
    let mlp: Vec<usize> = (1..=LONGEST)
        .map(|k| {
            progress.tick();
            WindowMlp::new(k, INPUT, HIDDEN, OUTPUT, &mut rng).count()
        })
        .collect();
    let cell = Elman::new(INPUT, HIDDEN, &mut rng).count();
    let elman = cell + Linear::new(HIDDEN, OUTPUT, &mut rng).count();

    let sizes = format!("D = {INPUT}, H = {HIDDEN}, C = {OUTPUT}, k = 1 … {LONGEST}");
    let mut r = Record::new(&[1], sizes).tolerance(1e-9);
    let first_larger = mlp.iter().position(|&n| n > elman).map_or(0, |i| i + 1);
    let equal = mlp.iter().position(|&n| n == elman).map_or(0, |i| i + 1);
    r.value("first-larger", first_larger as f64, integer(first_larger as f64));
    r.value("equal", equal as f64, integer(equal as f64));
    r.value("elman", elman as f64, integer(elman as f64));
    let mut rows = Vec::new();
    for k in [1, 2, 4, 8, 16, 32, 64] {
        let n = mlp[k - 1] as f64;
        let ratio = n / elman as f64;
        r.value(&format!("mlp-{k}"), n, integer(n));
        r.value(&format!("ratio-{k}"), ratio, fixed(ratio, 1));
        rows.push(vec![
            k.to_string(),
            integer(n),
            integer(elman as f64),
            fixed(ratio, 2),
        ]);
    }
    r.table("main", &["$k$", "window MLP", "Elman network", "ratio"], "rrrr", rows);

    let line = |counts: Vec<usize>| {
        counts.into_iter().enumerate().map(|(i, n)| ((i + 1) as f64, n as f64 / 1000.0))
    };
    let plot = Lines::new(
        Axis::linear("context length $k$ (steps)")
            .range(0.0, LONGEST as f64)
            .ticks(&[1.0, 8.0, 16.0, 24.0, 32.0, 40.0, 48.0, 56.0, 64.0]),
        Axis::linear("parameters (thousands)").from_zero(),
    )
    .with(Trace::new("window MLP", line(mlp)))
    .with(Trace::new("Elman", line(vec![elman; LONGEST])));
    let plot = plot.moment(equal as f64, format!("equal at $k$ = {equal}"));
    r.plot(&plot);
    Ok(r)
}
