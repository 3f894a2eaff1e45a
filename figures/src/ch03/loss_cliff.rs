//! The wall in the loss of one recurrent unit, in the manner of Pascanu et al. 2013, fig. 6, and what clipping
//! does to a descent that runs into it.

use anyhow::Result;
use ndarray::{Array3, array, s};
use rand::{RngExt, SeedableRng};
use rnn_book_code_f64::{
    Rng,
    activation::Activation,
    elman::Elman,
    optim::{Optimizer, Sgd, clip_by_norm, clip_by_value, norm},
    parameters::Parameters,
};

use crate::draw::{Anchor, Axis, Heat, Legend, Lines, Panels, Trace};
use crate::stats::median;
use crate::text::{fixed, integer, percent, significant};
use crate::{Progress, Record, parallel};

const STEPS: usize = 50;
const START: f64 = 0.5;
const TARGET: f64 = 0.6;
/// The stretch of `w` and of `b` that the map shows.
const MAP: Stretch = ((1.0, 2.2), (-0.6, 0.4));
/// The stretch where the paths meet the wall.
const PATHS: Stretch = ((1.26, 1.66), (-0.26, 0.02));
/// The weights that the third panel shows.
const WEIGHTS: (f64, f64) = (1.2, 2.1);
/// The stretch from which random starts are drawn.
const DRAW: Stretch = ((1.0, 3.2), (-1.0, 0.4));
/// Cells of the map along `w` and along `b`.
const CELLS: (usize, usize) = (120, 80);
const RATE: f64 = 0.1;
const UPDATES: usize = 1000;
/// Where the descents of the figure begin, and what their gradients are clipped to.
const FROM: (f64, f64) = (2.0, 0.25);
const SHOWN_LIMIT: f64 = 0.1;
const LIMITS: [f64; 3] = [0.1, 1.0, 10.0];
const STARTS: usize = 200;
const SEED: u64 = 1;
/// A descent has arrived when its last losses, so many, are all below this.
const ARRIVED: f64 = 1e-3;
const LAST: usize = 10;
/// One that ends with a parameter beyond this was thrown away.
const FAR: f64 = 10.0;

/// From where to where, for `w` and for `b`.
type Stretch = ((f64, f64), (f64, f64));

#[derive(Clone, Copy, Debug, PartialEq)]
enum Clip {
    None,
    Norm(f64),
    Value(f64),
}

/// One unit without inputs: h_t = tanh(w h_{t−1} + b).
fn unit((w, b): (f64, f64)) -> Elman {
    Elman {
        w_xh: array![[0.0]],
        w_hh: array![[w]],
        b_h: array![b],
        phi: Activation::Tanh,
    }
}

/// The loss (h_T − target)²; its gradient is added to `grad`.
fn loss(unit: &Elman, grad: Option<&mut Elman>) -> f64 {
    let silence = Array3::zeros((STEPS, 1, 1));
    let tape = unit.forward(silence.view(), array![[START]].view());
    let miss = tape.last()[[0, 0]] - TARGET;
    if let Some(grad) = grad {
        let mut d_h = Array3::zeros((STEPS, 1, 1));
        d_h.slice_mut(s![-1, .., ..]).fill(2.0 * miss);
        unit.backward(&tape, d_h.view(), grad);
    }
    miss * miss
}

/// A descent, update by update; the loss and the norm of the last point are there too.
struct Descent {
    path: Vec<(f64, f64)>,
    losses: Vec<f64>,
    norms: Vec<f64>,
    /// The largest norm, and the angle in degrees by which clipping turned that gradient.
    largest: (f64, f64),
}

impl Descent {
    fn arrived(&self) -> bool {
        self.losses.iter().rev().take(LAST).all(|loss| *loss < ARRIVED)
    }

    fn thrown(&self) -> bool {
        self.path.last().is_some_and(|(w, b)| w.abs().max(b.abs()) > FAR)
    }
}

