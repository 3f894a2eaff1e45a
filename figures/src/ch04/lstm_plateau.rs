//! What happens inside an LSTM while the error of the adding problem stands still.

use anyhow::Result;
use ndarray::{Array2, Axis as Dim};
use rand::SeedableRng;
use rnn_book_code::{
    Real, Rng,
    flow::{norm, state_gradients},
    init,
    layer::Layer,
    loss::mean_squared_error,
    lstm::{Lstm, LstmState},
    optim::{Adam, Optimizer, clip_by_norm},
    parameters::Parameters,
    problems::adding,
    reader::Reader,
};

use super::CHAOTIC;
use crate::draw::{Axis, Legend, Lines, Panels, Trace};
use crate::solve::ADDING_SOLVED;
use crate::stats::summary;
use crate::text::{mean_std, significant};
use crate::{Progress, Record, parallel};

const HIDDEN: usize = 32;
const LANES: usize = 32;
const STEPS: usize = 200;
/// Half of the sequence: the first mark is at least so far back, or the second is.
const LAG: usize = 100;
const RATE: Real = 0.02;
const BIAS: Real = 1.0;
const UPDATES: usize = 2500;
const EVERY: usize = 25;
const SEEDS: [u64; 3] = [1, 2, 3];
/// Fresh sequences in one test.
const TEST: usize = 200;

/// The cell at one moment of its training.
struct Moment {
    update: f64,
    error: f64,
    /// The forget gate of the unit that keeps most, mean over steps and sequences.
    forget: f64,
    /// The norm of the gradient by the state `LAG` steps before the end, relative to the last.
    gradient: f64,
}

fn look(model: &Reader<Lstm>, update: usize, seed: u64) -> Moment {
    let mut rng = Rng::seed_from_u64(!seed);
    let (x, y) = adding(STEPS, TEST, &mut rng);
    let error = mean_squared_error(model.answer(x.view()).view(), y.view(), None).0;
    let some = x.slice(ndarray::s![.., ..LANES, ..]);
    let start = model.layer.start(LANES);
    let tape = model.layer.forward(some, None, &start);
    let forget = tape.gates.slice(ndarray::s![.., .., HIDDEN..2 * HIDDEN]);
    let means = forget.mean_axis(Dim(0)).and_then(|f| f.mean_axis(Dim(0)));
    let most = means.map_or(0.0, |means| means.fold(0.0, |m: Real, f| m.max(*f)));
    let d_last = LstmState {
        h: init::normal(LANES, HIDDEN, 1.0, &mut rng),
        c: Array2::zeros((LANES, HIDDEN)),
    };
    let gradients = state_gradients(&model.layer, some, &start, d_last);
    let gradient = norm(&gradients[STEPS - LAG]) / norm(&gradients[STEPS]);
    Moment {
        update: update as f64,
        error: f64::from(error),
        forget: f64::from(most),
        gradient: f64::from(gradient),
    }
}

/// Trains as `solve` does, and looks at the cell on the way.
fn train(seed: u64) -> Vec<Moment> {
    let layer =
        Lstm::new(2, HIDDEN, &mut Rng::seed_from_u64(seed)).with_forget_bias(BIAS);
    let mut rng = Rng::seed_from_u64(seed);
    let mut model = Reader::new(layer, 1, &mut rng);
    let mut adam = Adam::new(&model, RATE);
    let mut grad = model.zeros_like();
    let mut moments = vec![look(&model, 0, seed)];
    for update in 1..=UPDATES {
        grad.set_zero();
        let (x, y) = adding(STEPS, LANES, &mut rng);
        let loss = |answers: ndarray::ArrayView2<Real>| {
            mean_squared_error(answers, y.view(), None)
        };
        model.loss_and_gradient(x.view(), None, loss, &mut grad);
        clip_by_norm(&mut grad, 1.0);
        adam.step(&mut model, &grad);
        if update % EVERY == 0 {
            let moment = look(&model, update, seed);
            let solved = moment.error < ADDING_SOLVED;
            moments.push(moment);
            if solved {
                break;
            }
        }
    }
    moments
}

/// Watches three trainings.
///
/// # Errors
/// Never.
pub fn run(progress: &Progress) -> Result<Record> {
    progress.steps(SEEDS.len());
    let runs = parallel::map(&SEEDS, |&seed| {
        let moments = train(seed);
        progress.tick();
        moments
    });
    let mut r = Record::new(
        &SEEDS,
        format!(
            "adding problem, T = {STEPS}, LSTM with H = {HIDDEN} and forget bias {BIAS}, B = {LANES}, Adam at {RATE}, \
             clipping at norm 1, until the error on {TEST} fresh sequences is below {ADDING_SOLVED}; gradient of a random \
             reader of the last output, {LAG} steps back"
        ),
    )
    .tolerance(CHAOTIC);
    // The start, the middle of the plateau, where the error is that of the answer 1, and the end
    let middle =
        |run: &[Moment]| run.iter().rposition(|m| m.error > 0.9 / 6.0).unwrap_or(0) / 2;
    for key in ["start", "middle", "end"] {
        let of = |f: &dyn Fn(&Moment) -> f64| {
            let values: Vec<f64> = runs
                .iter()
                .map(|run| {
                    let place = match key {
                        "start" => 0,
                        "middle" => middle(run),
                        _ => run.len() - 1,
                    };
                    f(&run[place])
                })
                .collect();
            summary(&values)
        };
        let forget = of(&|m| m.forget);
        r.value(&format!("forget-{key}"), forget.mean, mean_std(forget, 2));
        let gradient = of(&|m| m.gradient.ln()).mean.exp();
        r.value(&format!("gradient-{key}"), gradient, significant(gradient, 1));
    }

    let updates = |label: &str| Axis::linear(label).range(0.0, 2000.0);
    let error = Axis::log("mean squared error").range(1e-3, 0.4);
    let forget = Axis::linear("most open forget gate").range(0.7, 1.01);
    let gradient =
        Axis::log("gradient norm at lag 100, relative to lag 0").range(1e-11, 1.0);
    let panel = |label: &str, axis: Axis, legend: Legend, value: fn(&Moment) -> f64| {
        let plot = Lines::new(updates(label), axis).legend(legend);
        SEEDS.iter().zip(&runs).fold(plot, |plot, (seed, run)| {
            let points = run.iter().map(|m| (m.update, value(m)));
            plot.with(Trace::new(format!("seed {seed}"), points))
        })
    };
    let last = "updates of 32 sequences";
    let figure = Panels::new(1, 250.0)
        .with("error", panel("", error, Legend::Above, |m| m.error))
        .with("forget", panel("", forget, Legend::None, |m| m.forget))
        .with("gradient", panel(last, gradient, Legend::None, |m| m.gradient));
    r.plot(&figure);
    Ok(r)
}
