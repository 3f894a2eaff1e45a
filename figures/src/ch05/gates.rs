//! What the update gates of a GRU that solved the adding problem do at a marked step.

use anyhow::Result;
use ndarray::{ArrayView2, s};
use rand::SeedableRng;
use rnn_book_code::{
    Rng,
    gru::Gru,
    layer::Layer,
    loss::mean_squared_error,
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    problems::adding,
    reader::Reader,
};

use super::{CHAOTIC, SEEDS, THRESHOLD};
use crate::draw::{Axis, Heat, Legend, Lines, Panels, Trace};
use crate::stats::{mean, summary};
use crate::text::{mean_std, significant};
use crate::{Progress, Record, parallel};

const STEPS: usize = 100;
const LANES: usize = 20;
const HIDDEN: usize = 32;
const RATE: f32 = 0.01;
const UPDATES: usize = 2000;
const TEST: usize = 200;

struct Trained {
    /// Mean squared error on fresh sequences.
    error: f64,
    /// The mean update gate of each unit at marked steps, and at the others.
    marked: Vec<f64>,
    others: Vec<f64>,
    /// One sequence: its numbers, its marks, and the update gates `[T][H]`.
    numbers: Vec<f64>,
    marks: Vec<bool>,
    gates: Vec<Vec<f64>>,
}

fn train(seed: u64) -> Trained {
    let mut rng = Rng::seed_from_u64(seed);
    let mut model = Reader::new(Gru::new(2, HIDDEN, &mut rng), 1, &mut rng);
    let mut adam = Adam::new(&model, RATE);
    let mut grad = model.zeros_like();
    for _ in 0..UPDATES {
        grad.set_zero();
        let (x, y) = adding(STEPS, LANES, &mut rng);
        let loss =
            |answers: ArrayView2<f32>| mean_squared_error(answers, y.view(), None);
        model.loss_and_gradient(x.view(), None, loss, &mut grad);
        clip_by_norm(&mut grad, THRESHOLD as f32);
        adam.step(&mut model, &grad);
    }
    let (x, y) = adding(STEPS, TEST, &mut Rng::seed_from_u64(!seed));
    let answers = model.answer(x.view());
    let tape = model.layer.forward(x.view(), None, &model.layer.start(TEST));
    let z = tape.gates.slice(s![.., .., HIDDEN..2 * HIDDEN]);
    let at = |marked: bool, unit: usize| {
        let all = z.slice(s![.., .., unit]);
        let chosen =
            all.indexed_iter().filter(|((t, b), _)| (x[[*t, *b, 1]] == 1.0) == marked);
        mean(&chosen.map(|(_, &z)| f64::from(z)).collect::<Vec<_>>())
    };
    Trained {
        error: f64::from(mean_squared_error(answers.view(), y.view(), None).0),
        marked: (0..HIDDEN).map(|unit| at(true, unit)).collect(),
        others: (0..HIDDEN).map(|unit| at(false, unit)).collect(),
        numbers: (0..STEPS).map(|t| f64::from(x[[t, 0, 0]])).collect(),
        marks: (0..STEPS).map(|t| x[[t, 0, 1]] == 1.0).collect(),
        gates: (0..STEPS)
            .map(|t| z.slice(s![t, 0, ..]).iter().map(|&z| f64::from(z)).collect())
            .collect(),
    }
}

/// Trains, and looks.
///
/// # Errors
/// Never.
pub fn run(_: &Progress) -> Result<Record> {
    let all = parallel::map(&SEEDS, |&seed| train(seed));
    let mut r = Record::new(
        &SEEDS,
        format!(
            "adding problem, T = {STEPS}, {LANES} sequences an update, a GRU of {HIDDEN} units, Adam at {RATE}, not \
             tuned, clipping at norm {THRESHOLD}, {UPDATES} updates; gates over {TEST} fresh sequences; the figure \
             shows one sequence of the first seed"
        ),
    )
    .tolerance(CHAOTIC);
    let over =
        |f: &dyn Fn(&Trained) -> f64| summary(&all.iter().map(f).collect::<Vec<_>>());
    let error = over(&|t| t.error);
    r.value("error", error.mean, significant(error.mean, 2));
    for (key, value) in
        [("marked", over(&|t| mean(&t.marked))), ("others", over(&|t| mean(&t.others)))]
    {
        r.value(key, value.mean, mean_std(value, 2));
    }
    // The units that hold longest between marks: what they do at a mark
    let holders = |t: &Trained| -> Vec<usize> {
        let mut units: Vec<usize> = (0..HIDDEN).collect();
        units.sort_by(|&a, &b| t.others[b].total_cmp(&t.others[a]));
        units.truncate(HIDDEN / 4);
        units
    };
    for (key, gates) in [("holders-marked", true), ("holders-others", false)] {
        let value = over(&|t| {
            let of = if gates { &t.marked } else { &t.others };
            mean(&holders(t).iter().map(|&unit| of[unit]).collect::<Vec<_>>())
        });
        r.value(key, value.mean, mean_std(value, 2));
    }

    let first = &all[0];
    let mut order: Vec<usize> = (0..HIDDEN).collect();
    order.sort_by(|&a, &b| first.others[a].total_cmp(&first.others[b]));
    let cells = order
        .iter()
        .map(|&unit| first.gates.iter().map(|z| z[unit]).collect())
        .collect();
    let steps = |t: usize| (t + 1) as f64;
    let marked = (0..STEPS).filter(|&t| first.marks[t]);
    let marked: Vec<_> = marked.map(|t| (steps(t), first.numbers[t])).collect();
    let numbers: Vec<_> = (0..STEPS).map(|t| (steps(t), first.numbers[t])).collect();
    let range = (0.5, STEPS as f64 + 0.5);
    let mut inputs = Lines::new(
        Axis::linear("step $t$").range(range.0, range.1),
        Axis::linear("number").range(0.0, 1.05).ticks(&[0.0, 0.5, 1.0]),
    )
    .title("the input; the two marked numbers as dots")
    .legend(Legend::None)
    .with(Trace::new("number", numbers).style(0).quiet())
    .with(Trace::scatter("marked", marked.clone()).style(1));
    for (t, _) in &marked {
        inputs = inputs.moment(*t, "");
    }
    let gates = Heat::new(
        Axis::linear("step $t$"),
        Axis::linear("unit, by its mean gate"),
        Axis::linear("update gate $z$").range(0.0, 1.0),
        cells,
    )
    .extent(range, (0.5, HIDDEN as f64 + 0.5))
    .title("the update gates");
    r.plot(&Panels::new(1, 250.0).with("input", inputs).with("gates", gates));
    Ok(r)
}