fn descend(from: (f64, f64), clip: Clip) -> Descent {
    let mut model = unit(from);
    let mut grad = model.zeros_like();
    let mut sgd = Sgd { rate: RATE };
    let mut descent = Descent {
        path: Vec::new(),
        losses: Vec::new(),
        norms: Vec::new(),
        largest: (0.0, 0.0),
    };
    for update in 0..=UPDATES {
        grad.set_zero();
        descent.path.push((model.w_hh[[0, 0]], model.b_h[0]));
        descent.losses.push(loss(&model, Some(&mut grad)));
        let before = (grad.w_hh[[0, 0]], grad.b_h[0]);
        let size = norm(&grad);
        descent.norms.push(size);
        if update == UPDATES {
            break;
        }
        match clip {
            Clip::None => {}
            Clip::Norm(threshold) => {
                clip_by_norm(&mut grad, threshold);
            }
            Clip::Value(limit) => clip_by_value(&mut grad, limit),
        }
        if size > descent.largest.0 {
            let after = (grad.w_hh[[0, 0]], grad.b_h[0]);
            let cross = before.0 * after.1 - before.1 * after.0;
            let dot = before.0 * after.0 + before.1 * after.1;
            descent.largest = (size, cross.atan2(dot).abs().to_degrees());
        }
        sgd.step(&mut model, &grad);
    }
    descent
}

/// The foot of the wall: below it the unit falls to the lower fixed point, for want of an upper one up to
/// w = 1 / (1 − h_0²), and beyond because it starts below the fixed point between the two.
fn wall(w: f64) -> f64 {
    let h = (1.0 - 1.0 / w).max(0.0).sqrt().min(START);
    h.atanh() - w * h
}

/// Between the ends, at the middle of cell `i` of `n`.
fn middle((low, high): (f64, f64), i: usize, n: usize) -> f64 {
    low + (high - low) * (i as f64 + 0.5) / n as f64
}

/// Maps the loss, follows three descents from one start, and counts arrivals from many.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    let clips: Vec<Clip> = std::iter::once(Clip::None)
        .chain(LIMITS.map(Clip::Norm))
        .chain(LIMITS.map(Clip::Value))
        .collect();
    progress.steps(clips.len());
    let mut r = Record::new(
        &[SEED],
        format!(
            "f64, one tanh unit, no inputs, h_0 = {START}, T = {STEPS}, target {TARGET}; gradient descent at {RATE}, \
             {UPDATES} updates; figure: from w = {}, b = {} (chosen among a few because unclipped descent is thrown \
             from there), clipped at {SHOWN_LIMIT}; table: {STARTS} starts uniform in w {} … {}, b {} … {}, seed \
             {SEED}; arrived: last {LAST} losses below {ARRIVED}; thrown away: |w| or |b| above {FAR}",
            FROM.0,
            FROM.1,
            DRAW.0.0,
            DRAW.0.1,
            fixed(DRAW.1.0, 0),
            DRAW.1.1
        ),
    )
    .tolerance(super::CHAOTIC);

    let rows: Vec<usize> = (0..CELLS.1).collect();
    let cells = parallel::map(&rows, |&row| {
        let b = middle(MAP.1, row, CELLS.1);
        let loss_at = |column| loss(&unit((middle(MAP.0, column, CELLS.0), b)), None);
        (0..CELLS.0).map(|column| loss_at(column).max(1e-9).log10()).collect()
    });
    let powers = (-4..=0).map(|e| {
        let label = if e == 0 { "1".to_owned() } else { format!("10$^{{{e}}}$") };
        (f64::from(e), label)
    });
    let map = Heat::new(
        Axis::linear("recurrent weight $w$"),
        Axis::linear("bias $b$"),
        Axis::linear("loss").range(-4.0, 0.5).labelled_ticks(powers.collect()),
        cells,
    )
    .extent(MAP.0, MAP.1)
    .title("(a) the loss after 50 steps");

    let mut ends = Vec::new();
    // The last number: after so many updates, the path adds nothing to the drawing.
    let shown = [
        ("none", "no clipping", Clip::None, 60),
        ("norm", "by norm", Clip::Norm(SHOWN_LIMIT), UPDATES),
        ("value", "by value", Clip::Value(SHOWN_LIMIT), 120),
    ];
    let mut paths = Lines::new(
        Axis::linear("weight $w$").range(PATHS.0.0, PATHS.0.1),
        Axis::linear("bias $b$").range(PATHS.1.0, PATHS.1.1),
    )
    .title("(b) descents at the wall")
    .legend(Legend::None);
    let mut curves = Lines::new(
        Axis::linear("update").range(0.0, UPDATES as f64),
        Axis::linear("weight $w$").range(WEIGHTS.0, WEIGHTS.1),
    )
    .title("(c) the weight on the way")
    .legend(Legend::Above);
    for (i, (key, name, clip, drawn)) in shown.into_iter().enumerate() {
        let descent = descend(FROM, clip);
        let (largest, turned) = descent.largest;
        r.value(&format!("largest-{key}"), largest, significant(largest, 2));
        r.value(&format!("turned-{key}"), turned, fixed(turned, 1));
        let end = descent.losses[UPDATES];
        r.value(&format!("end-{key}"), end, significant(end, 2));
        let (w, b) = descent.path[UPDATES];
        let decimals = if descent.thrown() { 0 } else { 2 };
        r.value(&format!("w-{key}"), w, fixed(w, decimals));
        r.value(&format!("b-{key}"), b, fixed(b, decimals));
        let at = descent.norms.iter().position(|n| *n == largest).unwrap_or(0) as f64;
        r.value(&format!("largest-at-{key}"), at, integer(at));
        let last = &descent.losses[UPDATES - 1..];
        let (low, high) = (last[0].min(last[1]), last[0].max(last[1]));
        r.value(&format!("low-{key}"), low, significant(low, 2));
        r.value(&format!("high-{key}"), high, significant(high, 2));
        let path = descent.path[..=drawn].iter().copied();
        paths = paths.with(Trace::new(name, path).markers(false));
        if !descent.thrown() {
            let end = Trace::scatter(format!("end, {name}"), [(w, b)]).style(i);
            ends.push(end);
        }
        if key == "value" {
            paths = paths.note((w, b), "trapped", Anchor::Start, (6.0, -14.0));
        }
        let weights = descent.path.iter().enumerate().step_by(5);
        let weights = weights.map(|(update, (w, _))| (update as f64, *w));
        curves = curves.with(Trace::new(name, weights));
    }
    let foot = (0..=45).map(|i| {
        let w = PATHS.0.0 + (PATHS.0.1 - PATHS.0.0) * f64::from(i) / 45.0;
        (w, wall(w))
    });
    let left = (PATHS.0.0, wall(PATHS.0.0));
    paths = paths.with(Trace::new("the wall", foot).style(6).markers(false)).note(
        left,
        "wall",
        Anchor::Start,
        (8.0, 44.0),
    );
    for end in ends {
        paths = paths.with(end);
    }

    let mut rng = Rng::seed_from_u64(SEED);
    let starts: Vec<(f64, f64)> = (0..STARTS)
        .map(|_| {
            (rng.random_range(DRAW.0.0..DRAW.0.1), rng.random_range(DRAW.1.0..DRAW.1.1))
        })
        .collect();
    let mut rows = Vec::new();
    for clip in clips {
        let (key, name, limit) = match clip {
            Clip::None => ("none".to_owned(), "none", None),
            Clip::Norm(limit) => ("norm".to_owned(), "by norm", Some(limit)),
            Clip::Value(limit) => ("value".to_owned(), "by value", Some(limit)),
        };
        let key = limit.map_or(key.clone(), |limit| {
            format!("{key}-{:04}", (100.0 * limit).round())
        });
        let descents = parallel::map(&starts, |&start| {
            let descent = descend(start, clip);
            (descent.arrived(), descent.thrown(), descent.largest)
        });
        let share = |of: usize| of as f64 / STARTS as f64;
        let arrived = share(descents.iter().filter(|d| d.0).count());
        let thrown = share(descents.iter().filter(|d| d.1).count());
        let largest = median(&descents.iter().map(|d| d.2.0).collect::<Vec<_>>());
        r.value(&format!("arrived-{key}"), arrived, percent(arrived, 1));
        r.value(&format!("thrown-{key}"), thrown, percent(thrown, 1));
        rows.push(vec![
            name.to_owned(),
            limit.map_or("–".to_owned(), |limit| limit.to_string()),
            percent(arrived, 1),
            percent(thrown, 1),
            significant(largest, 2),
        ]);
        progress.tick();
    }
    r.table(
        "main",
        &["clipping", "at", "arrived", "thrown away", "largest norm (median)"],
        "lrrrr",
        rows,
    );
    let below = Panels::new(2, 330.0).with("paths", paths).with("loss", curves);
    r.plot(&Panels::new(1, 336.0).with("map", map).with("descents", below));
    Ok(r)
}
